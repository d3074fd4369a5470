"""Starting several processes: what is said where that cannot be done, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.nginx import NGINX_PATHS

from .. import debian
from ..browser.app import running_as

ROOT = Path(__file__).parents[2]


def free_port(count: int) -> int:
    """A port followed by as many free ones, none of which the system hands out."""
    for first in range(20_000 + os.getpid() % 1000, 30_000, 10):
        try:
            for port in range(first, first + count + 1):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def serve(*options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
    return subprocess.run(
        [sys.executable, "-m", "deploy.serve", *options],
        cwd=ROOT,
        env=keep | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("count", ["0", "65", "-1", "two", "1.5", ""])
def test_a_number_of_processes_that_makes_no_sense_is_named(count: str) -> None:
    done = serve(f"--processes={count}")
    assert done.returncode == 2
    assert f"{count!r} is not a number from 1 to 64" in done.stderr


@pytest.mark.parametrize("whose", ["people's", "an app process's"])
def test_a_port_that_another_program_has_is_named(whose: str) -> None:
    first = free_port(1)
    port = first + (whose != "people's")
    with socket.create_server(("127.0.0.1", port)):
        done = serve("--processes=1", STREAMLIT_SERVER_PORT=str(first))
    assert done.returncode == 2
    assert f"serve: Port {port} is needed: " in done.stderr


def test_ports_of_metrics_are_needed_too_and_none_of_the_app_s() -> None:
    first = free_port(4)
    settings = {"STREAMLIT_SERVER_PORT": str(first)}
    with socket.create_server(("127.0.0.1", first + 4)):
        done = serve("--processes=2", DYNTUBE_METRICS_PORT=str(first + 2), **settings)
    assert done.returncode == 2
    assert f"serve: Port {first + 4} is needed: " in done.stderr
    done = serve("--processes=2", DYNTUBE_METRICS_PORT=str(first), **settings)
    assert done.returncode == 2
    assert f"serve: Port {first + 1} is the app's: set another DYNTUBE_METRICS_PORT" in done.stderr


def test_without_nginx_it_says_what_to_install(tmp_path: Path) -> None:
    if any((Path(folder) / "nginx").exists() for folder in NGINX_PATHS.split(":")):
        pytest.skip("nginx is installed where every user finds it")
    done = serve(STREAMLIT_SERVER_PORT=str(free_port(2)), PATH=str(tmp_path))
    assert done.returncode == 2
    assert "install it (apt install nginx)" in done.stderr


def test_a_wrong_setting_is_named_before_anything_starts() -> None:
    done = serve(DYNTUBE_MEMORY="much", STREAMLIT_SERVER_PORT=str(free_port(2)))
    assert done.returncode == 2
    assert "serve: DYNTUBE_MEMORY" in done.stderr


def test_a_certificate_for_one_process_is_not_left_out_without_a_word() -> None:
    done = serve(STREAMLIT_SERVER_SSL_CERT_FILE="cert.pem")
    assert done.returncode == 2
    assert "put TLS in front of nginx" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_processes(tmp_path: Path, number: signal.Signals) -> None:
    debian.need("nginx", "nginx-light", f"{os.environ['PATH']}:{NGINX_PATHS}")
    settings = {"SYNC": "external"}
    arguments, port = ("-m", "deploy.serve", "--processes=2"), free_port(2)
    with running_as(arguments, tmp_path, settings, SERVER_PORT=str(port)) as (_, process):
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        assert len(children) == 3
        os.kill(process, number)
        assert os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT).si_status == 128 + number
        assert not any(Path(f"/proc/{child}").exists() for child in children)
    socket.create_server(("127.0.0.1", port)).close()

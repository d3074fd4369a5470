"""What hosting ships - image, compose file, units - as their own tools read it."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import healthcheck
from dyntube.settings.settings import try_settings

from ..cli.test_stopping import Account
from ..scripted import serve
from ..server.test_routes import LOCAL, served

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip(f"{name} is not installed here: what it would check was not checked.")
    return found


# The image


def test_the_dockerfile_is_as_hadolint_wants_it() -> None:
    done = subprocess.run(
        [tool("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == ""


def test_the_image_has_every_file_that_is_needed_and_no_others() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copied = {line.split()[1] for line in lines if re.match(r"COPY [^-$]", line)}
    assert copied == {
        "app.py",
        ".streamlit/config.toml",
        "deploy/",
        "pages/",
        "static/",
        "dyntube/",
    }
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    assert allowed == {name.rstrip("/") for name in copied} | {"requirements*.lock"}
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*", "no secrets, no archive"


def test_the_image_runs_as_nobody_special_and_asks_for_its_health() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert '"-m", "deploy.healthcheck"]' in text
    assert "curl" not in text


def test_health_is_asked_of_the_app_by_its_options(
    monkeypatch: pytest.MonkeyPatch,
    connect: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # which is for others
    connect(LOCAL, tmp_path / "archive", SYNC="external")
    with served() as url:
        monkeypatch.setenv("STREAMLIT_SERVER_PORT", url.rpartition(":")[2])
        assert healthcheck.main() == 0
        monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "/dash/")
        assert healthcheck.url() == f"{url}/dash/healthz"
        assert healthcheck.main() == 1, "nothing is there"
    assert healthcheck.main() == 1
    assert f"{url}/dash/healthz: " in capsys.readouterr().err


# The compose file


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert not {"cap_add", "network_mode", "pid", "devices"} & service.keys()


def test_only_the_tls_end_is_reached_and_only_the_sync_has_the_key() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["tls"]
    assert [name for name, service in SERVICES.items() if "secrets" in service] == ["sync"]
    assert SERVICES["app"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert not any(
        "API_KEY" in name for s in SERVICES.values() for name in s.get("environment", {})
    )


def test_app_and_sync_agree_on_the_account_and_the_app_fetches_nothing() -> None:
    app, sync = (SERVICES[name]["environment"] for name in ("app", "sync"))
    assert app["DYNTUBE_SYNC"] == "external"
    assert {name: app[name] for name in sync} == sync
    assert SERVICES["app"]["volumes"] == SERVICES["sync"]["volumes"]
    settings = set(re.findall(r"`(DYNTUBE_\w+)`", (ROOT / "README.md").read_text("utf-8")))
    assert {*app, *sync} <= settings


def test_files_that_services_mount_are_there() -> None:
    mounted = [volume.split(":")[0] for volume in SERVICES["tls"]["volumes"]]
    missing = [path for path in mounted if not (ROOT / path).exists()]
    assert missing == ["./tls", "./acme"], "which docs/hosting.md says to make"


@pytest.mark.parametrize("way", ["OIDC_URL", "PROXY_USER_HEADER"])
def test_without_the_file_for_sign_in_the_app_does_not_show_everything(way: str) -> None:
    value = {"OIDC_URL": "https://login.acme.com", "PROXY_USER_HEADER": "X-Forwarded-Email"}[way]
    environ = {
        name: re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda m: value if way in m[1] else m[2], text)
        for name, text in SERVICES["app"]["environment"].items()
    }
    reading = try_settings(environ, None)
    assert reading.unsafe or reading.settings.sign_in


@pytest.mark.parametrize("name", ["compose.sign-in.yaml", "compose.proxy.yaml"])
def test_files_for_sign_in_name_settings_and_where_the_rules_are(name: str) -> None:
    [(service, more)] = yaml.safe_load((ROOT / name).read_text("utf-8"))["services"].items()
    settings = set(re.findall(r"`(DYNTUBE_\w+)`", (ROOT / "README.md").read_text("utf-8")))
    assert service == "app"
    assert more["environment"].keys() <= settings
    assert more["environment"]["DYNTUBE_ACCESS"] == "/etc/dyntube/access.toml"
    assert more["volumes"] == ["./access:/etc/dyntube:ro"]


# The sync of a container


def test_syncs_follow_each_other_and_a_signal_ends_the_one_that_runs(tmp_path: Path) -> None:
    account = Account()
    with serve(account) as server:
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        known |= {"DYNTUBE_STATS_URL": server.url, "DYNTUBE_API_URL": server.url}
        known |= {"DYNTUBE_ARCHIVE": str(tmp_path / "archive")}
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.sync_every", "1"],
            env=known,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            while not server.asked:
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
        finally:
            account.open.set()
            process.kill()
            process.communicate()
    assert process.returncode == 128 + signal.SIGTERM, said
    assert "Traceback" not in said


@pytest.mark.parametrize("minutes", ["0", "1441", "-5", "often", ""])
def test_minutes_that_make_no_sense_are_named(minutes: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.sync_every", minutes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2


# The units


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNITS / name)
    return parser


@pytest.mark.parametrize("name", ["dyntube.service", "dyntube-sync.service"])
def test_services_may_do_little(name: str) -> None:
    service = unit(name)["Service"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["ProtectHome"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] == "dyntube"
    assert "DYNTUBE_ARCHIVE=/var/lib/dyntube" in service["Environment"]
    assert service["StateDirectory"] == "dyntube"


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = tool("systemd-analyze")
    for path in UNITS.iterdir():  # which of the machines has /opt/dyntube, or that user?
        text = path.read_text("utf-8").replace("/opt/dyntube/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text.replace("/opt/dyntube", str(ROOT)))
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    (tmp_path / "dyntube.service.d").mkdir()
    shutil.copy(ROOT / "deploy/sign-in.conf", tmp_path / "dyntube.service.d")
    done = subprocess.run(
        [program, "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    ours = [line for line in done.stderr.splitlines() if "dyntube" in line]
    assert ours == []


def test_the_app_s_unit_starts_what_is_there() -> None:
    for name in ("dyntube.service", "dyntube-sync.service"):
        _, command = unit(name)["Service"]["ExecStart"].split(" ", 1)
        module = command.split()[1]
        done = subprocess.run(
            [sys.executable, "-m", module, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

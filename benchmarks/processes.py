"""The app as processes: started, beside syncs, and what they take of the machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dyntube.engine.hot_days import FIRST_REST
from tests.browser.app import running, running_as, wait_until_healthy
from tests.deploy.test_serve import free_port

from .session import USER

_RULES = '[[rule]]\ndomains = ["acme.com"]\nrole = "admin"\nprojects = "*"\n'


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """The app on an archive of `archive.build`: its address and the number of its process."""
    others = _children()
    with running(folder, SYNC="external") as url:
        (process,) = _children() - others
        yield url, process


@contextmanager
def served(folder: Path, processes: int) -> Iterator[tuple[str, int]]:
    """The same by so many processes behind nginx, where everybody who comes has signed in.

    The number is that of their parent.
    """
    arguments, port = ("-m", "deploy.serve", f"--processes={processes}"), str(free_port(processes))
    with tempfile.TemporaryDirectory() as rules:
        access = Path(rules) / "access.toml"
        access.write_text(_RULES, "utf-8")
        sign_in = {"PROXY_USER_HEADER": USER, "PROXIES": "127.0.0.1", "ACCESS": str(access)}
        settings = {"SYNC": "external", **sign_in}
        with running_as(arguments, folder, settings, SERVER_PORT=port) as (url, process):
            for number in range(1, processes + 1):
                wait_until_healthy(f"http://127.0.0.1:{int(port) + number}")
            yield url, process


@contextmanager
def syncing() -> Iterator[None]:
    """Syncs of demo data in processes of their own, one after the other, as the units run them."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("DYNTUBE_")}
        environ["DYNTUBE_ARCHIVE"] = folder
        command = "while :; do nice -n 10 $0 -m dyntube sync; rm -rf $DYNTUBE_ARCHIVE/*; done"
        process = subprocess.Popen(
            ["sh", "-c", command, sys.executable],
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def memory(process: int) -> float:
    """The resident memory of a process and its children, in MB."""
    pages = sum(
        int(Path(f"/proc/{number}/statm").read_text("utf-8").split()[1])
        for number in (process, *_children(process))
    )
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def work(process: int) -> float:
    """The seconds that processors have worked for a process and its children."""
    ticks = 0
    for number in (process, *_children(process)):
        after_name = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(") ")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def until_loaded(process: int) -> None:
    """Wait until a server that was asked something has loaded what it keeps in memory."""
    time.sleep(FIRST_REST + 1)
    before = -1.0
    while (now := work(process)) - before > 0.3:
        before = now
        time.sleep(3)


def apps(parent: int) -> list[int]:
    """The app processes among the children of `deploy.serve`."""
    children = _children(parent)
    return [c for c in children if b"app.py" in Path(f"/proc/{c}/cmdline").read_bytes()]


def _children(of: int = 0) -> set[int]:
    of = of or os.getpid()
    return {*map(int, Path(f"/proc/{of}/task/{of}/children").read_text("utf-8").split())}

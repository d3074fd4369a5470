"""An app as a process on a port of its own, and what it takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.browser.app import ROOT

from . import archive
from .questions import period


@dataclass(frozen=True)
class Server:
    """A running app: its address, its process, and the seconds until it first answered."""

    url: str
    process: int
    seconds: float

    def address(self, name: str, days: int) -> str:
        """A page over so many days."""
        path = "" if name == "overview" else name
        return f"{self.url}/{path}?{urlencode(period(days))}"

    @property
    def memory(self) -> str:
        """Its resident memory, and the peak of that."""
        lines = Path(f"/proc/{self.process}/status").read_text("utf-8").splitlines()
        sizes = dict(line.split(":", 1) for line in lines)
        now, peak = (int(sizes[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return f"{now:,.0f} MB, {peak:,.0f} MB"


@contextmanager
def serving(script: Path, folder: Path, port: int = 0) -> Iterator[Server]:
    """An app over an archive. Browsers keep scripts by port, so it can be given."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
    port = port or free_port()
    options = [f"--server.port={port}", "--logger.level=error"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=keep | archive.environment(folder), stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        while not _is_healthy(url):
            if process.poll() is not None:
                sys.exit(f"{script} did not start.")
            time.sleep(0.01)
        yield Server(url, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

"""The demo server as a child process, which ends with its parent."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import UnavailableError

_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]
_SECRET_WORDS = ("DYNTUBE_", "KEY", "TOKEN", "SECRET", "PASSWORD")


@dataclass(frozen=True, eq=False)
class Process:
    """A running demo server; `url` is like `http://127.0.0.1:40123`."""

    url: str
    child: subprocess.Popen[bytes]

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Stop it and wait for its exit; idempotent."""
        _running.discard(self)
        _end(self.child, timeout_seconds)


# The child ends when its stdin closes, so an unreferenced Process must not be collected.
_running: set[Process] = set()


def start(
    port: int = 0,
    *,
    key: str | None = None,
    views_per_day: int | None = None,
    seed: int | None = None,
    today: str | None = None,
    timeout_seconds: float = 20.0,
) -> Process:
    """Start a demo server on this machine, on a free port by default.

    Raises UnavailableError if it is not up within the time limit.
    """
    options = {"--key": key, "--views-per-day": views_per_day, "--seed": seed, "--today": today}
    command = [sys.executable, "-P", "-m", "dyntube.demo", "--end-with-parent", f"--port={port}"]
    command += [f"{name}={value}" for name, value in options.items() if value is not None]
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            process_group=0,  # Ctrl-C in a terminal must reach only us; the child ends when we do
        )
    except OSError as error:
        raise UnavailableError(f"The demo server cannot be started: {error.strerror}.") from error
    url = _first_line(child, timeout_seconds)
    if not url.startswith("http://"):
        _end(child, 1.0)
        raise UnavailableError(
            f"The demo server did not come up (it had {timeout_seconds:g} seconds): "
            "its own message, if it left one, is on the error output."
        )
    process = Process(url, child)
    _running.add(process)
    atexit.register(process.stop)
    return process


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not any(word in name.upper() for word in _SECRET_WORDS)
    }
    paths = [str(_PACKAGE_FOLDER), *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}


def _first_line(child: subprocess.Popen[bytes], timeout_seconds: float) -> str:
    lines: list[bytes] = []

    def read(stream: IO[bytes]) -> None:
        lines.append(stream.readline())

    assert child.stdout is not None
    # Reading a pipe with a timeout is not portable, so a thread reads it.
    reader = threading.Thread(target=read, args=(child.stdout,), daemon=True)
    reader.start()
    reader.join(timeout_seconds)
    return lines[0].decode("ascii", "replace").strip() if lines else ""


def _end(child: subprocess.Popen[bytes], timeout_seconds: float) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()

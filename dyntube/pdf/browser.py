"""The Chromium, Chrome or Edge of this machine: finds it, starts it, ends it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from ..errors import ConfigError, PrintError
from .devtools import DevTools

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable"),
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",  # on its file descriptors 3 and 4, where nobody else can listen
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # it needs no other host
    "--no-proxy-server",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-breakpad",  # which starts a process of its own
    "--disable-component-update",
    "--disable-dev-shm-usage",  # of which containers have little
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en-GB",
    "--password-store=basic",
    "--use-mock-keychain",
)
_LONGEST_FOLDER = 50  # characters: Chromium makes a socket below, whose path has a limit
_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH")  # no keys
# A shell puts our ends of the pipes where Chromium looks for them.
_ON_PIPES = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
_END_SECONDS = 5.0
_TOLD_LINES = 5  # of what a browser that does not start has said


def find(named: str) -> str:
    """The program to start: the one that is named, else the first on this machine.

    Raises ConfigError.
    """
    if named:
        if found := shutil.which(named):
            return found
        raise ConfigError(f"DYNTUBE_BROWSER names {named}, which is no program on this machine.")
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    looked_for = ", ".join(name for name in NAMES if "/" not in name)
    raise ConfigError(
        f"A PDF needs Chromium, Chrome or Edge, and none is on this machine (looked for "
        f"{looked_for}). Install one (Debian: apt install chromium), or name it in DYNTUBE_BROWSER."
    )


@contextmanager
def started(program: str, until: float, *, sandbox: bool = True) -> Iterator[DevTools]:
    """A browser with an empty profile, up to a moment of `time.monotonic`; ended in any case."""
    with (
        tempfile.TemporaryDirectory(prefix="dyntube-", ignore_cleanup_errors=True) as profile,
        tempfile.TemporaryFile() as said,
    ):
        flags = [*_FLAGS, f"--user-data-dir={profile}"]
        # Chromium does not start with a sandbox as root.
        if not sandbox or os.geteuid() == 0:
            flags.append("--no-sandbox")
        process = subprocess.Popen(
            ["/bin/sh", "-c", _ON_PIPES, program, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            stderr=said,
            env=_environment(),
            process_group=0,  # Ctrl-C in a terminal must reach only us; and all of it ends at once
        )
        assert process.stdin
        assert process.stdout
        try:
            devtools = DevTools(process.stdin, process.stdout, until)
            _wait_started(devtools, program, said)
            yield devtools
        finally:
            _end(process)


def _environment() -> dict[str, str]:
    known = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    if len(known.get("TMPDIR", "")) > _LONGEST_FOLDER:
        del known["TMPDIR"]
    return known


def _wait_started(devtools: DevTools, program: str, said: IO[bytes]) -> None:
    try:
        devtools("Browser.getVersion")
    except PrintError as error:
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").splitlines()[-_TOLD_LINES:]
        text = f"{program} does not start: {error} It says: {' / '.join(lines) or 'nothing'}."
        if "sandbox" in text.lower():
            text += " Where its sandbox cannot work, as in some containers, use --no-sandbox."
        raise PrintError(text) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all its processes; it ends by itself when nobody can command it any more."""
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.close()
        _wait_closed(process.stdout)
    finally:
        with suppress(PermissionError):  # macOS: all have ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()  # not before: until then, no other process gets its number
        process.stdout.close()


def _wait_closed(pipe: IO[bytes]) -> None:
    end = time.monotonic() + _END_SECONDS
    while (left := end - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0] and not os.read(pipe.fileno(), 1 << 16):
            return

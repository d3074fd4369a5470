"""The server that the browser prints from; see `ui.server.for_print`."""

from __future__ import annotations

import os
import secrets
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import PrintError
from ..query.access import EVERYTHING, Access
from ..settings.sources import CHECKOUT

_END_SECONDS = 10.0


@dataclass(frozen=True)
class Server:
    """Where it listens, and the cookie without which it answers nobody."""

    url: str
    cookie: str
    secret: str = field(repr=False)


@contextmanager
def started(seconds: float, link: str = "", access: Access = EVERYTHING) -> Iterator[Server]:
    """A server with a secret of its own, ended in any case; if it fails, its log is passed on.

    `link` is the URL of the dashboard that links lead to; empty: where `make run` would be. Pages
    show what `access` lets through.
    Raises PrintError if it is not up in time.
    """
    command = [sys.executable, "-P", "-m", "dyntube.ui.server.for_print"]
    paths = str(CHECKOUT), os.environ.get("PYTHONPATH")
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            stderr=log,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            process_group=0,  # Ctrl-C in a terminal must reach only us; it ends with its input
        )
        try:
            yield _opened(process, seconds, (link, access.to_json()))
        except PrintError:
            log.seek(0)
            sys.stderr.write(log.read().decode("utf-8", "replace"))
            raise
        finally:
            _end(process)


def _opened(process: subprocess.Popen[bytes], seconds: float, lines: tuple[str, ...]) -> Server:
    told, answer = process.stdin, process.stdout
    assert told
    assert answer
    secret = secrets.token_urlsafe(32)
    try:
        told.write("".join(f"{line}\n" for line in (secret, *lines)).encode())
    except BrokenPipeError:
        raise PrintError(_NOT_UP) from None
    if not select.select([answer], [], [], seconds)[0] or not (line := answer.readline()):
        raise PrintError(_NOT_UP)
    number, cookie = line.decode().split()
    return Server(f"http://127.0.0.1:{number}", cookie, secret)


_NOT_UP = "The dashboard does not start; what it says is on the error output."


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        if process.stdin:
            process.stdin.close()
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

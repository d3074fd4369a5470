"""Which processes a test has left, known by a folder that their environment or arguments name."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

_SECONDS = 15.0  # for what ends by itself, as soon as it notices


def left_of(folder: Path) -> list[int]:
    """The processes of a folder, but for this one; waits a while for them to end."""
    end = time.monotonic() + _SECONDS
    while (found := running_of(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def running_of(folder: Path) -> list[int]:
    """The processes of a folder now, but for this one."""
    name, found = os.fsencode(folder), []
    for process in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):  # it has ended, or is somebody else's
            told = [Path(f"/proc/{process}/{file}").read_bytes() for file in ("cmdline", "environ")]
            if int(process) != os.getpid() and any(name in text for text in told):
                found.append(int(process))
    return found

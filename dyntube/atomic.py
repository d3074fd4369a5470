"""Atomic file writes: a temporary file is written, flushed to disk and renamed.

The order survives a power loss: data, then its name, then the folder with the name.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
Stamp = tuple[int, ...]
CLOCK_TICK_NS = 100_000_000  # a change within the clock's last tick may not show in a file's time


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write; it replaces `path`, flushed to disk, or is removed on error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _to_disk(temporary)
        rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class Reread(Generic[T]):
    """What a file says, read again only when the file has changed."""

    def __init__(self, file: Path, read: Callable[[bytes], T]) -> None:
        self._file, self._read = file, read
        self._kept: tuple[Stamp, T] | None = None

    def get(self) -> T:
        """What it says now. Raises OSError."""
        with self._file.open("rb") as opened:
            found, kept = stamp(os.fstat(opened.fileno())), self._kept
            if not kept or kept[0] != found:
                kept = self._kept = found, self._read(opened.read())
        return kept[1]


def stamp(status: os.stat_result) -> Stamp:
    """A value that differs after each change of a file, also of who may read it.

    The stamp of a file that changed within the last tick equals no other: its times may not show
    the next change.
    """
    now = time.time_ns()
    is_fresh = abs(now - status.st_mtime_ns) <= CLOCK_TICK_NS
    times = status.st_mtime_ns, status.st_ctime_ns
    return status.st_ino, *times, status.st_size, now if is_fresh else 0


def rename(path: Path, to: Path) -> None:
    """Give a file another name in its folder, on disk."""
    os.replace(path, to)
    _to_disk(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, accessible by the owner only."""
    for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
        _to_disk(missing.parent)


def failure_text(what: str, path: Path, verb: str, error: OSError) -> str:
    """A sentence on a failed file operation."""
    return f"The {what} {path} cannot be {verb}: {error.strerror or type(error).__name__}."


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

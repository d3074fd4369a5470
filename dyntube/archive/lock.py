"""The write lock of an archive, held by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from pathlib import Path

import filelock

from ..atomic import failure_text, make_folder
from ..errors import ArchiveError, SyncRunningError

_MIN_TIMEOUT = 0.2  # seconds; `is_held` holds the lock for less than a thousandth of that


@contextlib.contextmanager
def hold(file: Path, folders: Sequence[Path], seconds: float) -> Iterator[None]:
    """Hold a lock file, after creating these folders.

    Raises SyncRunningError if another holder keeps it for `seconds`, and ArchiveError.
    """
    lock = filelock.FileLock(file)
    try:
        for folder in folders:
            make_folder(folder)
        lock.acquire(timeout=max(seconds, _MIN_TIMEOUT))  # longer than an `is_held` elsewhere
    except filelock.Timeout:
        raise SyncRunningError("Another sync is running on this archive.") from None
    except OSError as error:
        raise ArchiveError(failure_text("archive folder", file.parent, "written", error)) from error
    try:
        yield
    finally:
        lock.release()


def is_held(file: Path) -> bool:
    """Whether a lock file is held; needs no write permission."""
    try:
        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False

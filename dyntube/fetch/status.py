"""What the sync of an archive is doing, told to every process that looks at it.

Whoever syncs writes it beside the days. The file may outlive a process that was killed, so a sync
is believed to run only while somebody holds the archive's lock.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from ..archive.archive import Archive
from ..atomic import replacing
from ..errors import (
    ArchiveError,
    AuthError,
    BadResponseError,
    DynTubeError,
    RequestError,
    UnavailableError,
    UnforeseenError,
)
from ..events import event
from ..reading.text import clean, short
from .run import Progress

WRITTEN_EVERY = 0.5  # seconds
_KINDS = (AuthError, RequestError, UnavailableError, BadResponseError, ArchiveError)
_ERRORS: dict[str, type[DynTubeError]] = {
    kind.__name__: kind for kind in (*_KINDS, UnforeseenError)
}


@dataclass(frozen=True)
class SyncStatus:
    """`progress` while a sync runs, `elsewhere` if in another process; `error` of the last one
    that failed.

    How far the last one here came, where it `stopped` before its end, and for how many seconds yet
    the next one will `rest` unless somebody wants it.
    """

    progress: Progress | None = None
    error: DynTubeError | None = None
    elsewhere: bool = False
    stopped: Progress | None = None
    rest: float = 0.0


class StatusFile:
    """The status of the sync of one archive; `show` and `end` are for whoever holds its lock."""

    def __init__(self, archive: Archive, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive, self._clock = archive, clock
        self._file = archive.root / archive.folders[0] / "sync.json"
        self._written = -math.inf

    def show(self, progress: Progress) -> None:
        """Tell how far the sync is; what comes too soon after the last is left out."""
        if self._clock() - self._written >= WRITTEN_EVERY:
            self._write(SyncStatus(progress))
            self._written = self._clock()

    @contextmanager
    def until_end(self) -> Iterator[list[DynTubeError]]:
        """Tell at the end of a sync that it is over, and what ended it or else the first error
        that it has put into this list."""
        errors: list[DynTubeError] = []
        try:
            yield errors
        except DynTubeError as error:
            errors[:] = [error]
            raise
        finally:
            self.end(next(iter(errors), None))

    def end(self, error: DynTubeError | None) -> None:
        """Tell that the sync is over, and what went wrong."""
        self._written = -math.inf
        self._write(SyncStatus(error=error))

    def read(self) -> SyncStatus:
        """What the last sync told; without progress where it was killed or is done."""
        try:
            told = json.loads(self._file.read_bytes())
            progress, error = _progress(told["progress"]), _error(told["error"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return SyncStatus()
        runs = progress is not None and self._archive.is_locked()
        return SyncStatus(progress if runs else None, error, elsewhere=runs)

    def _write(self, state: SyncStatus) -> None:
        error = state.error and {"kind": type(state.error).__name__, "text": str(state.error)}
        told = {"progress": state.progress and asdict(state.progress), "error": error}
        try:
            with replacing(self._file) as temporary:
                temporary.write_text(json.dumps(told), "utf-8")
        except OSError as failure:
            event("status_not_written", reason=failure.strerror)  # the sync itself goes on


def _progress(told: dict[str, Any] | None) -> Progress | None:
    if told is None:
        return None
    progress = Progress(**told)
    counts = progress.days_done, progress.days_total, progress.views, progress.requests
    seconds = progress.seconds_left or 0.0, progress.waiting or 0.0
    if not (
        all(type(count) is int and count >= 0 for count in counts)
        and all(type(value) in (int, float) and math.isfinite(value) for value in seconds)
        and progress.days_done <= progress.days_total
    ):
        raise ValueError("not how far a sync can be")
    return progress


def _error(told: dict[str, Any] | None) -> DynTubeError | None:
    if told is None:
        return None
    kind = _ERRORS.get(str(told["kind"]), DynTubeError)
    return kind(short(clean(str(told["text"])), 1000))

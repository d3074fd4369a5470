"""The status of an archive's sync, published to every process.

The syncing process writes it beside the days. The file may outlive a killed process, so a sync is
believed to run only while the archive's lock is held.
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
    """The status of a sync: `progress` while it runs, `elsewhere` if in another process.

    `error` is that of the last one, if it failed. `stopped`: how far the last one here came, if it
    ended early; `rest`: seconds until the next one, unless requested sooner.
    """

    progress: Progress | None = None
    error: DynTubeError | None = None
    elsewhere: bool = False
    stopped: Progress | None = None
    rest: float = 0.0


class StatusFile:
    """The status of an archive's sync; `show` and `end` are for the holder of its lock."""

    def __init__(self, archive: Archive, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive, self._clock = archive, clock
        self._file = archive.root / archive.folders[0] / "sync.json"
        self._written = -math.inf

    def show(self, progress: Progress) -> None:
        """Publish the progress; too soon after the last time, do nothing."""
        if self._clock() - self._written >= WRITTEN_EVERY:
            self._write(SyncStatus(progress))
            self._written = self._clock()

    @contextmanager
    def until_end(self) -> Iterator[list[DynTubeError]]:
        """At the end of a sync, publish that it is over, and what ended it.

        That is the error raised, or else the first that was put into this list.
        """
        errors: list[DynTubeError] = []
        try:
            yield errors
        except DynTubeError as error:
            errors[:] = [error]
            raise
        finally:
            self.end(next(iter(errors), None))

    def end(self, error: DynTubeError | None) -> None:
        """Publish that the sync is over, and its error."""
        self._written = -math.inf
        self._write(SyncStatus(error=error))

    def read(self) -> SyncStatus:
        """The status last published; without progress if that sync was killed or is done."""
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
            event("status_not_written", reason=failure.strerror)  # the sync goes on


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

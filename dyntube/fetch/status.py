"""The status of an archive's sync, published to every process.

The syncing process writes it beside the days. The file may outlive a killed process, so a sync is
believed to run only while the archive's lock is held. After a failed or cancelled sync, no process
starts another by itself for a while.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
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
RETRY_SECONDS = 60.0  # how long to rest after a failed sync
LONGEST_REST = 6 * 3600.0  # seconds, however long the server asked for
CANCELLED_SECONDS = 600.0  # how long to rest after a cancelled sync
_KINDS = (AuthError, RequestError, UnavailableError, BadResponseError, ArchiveError)
_ERRORS: dict[str, type[DynTubeError]] = {
    kind.__name__: kind for kind in (*_KINDS, UnforeseenError)
}


@dataclass(frozen=True)
class SyncStatus:
    """The status of a sync: `progress` while it runs, `elsewhere` if in another process.

    `error` is that of the last one, if it failed. `rest`: seconds until the next one, unless
    requested sooner; `stopped`: until then, how far the last one came, if it ended early.
    """

    progress: Progress | None = None
    error: DynTubeError | None = None
    elsewhere: bool = False
    stopped: Progress | None = None
    rest: float = 0.0


@dataclass
class SyncEnd:
    """How a sync ended: its error, and how long to rest if it was cancelled."""

    error: DynTubeError | None = None
    rest: float = 0.0


class StatusFile:
    """The status of an archive's sync; all but `read` and `wake` are for the holder of its lock.

    What cannot be written is known to this process alone.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive, self._now, self._clock = archive, now, clock
        self._file = archive.root / archive.folders[0] / "sync.json"
        self._written = -math.inf
        self._last: Progress | None = None
        self._unwritten: dict[str, Any] = {}
        self._unwritten_at = 0.0

    def forget(self) -> None:
        """A sync is about to begin: what the last one showed is not its own."""
        self._last = None

    def show(self, progress: Progress) -> None:
        """Publish the progress; too soon after the last time, only remember it."""
        self._last = progress
        if self._clock() - self._written >= WRITTEN_EVERY:
            self._write(SyncStatus(progress))
            self._written = self._clock()

    @contextmanager
    def until_end(self) -> Iterator[SyncEnd]:
        """At the end of a sync, publish that it is over, and how it ended."""
        end = SyncEnd()
        try:
            yield end
        except DynTubeError as error:
            end.error = error
            raise
        finally:
            self.end(end)

    def end(self, end: SyncEnd) -> None:
        """Publish that the sync is over."""
        self._written = -math.inf
        rest = rest_after(end.error) if end.error else end.rest
        stopped = self._last if rest and self._last and self._last.days_total else None
        self._write(SyncStatus(error=end.error, stopped=stopped, rest=rest))

    def wake(self) -> None:
        """Let the next sync start at once."""
        if (status := self.read()).rest:
            self._write(replace(status, stopped=None, rest=0.0))

    def read(self) -> SyncStatus:
        """The status last published; without progress if that sync was killed or is done."""
        newest = 0.0
        try:
            status = self._parsed(json.loads(self._file.read_bytes()))
            newest = self._file.stat().st_mtime
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            status = SyncStatus()
        ours = self._unwritten and newest < self._unwritten_at
        return self._parsed(self._unwritten) if ours else status

    def _parsed(self, told: dict[str, Any]) -> SyncStatus:
        progress, error = _progress(told["progress"]), _error(told["error"])
        runs = progress is not None and self._archive.is_locked()
        rest = told.get("rest_until", 0.0) - self._now().timestamp()
        rest = rest if 0 < rest <= LONGEST_REST else 0.0  # a clock may have been set back
        stopped = _progress(told.get("stopped")) if rest else None
        return SyncStatus(progress if runs else None, error, runs, stopped, rest)

    def _write(self, status: SyncStatus) -> None:
        error = status.error and {"kind": type(status.error).__name__, "text": str(status.error)}
        told = {
            "progress": status.progress and asdict(status.progress),
            "error": error,
            "stopped": status.stopped and asdict(status.stopped),
            "rest_until": self._now().timestamp() + status.rest if status.rest else 0.0,
        }
        self._unwritten, self._unwritten_at = {}, time.time()
        try:
            with replacing(self._file) as temporary:
                temporary.write_text(json.dumps(told), "utf-8")
        except OSError as failure:
            self._unwritten = told
            event("status_not_written", reason=failure.strerror)  # the sync goes on


def rest_after(error: DynTubeError) -> float:
    """The seconds to rest after a failure: longer if the server asks for it or refuses a key."""
    asked = error.wait if isinstance(error, UnavailableError) else None
    ours = RETRY_SECONDS * (10 if isinstance(error, AuthError) else 1)
    return min(max(ours, asked or 0.0), LONGEST_REST)


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

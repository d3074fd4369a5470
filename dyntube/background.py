"""Keeps the archive fresh while people look: one sync at a time in a thread of its own."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from .catalog import Catalog
from .errors import AuthError, DynTubeError, SyncRunningError
from .sync import Progress, Syncer

NAMES_LIVE = dt.timedelta(hours=1)
RETRY_SECONDS = 60.0  # how long a failed sync rests before the next page asks again
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """What the thread does: `progress` while a sync runs, `error` of the last one that failed."""

    progress: Progress | None = None
    error: DynTubeError | None = None


class Background:
    """Runs syncs that pages ask for; safe to ask from many threads."""

    def __init__(
        self, syncer: Syncer, catalog: Catalog, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._syncer, self._catalog, self._clock = syncer, catalog, clock
        self._lock = threading.Lock()
        self._state = State()
        self._rest_until = 0.0
        self._names_asked = False

    @property
    def state(self) -> State:
        """What it does at the moment."""
        return self._state

    def ensure(self, days: Collection[dt.date]) -> State:
        """See to it that these UTC days are stored and fresh; returns at once."""
        with self._lock:
            self._ensure_names()
            resting = self._clock() < self._rest_until
            if self._state.progress is None and not resting and self._syncer.due(days):
                self._state = replace(self._state, progress=Progress(0, 0, 0, None))
                _start(self._sync, days)
            return self._state

    def retry(self) -> None:
        """Let the next `ensure` try again at once after a failure."""
        self._rest_until = 0.0

    def _sync(self, days: Collection[dt.date]) -> None:
        error: DynTubeError | None = None
        try:
            report = self._syncer.sync(days, progress=self._show)
            error = next(iter(report.failed.values()), None)
        except SyncRunningError:
            pass  # another process is at it; its days appear here as it stores them
        except DynTubeError as failure:
            error = failure
        finally:
            if error:
                rest = RETRY_SECONDS * (10 if isinstance(error, AuthError) else 1)
                self._rest_until = self._clock() + rest
            self._state = State(error=error)

    def _show(self, progress: Progress) -> None:
        self._state = replace(self._state, progress=progress)

    def _ensure_names(self) -> None:
        if not self._names_asked and self._names_are_old():
            self._names_asked = True
            _start(self._refresh_names)

    def _names_are_old(self) -> bool:
        fetched_at = self._catalog.names().fetched_at
        return fetched_at is None or dt.datetime.now(dt.UTC) - fetched_at > NAMES_LIVE

    def _refresh_names(self) -> None:
        try:
            self._catalog.refresh()
        except DynTubeError as error:
            # The dashboard works with keys instead of names.
            _log.warning("names could not be fetched: %s", error)
            time.sleep(RETRY_SECONDS)
        finally:
            self._names_asked = False


def _start(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()

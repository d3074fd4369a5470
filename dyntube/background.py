"""Keeps the archive fresh while people look: one sync at a time in a thread of its own."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from .catalog import Catalog
from .errors import AuthError, DynTubeError, SyncRunningError, UnavailableError
from .journal import event
from .sync import Progress, Syncer

RETRY_SECONDS = 60.0  # how long a failed sync rests before the next page asks again
LONGEST_REST = 6 * 3600.0  # seconds, however long a server asked for
CANCELLED_SECONDS = 600.0  # how long one that somebody cancelled rests
CALM = 5  # after a sync that a page wanted early, none is early for so many times its length


@dataclass(frozen=True)
class State:
    """What the thread does: `progress` while a sync runs, `error` of the last one that failed."""

    progress: Progress | None = None
    error: DynTubeError | None = None


class Background:
    """Runs syncs that pages ask for; safe to ask from many threads.

    With `external`, another program fetches, and nothing is ever started here.
    """

    def __init__(
        self,
        syncer: Syncer,
        catalog: Catalog,
        *,
        external: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._syncer, self._catalog, self._clock = syncer, catalog, clock
        self._external = external
        self._lock = threading.Lock()
        self._state = State()
        self._stop = threading.Event()
        self._rest_until = self._calm_until = 0.0
        self._names_asked = False

    @property
    def state(self) -> State:
        """What it does at the moment."""
        return self._state

    def ensure(self, days: Collection[dt.date], refresh: dt.timedelta | None = None) -> State:
        """See to it that these UTC days are stored and fresh; returns at once.

        Days that may still change are fresh for as long as the settings say, or for `refresh`,
        which is for pages that want them early. Where that takes long, they get them less often.
        """
        if self._external:
            return self._state
        with self._lock:
            self._ensure_names()
            now = self._clock()
            refresh = refresh if now >= self._calm_until else None
            ready = self._state.progress is None and now >= self._rest_until
            if ready and self._syncer.due(days, refresh=refresh):
                self._start_sync(days, refresh)
            return self._state

    def sync_now(self, days: Collection[dt.date]) -> State:
        """Fetch these UTC days now, unless they are settled; returns at once."""
        with self._lock:
            if self._state.progress is None and not self._external:
                self._start_sync(days, dt.timedelta(0))
            return self._state

    def cancel(self) -> None:
        """End the running sync; what it has stored stays."""
        self._stop.set()

    def retry(self) -> None:
        """Let the next `ensure` try again at once after a failure."""
        self._rest_until = 0.0

    def _start_sync(self, days: Collection[dt.date], refresh: dt.timedelta | None) -> None:
        self._stop.clear()
        self._state = replace(self._state, progress=Progress(0, 0, 0, None))
        _start(self._sync, days, refresh)

    def _sync(self, days: Collection[dt.date], refresh: dt.timedelta | None) -> None:
        error: DynTubeError | None = None
        began = self._clock()
        try:
            report = self._syncer.sync(days, refresh=refresh, progress=self._show, stop=self._stop)
            error = next(iter(report.failed.values()), None)
            if report.cancelled:
                self._rest(CANCELLED_SECONDS)
        except SyncRunningError:
            pass  # another process is at it; its days appear here as it stores them
        except DynTubeError as failure:
            error = failure
        finally:
            if refresh:
                self._calm_until = self._clock() + CALM * (self._clock() - began)
            if error:
                self._rest(_rest_after(error))
            self._state = State(error=error)

    def _rest(self, seconds: float) -> None:
        self._rest_until = self._clock() + seconds

    def _show(self, progress: Progress) -> None:
        self._state = replace(self._state, progress=progress)

    def _ensure_names(self) -> None:
        if not self._names_asked and self._catalog.is_old():
            self._names_asked = True
            _start(self._refresh_names)

    def _refresh_names(self) -> None:
        try:
            self._catalog.refresh()
        except DynTubeError as error:
            # The dashboard works with keys instead of names.
            event("names_not_fetched", reason=str(error))
            time.sleep(RETRY_SECONDS)
        finally:
            self._names_asked = False


def _rest_after(error: DynTubeError) -> float:
    asked = error.wait if isinstance(error, UnavailableError) else None
    ours = RETRY_SECONDS * (10 if isinstance(error, AuthError) else 1)
    return min(max(ours, asked or 0.0), LONGEST_REST)


def _start(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()

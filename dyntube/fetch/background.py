"""Keeps the archive fresh while people use the app: one sync at a time, in its own thread.

Days wanted meanwhile join it. A sync of another process on the same archive is shown as if it were
ours, and waited for.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace

from ..errors import DynTubeError, SyncRunningError
from ..events import event, unforeseen
from .catalog import Catalog
from .status import CANCELLED_SECONDS, rest_after
from .sync import DayRequest, Progress, Syncer, SyncStatus

EARLY_BACKOFF = 5  # after an early refresh, refuse others for this many times its duration

__all__ = ["Background", "SyncStatus"]


class Background:
    """Runs syncs that pages ask for; thread-safe.

    With `external`, another program fetches, and no sync starts here.
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
        self._progress: Progress | None = None
        self._wishes: dict[tuple[dt.date, ...], dt.timedelta | None] = {}
        self._bug: DynTubeError | None = None  # of fetching names
        self._stop, self._idle = threading.Event(), threading.Event()
        self._idle.set()
        self._early_again_at = self._names_rest_until = 0.0
        self._names_asked = False
        self._wanted: set[dt.date] = set()  # by the last sync
        self._again: set[dt.date] = set()  # by the next sync, after `retry`
        if not external:
            syncer.wake()  # whoever restarts the app may have mended what failed

    @property
    def fetches(self) -> bool:
        """Whether anything is fetched here, and not by another program."""
        return not self._external

    @property
    def state(self) -> SyncStatus:
        """The status of the sync, here or in another process."""
        if progress := self._progress:
            return SyncStatus(progress)
        status = self._syncer.state
        return replace(status, error=status.error or self._bug)

    def ensure(self, days: Collection[dt.date], refresh: dt.timedelta | None = None) -> SyncStatus:
        """Make sure that these UTC days are stored and fresh; returns at once.

        Days that may still change stay fresh for as long as the settings say, or for `refresh`, if
        a page wants them earlier. After long early refreshes, these are granted less often.
        """
        if self._external:
            return self.state
        with self._lock:
            self._ensure_names()
            now = self._clock()
            refresh = refresh if now >= self._early_again_at else None
            if self._progress:
                self._wishes[tuple(days)] = refresh
                return self.state
            state = self.state
            ready = not (state.rest or state.progress)
            wanted = {*days, *self._again}
            if ready and (self._syncer.due(wanted, refresh=refresh) or self._syncer.outdated):
                self._start_sync(wanted, refresh)
            return self.state

    def sync_now(self, days: Collection[dt.date]) -> SyncStatus:
        """Fetch these UTC days now, settled or not; returns at once."""
        with self._lock:
            if not self._external and not self.state.progress:
                self._start_sync(days, dt.timedelta(0), again=True)
            return self.state

    def cancel(self) -> None:
        """Stop the running sync; stored days stay."""
        self._stop.set()

    def close(self, seconds: float) -> None:
        """Start no more syncs, cancel the running one, and wait up to `seconds` for its end."""
        with self._lock:
            self._external = True
        running = self._progress is not None
        self.cancel()
        if self._idle.wait(seconds) and running:
            self._syncer.wake()  # nobody cancelled it: other processes may go on

    def retry(self) -> None:
        """Let the next `ensure` resume at once what failed or was cancelled."""
        self._again = self._wanted
        self._syncer.wake()

    def _start_sync(
        self, days: Collection[dt.date], refresh: dt.timedelta | None, *, again: bool = False
    ) -> None:
        self._stop.clear()
        self._idle.clear()
        self._wishes, self._wanted, self._again = {}, set(days), set()
        self._progress = Progress(0, 0, 0, None)
        _start(self._sync, days, refresh, again)

    def _sync(self, days: Collection[dt.date], refresh: dt.timedelta | None, again: bool) -> None:
        began = self._clock()
        try:
            self._syncer.sync(
                days,
                refresh=refresh,
                again=again,
                progress=self._show,
                stop=self._stop,
                rest=CANCELLED_SECONDS,
                more=self._more,
            )
        except SyncRunningError:
            pass  # another process syncs; its days appear here as it stores them
        except DynTubeError as failure:
            self._syncer.failed(failure)
        except Exception as failure:  # the last line of defence
            self._syncer.failed(unforeseen(failure))
        finally:
            if refresh:
                self._early_again_at = self._clock() + EARLY_BACKOFF * (self._clock() - began)
            self._progress = None  # last, as pages then look for the result
            self._idle.set()

    def _more(self) -> list[DayRequest]:
        with self._lock:
            wishes, self._wishes = self._wishes, {}
            self._wanted.update(*wishes)
        return list(wishes.items())

    def _show(self, progress: Progress) -> None:
        self._progress = progress

    def _ensure_names(self) -> None:
        ready = not self._names_asked and self._clock() >= self._names_rest_until
        if ready and self._catalog.is_old():
            self._names_asked = True
            _start(self._refresh_names)

    def _refresh_names(self) -> None:
        error = bug = None
        try:
            self._catalog.refresh()
        except DynTubeError as failure:
            # The dashboard works with keys, or with the names it has.
            event("names_not_fetched", reason=str(failure))
            error = failure
        except Exception as failure:  # the last line of defence
            error = bug = unforeseen(failure)
        finally:
            if error:
                self._names_rest_until = self._clock() + rest_after(error)
            self._bug, self._names_asked = bug, False


def _start(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()

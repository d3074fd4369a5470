"""One run over days that are due: a few concurrently, until all are done or the rest would fail.

Days wanted meanwhile join it, so that nobody waits for the end of a long one. Each day is committed
on its own, so an early end loses no finished day. At the end some settled days are audited: their
files are verified, each is counted again with one request, and what differs is refetched.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from ..archive.archive import Archive
from ..archive.audits import Audits
from ..errors import (
    ApiError,
    AuthError,
    CancelledError,
    DynTubeError,
    NothingError,
    UnavailableError,
)
from ..events import EventLog, unforeseen
from ..query.periods import midnight
from ..settings.settings import FetchScope, Settings
from .audit import Audit
from .beginning import FALLBACK_DAYS, LONG_AGO, Count, SearchResult
from .client import Client, Window
from .day import DayFetcher, Fetched, Task
from .plan import CLOCKS_DIFFER
from .progress import Progress, SyncResult
from .queue import DayQueue
from .row_budget import RowBudget
from .window import Sweeper

ROWS_IN_HAND = 250_000  # views that concurrently fetched days hold in total, roughly
FAILURES_IN_A_ROW = 3  # after this many failures in a row the rest would fail as well
_LOOK_AGAIN = 0.25  # seconds between polls of a run

__all__ = ["Progress", "Run", "SyncResult"]


class Run:
    """One run; its client's retries are its own."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        archive: Archive,
        event_log: EventLog,
        *,
        now: Callable[[], dt.datetime],
        sleep: Callable[[float], object],
        progress: Callable[[Progress], None],
        stop: threading.Event,
        look: Callable[[FetchScope, Count, dt.date], SearchResult],
        more: Callable[[], Collection[Sequence[Task]]],
    ) -> None:
        self._settings, self._client, self._archive = settings, client, archive
        self._event_log, self._now, self._sleep = event_log, now, sleep
        self._progress, self._stop = progress, stop
        self._look, self._more = look, more
        self._begin: dict[FetchScope, dt.date] = {}
        self._result = SyncResult()
        self._nothing: list[Task] = []
        self._failures_in_a_row = self._requests = 0
        self._began = time.monotonic()

    def over(self, tasks: Sequence[Task]) -> SyncResult:
        """Fetch these days, newest first.

        `look` searches for a scope's beginning, as far as it matters for the oldest day wanted;
        days that are not sure wait for it. `more` has the days wanted since it was last called.
        Raises ArchiveError if nothing can be written, and UnforeseenError.
        """
        self._event_log.write("sync_started", days=len(tasks))
        workers = self._settings.concurrency
        try:
            # The search for the beginning has its own thread, so that no day waits for it.
            with ThreadPoolExecutor(workers) as pages, ThreadPoolExecutor(workers + 1) as threads:
                self._fetch_all(tasks, pages, threads)
        except DynTubeError as error:
            self._note_end("stopped", reason=str(error))
            raise
        self._note_end(self._result.outcome)
        return self._result

    def _fetch_all(
        self, tasks: Sequence[Task], pages: ThreadPoolExecutor, threads: ThreadPoolExecutor
    ) -> None:
        shared = self._settings, self._client, self._archive
        budget = RowBudget(ROWS_IN_HAND)
        fetcher = DayFetcher(*shared, pages, budget, self._now, self._sleep)
        try:
            self._fetch(tasks, fetcher, threads)
            if again := self._empty_after_all():
                self._fetch(again, fetcher, threads)
            if self._result.outcome == "done":
                self._audit(pages, fetcher, threads)
        except DynTubeError as error:
            self._client.retries.stop(error)  # or paused threads would be waited for
            raise
        except Exception as error:
            failure = unforeseen(error)
            self._client.retries.stop(failure)
            raise failure from error

    def _empty_after_all(self) -> list[Task]:
        """Days that DynTube had nothing of before it sent views, if it has sent some since."""
        again = self._nothing if self._client.habits.answers and not self._result.cancelled else []
        for task in again:
            if isinstance(self._result.failed.get(task.day), NothingError):
                del self._result.failed[task.day]
        self._result.wanted -= len(again)
        return again

    def _fetch(
        self, tasks: Sequence[Task], fetcher: DayFetcher, threads: ThreadPoolExecutor
    ) -> None:
        wishes, is_open = DayQueue(), True
        running: dict[Future[Fetched], Task] = {}
        looks: dict[Future[SearchResult], Task] = {}  # and the oldest day that awaits it
        wishes.add(tasks)
        self._show(wishes)
        while True:
            if is_open:
                self._take_up(wishes)
                for scope, oldest in wishes.unsure().items():
                    if scope not in {task.scope for task in looks.values()}:
                        count = self._counting(scope, fetcher)
                        look = threads.submit(self._look, scope, count, oldest)
                        looks[look] = Task(scope, oldest, None)
            while len(running) < self._settings.concurrency and (task := wishes.take()):
                running[threads.submit(fetcher.fetch, task)] = task
            if not running and not looks:
                self._result.wanted += wishes.total
                return
            under_way: set[Future[Any]] = {*running, *looks}
            done = wait(under_way, _LOOK_AGAIN, FIRST_COMPLETED).done
            for future in [future for future in running if future in done]:
                is_open = not self._note(running.pop(future), future, wishes) and is_open
            for look in [look for look in looks if look in done]:
                is_open = not self._note_begin(looks.pop(look), look, wishes) and is_open
            if self._stop.is_set() and not self._result.cancelled:
                self._result.cancelled, is_open = True, False
                self._client.retries.stop(CancelledError("The sync was cancelled."))
            if not is_open:
                dropped = wishes.clear()  # days in flight may still succeed
                self._result.untried |= {task.day for task in dropped}
            self._show(wishes)

    def _take_up(self, wishes: DayQueue) -> None:
        if not (new := self._more()):
            return
        for tasks in new:
            wishes.add(tasks)
        for scope, first in self._begin.items():
            wishes.begin(scope, first, first)

    def _counting(self, scope: FetchScope, fetcher: DayFetcher) -> Count:
        def count(start: dt.date, end: dt.date) -> int:
            window = Window(midnight(start), midnight(end))
            asked = fetcher.pages.submit(self._client.views, scope, window, 1, 1)
            return asked.result().counted

        return count

    def _note_begin(self, oldest: Task, look: Future[SearchResult], wishes: DayQueue) -> bool:
        """Release or drop the days that waited; True if they would fail the same way."""
        try:
            found = look.result()
        except CancelledError:
            return False
        except (AuthError, UnavailableError) as error:
            return self._note_failed(oldest, error)
        except ApiError as error:
            found = SearchResult(self._now().date() - FALLBACK_DAYS, self._now())
            self._event_log.write("first_day_not_found", asked_from=found.day, reason=str(error))
        if found.exact:
            self._begin[oldest.scope] = found.day
        wishes.begin(oldest.scope, found.day if found.exact else LONG_AGO, found.day)
        return False

    def _note(self, task: Task, future: Future[Fetched], wishes: DayQueue) -> bool:
        """Record a finished day; True if the rest would fail the same way."""
        try:
            fetched = future.result()
        except CancelledError:
            wishes.finish(task, give_up=True, done=False)
            return False
        except ApiError as error:
            wishes.finish(task, give_up=True, done=False)
            return self._note_failed(task, error)
        except DynTubeError:
            raise
        except Exception as error:  # the last line of defence: costs a day, not the run
            wishes.finish(task, give_up=True, done=False)
            return self._note_failed(task, unforeseen(error))
        wishes.finish(task, give_up=bool(fetched.kept))
        self._failures_in_a_row = 0
        self._requests += fetched.requests
        self._note_fetched(task, fetched)
        return False

    def _note_failed(self, task: Task, error: DynTubeError) -> bool:
        if isinstance(error, NothingError):
            self._nothing.append(task)
            self._result.failed.setdefault(task.day, error)  # the failure of another scope stays
        else:
            self._result.failed[task.day] = error
        self._event_log.write("day_failed", day=task.day, reason=str(error))
        self._failures_in_a_row += 1
        if isinstance(error, AuthError):
            self._client.retries.stop(error)
        fatal = isinstance(error, AuthError | UnavailableError)
        return fatal or self._failures_in_a_row >= FAILURES_IN_A_ROW

    def _note_fetched(self, task: Task, fetched: Fetched) -> None:
        if fetched.kept:
            self._result.kept[self._settings.folder(task.scope), task.day] = fetched.kept
            self._event_log.write("day_kept", day=task.day, reason=fetched.kept)
            return
        info = fetched.info
        self._result.stored.append(info)
        self._event_log.write(
            "day_stored",
            day=info.day,
            views=info.rows,
            total=info.api_total - info.outside,
            verified=info.verified,
            duplicates=info.duplicates,
            rejected=info.rejected,
            sweeps=fetched.sweeps,
            requests=fetched.requests,
        )

    def _show(self, wishes: DayQueue) -> None:
        ended, total = wishes.ended, wishes.total
        seconds = time.monotonic() - self._began
        left = seconds / ended * (total - ended) if ended else None
        waiting = self._client.retries.waiting or None
        views, requests = self._result.views, self._requests
        self._progress(Progress(wishes.done, total, views, left, waiting, requests))

    def _audit(
        self, pages: ThreadPoolExecutor, fetcher: DayFetcher, threads: ThreadPoolExecutor
    ) -> None:
        """Audit some settled days, and refetch any that differ.

        Such a day counts as audited once that is done; until then it is due.
        """
        for scope in self._settings.scopes:
            known = Audits(self._archive.root / self._settings.folder(scope))
            sweeper = Sweeper(self._client, scope, pages, self._sleep)
            audit = Audit(self._archive, self._settings.folder(scope), sweeper, self._event_log)
            wrong = audit.differing(known, self._now(), self._stop)
            known.save()
            if wrong:
                self._fetch([task for task, _ in wrong], fetcher, threads)
            for task, counted in wrong:
                if task.day not in self._result.failed and not self._result.cancelled:
                    known.note(task.day, self._now(), counted)
            known.save()

    def _note_end(self, outcome: str, **facts: object) -> None:
        clock_skew = self._client.clock_skew
        if abs(clock_skew) > CLOCKS_DIFFER:
            self._event_log.write("clock_differs", seconds=round(clock_skew.total_seconds()))
        self._event_log.write(
            "sync_ended",
            outcome=outcome,
            days=len(self._result.stored),
            views=self._result.views,
            failed=len(self._result.failed),
            requests=self._client.retries.asked,
            retries=self._client.retries.repeated,
            seconds=round(time.monotonic() - self._began, 1),
            **facts,
        )

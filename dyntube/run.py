"""One run over days that are due: a few side by side, until all are done or the rest would fail.

Each day is committed on its own, so whatever ends a run early loses no finished day. At the end
some settled days are audited: their files are checked, each is counted again by one request, and
where something is wrong, the day is fetched again.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from .api import Client, Window
from .archive import Archive
from .audits import Audits
from .config import Scope, Settings
from .dayfile import DayInfo
from .errors import ApiError, AuthError, CancelledError, DynTubeError, UnavailableError
from .fetch import ONE_DAY, DayFetcher, Fetched, Task, midnight
from .journal import Journal
from .plan import audits
from .room import Room
from .sweep import Sweeper

ROWS_IN_HAND = 250_000  # days fetched side by side hold about this many views together
FAILURES_IN_A_ROW = 3  # after so many failed days the rest would fail as well
_CLOCKS_DIFFER = dt.timedelta(minutes=2)
_LOOK_AGAIN = 0.25  # seconds between looks at a run


@dataclass(frozen=True)
class Progress:
    """How far a sync is; `seconds_left` is None until it can be guessed.

    `waiting` is for how many seconds yet DynTube asked to be left alone, None when it did not.
    """

    days_done: int
    days_total: int
    views: int
    seconds_left: float | None
    waiting: float | None = None


@dataclass
class Report:
    """What a sync did: the days it stored, the error of each that it could not fetch, and those
    (by folder) of which it kept what was stored before, with the reason."""

    stored: list[DayInfo] = field(default_factory=list)
    kept: dict[tuple[str, dt.date], str] = field(default_factory=dict)
    failed: dict[dt.date, DynTubeError] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def views(self) -> int:
        """How many views were stored."""
        return sum(info.rows for info in self.stored)

    @property
    def outcome(self) -> str:
        """One word for the whole."""
        return "cancelled" if self.cancelled else "failed" if self.failed else "done"


class Run:
    """One run; its client's retries are this run's own."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        archive: Archive,
        journal: Journal,
        *,
        now: Callable[[], dt.datetime],
        sleep: Callable[[float], object],
        progress: Callable[[Progress], None],
        stop: threading.Event,
    ) -> None:
        self._settings, self._client, self._archive = settings, client, archive
        self._journal, self._now, self._sleep = journal, now, sleep
        self._progress, self._stop = progress, stop
        self._report = Report()
        self._failures_in_a_row = 0
        self._began = time.monotonic()

    def over(self, tasks: Sequence[Task]) -> Report:
        """Fetch these days. Raises ArchiveError when nothing can be written."""
        self._journal.write("sync_started", days=len(tasks))
        workers = self._settings.concurrency
        try:
            with ThreadPoolExecutor(workers) as pages, ThreadPoolExecutor(workers) as days:
                room = Room(ROWS_IN_HAND)
                fetcher = DayFetcher(
                    self._settings, self._client, self._archive, pages, room, self._now, self._sleep
                )
                try:
                    self._fetch(tasks, fetcher, days)
                    if self._report.outcome == "done" and (wrong := self._audit(pages)):
                        self._fetch(wrong, fetcher, days)
                except DynTubeError as error:
                    self._client.retries.stop(error)  # or days that wait would be waited for
                    raise
        except DynTubeError as error:
            self._note_end("stopped", reason=str(error))
            raise
        self._note_end(self._report.outcome)
        return self._report

    def _fetch(self, tasks: Sequence[Task], fetcher: DayFetcher, days: ThreadPoolExecutor) -> None:
        left = list(tasks)
        running: dict[Future[Fetched], Task] = {}
        self._progress(Progress(0, len(tasks), self._report.views, None))
        while running or left:
            while left and len(running) < self._settings.concurrency:
                task = left.pop(0)
                running[days.submit(fetcher.fetch, task)] = task
            for future in wait(running, _LOOK_AGAIN, FIRST_COMPLETED).done:
                if self._note(running.pop(future), future):
                    left.clear()  # days under way may still succeed
            if self._stop.is_set() and not self._report.cancelled:
                self._report.cancelled = True
                self._client.retries.stop(CancelledError("The sync was cancelled."))
                left.clear()
            self._show(len(tasks) - len(left) - len(running), len(tasks))

    def _note(self, task: Task, future: Future[Fetched]) -> bool:
        """Put a finished day into the report; True when the rest would fail the same way."""
        try:
            fetched = future.result()
        except CancelledError:
            return False
        except ApiError as error:
            self._report.failed[task.day] = error
            self._journal.write("day_failed", day=task.day, reason=str(error))
            self._failures_in_a_row += 1
            if isinstance(error, AuthError):
                self._client.retries.stop(error)
            fatal = isinstance(error, AuthError | UnavailableError)
            return fatal or self._failures_in_a_row >= FAILURES_IN_A_ROW
        self._failures_in_a_row = 0
        self._note_fetched(task, fetched)
        return False

    def _note_fetched(self, task: Task, fetched: Fetched) -> None:
        if fetched.kept:
            self._report.kept[self._settings.folder(task.scope), task.day] = fetched.kept
            self._journal.write("day_kept", day=task.day, reason=fetched.kept)
            return
        info = fetched.info
        self._report.stored.append(info)
        self._journal.write(
            "day_stored",
            day=info.day,
            views=info.rows,
            total=info.api_total,
            verified=info.verified,
            duplicates=info.duplicates,
            rejected=info.rejected,
            sweeps=fetched.sweeps,
            requests=fetched.requests,
        )

    def _show(self, done: int, total: int) -> None:
        seconds = time.monotonic() - self._began
        left = seconds / done * (total - done) if done else None
        waiting = self._client.retries.waiting
        self._progress(Progress(done, total, self._report.views, left, waiting or None))

    def _audit(self, pages: ThreadPoolExecutor) -> list[Task]:
        """Look again at some settled days; returns those that must be fetched again."""
        return [task for scope in self._settings.scopes for task in self._audit_scope(scope, pages)]

    def _audit_scope(self, scope: Scope, pages: ThreadPoolExecutor) -> list[Task]:
        folder = self._settings.folder(scope)
        stored = {day: infos[0] for day, infos in self._archive.days(folder).items()}
        known = Audits(self._archive.root / folder)
        due = audits(stored, known.when(), now=self._now())
        damaged = [day for day in due if self._archive.verify(folder, [day])]
        sweeper = Sweeper(self._client, scope, pages, self._sleep)
        wrong = {day: Task(scope, day, None) for day in damaged}
        try:
            for day in due:
                counted = sweeper.count(Window(midnight(day), midnight(day + ONE_DAY)))
                if counted not in (stored[day].api_total, known.counted(day)):
                    self._journal.write(
                        "audit_differs", day=day, stored=stored[day].api_total, counted=counted
                    )
                    wrong.setdefault(day, Task(scope, day, stored[day]))
                known.note(day, self._now(), counted)
        except ApiError as error:
            self._journal.write("audit_failed", reason=str(error))
        known.save()
        return list(wrong.values())

    def _note_end(self, outcome: str, **facts: object) -> None:
        skew = self._client.skew
        if abs(skew) > _CLOCKS_DIFFER:
            self._journal.write("clock_differs", seconds=round(skew.total_seconds()))
        self._journal.write(
            "sync_ended",
            outcome=outcome,
            days=len(self._report.stored),
            views=self._report.views,
            failed=len(self._report.failed),
            requests=self._client.retries.asked,
            retries=self._client.retries.repeated,
            seconds=round(time.monotonic() - self._began, 1),
            **facts,
        )

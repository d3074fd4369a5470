"""From the API into the archive: decide which days, fetch each whole, check that none is short.

`plan` is pure. `sync` runs it: a few days at a time, the pages of a day side by side, each day
counted against the API's own total before it is committed.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from .api import Client, Window
from .archive import Archive, DayInfo
from .config import Scope, Settings
from .errors import ApiError, AuthError, DynTubeError, UnavailableError
from .sweep import Sweeper

SETTLES_AFTER = dt.timedelta(hours=72)  # running views and late records arrive until then
ROWS_IN_HAND = 250_000  # days fetched side by side hold about this many views together
ONE_DAY = dt.timedelta(days=1)
LONG_AGO = dt.date(2015, 1, 1)  # before any DynTube view


@dataclass(frozen=True)
class Progress:
    """How far a sync is; `seconds_left` is None until it can be guessed."""

    days_done: int
    days_total: int
    views: int
    seconds_left: float | None


@dataclass
class Report:
    """What a sync did: the days it stored, and the error of each that it could not."""

    stored: list[DayInfo] = field(default_factory=list)
    failed: dict[dt.date, DynTubeError] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def views(self) -> int:
        """How many views were stored."""
        return sum(info.rows for info in self.stored)


def plan(
    days: Iterable[dt.date],
    stored: Mapping[dt.date, DayInfo],
    *,
    now: dt.datetime,
    refresh: dt.timedelta,
) -> list[dt.date]:
    """Which of these UTC days to fetch, newest first.

    Those that are missing, and those that are unsettled or unverified and were fetched longer ago
    than `refresh`. Days after `now` are never asked for.
    """

    def due(day: dt.date) -> bool:
        info = stored.get(day)
        if info is None:
            return day <= now.date()
        return not (info.settled and info.verified) and now - info.fetched_at >= refresh

    return sorted(filter(due, set(days)), reverse=True)


class Syncer:
    """Brings the archive of one installation up to date."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        archive: Archive,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._client, self._archive = settings, client, archive
        self._now, self._sleep = now, sleep

    def due(
        self, days: Collection[dt.date], *, refresh: dt.timedelta | None = None
    ) -> list[tuple[Scope, dt.date]]:
        """What `sync` would fetch of these UTC days, newest first."""
        refresh = (
            dt.timedelta(minutes=self._settings.refresh_minutes) if refresh is None else refresh
        )
        now = self._now()
        tasks = []
        for scope in self._settings.scopes:
            folder = self._settings.folder(scope)
            stored = {day: infos[0] for day, infos in self._archive.days(folder).items()}
            tasks += [(scope, d) for d in plan(days, stored, now=now, refresh=refresh)]
        return sorted(tasks, key=lambda task: task[1], reverse=True)

    def sync(
        self,
        days: Collection[dt.date],
        *,
        refresh: dt.timedelta | None = None,
        wait_for_other: float = 0,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Report:
        """Fetch what is missing or due of these UTC days.

        Each day is committed on its own, so whatever ends this early loses no finished day. What
        could not be fetched is in the report. Raises SyncRunningError when another sync still runs
        after `wait_for_other` seconds and ArchiveError when nothing can be written.
        """
        if not self.due(days, refresh=refresh):
            return Report()
        with self._archive.lock(wait_for_other):
            for scope in self._settings.scopes:
                self._archive.sweep(self._settings.folder(scope))
            return self._run(self.due(days, refresh=refresh), progress, cancelled)

    def first_day(self) -> dt.date | None:
        """The UTC day of the account's first view, found by counting; None when there is none."""
        today = self._now().date()
        days = [self._first_day(scope, today) for scope in self._settings.scopes]
        return min((day for day in days if day), default=None)

    def _first_day(self, scope: Scope, today: dt.date) -> dt.date | None:
        low, high = LONG_AGO, today + ONE_DAY
        if not self._count(scope, low, high):
            return None
        while high - low > ONE_DAY:  # the first view is in [low, high)
            middle = low + (high - low) // 2
            low, high = (low, middle) if self._count(scope, low, middle) else (middle, high)
        return low

    def _count(self, scope: Scope, start: dt.date, end: dt.date) -> int:
        return self._client.views(scope, Window(_midnight(start), _midnight(end)), 1, 1).pager.total

    def _run(
        self,
        tasks: Sequence[tuple[Scope, dt.date]],
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> Report:
        report, began, left = Report(), time.monotonic(), list(tasks)
        progress(Progress(0, len(tasks), 0, None))
        workers = self._settings.concurrency
        budget = _Budget(ROWS_IN_HAND)
        with ThreadPoolExecutor(workers) as pages, ThreadPoolExecutor(workers) as days:
            running: dict[Future[DayInfo], dt.date] = {}
            while running or (left and not report.cancelled):
                while left and len(running) < workers and not report.cancelled:
                    scope, day = left.pop(0)
                    running[days.submit(self._fetch_day, scope, day, pages, budget)] = day
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    if _note(report, running.pop(future), future):
                        left.clear()
                done = len(tasks) - len(left) - len(running)
                progress(_progress(report, done, len(tasks), time.monotonic() - began))
                report.cancelled = report.cancelled or cancelled()
        return report

    def _fetch_day(
        self, scope: Scope, day: dt.date, pages: ThreadPoolExecutor, budget: _Budget
    ) -> DayInfo:
        asked_at = self._now().replace(microsecond=0)
        window = Window(_midnight(day), min(_midnight(day + ONE_DAY), asked_at))
        with budget.hold() as hold:
            swept = Sweeper(self._client, scope, pages, self._sleep).sweep(window, hold)
            views = _within(window, swept.views)
            info = DayInfo(
                day=day,
                rows=len(views),
                api_total=swept.total,
                verified=swept.verified,
                settled=asked_at >= _midnight(day + ONE_DAY) + SETTLES_AFTER,
                fetched_at=asked_at,
                until=window.end,
                newest=pc.max(views["date"]).as_py(),
                rejected=len(swept.rejected),
                duplicates=swept.duplicates,
            )
            return self._archive.write(self._settings.folder(scope), info, views, swept.rejected)


class _Budget:
    """Bounds the views that days fetched side by side hold in memory; one big day always fits."""

    def __init__(self, rows: int) -> None:
        self._rows, self._free, self._changed = rows, rows, threading.Condition()

    def hold(self) -> _Hold:
        return _Hold(self)

    def take(self, rows: int) -> int:
        rows = min(rows, self._rows)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= rows)
            self._free -= rows
        return rows

    def give_back(self, rows: int) -> None:
        with self._changed:
            self._free += rows
            self._changed.notify_all()


class _Hold:
    """One day's share of the budget: taken once its size is known, given back at its end."""

    def __init__(self, budget: _Budget) -> None:
        self._budget, self._taken = budget, 0

    def __enter__(self) -> Callable[[int], None]:
        return self._take

    def __exit__(self, *_: object) -> None:
        self._budget.give_back(self._taken)

    def _take(self, rows: int) -> None:
        if not self._taken:
            self._taken = self._budget.take(rows)


def _note(report: Report, day: dt.date, future: Future[DayInfo]) -> bool:
    """Put a finished day into the report; True when the rest would fail the same way."""
    try:
        report.stored.append(future.result())
    except ApiError as error:
        report.failed[day] = error
        return isinstance(error, AuthError | UnavailableError)
    return False


def _progress(report: Report, done: int, total: int, seconds: float) -> Progress:
    left = seconds / done * (total - done) if done else None
    return Progress(done, total, report.views, left)


def _within(window: Window, views: pa.Table) -> pa.Table:
    """The views of a window: whether the API's `to` is inclusive is not documented."""
    ends = pc.min_max(views["date"]).as_py()
    if not len(views) or (ends["min"] >= window.start and ends["max"] < window.end):
        return views  # as nearly always; a copy of a big day would cost its memory again
    since = pc.greater_equal(views["date"], window.start)
    return views.filter(pc.and_(since, pc.less(views["date"], window.end)))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)

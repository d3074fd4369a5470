"""From the API into the archive: which days are due, and one run over them at a time."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace

from .api import Client, Window
from .archive import Archive
from .config import Scope, Settings
from .dayfile import DayInfo
from .fetch import ONE_DAY, Task, midnight
from .journal import FILE_NAME, Journal
from .plan import plan
from .run import Progress, Report, Run

LONG_AGO = dt.date(2015, 1, 1)  # before any DynTube view

__all__ = ["Progress", "Report", "Syncer"]


class Syncer:
    """Brings the archive of one installation up to date."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        archive: Archive,
        *,
        journal: Journal | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings, self._client, self._archive = settings, client, archive
        self._now, self._sleep = now, sleep
        folder = archive.root / archive.folders[0]
        self._journal = journal or Journal(folder / FILE_NAME, now=now)
        self._kept_at: dict[tuple[str, dt.date], dt.datetime] = {}

    def due(
        self, days: Collection[dt.date], *, refresh: dt.timedelta | None = None
    ) -> list[tuple[Scope, dt.date]]:
        """What `sync` would fetch of these UTC days, newest first."""
        return [(task.scope, task.day) for task in self._tasks(days, refresh)]

    def sync(
        self,
        days: Collection[dt.date],
        *,
        refresh: dt.timedelta | None = None,
        wait_for_other: float = 0,
        progress: Callable[[Progress], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Report:
        """Fetch what is missing or due of these UTC days; setting `stop` ends it early.

        What could not be fetched is in the report. Raises SyncRunningError when another sync still
        runs after `wait_for_other` seconds and ArchiveError when nothing can be written.
        """
        if not self._tasks(days, refresh):
            return Report()
        with self._archive.lock(wait_for_other):
            for folder in self._archive.folders:
                self._archive.sweep(folder)
            run = Run(
                self._settings,
                self._client.for_one_run(),
                self._archive,
                self._journal,
                now=self._now,
                sleep=self._sleep,
                progress=progress,
                stop=stop or threading.Event(),
            )
            report = run.over(self._tasks(days, refresh))
        for folder, day in report.kept:
            self._kept_at[folder, day] = self._now()
        return report

    def first_day(self) -> dt.date | None:
        """The UTC day of the account's first view, found by counting; None when there is none."""
        today, client = self._now().date(), self._client.for_one_run()
        days = [_first_day(client, scope, today) for scope in self._settings.scopes]
        return min((day for day in days if day), default=None)

    def _tasks(self, days: Collection[dt.date], refresh: dt.timedelta | None) -> list[Task]:
        if refresh is None:
            refresh = dt.timedelta(minutes=self._settings.refresh_minutes)
        tasks = []
        for scope in self._settings.scopes:
            stored = self._stored(scope)
            due = plan(days, stored, now=self._now(), refresh=refresh)
            tasks += [Task(scope, day, stored.get(day)) for day in due]
        return sorted(tasks, key=lambda task: task.day, reverse=True)

    def _stored(self, scope: Scope) -> dict[dt.date, DayInfo]:
        folder = self._settings.folder(scope)
        days = {day: infos[0] for day, infos in self._archive.days(folder).items()}
        for (name, day), at in self._kept_at.items():
            if name == folder and day in days:  # a look that changed nothing is a look
                days[day] = replace(days[day], fetched_at=max(at, days[day].fetched_at))
        return days


def _first_day(client: Client, scope: Scope, today: dt.date) -> dt.date | None:
    def count(start: dt.date, end: dt.date) -> int:
        return client.views(scope, Window(midnight(start), midnight(end)), 1, 1).pager.total

    low, high = LONG_AGO, today + ONE_DAY
    if not count(low, high):
        return None
    while high - low > ONE_DAY:  # the first view is in [low, high)
        middle = low + (high - low) // 2
        low, high = (low, middle) if count(low, middle) else (middle, high)
    return low

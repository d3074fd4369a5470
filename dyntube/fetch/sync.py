"""From the API into the archive: which days are due, and one run over them at a time."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from ..archive.archive import Archive
from ..archive.dayfile import DayInfo
from ..archive.scopes import note_scope
from ..errors import DynTubeError
from ..events import FILE_NAME, EventLog
from ..query.periods import midnight
from ..settings.settings import FetchScope, Settings
from .beginning import LONG_AGO, MIN_DATE, Beginning, Count, SearchResult
from .client import Client, Window
from .day import ONE_DAY, Task
from .habits import save
from .plan import plan
from .run import Progress, Run, SyncResult
from .status import StatusFile, SyncEnd, SyncStatus

DayRequest = tuple[
    Collection[dt.date], dt.timedelta | None
]  # UTC days, and how fresh they should be

__all__ = ["DayRequest", "Progress", "SyncResult", "SyncStatus", "Syncer"]


class Syncer:
    """Keeps the archive of one installation up to date."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        archive: Archive,
        *,
        event_log: EventLog | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings, self._client, self._archive = settings, client, archive
        self._now, self._sleep = now, sleep
        folder = archive.root / archive.folders[0]
        self._event_log = event_log or EventLog(folder / FILE_NAME, now=now)
        self._status_file = StatusFile(archive, now=now)
        self._kept_at: dict[tuple[str, dt.date], dt.datetime] = {}
        self._beginnings = {
            scope: Beginning(archive.root / settings.folder(scope)) for scope in settings.scopes
        }

    @property
    def state(self) -> SyncStatus:
        """The status of this archive's sync, in whichever process it runs."""
        return self._status_file.read()

    def failed(self, error: DynTubeError) -> None:
        """Publish the error of a sync that could not begin, or ended unforeseen."""
        self._status_file.end(SyncEnd(error))

    def wake(self) -> None:
        """End the rest after a failed or cancelled sync."""
        self._status_file.wake()

    @property
    def empty(self) -> tuple[tuple[dt.date, dt.date], ...]:
        """For each scope, the half-open range of UTC days known to have no views."""
        return tuple(beginning.empty for beginning in self._beginnings.values())

    @property
    def refused_before(self) -> tuple[dt.date, str]:
        """The UTC day before which DynTube refuses some scope's days, and its words; else ""."""
        looks = filter(None, (beginning.last() for beginning in self._beginnings.values()))
        refused = [(look.given_from, look.refused) for look in looks if look.refused]
        return max(refused, default=(MIN_DATE, ""))

    @property
    def asked_from(self) -> tuple[dt.date, ...]:
        """For each scope, the UTC day from which on `sync` requests days."""
        return tuple(beginning.asked_from for beginning in self._beginnings.values())

    @property
    def outdated(self) -> list[Path]:
        """The day files of an older version or of other page rules, newest day first."""
        files = [path for name in self._archive.folders for path in self._archive.outdated(name)]
        return sorted(files, key=lambda path: path.name[:10], reverse=True)

    def due(
        self, days: Collection[dt.date], *, refresh: dt.timedelta | None = None
    ) -> list[tuple[FetchScope, dt.date]]:
        """What `sync` would fetch of these UTC days, newest first."""
        return [(task.scope, task.day) for task in self._tasks(days, refresh)]

    def sync(
        self,
        days: Collection[dt.date],
        *,
        refresh: dt.timedelta | None = None,
        again: bool = False,
        wait_for_other: float = 0,
        progress: Callable[[Progress], None] = lambda _: None,
        stop: threading.Event | None = None,
        rest: float = 0.0,
        more: Callable[[], Collection[DayRequest]] = tuple,
    ) -> SyncResult:
        """Fetch those of these UTC days that are missing or due; setting `stop` ends it early.

        After such an end, no process starts one by itself for `rest` seconds. With `again`, settled
        days are refetched as well. `more` gives what is wanted since its last call: those days join
        the run. Failures are in the result. Raises SyncRunningError if another sync still runs
        after `wait_for_other` seconds, ArchiveError if nothing can be written, and UnforeseenError.
        """
        if not (self._tasks(days, refresh, again) or self.outdated):
            return SyncResult()
        stop = stop or threading.Event()
        self._status_file.forget()

        def show(now: Progress) -> None:
            self._status_file.show(now)
            progress(now)

        with self._archive.lock(wait_for_other), self._status_file.until_end() as end:
            self._note_scopes()
            result, tasks = SyncResult(), self._tasks(days, refresh, again)
            if tasks:
                result = self._run(show, stop, more).over(tasks)
            end.error = next(iter(result.failed.values()), None)
            end.rest = rest if result.cancelled else 0.0
            save(self._client.habits, self._archive.root / self._archive.folders[0])
            self._rewrite(stop)
        for folder, day in result.kept:
            self._kept_at[folder, day] = self._now()
        return result

    def _note_scopes(self) -> None:
        for scope in self._settings.scopes:
            note_scope(self._archive.root, self._settings, scope)

    def _rewrite(self, stop: threading.Event) -> None:
        """Migrate outdated days until `stop` is set; damaged ones stay.

        DynTube is not asked, and each day is committed on its own, so that the next sync can
        continue.
        """
        count = 0
        for path in self.outdated:
            if stop.is_set():
                break
            self._archive.rewrite(path)
            count += 1
        if count:
            self._event_log.write("days_rewritten", days=count)

    def _run(
        self,
        show: Callable[[Progress], None],
        stop: threading.Event,
        more: Callable[[], Collection[DayRequest]],
    ) -> Run:
        for folder in self._archive.folders:
            self._archive.remove_old_generations(folder)
        return Run(
            self._settings,
            self._client.for_one_run(),
            self._archive,
            self._event_log,
            now=self._now,
            sleep=self._sleep,
            progress=show,
            stop=stop,
            look=self._look,
            more=lambda: [self._tasks(days, refresh) for days, refresh in more()],
        )

    def first_day(self) -> dt.date | None:
        """The UTC day of the account's first view; None if there is none.

        Found by counting, and searched again after a day, or after a failure. Raises ApiError.
        """
        client, days = self._client.for_one_run(), []
        for scope, beginning in self._beginnings.items():
            look = beginning.last()
            if look is None or look.reason or look.is_old(self._now()):
                look = self._look(scope, _counting(client, scope))
            if look.any_views:
                days.append(look.day)
        return min(days, default=None)

    def _look(self, scope: FetchScope, count: Count, wanted: dt.date = LONG_AGO) -> SearchResult:
        first = _first_with_views(self._stored(scope)) or self._now().date() + ONE_DAY
        return self._beginnings[scope].look(count, first, self._now(), wanted)

    def _tasks(
        self, days: Collection[dt.date], refresh: dt.timedelta | None, again: bool = False
    ) -> list[Task]:
        if refresh is None:
            refresh = dt.timedelta(minutes=self._settings.refresh_minutes)
        tasks = []
        for scope, beginning in self._beginnings.items():
            stored = self._stored(scope)
            due = plan(
                days,
                stored,
                now=self._now(),
                refresh=refresh,
                api_zone=self._client.zone_of_dates,
                again=again,
            )
            first = _first_with_views(stored) or dt.date.max
            missing = [day for day in due if day not in stored and LONG_AGO <= day < first]
            sure_from = beginning.sure_from(missing, self._now())
            least = LONG_AGO if sure_from > LONG_AGO else beginning.asked_from
            tasks += [
                Task(scope, day, stored.get(day), sure=day in stored or day >= sure_from)
                for day in due
                if day in stored or day >= least
            ]
        return sorted(tasks, key=lambda task: task.day, reverse=True)

    def _stored(self, scope: FetchScope) -> dict[dt.date, DayInfo]:
        folder = self._settings.folder(scope)
        days = {day: infos[0] for day, infos in self._archive.days(folder).items()}
        for (name, day), at in self._kept_at.items():
            if name == folder and day in days:  # an unchanged refetch still counts as a check
                days[day] = replace(days[day], fetched_at=max(at, days[day].fetched_at))
        return days


def _first_with_views(stored: Mapping[dt.date, DayInfo]) -> dt.date | None:
    return min((day for day, info in stored.items() if info.rows), default=None)


def _counting(client: Client, scope: FetchScope) -> Count:
    def count(start: dt.date, end: dt.date) -> int:
        return client.views(scope, Window(midnight(start), midnight(end)), 1, 1).counted

    return count

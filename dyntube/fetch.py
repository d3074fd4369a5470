"""One day of one scope: fetched, counted, compared with what is stored, and only then committed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from .api import Client, Window
from .archive import Archive
from .config import Scope, Settings
from .dayfile import DayInfo
from .errors import BadResponseError
from .plan import SETTLES_AFTER, newest_part
from .records import unknown_fields
from .revision import COMPARED, Revision, compare
from .room import Room
from .sweep import Sweeper, Swept

ONE_DAY = dt.timedelta(days=1)
MOST_BAD = 0.01  # of a day's records; when more cannot be read, the API has changed


@dataclass(frozen=True)
class Task:
    """A day to fetch, and what is known of it where it is stored already."""

    scope: Scope
    day: dt.date
    stored: DayInfo | None


@dataclass(frozen=True)
class Fetched:
    """A day that is stored now. `kept` says why it is the old one, if it is."""

    info: DayInfo
    kept: str
    sweeps: int
    requests: int


@dataclass(frozen=True)
class DayFetcher:
    """Fetches days in one run; safe to share between its threads."""

    settings: Settings
    client: Client
    archive: Archive
    pages: Executor
    room: Room
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], object]

    def fetch(self, task: Task) -> Fetched:
        """Bring one day up to date. Raises ApiError or ArchiveError, and then nothing changes."""
        sweeper = Sweeper(self.client, task.scope, self.pages, self.sleep)
        asked_at = self.now().replace(microsecond=0)
        window = Window(midnight(task.day), min(midnight(task.day + ONE_DAY), asked_at))
        with self.room.hold() as hold:
            swept, whole_at = self._newest(task, sweeper, window), None
            if swept is None:
                swept, whole_at = sweeper.sweep(window, hold), asked_at
            _refuse_bad(task.day, swept)
            revision = self._revision(task, swept)
            kept = _why_keep(task, sweeper, window, swept, revision)
            info = self._info(task, window, swept, revision, asked_at, whole_at)
            if not kept:
                folder = self.settings.folder(task.scope)
                self.archive.write(folder, info, swept.views, swept.rejected)
        stored = task.stored if kept and task.stored else info
        return Fetched(stored, kept, sweeper.sweeps, sweeper.requests)

    def _newest(self, task: Task, sweeper: Sweeper, window: Window) -> Swept | None:
        """What is stored, with its newest part fetched again; None where all must be fetched."""
        info = task.stored
        since = info and newest_part(info, self.now(), self.settings.page_size)
        if not (info and since) or (old := self._stored_views(task)) is None:
            return None
        fresh = sweeper.sweep(Window(since, window.end))
        if not fresh.verified or fresh.rejected:
            return None
        views = pa.concat_tables([fresh.views, old.filter(pc.less(old["date"], since))])
        total = sweeper.count(window)
        adds_up = total == len(views) + info.outside == pc.count_distinct(views["id"]).as_py()
        return Swept(views, total=total, verified=True, outside=info.outside) if adds_up else None

    def _stored_views(self, task: Task, columns: tuple[str, ...] | None = None) -> pa.Table | None:
        return self.archive.read_day(self.settings.folder(task.scope), task.day, columns)

    def _revision(self, task: Task, swept: Swept) -> Revision | None:
        """What differs from what is stored; None where nothing is, or it cannot be read."""
        if task.stored is None or (old := self._stored_views(task, COMPARED)) is None:
            return None
        return compare(old, swept.views)

    def _info(
        self,
        task: Task,
        window: Window,
        swept: Swept,
        revision: Revision | None,
        asked_at: dt.datetime,
        whole_at: dt.datetime | None,
    ) -> DayInfo:
        # A day must not settle early because one of the clocks is fast.
        by_both_clocks = asked_at + min(self.client.skew, dt.timedelta(0))
        old_enough = by_both_clocks >= midnight(task.day + ONE_DAY) + SETTLES_AFTER
        return DayInfo(
            day=task.day,
            rows=len(swept.views),
            api_total=swept.total,
            verified=swept.verified,
            settled=old_enough and (revision is None or revision.none),
            fetched_at=asked_at,
            whole_at=whole_at or (task.stored.whole_at if task.stored else None),
            until=window.end,
            newest=pc.max(swept.views["date"]).as_py(),
            rejected=len(swept.rejected),
            duplicates=swept.duplicates,
            outside=swept.outside,
            unknown_fields=unknown_fields(swept.views),
            **asdict(revision or Revision()),
        )


def midnight(day: dt.date) -> dt.datetime:
    """When a UTC day begins."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _refuse_bad(day: dt.date, swept: Swept) -> None:
    bad, count = len(swept.rejected), len(swept.rejected) + len(swept.views)
    if bad > max(1, MOST_BAD * count):  # one odd record never costs a day
        raise BadResponseError(
            f"{bad:,} of {count:,} records of {day} cannot be read, the first because "
            f"{swept.rejected[0].reason}. The API may have changed."
        )


def _why_keep(
    task: Task, sweeper: Sweeper, window: Window, swept: Swept, revision: Revision | None
) -> str:
    """Why the stored day is better than the one that came; empty when it is not."""
    if task.stored is None or revision is None or not revision.removed:
        return ""  # nothing would be lost
    gone = f"{revision.removed:,} of its views did not come again"
    if task.stored.final:
        return f"{gone}; what is stored is kept"
    if not swept.verified:
        worse = task.stored.verified or revision.removed >= revision.added
        return f"{gone} in a fetch that did not add up" if worse else ""
    again = sweeper.sweep(window)
    difference = compare(again.views, swept.views)
    if again.verified and not (difference.added or difference.removed):
        return ""
    return f"{gone}, and two fetches did not agree"

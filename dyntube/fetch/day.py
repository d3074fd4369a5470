"""One day of one scope: fetch, check, compare with the stored version, and only then commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from ..archive.archive import Archive
from ..archive.dayfile import DayInfo
from ..archive.diff import COMPARED, Revision, compare
from ..archive.doubts import Doubt
from ..errors import BadResponseError
from ..query.periods import midnight
from ..reading.records import filled_fields, odd_fields
from ..settings.settings import FetchScope, Settings
from .client import Client, Window
from .day_doubts import MOST_BAD, doubts_about
from .plan import (
    AROUND,
    FAR_AHEAD,
    FAR_BELOW,
    SETTLES_AFTER,
    USUAL_FROM,
    newest_part,
    usual_rows,
)
from .row_budget import RowBudget
from .swept import Swept, split
from .whole_day import EDGE, DayResult, sweep_day
from .window import Sweeper

ONE_DAY = dt.timedelta(days=1)
_SOME = 10  # views; if as many are usual, none at all is odd


@dataclass(frozen=True)
class Task:
    """A day to fetch, and its metadata if it is already stored.

    If not `sure`, it may be before the first view of its scope.
    """

    scope: FetchScope
    day: dt.date
    stored: DayInfo | None
    sure: bool = True

    def for_sure(self) -> Task:
        """The same day, now `sure`."""
        return self if self.sure else replace(self, sure=True)


@dataclass(frozen=True)
class Fetched:
    """A day as now stored. `kept` says why it is the old version, if it is."""

    info: DayInfo
    kept: str
    sweeps: int
    requests: int


@dataclass(frozen=True)
class DayFetcher:
    """Fetches days in one run; thread-safe."""

    settings: Settings
    client: Client
    archive: Archive
    pages: Executor
    budget: RowBudget
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], object]

    def fetch(self, task: Task) -> Fetched:
        """Bring one day up to date. Raises ApiError or ArchiveError, and then changes nothing."""
        sweeper = Sweeper(self.client, task.scope, self.pages, self.sleep)
        asked_at = self.now().replace(microsecond=0)
        day = Window(midnight(task.day), min(midnight(task.day + ONE_DAY), asked_at))
        with self.budget.reserve() as hold:
            came = self._newest(task, sweeper, day) or self._whole(task, sweeper, day, hold)
            _refuse_bad(task.day, came)
            revision = self._revision(task, came)
            kept = _why_keep(task, sweeper, day, came, revision)
            info = self._info(task, came, revision, asked_at)
            if not kept:
                folder = self.settings.folder(task.scope)
                self.archive.write(folder, info, came.views, came.rejected)
            elif task.stored and not len(came.views):
                self._mark_gone(task, task.stored, asked_at)
        stored = task.stored if kept and task.stored else info
        return Fetched(stored, kept, sweeper.sweeps, sweeper.requests)

    def _whole(
        self, task: Task, sweeper: Sweeper, day: Window, hold: Callable[[int], None]
    ) -> DayResult:
        came = sweep_day(sweeper, day, hold)
        if not self._is_odd(task, day, came):
            return came
        again = sweep_day(sweeper, day)  # a server may have a bad moment
        return max(came, again, key=lambda one: (len(one.views), one.swept.total is not None))

    def _is_odd(self, task: Task, day: Window, came: DayResult) -> bool:
        """Whether a day is empty in undocumented form, not counted by a server that counts, or far
        below its usual number of views.
        """
        uncounted = came.swept.total is None and self.client.habits.counts
        if came.swept.says_nothing or uncounted:
            return True
        if day.end < midnight(task.day + ONE_DAY):
            return False
        return len(came.views) < self._usual(task) * FAR_BELOW

    def _usual(self, task: Task, least: int = USUAL_FROM) -> float:
        folder = self.settings.folder(task.scope)
        around = self.archive.rows(folder, task.day - AROUND, task.day + AROUND)
        return usual_rows(task.day, around, least)

    def _newest(self, task: Task, sweeper: Sweeper, day: Window) -> DayResult | None:
        """The stored day with its newest part refetched; None if all must be fetched."""
        info = task.stored
        since = info and newest_part(info, self.now(), self.client.page_size)
        if not (info and since) or self.client.habits.shift:
            return None
        if (old := self._stored_views(task)) is None:
            return None
        swept = sweeper.sweep(Window(since, day.end))
        if not swept.verified or swept.rejected or swept.total is None:
            return None
        fresh, _ = split(swept.views, Window(since, day.end))
        views = pa.concat_tables([fresh, old.filter(pc.less(old["date"], since))])
        asked = day
        if info.asked_from and info.asked_to and info.asked_from < day.start:
            asked = Window(info.asked_from, info.asked_to)
        total = sweeper.count(asked)
        if (
            total != len(views) + info.outside
            or len(views) != pc.count_distinct(views["id"]).as_py()
        ):
            return None
        both = Swept(views, total=total, verified=True, zoneless=swept.zoneless)
        return DayResult(views, (), info.outside, both, asked, shown=True, whole=False)

    def _mark_gone(self, task: Task, stored: DayInfo, asked_at: dt.datetime) -> None:
        """Mark a stored day as gone from DynTube; its views stay."""
        views = self._stored_views(task)
        if views is None or any(doubt.kind == "gone" for doubt in stored.doubts):
            return
        gone = Doubt("gone", f"DynTube has none of the {stored.rows:,} views of this day any more.")
        info = replace(stored, doubts=(*stored.doubts, gone), fetched_at=asked_at)
        folder = self.settings.folder(task.scope)
        bad = [record for _, record in self.archive.rejected(task.day, task.day)]
        self.archive.write(folder, info, views, bad)

    def _stored_views(self, task: Task, columns: tuple[str, ...] | None = None) -> pa.Table | None:
        return self.archive.read_day(self.settings.folder(task.scope), task.day, columns)

    def _revision(self, task: Task, came: DayResult) -> Revision | None:
        """The difference to the stored version; None if there is none, or it is unreadable."""
        if task.stored is None or (old := self._stored_views(task, COMPARED)) is None:
            return None
        return compare(old, came.views)

    def _info(
        self, task: Task, came: DayResult, revision: Revision | None, asked_at: dt.datetime
    ) -> DayInfo:
        # A day must not settle early because a clock is fast.
        by_both_clocks = asked_at + min(self.client.clock_skew, dt.timedelta(0))
        old_enough = by_both_clocks >= midnight(task.day + ONE_DAY) + SETTLES_AFTER
        unknown, unread = odd_fields(came.views)
        zone = self.settings.api_zone
        return DayInfo(
            day=task.day,
            rows=len(came.views),
            api_total=came.swept.counted,
            verified=came.swept.verified and came.shown,
            settled=old_enough and self._is_final(task, came, revision),
            fetched_at=asked_at,
            whole_at=asked_at if came.whole else (task.stored.whole_at if task.stored else None),
            until=min(midnight(task.day + ONE_DAY), self._known_until(came, asked_at)),
            newest=pc.max(came.views["date"]).as_py(),
            rejected=len(came.rejected),
            duplicates=came.swept.duplicates,
            outside=came.outside,
            asked_from=came.asked.start,
            asked_to=came.asked.end,
            unknown_fields=unknown,
            unread_fields=unread,
            filled=filled_fields(came.views),
            rules=str(self.settings.rules),
            api_zone=(zone or "UTC") if came.swept.zoneless else "",
            doubts=(
                *doubts_about(came, unknown, unread, zone, task.scope.kind),
                *self._doubts_of_damage(task, came),
                *self._doubts_of_nothing(task, came),
            ),
            **asdict(revision or Revision()),
        )

    def _known_until(self, came: DayResult, asked_at: dt.datetime) -> dt.datetime:
        """Up to when the views that came are complete, as our clock may be fast."""
        ours_is_fast = min(self.client.clock_skew, dt.timedelta(0))
        if -ours_is_fast <= FAR_AHEAD:
            return asked_at
        by_both_clocks = asked_at + ours_is_fast
        # Views dated after the server's time show that its clock is the wrong one.
        newest = pc.max(came.swept.views["date"]).as_py() or by_both_clocks
        return min(asked_at, max(by_both_clocks, newest + EDGE))

    def _is_final(self, task: Task, came: DayResult, revision: Revision | None) -> bool:
        """Whether an old day will not change.

        An empty answer, if undocumented or beside days with views, has to repeat in another run:
        the server may be migrating.
        """
        if revision is None:
            beside = came.outside > 0 or self._usual(task, _SOME) > 0
            said_once = came.swept.says_nothing or (not len(came.views) and beside)
            return not said_once or task.stored is not None
        return revision.none

    def _doubts_of_damage(self, task: Task, came: DayResult) -> Iterator[Doubt]:
        """Doubts where DynTube no longer has what was stored, or what a damaged file held."""
        if task.stored and len(came.views) <= task.stored.rows:
            yield from (doubt for doubt in task.stored.doubts if doubt.kind == "gone")
        held = self.archive.damaged_rows(self.settings.folder(task.scope), task.day)
        if held is None or (len(came.views) and len(came.views) >= held):
            return
        lost = f"of its {held:,} views" if held else "of its views"
        text = f"The stored file was damaged, and DynTube has only {len(came.views):,} {lost} now."
        yield Doubt("gone", text)

    def _doubts_of_nothing(self, task: Task, came: DayResult) -> Iterator[Doubt]:
        if came.swept.says_nothing and (usual := self._usual(task)):
            text = f"DynTube says only that there is nothing, where {usual:,.0f} views are usual."
            yield Doubt("no_count", text)
        elif not len(came.views) and task.stored is None and (usual := self._usual(task, _SOME)):
            text = f"DynTube has no views of this day, where {usual:,.0f} are usual"
            yield Doubt("window", f"{text}. Another sync has to find the same.")


def _refuse_bad(day: dt.date, came: DayResult) -> None:
    rejected = came.rejected
    bad, count = len(rejected), len(rejected) + len(came.views)
    if bad > max(1, MOST_BAD * count):  # one odd record never costs a day
        raise BadResponseError(
            f"{bad:,} of {count:,} records of {day} cannot be read, the first because "
            f"{rejected[0].reason}. The API may have changed."
        )


def _why_keep(
    task: Task, sweeper: Sweeper, day: Window, came: DayResult, revision: Revision | None
) -> str:
    """Why to keep the stored day instead of the new one; empty to replace it."""
    stored = task.stored
    if stored is None or revision is None or not revision.removed:
        return ""  # nothing would be lost
    if stored.api_zone and stored.api_zone != sweeper.client.zone_of_dates:
        return ""  # its views are on other days now
    gone = f"{revision.removed:,} of its views did not come again"
    if stored.final or came.swept.says_nothing:
        return f"{gone}; what is stored is kept"
    if not len(came.views) and not any(doubt.kind == "gone" for doubt in stored.doubts):
        return f"{gone}; what is stored is kept until another sync finds the same"
    if not (came.swept.verified and came.shown):
        worse = stored.verified or revision.removed >= revision.added
        return f"{gone} in a fetch that did not add up" if worse else ""
    again = sweep_day(sweeper, day)
    difference = compare(again.views, came.views)
    if again.swept.verified and not (difference.added or difference.removed):
        return ""
    return f"{gone}, and two fetches did not agree"

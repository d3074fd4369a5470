"""Fetch all of a day, whatever the server means by its times.

`from` and `to` have no time zone, and it is undocumented whether each is inclusive, or only its day
counts. The date of a view is the only truth. So a day that fits on a page is requested together
with the day before and after. One with more views is requested alone, and has to show that it is
whole: by views from before it or from its first quarter-hour, and the same at its end, as time
zones differ by whole quarter-hours. If it does not, it is requested again with its neighbours. If
that does not either, as on days with few views, shorter windows must not have more views: servers
truncate long windows and long lists silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import NothingError, RequestError
from ..reading.parse import date_of
from ..reading.records import Rejected
from .client import Window
from .habits import ServerTraits, whole_shift
from .swept import Swept, merge_windows, split
from .window import Sweeper

EDGE = dt.timedelta(minutes=15)
_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_SECOND = dt.timedelta(seconds=1)
_PAGES_WIDE = 3  # a day with its neighbours has about three times its views
_FAR = dt.timedelta(hours=39)  # a day, plus the largest offset from UTC
_FEW_FAR = 0.01  # share of the views that came; this few may just have odd dates


@dataclass(frozen=True)
class DayResult:
    """What came of a day: its views and unreadable records.

    `outside` is how many more are dated on another day, `swept` all of them together. `asked` is
    the window requested; `shown`: what came proves that all of the day did. `whole`: all of it was
    requested, not just its newest part.
    """

    views: pa.Table
    rejected: tuple[Rejected, ...]
    outside: int
    swept: Swept
    asked: Window
    shown: bool
    whole: bool = True


def sweep_day(
    sweeper: Sweeper, day: Window, announce: Callable[[int], None] = lambda _: None
) -> DayResult:
    """Fetch a UTC day, up to the end of `day`. Raises ApiError."""
    swept, asked, shown = _sweep(sweeper, day, announce)
    views, outside = split(swept.views, day)
    zone = sweeper.client.tzinfo_of_dates
    bad = tuple(record for record in swept.rejected if _may_be_of(day, record, zone))
    return DayResult(views, bad, outside + len(swept.rejected) - len(bad), swept, asked, shown)


def _may_be_of(day: Window, record: Rejected, zone: dt.tzinfo) -> bool:
    at = date_of(record.raw, zone)
    return at is None or day.start <= at < day.end


def _sweep(
    sweeper: Sweeper, day: Window, announce: Callable[[int], None]
) -> tuple[Swept, Window, bool]:
    wide = Window(day.start - _DAY, day.start + 2 * _DAY)
    if not sweeper.client.habits.busy:
        if swept := _on_one_page(sweeper, wide, announce):
            return _proved(sweeper, swept, wide, day)
        sweeper.client.learn(busy=True)
    asked = _shifted(day, sweeper.client.habits)
    try:
        swept = sweeper.sweep(asked, announce)
    except NothingError:
        raise
    except RequestError:  # perhaps the window is too long
        swept = sweeper.tiles(_halves(day))
    if swept.verified and swept.records * _PAGES_WIDE <= sweeper.client.page_size:
        sweeper.client.learn(busy=False)
    _learn_shift(sweeper, swept, asked)
    if not swept.verified or (_shows_all(swept, day) and not _strays(swept, asked)):
        return swept, asked, True
    more = _with_neighbours(sweeper, wide)
    # If the neighbours do not add up, as with reused ids, keep the day alone.
    return _proved(sweeper, more, wide, day) if more and more.verified else (swept, asked, False)


def _proved(
    sweeper: Sweeper, swept: Swept, wide: Window, day: Window
) -> tuple[Swept, Window, bool]:
    """What came of a day and its neighbours, and whether it is shown to have all of the day."""
    if _strays(swept, wide):
        return swept, wide, False
    if not swept.verified or _shows_all(swept, day):  # what does not add up is in doubt anyway
        return swept, wide, True
    try:
        halves = sweeper.tiles(_halves(day))
    except RequestError:
        return swept, wide, False
    views, _ = split(halves.views, day)
    if pc.all(pc.is_in(views["id"], swept.views["id"].combine_chunks())).as_py() is not False:
        return swept, wide, True
    both = merge_windows([swept, halves])
    return both, wide, _shows_all(both, day)


def _halves(window: Window) -> tuple[Window, Window]:
    middle = window.start + ((window.end - window.start) / 2 // _SECOND) * _SECOND
    return Window(window.start, middle), Window(middle, window.end)


def _on_one_page(sweeper: Sweeper, wide: Window, announce: Callable[[int], None]) -> Swept | None:
    try:
        return sweeper.one_page(wide, announce)
    except RequestError:
        return None  # the server may reject several days, or the future


def _with_neighbours(sweeper: Sweeper, wide: Window) -> Swept | None:
    days = [Window(wide.start + n * _DAY, wide.start + (n + 1) * _DAY) for n in range(3)]
    for windows in ([wide], days, [half for day in days for half in _halves(day)]):
        try:
            return sweeper.tiles(windows)
        except RequestError:
            continue
    return None


def _shifted(day: Window, habits: ServerTraits) -> Window:
    """The window to request from a server that reads times in its own zone.

    It is an hour wider at both ends, as that zone's clocks may change on this day.
    """
    if not habits.shift:
        return day
    return Window(day.start - habits.shift - _HOUR, day.end - habits.shift + _HOUR)


def _shows_all(swept: Swept, day: Window) -> bool:
    first, last = _ends(swept, day)
    if first is None or last is None:
        return False
    return first < day.start + EDGE and last >= day.end - EDGE


def _ends(swept: Swept, asked: Window) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The first and last date that came, ignoring any that no time zone explains (year 1)."""
    dates = swept.views["date"]
    since = pc.greater_equal(dates, asked.start - _FAR)
    ends = pc.min_max(dates.filter(pc.and_(since, pc.less(dates, asked.end + _FAR)))).as_py()
    return ends["min"], ends["max"]


def _strays(swept: Swept, asked: Window) -> bool:
    """Whether views came from long before the window, or from long after, but not both.

    Such a server means something else by its times, such as when a view was received.
    """
    dates = swept.views["date"]
    before = pc.sum(pc.less(dates, asked.start - _FAR)).as_py() or 0
    after = pc.sum(pc.greater_equal(dates, asked.end + _FAR)).as_py() or 0
    return min(before, after) == 0 and max(before, after) > _FEW_FAR * len(swept.views)


def _learn_shift(sweeper: Sweeper, swept: Swept, asked: Window) -> None:
    """Learn how much later than requested the views begin and end, if both agree."""
    first, last = _ends(swept, asked)
    if not swept.verified or first is None or last is None or asked.end - asked.start < _DAY:
        return
    begin, end = whole_shift(first - asked.start), whole_shift(last - asked.end)
    if begin == end != sweeper.client.habits.shift:
        sweeper.client.learn(shift=begin)

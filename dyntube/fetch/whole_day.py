"""A day asked for so that all of it comes, whatever a server means by its times.

`from` and `to` name no zone, and whether each is inclusive, or counts by the day only, is not
documented. The date of a view is the only truth. So a day that fits on a page is asked for with the
day before and after; one with more views is asked for by itself, and shows that it is whole by what
came: views from before it, or of its first quarter of an hour, and the same at its end. Time zones
differ by whole quarters. Where it does not show that, it is asked for again with its neighbours.
Where that does not show it either, as on days with few views, shorter windows must not know more:
servers cut long windows and long lists without a word.
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
from .habits import Habits, whole_shift
from .swept import Swept, side_by_side, split
from .window import Sweeper

EDGE = dt.timedelta(minutes=15)
_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_SECOND = dt.timedelta(seconds=1)
_PAGES_WIDE = 3  # a day with its neighbours is about three days
_FAR = dt.timedelta(hours=39)  # a day, and the zone that is furthest from UTC
_FEW_FAR = 0.01  # of the views that came; so few may have a date of their own


@dataclass(frozen=True)
class DayResult:
    """The views of a day, its records that cannot be read, how many more came that are dated
    `outside` of it, and all in one.

    `asked` is the window that was asked for; `shown` is whether what came shows that all of the day
    did. `whole`: all of it was asked for, and not only its newest part.
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
    """Fetch a UTC day, up to where `day` ends. Raises ApiError."""
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
    except RequestError:  # perhaps of so long a window
        swept = sweeper.tiles(_halves(day))
    if swept.verified and swept.records * _PAGES_WIDE <= sweeper.client.page_size:
        sweeper.client.learn(busy=False)
    _learn_shift(sweeper, swept, asked)
    if not swept.verified or (_shows_all(swept, day) and not _strays(swept, asked)):
        return swept, asked, True
    more = _with_neighbours(sweeper, wide)
    # If the neighbours do not add up, as with ids used twice, keep the day by itself.
    return _proved(sweeper, more, wide, day) if more and more.verified else (swept, asked, False)


def _proved(
    sweeper: Sweeper, swept: Swept, wide: Window, day: Window
) -> tuple[Swept, Window, bool]:
    """What came of a day and its neighbours, with whether that is shown to be all of the day."""
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
    both = side_by_side([swept, halves])
    return both, wide, _shows_all(both, day)


def _halves(window: Window) -> tuple[Window, Window]:
    middle = window.start + ((window.end - window.start) / 2 // _SECOND) * _SECOND
    return Window(window.start, middle), Window(middle, window.end)


def _on_one_page(sweeper: Sweeper, wide: Window, announce: Callable[[int], None]) -> Swept | None:
    try:
        return sweeper.one_page(wide, announce)
    except RequestError:
        return None  # perhaps it does not take as much, or what lies ahead


def _with_neighbours(sweeper: Sweeper, wide: Window) -> Swept | None:
    days = [Window(wide.start + n * _DAY, wide.start + (n + 1) * _DAY) for n in range(3)]
    for windows in ([wide], days, [half for day in days for half in _halves(day)]):
        try:
            return sweeper.tiles(windows)
        except RequestError:
            continue
    return None


def _shifted(day: Window, habits: Habits) -> Window:
    """What to ask a server that reads times as those of its own zone; an hour more, since that may
    have set its clocks on this day."""
    if not habits.shift:
        return day
    return Window(day.start - habits.shift - _HOUR, day.end - habits.shift + _HOUR)


def _shows_all(swept: Swept, day: Window) -> bool:
    first, last = _ends(swept, day)
    if first is None or last is None:
        return False
    return first < day.start + EDGE and last >= day.end - EDGE


def _ends(swept: Swept, asked: Window) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The first and the last date that came; not one that no zone can explain, as of year 1."""
    dates = swept.views["date"]
    since = pc.greater_equal(dates, asked.start - _FAR)
    ends = pc.min_max(dates.filter(pc.and_(since, pc.less(dates, asked.end + _FAR)))).as_py()
    return ends["min"], ends["max"]


def _strays(swept: Swept, asked: Window) -> bool:
    """Whether views came of long before the window, or long after it, but not of both.

    Such a server means something else by times, as when a view was received.
    """
    dates = swept.views["date"]
    before = pc.sum(pc.less(dates, asked.start - _FAR)).as_py() or 0
    after = pc.sum(pc.greater_equal(dates, asked.end + _FAR)).as_py() or 0
    return min(before, after) == 0 and max(before, after) > _FEW_FAR * len(swept.views)


def _learn_shift(sweeper: Sweeper, swept: Swept, asked: Window) -> None:
    """Note by how much later than asked the views begin and end, where both agree."""
    first, last = _ends(swept, asked)
    if not swept.verified or first is None or last is None or asked.end - asked.start < _DAY:
        return
    begin, end = whole_shift(first - asked.start), whole_shift(last - asked.end)
    if begin == end != sweeper.client.habits.shift:
        sweeper.client.learn(shift=begin)

"""The period before the one that is shown, and the one after.

It is as long: days step by as many days, weeks by weeks, and whole months, quarters and years by
these, whatever their lengths. A period that has just begun steps as the whole of it would.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import replace
from typing import Literal

from ..errors import PeriodError
from ..query.periods import ONE_DAY, PRESETS, Period, Unit
from .selection import ALL_TIME, CUSTOM, Selection

Direction = Literal[-1, 1]
_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}


def stepped(
    selection: Selection, shown: Period, direction: Direction, today: dt.date
) -> Selection | None:
    """The selection of the period before (-1) or after (1) the one shown, if possible by name.

    None if that would begin before EARLIEST or end after `today`; only a week, month, quarter or
    year that is under way is offered up to today.
    """
    if selection.preset == ALL_TIME:
        return None
    if selection.preset == CUSTOM:
        shown = replace(shown, unit=_unit(shown))
    try:
        found = _beside(shown, direction)
        if direction > 0 and found.end > today:
            if found.unit == "day":
                return None
            found = replace(found, end=today)  # refuses what has not begun
    except PeriodError:
        return None
    name = _named(today).get(found, CUSTOM)
    dates = Period(found.start, found.end) if name == CUSTOM else None
    return replace(selection, preset=name, dates=dates)


def _named(today: dt.date) -> dict[Period, str]:
    return {preset.period(today): name for name, preset in PRESETS.items()}


def _beside(shown: Period, direction: Direction) -> Period:
    months = _MONTHS.get(shown.unit) or _whole_months(shown)
    if months:
        start = _month(shown.start, direction * months)
        return Period(start, _month(start, months) - ONE_DAY, shown.unit)
    days = 7 if shown.unit == "week" else shown.days
    start = shown.start + ONE_DAY * days * direction
    return Period(start, start + ONE_DAY * (days - 1), shown.unit)


def _unit(dates: Period) -> Unit:
    """What chosen dates are one of."""
    if (dates.days, dates.start.weekday()) == (7, 0):
        return "week"
    months = _whole_months(dates)
    aligned = (dates.start.month - 1) % (months or 1) == 0
    return next((unit for unit, count in _MONTHS.items() if count == months and aligned), "day")


def _whole_months(dates: Period) -> int:
    """The number of calendar months that dates are; 0 if they are none."""
    last = calendar.monthrange(dates.end.year, dates.end.month)[1]
    if dates.start.day != 1 or dates.end.day != last:
        return 0
    return (dates.end.year - dates.start.year) * 12 + dates.end.month - dates.start.month + 1


def _month(day: dt.date, later: int) -> dt.date:
    """The first day of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + later, 12)
    return dt.date(year, month + 1, 1)

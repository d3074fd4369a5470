"""Periods, their presets and comparisons, and the calendar of a time zone. `today` is handed in."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from .errors import PeriodError
from .records import SLOT_SECONDS

ONE_DAY = dt.timedelta(days=1)
EARLIEST = dt.date(2010, 1, 1)
LATEST = dt.date(2100, 1, 1)

Unit = Literal["day", "week", "month", "quarter", "year"]
Interval = Literal["hour", "day", "week", "month"]
INTERVALS: tuple[Interval, ...] = ("hour", "day", "week", "month")
_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """Whole days, both ends included, in a time zone that is named beside it.

    `unit` says what the period is made of, and so what the one before it is. `until` cuts the last
    day at a local time: that is how an unfinished day is compared with the same hours.
    """

    start: dt.date
    end: dt.date
    unit: Unit = "day"
    until: dt.time | None = None

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise PeriodError(f"The period ends ({self.end}) before it starts ({self.start}).")
        if self.start < EARLIEST or self.end > LATEST:
            raise PeriodError(f"A period lies between {EARLIEST} and {LATEST}.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def bounds(self, timezone: str) -> tuple[dt.datetime, dt.datetime]:
        """The UTC moments it starts at and ends before."""
        zone = zone_info(timezone)
        end = dt.datetime.combine(self.end + ONE_DAY, dt.time(), zone)
        if self.until is not None:
            end = dt.datetime.combine(self.end, self.until, zone)
        start = dt.datetime.combine(self.start, dt.time(), zone)
        return start.astimezone(dt.UTC), end.astimezone(dt.UTC)

    def utc_days(self, timezone: str) -> list[dt.date]:
        """The UTC days that it touches, in order."""
        start, end = self.bounds(timezone)
        last = max(start, end - dt.timedelta(microseconds=1)).date()
        return [start.date() + ONE_DAY * n for n in range((last - start.date()).days + 1)]

    def whole_utc_days(self, timezone: str) -> list[dt.date]:
        """Those of its UTC days of which no moment is outside of it."""
        days, (start, end) = self.utc_days(timezone), self.bounds(timezone)
        if _midnight(days[0]) < start:
            days = days[1:]
        return days[:-1] if days and _midnight(days[-1] + ONE_DAY) > end else days


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


@dataclass(frozen=True)
class Preset:
    """A named period that moves with the calendar."""

    label: str
    period: Callable[[dt.date], Period]


def _last_days(count: int) -> Callable[[dt.date], Period]:
    # The full days before today: today is unfinished, and would drag every average down.
    return lambda today: Period(today - ONE_DAY * count, today - ONE_DAY)


def _this(unit: Unit) -> Callable[[dt.date], Period]:
    return lambda today: Period(_start_of(unit, today), today, unit)


def _last(unit: Unit) -> Callable[[dt.date], Period]:
    def period(today: dt.date) -> Period:
        end = _start_of(unit, today) - ONE_DAY
        return Period(_start_of(unit, end), end, unit)

    return period


PRESETS = {
    "today": Preset("Today", lambda today: Period(today, today)),
    "yesterday": Preset("Yesterday", _last_days(1)),
    "last-7-days": Preset("Last 7 days", _last_days(7)),
    "last-28-days": Preset("Last 28 days", _last_days(28)),
    "last-90-days": Preset("Last 90 days", _last_days(90)),
    "this-week": Preset("This week", _this("week")),
    "last-week": Preset("Last week", _last("week")),
    "this-month": Preset("This month", _this("month")),
    "last-month": Preset("Last month", _last("month")),
    "this-quarter": Preset("This quarter", _this("quarter")),
    "last-quarter": Preset("Last quarter", _last("quarter")),
    "this-year": Preset("This year", _this("year")),
    "last-year": Preset("Last year", _last("year")),
}
DEFAULT_PRESET = "last-28-days"


def previous(period: Period, now: dt.datetime) -> Period:
    """The period before: one unit earlier, or for plain days as many days earlier.

    A period of whole weeks so keeps its weekdays. `now` is local: when the period is unfinished,
    the comparison ends at the same time of its last day.
    """
    if period.unit in _UNIT_MONTHS:
        earlier = _months_earlier(period, _UNIT_MONTHS[period.unit], now)
    else:
        days = 7 if period.unit == "week" else period.days
        earlier = replace(
            period, start=period.start - ONE_DAY * days, end=period.end - ONE_DAY * days
        )
    return _same_hours(earlier, period, now)


def year_before(period: Period, now: dt.datetime) -> Period:
    """The same period a year before: 52 weeks for whole weeks, so that weekdays match."""
    if period.days % 7 == 0 and period.unit in ("day", "week"):
        shift = ONE_DAY * 364
        earlier = replace(period, start=period.start - shift, end=period.end - shift)
    else:
        earlier = _months_earlier(period, 12, now)
    return _same_hours(earlier, period, now)


def _same_hours(earlier: Period, period: Period, now: dt.datetime) -> Period:
    unfinished = period.start <= now.date() <= period.end
    return replace(earlier, until=now.time().replace(tzinfo=None)) if unfinished else earlier


def _months_earlier(period: Period, count: int, now: dt.datetime) -> Period:
    whole = (period.end + ONE_DAY).day == 1 and period.end < now.date()
    end = _shift_months(period.end, -count)
    if whole:
        end = end.replace(day=months.monthrange(end.year, end.month)[1])
    return replace(period, start=_shift_months(period.start, -count), end=end)


def _shift_months(day: dt.date, count: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _start_of(unit: Unit, day: dt.date) -> dt.date:
    if unit == "week":
        return day - ONE_DAY * day.weekday()
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def zone_info(timezone: str) -> ZoneInfo:
    """The time zone of an IANA name; raises PeriodError when there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PeriodError(f"{timezone[:40]!r} is no time zone; one is Europe/Berlin.") from None


def slot_of(moment: dt.datetime) -> int:
    """The number of the quarter-hour that a moment is in, since 1970-01-01 UTC."""
    return int(moment.timestamp()) // SLOT_SECONDS


@lru_cache(maxsize=64)
def calendar(start: dt.datetime, end: dt.datetime, timezone: str) -> pd.DataFrame:
    """What each quarter-hour from `start` up to `end` is called on the clocks of a time zone.

    One row a slot: `slot` (int32), `hour` (start of the local hour, UTC without zone: two hours of
    one name stay apart when clocks go back), `day`, `week` (its Monday), `month` (its first day),
    `hour_of_day` (0 to 23), `weekday` (Monday 1). It is kept: do not change it.
    """
    slots = range(slot_of(start), slot_of(end - dt.timedelta(microseconds=1)) + 1)
    utc = pd.to_datetime([slot * SLOT_SECONDS for slot in slots], unit="s", utc=True)
    local = utc.tz_convert(zone_info(timezone)).tz_localize(None)
    utc = utc.tz_localize(None)
    # An hour ends where its name does, or where the clocks change within it.
    hours = pd.DataFrame({"name": local.floor("h"), "offset": local - utc})
    starts = pd.Series(utc).where((hours != hours.shift()).any(axis=1)).ffill()
    day = local.normalize()
    return pd.DataFrame(
        {
            "slot": pd.array(slots, dtype="int32"),
            "hour": starts,
            "day": day,
            "week": day - pd.to_timedelta(local.day_of_week, unit="D"),
            "month": day - pd.to_timedelta(local.day - 1, unit="D"),
            "hour_of_day": local.hour.astype("int32"),
            "weekday": (local.day_of_week + 1).astype("int32"),
        }
    )


def buckets(period: Period, interval: Interval, timezone: str) -> pd.DatetimeIndex:
    """The start of every bucket that a period touches: `hour` aware in the zone, others dates."""
    starts = pd.DatetimeIndex(calendar(*period.bounds(timezone), timezone)[interval].unique())
    return starts.tz_localize("UTC").tz_convert(timezone) if interval == "hour" else starts

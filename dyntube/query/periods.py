"""Periods, presets, comparisons, and the calendar of a time zone. `today` is an argument."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import PeriodError
from ..reading.records import SLOT_SECONDS
from ..reading.zones import zone_info
from ..words import tr

ONE_DAY = dt.timedelta(days=1)
EARLIEST = dt.date(2010, 1, 1)
LATEST = dt.date(2100, 1, 1)

Unit = Literal["day", "week", "month", "quarter", "year"]
Interval = Literal["hour", "day", "week", "month"]
INTERVALS: tuple[Interval, ...] = ("hour", "day", "week", "month")
_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """Whole days, both ends included, in a time zone given separately.

    `unit` is what the period is made of, and so determines the previous one. `until` cuts the last
    day at a local time, so that an unfinished day is compared with the same hours.
    """

    start: dt.date
    end: dt.date
    unit: Unit = "day"
    until: dt.time | None = None

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise PeriodError(
                tr(
                    "The period ends ({end}) before it starts ({start}).",
                    end=self.end,
                    start=self.start,
                )
            )
        if self.start < EARLIEST or self.end > LATEST:
            raise PeriodError(
                tr("A period lies between {first} and {last}.", first=EARLIEST, last=LATEST)
            )

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days + 1

    def bounds(self, timezone: str) -> tuple[dt.datetime, dt.datetime]:
        """Its UTC start and exclusive end."""
        zone = zone_info(timezone)
        end = dt.datetime.combine(self.end + ONE_DAY, dt.time(), zone)
        if self.until is not None:
            end = dt.datetime.combine(self.end, self.until, zone)
        start = dt.datetime.combine(self.start, dt.time(), zone)
        return start.astimezone(dt.UTC), end.astimezone(dt.UTC)

    @property
    def length(self) -> float:
        """The number of days; a last day with `until` counts as a fraction."""
        if self.until is None:
            return self.days
        passed = dt.datetime.combine(self.end, self.until) - dt.datetime.combine(
            self.end, dt.time()
        )
        return self.days - 1 + passed / ONE_DAY

    def up_to(self, known: dt.datetime) -> Period:
        """The part before a local moment; all of it if that is on none of its days."""
        day, time = known.date(), known.time()
        if not self.start <= day <= self.end:
            return self
        if time == dt.time() and day > self.start:
            return replace(self, end=day - ONE_DAY, until=None)
        return replace(self, end=day, until=time)

    def utc_days(self, timezone: str) -> list[dt.date]:
        """The UTC days it overlaps, in order."""
        start, end = self.bounds(timezone)
        last = max(start, end - dt.timedelta(microseconds=1)).date()
        return [start.date() + ONE_DAY * n for n in range((last - start.date()).days + 1)]

    def whole_utc_days(self, timezone: str) -> list[dt.date]:
        """The UTC days that lie entirely in it."""
        days, (start, end) = self.utc_days(timezone), self.bounds(timezone)
        if midnight(days[0]) < start:
            days = days[1:]
        return days[:-1] if days and midnight(days[-1] + ONE_DAY) > end else days


def day_of(value: object) -> dt.date:
    """Parse a day: a date, its ISO text, or a datetime at midnight. Raises PeriodError."""
    try:
        if isinstance(value, str):
            return dt.date.fromisoformat(value.strip())
        if isinstance(value, dt.datetime) and value.time() == dt.time():
            return value.date()
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
    except ValueError:
        pass
    raise PeriodError(f"{value!s:.40} is no day. Write 2026-10-31, or datetime.date(2026, 10, 31).")


def midnight(day: dt.date) -> dt.datetime:
    """The start of a UTC day."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


@dataclass(frozen=True)
class Preset:
    """A named period relative to today."""

    label: str
    period: Callable[[dt.date], Period]


def _last_days(count: int) -> Callable[[dt.date], Period]:
    # Full days before today: an unfinished day would drag every average down.
    return lambda today: Period(today - ONE_DAY * count, today - ONE_DAY)


def _this(unit: Unit) -> Callable[[dt.date], Period]:
    return lambda today: Period(_start_of(unit, today), today, unit)


def _last(unit: Unit) -> Callable[[dt.date], Period]:
    def period(today: dt.date) -> Period:
        end = _start_of(unit, today) - ONE_DAY
        return Period(_start_of(unit, end), end, unit)

    return period


PRESETS = {
    "today": Preset(tr("Today"), lambda today: Period(today, today)),
    "yesterday": Preset(tr("Yesterday"), _last_days(1)),
    "last-7-days": Preset(tr("Last 7 days"), _last_days(7)),
    "last-28-days": Preset(tr("Last 28 days"), _last_days(28)),
    "last-90-days": Preset(tr("Last 90 days"), _last_days(90)),
    "this-week": Preset(tr("This week"), _this("week")),
    "last-week": Preset(tr("Last week"), _last("week")),
    "this-month": Preset(tr("This month"), _this("month")),
    "last-month": Preset(tr("Last month"), _last("month")),
    "this-quarter": Preset(tr("This quarter"), _this("quarter")),
    "last-quarter": Preset(tr("Last quarter"), _last("quarter")),
    "this-year": Preset(tr("This year"), _this("year")),
    "last-year": Preset(tr("Last year"), _last("year")),
}
DEFAULT_PRESET = "last-28-days"


def previous(period: Period, known: dt.datetime) -> Period:
    """The preceding period: one unit earlier, or for plain days the same number of days.

    So whole weeks keep their weekdays. Less than a week is compared with the same weekdays of the
    week before, since a Saturday says little about a Friday. `known` is the local time up to which
    the period is known; if that is before its end, the comparison ends at the same time of the same
    day.
    """
    if period.unit in _UNIT_MONTHS:
        return _months_earlier(period, _UNIT_MONTHS[period.unit], known)
    return _days_earlier(period, 7 if period.unit == "week" else max(period.days, 7), known)


def year_before(period: Period, known: dt.datetime) -> Period:
    """The same period a year earlier: 52 weeks for whole weeks, so that weekdays match.

    `known` cuts it as in `previous`.
    """
    if period.days % 7 == 0 and period.unit in ("day", "week"):
        return _days_earlier(period, 364, known)
    return _months_earlier(period, 12, known)


def cut_alike(chosen: Period, period: Period, known: dt.datetime) -> Period:
    """Chosen comparison dates, cut where `known` cuts the period if both have as many days."""
    shown = period.up_to(known)
    if chosen.days != period.days or shown == period:
        return chosen
    return replace(chosen, end=chosen.start + (shown.end - shown.start), until=shown.until)


def _days_earlier(period: Period, days: int, known: dt.datetime) -> Period:
    shown, shift = period.up_to(known), ONE_DAY * days
    return replace(shown, start=shown.start - shift, end=shown.end - shift)


def _months_earlier(period: Period, count: int, known: dt.datetime) -> Period:
    shown = period.up_to(known)
    end = _shift_months(shown.end, -count)
    if (shown.end + ONE_DAY).day == 1 and shown.until is None:  # up to the end of a month
        end = end.replace(day=months.monthrange(end.year, end.month)[1])
    return replace(shown, start=_shift_months(shown.start, -count), end=end)


def _shift_months(day: dt.date, count: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _start_of(unit: Unit, day: dt.date) -> dt.date:
    if unit == "week":
        return day - ONE_DAY * day.weekday()
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def local_days(first: dt.date, last: dt.date, timezone: str) -> Period:
    """The local days that the UTC days from `first` to `last` overlap."""
    zone, end = zone_info(timezone), midnight(last + ONE_DAY) - dt.timedelta(microseconds=1)
    return Period(midnight(first).astimezone(zone).date(), end.astimezone(zone).date())


def slot_of(moment: dt.datetime) -> int:
    """The number of the quarter-hour a moment is in, since 1970-01-01 UTC."""
    return int(moment.timestamp()) // SLOT_SECONDS


@lru_cache(maxsize=64)
def calendar(start: dt.datetime, end: dt.datetime, timezone: str) -> pd.DataFrame:
    """The local calendar of the quarter-hours from `start` up to, not including, `end`.

    One row per slot: `slot` (int32), `hour` (start of the local hour in UTC without zone, so that
    hours repeated when clocks go back stay apart), `day`, `week` (its Monday), `month` (its first
    day), `hour_of_day` (0 to 23), `weekday` (Monday 1). Cached: do not modify it.
    """
    slots = range(slot_of(start), slot_of(end - dt.timedelta(microseconds=1)) + 1)
    moments = [slot * SLOT_SECONDS for slot in slots]
    utc = pd.to_datetime(moments, unit="s", utc=True).as_unit("us")  # none are seconds otherwise
    local = utc.tz_convert(zone_info(timezone)).tz_localize(None)
    utc = utc.tz_localize(None)
    # An hour ends where its name changes, or the UTC offset changes within it.
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


_OFFSETS: dict[Interval, pd.DateOffset] = {
    "hour": pd.DateOffset(hours=1),
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
}


def buckets(period: Period, interval: Interval, timezone: str) -> pd.DatetimeIndex:
    """The start of every bucket a period overlaps: `hour` aware in the zone, others naive dates."""
    starts = pd.DatetimeIndex(calendar(*period.bounds(timezone), timezone)[interval].unique())
    return starts.tz_localize("UTC").tz_convert(timezone) if interval == "hour" else starts


def bucket_bounds(
    starts: pd.DatetimeIndex, interval: Interval, timezone: str
) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """The starts and exclusive ends of buckets, given their starts; aware in the zone."""
    return _moments(starts, timezone), _moments(starts + _OFFSETS[interval], timezone)


def _moments(starts: pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """The moments local dates begin; if clocks skip midnight, the end of the gap."""
    if starts.tz is not None:
        return starts
    first = np.ones(len(starts), dtype=bool)  # if midnight occurs twice
    return starts.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")

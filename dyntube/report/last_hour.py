"""Sixty minutes up to a moment, as periods and filters for queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from .. import formats
from ..archive.coverage import Coverage
from ..query.periods import Period
from ..query.query import Filter
from ..words import tr

MINUTES = 60
ACTIVE_MINUTES = 5  # viewers who watched in these are active
_LONGEST = dt.timedelta(hours=6)  # views older than this are taken to have ended
_ONE_HOUR, _WEEK = dt.timedelta(hours=1), dt.timedelta(days=7)


@dataclass(frozen=True)
class Hour:
    """Sixty clock minutes, the last one cut at `end`, which is aware and local."""

    end: dt.datetime

    @property
    def starts(self) -> pd.DatetimeIndex:
        """The start of each minute, aware in the zone of `end`."""
        return self._minutes(1 - MINUTES, 0).tz_convert(self.end.tzinfo)

    @property
    def period(self) -> Period:
        """The local days it touches, up to its end."""
        return self._days_since(self.starts[0].to_pydatetime())

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """Its start and its end, exclusive."""
        return self.starts[0].to_pydatetime(), self.end

    @property
    def filter(self) -> Filter:
        """Keeps the views that began in it."""
        return Filter("minute", _texts(self._minutes(1 - MINUTES, 0)))

    @property
    def active(self) -> tuple[Period, Filter]:
        """The days to scan, and the filter for views watched until the last ACTIVE_MINUTES.

        At double speed, watch time runs ahead of the clock.
        """
        watched = Filter("watched_until", _texts(self._minutes(1 - ACTIVE_MINUTES, MINUTES)))
        return self._days_since(self._earlier(_LONGEST).end), watched

    @property
    def before(self) -> Hour:
        """The hour before."""
        return self._earlier(_ONE_HOUR)

    @property
    def week_ago(self) -> Hour:
        """The same clock time a week ago."""
        return Hour(self.end - _WEEK)._earlier(dt.timedelta(0))

    def _earlier(self, by: dt.timedelta) -> Hour:
        # In UTC, which has no clock changes.
        return Hour((self.end.astimezone(dt.UTC) - by).astimezone(self.end.tzinfo))

    def _minutes(self, first: int, last: int) -> pd.DatetimeIndex:
        """Minutes in UTC, relative to the current one."""
        current = pd.Timestamp(self.end.astimezone(dt.UTC)).floor("min")
        return current + pd.to_timedelta(range(first, last + 1), unit="min")

    def _days_since(self, start: dt.datetime) -> Period:
        return Period(start.date(), self.end.date(), until=self.end.time())


def _texts(minutes: pd.DatetimeIndex) -> tuple[str, ...]:
    return tuple(minutes.strftime("%Y-%m-%d %H:%M:%S"))


def fetched_until(known: Coverage) -> dt.datetime | None:
    """The end of the last hour known without a gap; else the end of what is known.

    A day last fetched before it ended leaves a gap behind it.
    """
    ends = [end for begin, end in known.stretches if since(begin, end) >= _ONE_HOUR]
    return ends[-1] if ends else next((end for _, end in reversed(known.stretches)), None)


def since(then: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """The time elapsed, in UTC: Python subtracts times of one zone by their clocks."""
    return now.astimezone(dt.UTC) - then.astimezone(dt.UTC)


def freshness(
    now: dt.datetime, newest: dt.datetime | None, checked: dt.datetime, external: bool
) -> str:
    """Up to when there are views, in the zone of `now`, and when that was checked.

    If another program fetches, the age of the newest view takes the place of the check.
    """
    asked = _ago(since(checked, now))
    if newest is None:
        return tr("No views yet, checked {ago}", ago=asked)
    local = newest.astimezone(now.tzinfo)
    time = f"{local:%H:%M}" if local.date() == now.date() else formats.moment(local)
    if external:
        return tr("Views up to {time}, {ago}", time=time, ago=_ago(since(newest, now)))
    return tr("Views up to {time}, checked {ago}", time=time, ago=asked)


def _ago(age: dt.timedelta) -> str:
    seconds = max(age.total_seconds(), 0.0)
    if seconds < 59.5:
        return tr("{seconds} s ago", seconds=f"{seconds:.0f}")
    return formats.ago(max(seconds, 60))

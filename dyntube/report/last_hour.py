"""Sixty minutes of the clock, as questions can ask for them; no streamlit in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from .. import formats
from ..archive.coverage import Coverage
from ..query.periods import Period
from ..query.query import Filter

MINUTES = 60
ACTIVE_MINUTES = 5  # who watched in one of these is active
_LONGEST = dt.timedelta(hours=6)  # a view that began earlier is no longer watched
_ONE_HOUR, _WEEK = dt.timedelta(hours=1), dt.timedelta(days=7)


@dataclass(frozen=True)
class Hour:
    """Sixty minutes, the last of them cut at `end`, which is aware and local."""

    end: dt.datetime

    @property
    def starts(self) -> pd.DatetimeIndex:
        """When each minute begins, aware in the zone of `end`."""
        return self._minutes(1 - MINUTES, 0).tz_convert(self.end.tzinfo)

    @property
    def period(self) -> Period:
        """The local days that it touches, up to its end."""
        return self._days_since(self.starts[0].to_pydatetime())

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """The moments it starts at and ends before."""
        return self.starts[0].to_pydatetime(), self.end

    @property
    def filter(self) -> Filter:
        """Only views that began in it."""
        return Filter("minute", _texts(self._minutes(1 - MINUTES, 0)))

    @property
    def active(self) -> tuple[Period, Filter]:
        """The days to look at, and which of their views were watched until the last minutes.

        Where people watch at double speed, watch time runs ahead of the clock.
        """
        watched = Filter("watched_until", _texts(self._minutes(1 - ACTIVE_MINUTES, MINUTES)))
        return self._days_since(self._earlier(_LONGEST).end), watched

    @property
    def before(self) -> Hour:
        """The hour before."""
        return self._earlier(_ONE_HOUR)

    @property
    def week_ago(self) -> Hour:
        """The same time on the clock a week ago."""
        return Hour(self.end - _WEEK)._earlier(dt.timedelta(0))

    def _earlier(self, by: dt.timedelta) -> Hour:
        # In UTC, where no hour is skipped or comes twice.
        return Hour((self.end.astimezone(dt.UTC) - by).astimezone(self.end.tzinfo))

    def _minutes(self, first: int, last: int) -> pd.DatetimeIndex:
        """Minutes in UTC, counted from the one that `end` is in."""
        current = pd.Timestamp(self.end.astimezone(dt.UTC)).floor("min")
        return current + pd.to_timedelta(range(first, last + 1), unit="min")

    def _days_since(self, start: dt.datetime) -> Period:
        return Period(start.date(), self.end.date(), until=self.end.time())


def _texts(minutes: pd.DatetimeIndex) -> tuple[str, ...]:
    return tuple(minutes.strftime("%Y-%m-%d %H:%M:%S"))


def known_until(known: Coverage) -> dt.datetime | None:
    """The end of the last hour that is known; where none is whole, of what is known last.

    A day that was fetched last before its end leaves a gap behind it, which no hour may have in it.
    """
    ends = [end for begin, end in known.stretches if since(begin, end) >= _ONE_HOUR]
    return ends[-1] if ends else next((end for _, end in reversed(known.stretches)), None)


def since(then: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """How long ago a moment was; times of one zone would be subtracted as their clocks show."""
    return now.astimezone(dt.UTC) - then.astimezone(dt.UTC)


def freshness(
    now: dt.datetime, newest: dt.datetime | None, checked: dt.datetime, external: bool
) -> str:
    """Up to when there are views, by the clock of `now`, and how long ago that was asked.

    Where another program fetches, nobody here asks, so it says how old the newest view is.
    """
    asked = f"checked {_ago(since(checked, now))}"
    if newest is None:
        return f"No views yet, {asked}"
    local = newest.astimezone(now.tzinfo)
    day = "" if local.date() == now.date() else f"{formats.day(local.date())}, "
    text = f"Views up to {day}{local:%H:%M}"
    return f"{text}, {_ago(since(newest, now)) if external else asked}"


def _ago(age: dt.timedelta) -> str:
    seconds = max(age.total_seconds(), 0.0)
    return f"{seconds:.0f} s ago" if seconds < 59.5 else formats.ago(max(seconds, 60))

"""Up to when views are known: the only source of what is complete, partial or unknown.

Only fetching makes a day known: a day that was never fetched is not a day without views. Pure:
derived from the metadata of the day files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..query.periods import ONE_DAY, Period, bucket_bounds, buckets, midnight
from .dayfile import DayInfo

Stretch = tuple[dt.datetime, dt.datetime]
_EVER, _NEVER = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
_EPOCH, _TICK = midnight(dt.date(1970, 1, 1)), dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Coverage:
    """When views are known: stretches of time, ordered, disjoint and half-open.

    Moments are aware. Nothing is known outside of the stretches.
    """

    stretches: tuple[Stretch, ...] = ()

    def within(self, start: dt.datetime, end: dt.datetime) -> list[Stretch]:
        """What is known between two moments."""
        cut = ((max(start, begin), min(end, until)) for begin, until in self.stretches)
        return [stretch for stretch in cut if stretch[0] < stretch[1]]

    def until(self, start: dt.datetime, end: dt.datetime) -> dt.datetime:
        """The end of unbroken coverage from `start` on, at most `end`; `start` if there is none."""
        known = self.within(start, end)
        return known[0][1] if known and known[0][0] == start else start

    def is_whole(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether everything between two moments is known."""
        return self.until(start, end) == max(start, end)

    def has_gap(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether something between two moments is known after a gap."""
        return bool(self.within(self.until(start, end), end))

    def shares(self, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> NDArray[np.float64]:
        """The known share of each stretch of time: 1 all, 0 nothing, else a fraction."""
        begins, stops = _ticks(starts), _ticks(ends)
        length = stops - begins
        known = self._known_before(stops) - self._known_before(begins)
        return np.where(length > 0, known / np.where(length > 0, length, 1), 1.0)

    def days(self, period: Period, timezone: str) -> dict[dt.date, float]:
        """The known share of each local day of a period, as in `shares`.

        For a last day with `until`, it is the share of the time up to then.
        """
        starts = buckets(period, "day", timezone)
        begins, ends = bucket_bounds(starts, "day", timezone)
        last = pd.Timestamp(period.bounds(timezone)[1]).tz_convert(timezone)
        shares = self.shares(begins, ends.where(ends < last, last))
        return {start.date(): float(share) for start, share in zip(starts, shares, strict=True)}

    def _known_before(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """The length of what is known before each moment, in microseconds."""
        if not self.stretches:
            return np.zeros_like(moments)
        begins, ends = np.array([[_tick(m) for m in s] for s in self.stretches], np.int64).T
        before = np.concatenate([[0], np.cumsum(ends - begins)])
        last = np.searchsorted(begins, moments, "right") - 1  # the latest stretch to begin
        current = np.minimum(moments, ends[last]) - begins[last]
        return np.where(last < 0, 0, before[last] + current)


ALWAYS = Coverage(((_EVER, _NEVER),))


def coverage(
    stored: Mapping[dt.date, Sequence[DayInfo]],
    scopes: int,
    empty: tuple[dt.date, dt.date] | None = None,
) -> Coverage:
    """When views are known in all scopes (`scopes` of them), given their stored UTC days.

    A day is known up to where the scope that lags most was fetched; not at all while it is missing
    or damaged in one of them. `empty` is a half-open range of UTC days known to have no views, so
    that nothing is missing there.
    """
    days = (
        (midnight(day), known_until(day, infos))
        for day, infos in sorted(stored.items())
        if len(infos) >= scopes > 0
    )
    known = [(midnight(empty[0]), midnight(empty[1]))] if empty else []
    return Coverage(tuple(_joined([*known, *days])))


def known_until(day: dt.date, infos: Sequence[DayInfo]) -> dt.datetime:
    """Up to when a UTC day is known, from its files in all scopes."""
    until = min(info.until for info in infos)
    return max(midnight(day), min(until, midnight(day + ONE_DAY)))


def _joined(stretches: Iterable[Stretch]) -> Iterable[Stretch]:
    """Sort stretches, and merge those that touch or overlap."""
    known: list[Stretch] = []
    for begin, end in sorted(stretches):
        if known and begin <= known[-1][1]:
            known[-1] = known[-1][0], max(end, known[-1][1])
        elif begin < end:
            known.append((begin, end))
    return known


def _tick(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _ticks(moments: pd.DatetimeIndex) -> NDArray[np.int64]:
    utc = moments.tz_convert("UTC").tz_localize(None)
    return np.asarray(utc.as_unit("us").asi8)

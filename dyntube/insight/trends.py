"""Time series: one row per bucket, which buckets are partial, and how two series are paired."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from ..archive.coverage import Coverage
from ..query.metrics import metric
from ..query.periods import Interval, Period, bucket_bounds, buckets
from ..query.query import Query


@dataclass(frozen=True, eq=False)
class Trend:
    """Metrics by bucket of an interval.

    `rows` has the bucket starts in its first column, named like the interval, then the metrics.
    Without views amounts are 0 and rates NaN; where nothing is stored both are NaN. `partial` marks
    buckets cut by the period, the present or a gap in the stored data; they must not be averaged or
    compared. `missing` marks buckets of which nothing is stored.
    """

    interval: Interval
    rows: pd.DataFrame
    partial: pd.Series[bool]
    missing: pd.Series[bool]

    @property
    def whole(self) -> pd.DataFrame:
        """The rows of complete buckets."""
        return self.rows[~self.partial]

    def series(self, name: str) -> list[float]:
        """A metric by bucket, NaN where the bucket is partial."""
        return [float(amount) for amount in self.rows[name].where(~self.partial)]


def trend(query: Query, answer: pd.DataFrame, known: Coverage, now: dt.datetime) -> Trend:
    """The series for a query `by` one interval, with a row for every bucket that has begun."""
    interval = cast(Interval, query.by[0])
    starts = buckets(query.period, interval, query.timezone)
    begins, ends = bucket_bounds(starts, interval, query.timezone)
    present = pd.Timestamp(now).tz_convert(query.timezone)
    begun = begins <= present
    starts, begins, ends = starts[begun], begins[begun], ends[begun]
    start, end = (pd.Timestamp(m).tz_convert(query.timezone) for m in _bounds(query))
    share = known.shares(begins.where(begins > start, start), ends.where(ends < end, end))
    rows = answer.set_index(interval).reindex(starts)
    missing = (share == 0) & ~starts.isin(answer[interval])
    for name in query.metrics:
        if metric(name).is_amount:
            rows[name] = rows[name].fillna(0).where(~missing)
    partial = (begins < start) | (ends > min(end, present)) | (share < 1)
    rows = rows.rename_axis(interval).reset_index()
    flags = (pd.Series(flag, index=rows.index) for flag in (partial, missing))
    return Trend(interval, rows, *flags)


def _bounds(query: Query) -> tuple[dt.datetime, dt.datetime]:
    return query.period.bounds(query.timezone)


def paired(now: Trend, before: Trend, period: Period, comparison: Period) -> Trend:
    """The comparison's series aligned to `now`: one row for each bucket of `now`.

    Hours pair by day and clock time: both occurrences of an hour repeated by a clock change pair
    with the same one, and of two candidates the first is taken. Days pair by day of the month when
    the periods are made of months or are the same dates of other years. All else pairs n-th with
    n-th. Buckets without a partner have the start NaT and NaN metrics.
    """
    by_month = _are_months(period, comparison)
    names = _names(before, comparison, by_month)
    places = names[~names.duplicated()].get_indexer(_names(now, period, by_month))
    first = (~names.duplicated()).nonzero()[0]
    chosen = [int(first[place]) if place >= 0 else -1 for place in places]
    index = pd.Index(chosen)
    rows = before.rows.reindex(index).reset_index(drop=True)
    return Trend(
        before.interval,
        rows,
        before.partial.reindex(index, fill_value=False).reset_index(drop=True),
        before.missing.reindex(index, fill_value=True).reset_index(drop=True),
    )


def _are_months(period: Period, comparison: Period) -> bool:
    """Whether days of the two periods pair by month and day of the month."""
    if period.unit == comparison.unit and period.unit in ("month", "quarter", "year"):
        return True
    one, other = period.start, comparison.start
    return one != other and (one.month, one.day) == (other.month, other.day)


def _names(trend: Trend, period: Period, by_month: bool) -> pd.MultiIndex:
    """The pairing key of each bucket within its period."""
    starts = trend.rows.iloc[:, 0]
    if trend.interval in ("week", "month"):
        return pd.MultiIndex.from_arrays([range(len(starts))])
    clock = starts.dt.tz_localize(None)
    day: list[Any] = [(clock.dt.normalize() - pd.Timestamp(period.start)).dt.days]
    if by_month:
        months = (clock.dt.year - period.start.year) * 12 + clock.dt.month - period.start.month
        day = [months, clock.dt.day]
    return pd.MultiIndex.from_arrays([*day, clock.dt.hour])

"""Answers over time: a row for every bucket, and which buckets are not whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from .metrics import metric
from .periods import Interval, buckets
from .query import Query

_OFFSETS: dict[Interval, pd.DateOffset] = {
    "hour": pd.DateOffset(hours=1),
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
}


@dataclass(frozen=True, eq=False)
class Trend:
    """Metrics by bucket of an interval.

    `rows` has the bucket starts in its first column, named like the interval, then the metrics;
    amounts are 0 and rates NaN where there are no views. `partial` says of each row whether the
    period or the present cuts its bucket: such a row must not be averaged or compared.
    """

    interval: Interval
    rows: pd.DataFrame
    partial: pd.Series[bool]

    @property
    def whole(self) -> pd.DataFrame:
        """The rows of whole buckets."""
        return self.rows[~self.partial]


def trend(query: Query, answer: pd.DataFrame, now: dt.datetime) -> Trend:
    """The answer to a question `by` one interval, with every bucket up to `now`."""
    interval = cast(Interval, query.by[0])
    starts = buckets(query.period, interval, query.timezone)
    begins = _moments(starts, query.timezone)
    ends = _moments(starts + _OFFSETS[interval], query.timezone)
    present = pd.Timestamp(now)
    begun = begins <= present
    starts, begins, ends = starts[begun], begins[begun], ends[begun]
    rows = answer.set_index(interval).reindex(starts)
    for name in query.metrics:
        if metric(name).is_amount:
            rows[name] = rows[name].fillna(0)
    start, end = map(pd.Timestamp, query.period.bounds(query.timezone))
    partial = (begins < start) | (ends > min(end, present))
    rows = rows.rename_axis(interval).reset_index()
    return Trend(interval, rows, pd.Series(partial, index=rows.index))


def _moments(starts: pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """When local dates begin; where the clocks skip midnight, at the end of the skip."""
    if starts.tz is not None:
        return starts
    first = np.ones(len(starts), dtype=bool)  # where a midnight comes twice
    return starts.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")

"""Mix of a dimension over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ..export.table import Sheet
from ..insight.trends import Trend
from ..query.dimensions import OTHER
from ..query.periods import Interval
from ..query.query import Filter
from ..words import tr
from .breakdown import breakdown
from .context import ReportContext
from .over_time import buckets
from .runner import run

_TITLES: dict[Interval, str] = {
    "hour": tr("Mix by hour"),
    "day": tr("Mix by day"),
    "week": tr("Mix by week"),
    "month": tr("Mix by month"),
}
_PARTS = 6  # shown by themselves; the rest is Other


@dataclass(frozen=True, eq=False)
class ShareOverTime:
    """Shares of views of a dimension's top values, and of the rest as Other.

    `shares` has a row per bucket and a column per value: a fraction, NaN without views.
    """

    by: str
    buckets: Trend
    shares: pd.DataFrame
    sheet: Sheet


def share_over_time(context: ReportContext, choices: Sequence[str]) -> ShareOverTime:
    """The shares by the selected one of these dimensions, else the first."""
    by = context.selection.mix if context.selection.mix in choices else choices[0]
    interval = context.selection.trend_interval(context.period)
    ranked = breakdown(context, by).rows.nlargest(_PARTS, "views")  # shared with the tables
    top = Filter(by, tuple(str(value) for value in ranked[by]))
    query = context.query(interval, by, metrics=("views",), without=(by,))
    found = run(context, replace(query, top_values=top)).rows
    wide = found.pivot_table(index=interval, columns=by, values="views", aggfunc="sum")
    every = buckets(context, interval)
    order = [value for value in (*top.values, OTHER) if value in wide]
    wide = wide.reindex(every.rows[interval])[order].fillna(0)
    shares = wide.div(wide.sum(axis=1).replace(0, math.nan), axis=0).reset_index(drop=True)
    labels = context.labels.exported(by, found[by])
    columns = {interval: found[interval], **labels, "views": found["views"]}
    return ShareOverTime(by, every, shares, Sheet(_TITLES[interval], pd.DataFrame(columns)))

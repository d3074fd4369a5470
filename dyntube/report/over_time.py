"""Trends: metrics by bucket, aligned with the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ..export.table import Sheet
from ..insight.trends import Trend, paired, trend
from ..query.metrics import Metric, metric
from ..query.periods import Interval
from ..query.query import Query
from ..words import tr
from .context import ReportContext
from .doubts import bucket_doubts
from .runner import run

_TITLES: dict[Interval, str] = {
    "hour": tr("By hour"),
    "day": tr("By day"),
    "week": tr("By week"),
    "month": tr("By month"),
}


@dataclass(frozen=True, eq=False)
class OverTime:
    """A metric by interval, and why each bucket may be wrong (empty: it is not in doubt).

    `before` has the comparison's bucket for each of `now`; None when nothing is compared.
    """

    metric: Metric
    now: Trend
    before: Trend | None
    doubts: Sequence[str]
    doubts_before: Sequence[str]
    sheet: Sheet


def over_time(context: ReportContext) -> OverTime:
    """The selected one of the page's metrics, else the first, over its period."""
    measure = metric(context.chosen_metric)
    query = context.totals_by(context.selection.trend_interval(context.period))
    answer = run(context, query, compared=(measure.name,))
    now, before = with_buckets(context, query, answer.rows), None
    if answer.before is not None and context.comparison:
        earlier = replace(query, period=context.comparison, metrics=(measure.name,))
        before = with_buckets(context, earlier, answer.before)
        before = paired(now, before, context.period, context.comparison)
    doubts = bucket_doubts(context, now, context.period)
    doubts_before = bucket_doubts(context, before, context.comparison) if before else []
    sheet = _sheet(context, measure.name, now, before, doubts)
    return OverTime(measure, now, before, doubts, doubts_before, sheet)


def with_buckets(context: ReportContext, query: Query, rows: pd.DataFrame) -> Trend:
    """The series of an answer by one interval, or of part of one, with every bucket up to now."""
    return trend(query, rows, context.known, context.now)


def buckets(context: ReportContext, interval: Interval) -> Trend:
    """The empty buckets of the page's period, without a query."""
    query = context.query(interval, metrics=("views",))
    return with_buckets(context, query, pd.DataFrame({interval: [], "views": []}))


def _sheet(
    context: ReportContext, shown: str, now: Trend, before: Trend | None, doubts: Sequence[str]
) -> Sheet:
    rows = now.rows[[now.interval, *context.metrics]]
    whole = list(map(_whole, now.partial, now.missing))
    rows = rows.assign(whole=whole, in_doubt=[doubt or tr("no") for doubt in doubts])
    if before is not None:
        rows[f"{now.interval}_compared"] = before.rows[now.interval]
        rows[f"{shown}_before"] = before.rows[shown]
    return Sheet(_TITLES[now.interval], rows)


def _whole(cut: bool, missing: bool) -> str:
    return tr("not stored") if missing else tr("no") if cut else tr("yes")

"""Totals of a page: each metric over the period, with its change and sparkline."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..export.table import Sheet
from ..insight.comparison import metric_of
from ..insight.trends import Trend
from ..words import tr
from .context import ReportContext
from .over_time import with_buckets
from .runner import Answer, run, run_total


@dataclass(frozen=True, eq=False)
class Totals:
    """Metrics over the whole period: `row` as from `Answer.compared`, `trend` for sparklines."""

    row: pd.Series[float]
    is_whole: bool
    trend: Trend
    sheet: Sheet


def totals(context: ReportContext, metrics: tuple[str, ...] = ()) -> Totals:
    """The totals of these metrics, by default the page's."""
    query = context.totals_by(context.sparkline_interval, metrics)
    answer = run_total(context, query, compared=query.metrics)
    sheet, row = totals_sheet(answer, metrics or context.metrics)
    trend = with_buckets(context, query, run(context, query).rows)
    return Totals(row, answer.is_whole, trend, sheet)


def totals_sheet(answer: Answer, metrics: tuple[str, ...]) -> tuple[Sheet, pd.Series[float]]:
    """The one-row table of these metrics of an answer, and the row with all of them."""
    both = answer.compared()
    kept = [name for name in both if metric_of(str(name)) in metrics]
    return Sheet(tr("Totals"), both[kept], totals=True, days=answer.days), both.iloc[0]

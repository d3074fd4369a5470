"""Runs a page's queries, for its period and its comparison, sharing scans by rollups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

import pandas as pd

from ..insight.comparison import Days, compare
from ..query.query import ChecksQuery, CountQuery, Query, ViewsQuery
from .context import TIME, ReportContext

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to a page's query; its frames must not be modified.

    `rows` is for the period and `before` for the comparison, both as from `Engine.answer`; `before`
    is None when nothing is compared. `days` are the lengths of both. `is_whole` says whether all of
    the period is known.
    """

    query: Query
    rows: pd.DataFrame
    before: pd.DataFrame | None = None
    days: Days = (1, 1)
    is_whole: bool = True

    def compared(self, *, gone: bool = False) -> pd.DataFrame:
        """The rows, with `<metric>_before` and `<metric>_change` if something is compared.

        With `gone`, rows that only the comparison has are kept. See `insight.comparison.compare`.
        """
        if self.before is None:
            return self.rows
        metrics = [name for name in self.query.metrics if name in self.before]
        by = list(self.query.by)
        return compare(self.rows, self.before, by, metrics, gone=gone, days=self.days)

    def each(self, of: Callable[[pd.DataFrame], T]) -> tuple[T, T | None]:
        """A function applied to the period's rows, and to the comparison's if there are any."""
        return of(self.rows), None if self.before is None else of(self.before)


def run(context: ReportContext, query: Query, *, compared: Sequence[str] = ()) -> Answer:
    """Run a query; the metrics in `compared` are also queried for the comparison."""
    rows = context.desk.answer(query, _rollup(context, query))
    return _answer(context, query, rows, compared)


def run_total(context: ReportContext, query: Query, *, compared: Sequence[str] = ()) -> Answer:
    """As `run`, in one row over all rows of the query, summed from cached rows where possible."""
    rows = context.desk.total(query, _rollup(context, query))
    return _answer(context, replace(query, by=()), rows, compared)


def _answer(
    context: ReportContext, query: Query, rows: pd.DataFrame, compared: Sequence[str]
) -> Answer:
    before = None
    if compared and context.comparison:
        earlier = replace(query, period=context.comparison, metrics=tuple(compared))
        before = context.desk.answer(earlier, _rollup(context, earlier))
    return Answer(query, rows, before, context.days, not context.unfinished)


def _rollup(context: ReportContext, query: Query) -> Query | None:
    """The page's rollup that covers a query, if any."""
    times = (context.sparkline_interval, context.selection.trend_interval(context.period))
    all_ = replace(context.totals, period=query.period)
    for names in context.rollups:
        by = chain(*(times if name == TIME else (name,) for name in names))
        rollup = replace(all_.of(all_.sum_metrics), by=tuple(dict.fromkeys(by)))
        if rollup.covers(query):
            return rollup
    return None


def run_views(context: ReportContext, query: ViewsQuery) -> pd.DataFrame:
    """Raw views, newest first; see `Engine.rows`. The frame must not be modified."""
    return context.desk.rows(query)


def run_count(context: ReportContext, query: CountQuery) -> int:
    """The number of views a query matches."""
    return context.desk.count(query)


def run_checks(context: ReportContext, query: ChecksQuery) -> dict[str, int]:
    """The count of all views and of each quality check."""
    return context.desk.checks(query)

"""Asks a page's questions, and the same about what it is compared with. Pages ask nowhere else."""

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
    """The answer to a question of a page; do not change its frames.

    `rows` is of the period and `before` of the comparison, both as `Engine.answer` gives them;
    `before` is None where nothing is compared. `days` are the lengths of both. `is_whole` says
    whether all of the period is known.
    """

    query: Query
    rows: pd.DataFrame
    before: pd.DataFrame | None = None
    days: Days = (1, 1)
    is_whole: bool = True

    def compared(self, *, gone: bool = False) -> pd.DataFrame:
        """The rows, where something is compared with `<metric>_before` and `<metric>_change`.

        With `gone`, also the rows that only the comparison has. See `insight.comparison.compare`.
        """
        if self.before is None:
            return self.rows
        metrics = [name for name in self.query.metrics if name in self.before]
        by = list(self.query.by)
        return compare(self.rows, self.before, by, metrics, gone=gone, days=self.days)

    def each(self, of: Callable[[pd.DataFrame], T]) -> tuple[T, T | None]:
        """What becomes of the period's rows, and of those of the comparison if there is one."""
        return of(self.rows), None if self.before is None else of(self.before)


def run(context: ReportContext, query: Query, *, compared: Sequence[str] = ()) -> Answer:
    """The answer to a question, with these of its metrics `compared`."""
    rows = context.desk.answer(query, _rollup(context, query))
    return _answer(context, query, rows, compared)


def run_total(context: ReportContext, query: Query, *, compared: Sequence[str] = ()) -> Answer:
    """The answer in one row over all rows of a question, summed where they are at hand."""
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
    """The question whose scan serves this one too, if the page names one."""
    times = (context.sparkline_interval, context.selection.trend_interval(context.period))
    all_ = replace(context.totals, period=query.period)
    for names in context.rollups:
        by = chain(*(times if name == TIME else (name,) for name in names))
        rollup = replace(all_.of(all_.sum_metrics), by=tuple(dict.fromkeys(by)))
        if rollup.covers(query):
            return rollup
    return None


def run_views(context: ReportContext, query: ViewsQuery) -> pd.DataFrame:
    """The views themselves, newest first; see `Engine.rows`. Do not change the frame."""
    return context.desk.rows(query)


def run_count(context: ReportContext, query: CountQuery) -> int:
    """How many views a question is about."""
    return context.desk.count(query)


def run_checks(context: ReportContext, query: ChecksQuery) -> dict[str, int]:
    """The count of all views and of each check of views."""
    return context.desk.checks(query)

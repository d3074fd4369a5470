"""Breakdowns: metrics by the values of a dimension, for tables, bars and maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..export.table import Sheet
from ..insight.comparison import metric_of
from ..query.dimensions import dimension
from ..query.metrics import metric
from ..query.query import Query
from .context import ReportContext
from .firsts import newer_than_comparison
from .labels import Labels
from .runner import run, run_total

FIRST = "first_view"


@dataclass(frozen=True, eq=False)
class Breakdown:
    """Every value of the dimension `by`, labelled and sorted.

    `rows` has the columns `by`, `label`, the metrics, the bases of rates, and for comparisons
    `<metric>_before` and `<metric>_change`. Values younger than the comparison have no change; if
    there are any, the column FIRST has their first day. `total` is the row over all views. Both
    ignore `is` filters on the dimension itself.
    """

    by: str
    metrics: tuple[str, ...]
    rows: pd.DataFrame
    total: pd.Series[float]
    labels: Labels

    @property
    def sheet(self) -> Sheet:
        """The table for download."""
        kept = [n for n in self.rows if n == FIRST or metric_of(str(n)) in self.metrics]
        named = pd.DataFrame(self.labels.exported(self.by, self.rows[self.by]), self.rows.index)
        return Sheet(f"By {dimension(self.by).label.lower()}", named.join(self.rows[kept]))


def breakdown(context: ReportContext, by: str, metrics: tuple[str, ...] = ()) -> Breakdown:
    """The page's metrics by a dimension, ignoring `is` filters on it; memoised per page."""
    metrics = metrics or context.metrics
    bases = filter(None, (metric(name).basis for name in metrics))
    asked = tuple(dict.fromkeys((*metrics, *bases)))
    query = context.query(by, metrics=asked, without=(by,))
    found: Breakdown | None = context.memo.get((query, metrics))
    if found is None:
        found = context.memo[query, metrics] = _breakdown(context, query, metrics)
    return found


def _breakdown(context: ReportContext, query: Query, metrics: tuple[str, ...]) -> Breakdown:
    [by] = query.by
    answer = run(context, query, compared=_compared(context, query.metrics))
    rows = answer.compared(gone=True)
    if answer.before is not None:
        rows = _without_changes_of_young(context, rows, by)
    named = context.labels.each(by, rows[by])
    rows = rows.assign(label=[named[value] for value in rows[by]])
    total = run_total(context, query).rows.iloc[0]
    return Breakdown(by, metrics, ordered(context, rows), total, context.labels)


def _without_changes_of_young(context: ReportContext, rows: pd.DataFrame, by: str) -> pd.DataFrame:
    first = newer_than_comparison(context, by, [str(value) for value in rows[by]])
    if not first:
        return rows
    days = [first.get(str(value)) for value in rows[by]]
    is_old = pd.Series([day is None for day in days], index=rows.index)
    changes = [str(name) for name in rows if str(name).endswith("_change")]
    kept: dict[str, Any] = {name: rows[name].where(is_old) for name in changes}
    return rows.assign(**kept, **{FIRST: pd.Series(days, index=rows.index, dtype=object)})


def _compared(context: ReportContext, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics to query for the comparison: viewer metrics only if they are the subject.

    Distinct counts cost more than all other metrics together.
    """
    subject = (asked[0], context.chosen_metric, metric_of(context.selection.sort))
    costly = ("viewers", "views_per_viewer", "new_viewers")
    return tuple(name for name in asked if name in subject or name not in costly)


def ordered(context: ReportContext, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the selected order; missing values come last."""
    usual = next(name for name in ("views", "plays", *rows.columns[1:]) if name in rows)
    sort = context.selection.sort if context.selection.sort in rows else usual
    rising = context.selection.order == "rising"
    return rows.sort_values(
        [sort, "label"], ascending=[rising, True], na_position="last", ignore_index=True
    )

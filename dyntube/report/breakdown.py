"""Breakdowns: metrics by the values of a dimension, for tables, bars and maps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from ..export.table import Sheet
from ..insight.comparison import Days, metric_of
from ..query.dimensions import dimension, is_missing
from ..query.metrics import METRICS, metric
from ..query.query import Query
from ..reading.text import folded, sort_key
from ..words import tr
from .context import ReportContext
from .firsts import newer_than_comparison
from .labels import Labels
from .runner import run, run_total
from .selection import NAME


@dataclass(frozen=True, eq=False)
class Breakdown:
    """Every value of the dimension `by`, labelled and sorted.

    `rows` has the columns `by`, `label`, the metrics, the bases of rates, and for comparisons
    `<metric>_before` and `<metric>_change`; `days` are the lengths of both. Those in
    `young` are younger than the comparison and have no change: by value, with their first days if
    these are certain. `total` is the row over all views. Both ignore `is` filters on the dimension
    itself.
    """

    by: str
    metrics: tuple[str, ...]
    rows: pd.DataFrame
    total: pd.Series[float]
    labels: Labels
    young: Mapping[str, dt.date | None] = field(default_factory=dict)
    days: Days = (1, 1)

    def only(self, values: Collection[str]) -> Breakdown:
        """The same with the rows of these values only."""
        return replace(self, rows=self.rows[self.rows[self.by].isin(values)])

    def found(self, text: str) -> pd.DataFrame:
        """The rows whose label contains a text, however it is written; all for an empty text.

        A short label may lack the country of a city, which is searched too.
        """
        wanted = folded(text)
        if not wanted:
            return self.rows
        texts = zip(self.rows["label"], self.whole_labels, strict=True)
        return self.rows[[any(wanted in folded(one) for one in both) for both in texts]]

    @property
    def whole_labels(self) -> list[str]:
        """The labels of the rows with all their parents: "Paris, Île-de-France, France"."""
        if not dimension(self.by).within:
            return [str(label) for label in self.rows["label"]]
        return [self.labels.one(self.by, str(value)) for value in self.rows[self.by]]

    @property
    def sheet(self) -> Sheet:
        """The table for download."""
        kept = [name for name in self.rows if metric_of(str(name)) in self.metrics]
        named = pd.DataFrame(self.labels.exported(self.by, self.rows[self.by]), self.rows.index)
        rows = named.join(self.rows[kept])
        if self.young:
            firsts = [self.young.get(str(value)) for value in self.rows[self.by]]
            rows["first_view"] = pd.Series(firsts, rows.index, dtype=object)
        title = tr("By {dimension}", dimension=dimension(self.by).noun)
        return Sheet(title, rows, days=self.days)


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
    rows, young = answer.compared(gone=True), {}
    if answer.before is not None:
        young = newer_than_comparison(context, by, [str(value) for value in rows[by]])
        rows = _without_changes(rows, rows[by].isin(young))
    named = context.labels.each(by, rows[by])
    rows = rows.assign(label=[named[value] for value in rows[by]])
    total = run_total(context, query).rows.iloc[0]
    rows = ordered(rows, by, context.selection.sort, rising=context.selection.order == "rising")
    return Breakdown(by, metrics, rows, total, context.labels, young, answer.days)


def _without_changes(rows: pd.DataFrame, which: pd.Series[bool]) -> pd.DataFrame:
    changes = [str(name) for name in rows if str(name).endswith("_change")]
    kept: dict[str, Any] = {name: rows[name].mask(which) for name in changes}
    return rows.assign(**kept)


def _compared(context: ReportContext, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics to query for the comparison: viewer metrics only if they are the subject.

    Distinct counts cost more than all other metrics together.
    """
    selection = context.selection
    changing = (name for name in (selection.sort, *selection.columns) if name not in METRICS)
    subject = (asked[0], context.chosen_metric, selection.sort, *map(metric_of, changing))
    costly = ("viewers", "views_per_viewer", "new_viewers")
    return tuple(name for name in asked if name in subject or name not in costly)


def ordered(rows: pd.DataFrame, by: str, sort: str, *, rising: bool) -> pd.DataFrame:
    """Rows by a column or by NAME; equal ones by their names, then keys. Missing values come last.

    A column that the table lacks stands for views. Tables in the browser are sorted alike.
    """
    pairs = zip(rows[by], rows["label"], strict=True)
    folds = [None if is_missing(str(value)) else sort_key(label) for value, label in pairs]
    names = pd.Series(folds, index=rows.index, dtype=object)
    usual = next(name for name in ("views", "plays", *rows.columns[1:]) if name in rows)
    column = names if sort == NAME else rows[sort if sort in rows else usual]
    keys = pd.DataFrame({"column": column, "name": names, "key": rows[by]})
    keys = keys.sort_values([*keys], ascending=[rising, True, True], na_position="last")
    return rows.loc[keys.index].reset_index(drop=True)

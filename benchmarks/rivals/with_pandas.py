"""Answers from a pandas frame in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dyntube.query.dimensions import DIMENSIONS, OTHER
from dyntube.query.query import Filter, Query

from .asked import Asked
from .prepared import DISTINCT, ROWS, Key, divided, needed, parts, shown, values


class Pandas:
    """Text as text, or with `categories`: so is all that rows are grouped by, and the viewers."""

    def __init__(self, prepared: Path, *, categories: bool) -> None:
        pd.reset_option("mode.string_storage")  # the app's own choice is for few rows
        names = pq.read_schema(next(prepared.iterdir())).names
        text = [name for name in names if _kind(name) == "text"]
        table = pq.read_table(prepared, read_dictionary=text if categories else None)
        table = table.combine_chunks()
        self._views = table.to_pandas(split_blocks=True, self_destruct=True)
        del table
        pa.default_memory_pool().release_unused()
        for name in names if categories else ():
            if name == "viewer" or _kind(name) in ("text", "number", "date"):
                column = self._views[name].astype("category")
                in_order = column.cat.categories.sort_values()
                self._views[name] = column.cat.reorder_categories(in_order)

    def begin(self, page: Asked) -> None:
        self._questions = page.questions
        self._selected: dict[Key, pd.DataFrame] = {}

    def select(self, query: Query) -> None:
        key = query.period, query.filters
        if key in self._selected:
            return
        bounds = map(pd.Timestamp, query.period.bounds(query.timezone))
        first, end = (int(self._views["date"].searchsorted(moment)) for moment in bounds)
        views = self._views.iloc[first:end]
        alike = [asked for asked in self._questions if (asked.period, asked.filters) == key]
        wanted = views[needed(alike, filters=False).all]
        if query.filters:
            masks = [_meets(views[filter_.dimension], filter_) for filter_ in query.filters]
            wanted = wanted[np.logical_and.reduce(masks)]
        self._selected[key] = wanted

    def answer(self, query: Query) -> pd.DataFrame:
        views = self._selected[query.period, query.filters]
        found = _grouped(query, views) if query.by else _total(query, views)
        for name in shown(query):
            if both := divided(name):
                upper, lower = found[both[0]], found[both[1]]
                found[name] = upper / lower.where(lower != 0)
        if query.order_by:
            rising = [False, *(True for _ in query.by)]
            found = found.sort_values([query.order_by, *query.by], ascending=rising)
        return found[[*query.by, *query.metrics]][: query.limit]

    def frame(self, answer: pd.DataFrame) -> pd.DataFrame:
        return answer


def _kind(name: str) -> str:
    return DIMENSIONS[name].kind if name in DIMENSIONS else ""


def _meets(column: pd.Series, filter_: Filter) -> pd.Series:
    found = column.isin(values(filter_))
    return found if filter_.operator == "is" else ~found


def _total(query: Query, views: pd.DataFrame) -> pd.DataFrame:
    row = {name: [views[name].sum()] for name in needed([query]).measures}
    row[ROWS] = [len(views)]
    if DISTINCT in parts(query):
        row[DISTINCT] = [views["viewer"].nunique()]
    return pd.DataFrame(row)


def _grouped(query: Query, views: pd.DataFrame) -> pd.DataFrame:
    groups = views.groupby([_key(query, name, views) for name in query.by], observed=True)
    found = groups[list(needed([query]).measures)].sum()
    found[ROWS] = groups.size()
    if DISTINCT in parts(query):
        found[DISTINCT] = groups["viewer"].nunique()
    return found.reset_index()


def _key(query: Query, name: str, views: pd.DataFrame) -> str | pd.Series:
    """What rows are grouped by: a column, or that with few of its values kept."""
    if query.top_values is None or query.top_values.dimension != name:
        return name
    column, kept = views[name], list(query.top_values.values)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.set_categories([*kept, OTHER]).fillna(OTHER)
    return column.where(column.isin(kept), OTHER)

"""Answers from a Polars frame in memory, by its streaming engine, the faster one of the two."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl

from dyntube.query.dimensions import DIMENSIONS, OTHER
from dyntube.query.query import Filter, Query

from .asked import Asked
from .prepared import DISTINCT, ROWS, Key, divided, needed, parts, shown, values

_SMALL = {"watched_percent": pl.Int8, "hour_of_day": pl.Int8, "weekday": pl.Int8}


class Polars:
    """Text as Enum in the order of its values, viewers numbered, dates and numbers small."""

    def __init__(self, prepared: Path) -> None:
        views = pl.read_parquet(prepared / "*.parquet").rechunk()
        for name in views.columns:
            views = views.with_columns(_compact(views[name]))
        self._views = views

    def begin(self, page: Asked) -> None:
        self._questions = page.questions
        self._selected: dict[Key, pl.DataFrame] = {}

    def select(self, query: Query) -> None:
        key = query.period, query.filters
        if key in self._selected:
            return
        bounds = query.period.bounds(query.timezone)
        first, end = (int(self._views["date"].search_sorted(moment)) for moment in bounds)
        alike = [asked for asked in self._questions if (asked.period, asked.filters) == key]
        # A frame without a column has no rows to count either.
        wanted = needed(alike, filters=False).all or ["date"]
        views = self._views.slice(first, end - first)
        if query.filters:
            meets = [_meets(filter_) for filter_ in query.filters]
            self._selected[key] = _collect(views.lazy().filter(meets).select(wanted))
        else:
            self._selected[key] = views.select(wanted)

    def answer(self, query: Query) -> pl.DataFrame:
        views = self._selected[query.period, query.filters].lazy()
        sums = [pl.len().alias(ROWS), *map(pl.sum, needed([query]).measures)]
        if DISTINCT in parts(query):
            sums.append(pl.col("viewer").n_unique().alias(DISTINCT))
        keys = [_key(query, name) for name in query.by]
        found = views.group_by(keys).agg(sums) if keys else views.select(sums)
        found = found.with_columns(
            (pl.col(both[0]) / pl.when(pl.col(both[1]) != 0).then(pl.col(both[1]))).alias(name)
            for name in shown(query)
            if (both := divided(name))
        )
        if query.order_by:
            falling = [True, *(False for _ in query.by)]
            found = found.sort([query.order_by, *query.by], descending=falling, nulls_last=True)
        elif keys:
            found = found.sort(query.by)
        found = found.select(*query.by, *query.metrics)
        return _collect(found if query.limit is None else found.head(query.limit))

    def frame(self, answer: pl.DataFrame) -> pd.DataFrame:
        return answer.to_pandas()


def _compact(column: pl.Series) -> pl.Series:
    if column.name == "viewer":
        return column.rank("dense").cast(pl.UInt32)
    if column.dtype == pl.String:
        return column.cast(pl.Enum(column.unique().sort()))
    if column.name in DIMENSIONS and DIMENSIONS[column.name].kind == "date":
        return column.dt.date()
    return column.cast(_SMALL.get(column.name, column.dtype))


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")


def _meets(filter_: Filter) -> pl.Expr:
    found = pl.col(filter_.dimension).is_in(list(values(filter_)))
    return found if filter_.operator == "is" else ~found


def _key(query: Query, name: str) -> pl.Expr:
    """What rows are grouped by: a column, or that with few of its values kept."""
    if query.top_values is None or query.top_values.dimension != name:
        return pl.col(name)
    kept = pl.Enum([*query.top_values.values, OTHER])
    return pl.col(name).cast(kept, strict=False).fill_null(pl.lit(OTHER, kept))

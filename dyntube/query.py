"""A question as a value, and that value as SQL. The only module that writes SQL.

Totals, trends and breakdowns are one question: metrics `by` nothing, a time dimension or another.
Values are bound as parameters; names come from the fixed lists of `metrics`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from . import metrics as catalogue
from .periods import Period, slot_of

_HOUR = "hour"
_DATES = ("day", "week", "month")


@dataclass(frozen=True)
class Filter:
    """Only views whose `dimension` has one of `values`; "Unknown" stands for a missing value."""

    dimension: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A question: which metrics, of which period, by which dimensions, of which views.

    `order_by` names a metric (largest first), or is None for the order of the dimensions. `limit`
    keeps so many rows. Unknown names raise QueryError when the question is made.
    """

    metrics: tuple[str, ...]
    period: Period
    timezone: str = "UTC"
    by: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: str | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        for name in (*self.metrics, *filter(None, [self.order_by])):
            catalogue.metric(name)
        for name in (*self.by, *(filter.dimension for filter in self.filters)):
            catalogue.dimension(name)
        self.period.bounds(self.timezone)

    @property
    def needs_calendar(self) -> bool:
        """Whether a dimension of time is in it."""
        return any(catalogue.dimension(name).is_time for name in self._dimensions())

    @property
    def needs_history(self) -> bool:
        """Whether it asks what happened before the period."""
        return "new_viewers" in (*self.metrics, self.order_by)

    def _dimensions(self) -> list[str]:
        return [*self.by, *(filter.dimension for filter in self.filters)]


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters."""

    sql: str
    parameters: dict[str, object]


def statement(query: Query, files: tuple[Path, ...], history: tuple[Path, ...] = ()) -> Statement:
    """The SQL of a question over day files.

    It reads `files`, the view `calendar` when `needs_calendar`, and `history` (every file up to the
    period's end) when `needs_history`. Columns come back prefixed, `d_` for dimensions and `m_` for
    metrics, because engines confuse an aggregate that is called like a column.
    """
    start, end = query.period.bounds(query.timezone)
    parameters: dict[str, object] = {
        "start": slot_of(start),
        "end": slot_of(end - dt.timedelta(microseconds=1)),
    }
    conditions = ["slot BETWEEN $start AND $end"]
    if query.period.until is not None:
        parameters["until"] = end
        conditions.append("date < $until")
    for number, filter_ in enumerate(query.filters):
        parameters[f"filter{number}"] = [str(value) for value in filter_.values]
        expression = catalogue.dimension(filter_.dimension).sql
        conditions.append(f"list_contains($filter{number}, CAST({expression} AS VARCHAR))")
    source = "no_views"
    if files:
        source, parameters["files"] = "read_parquet($files)", [str(path) for path in files]
    if query.needs_calendar:
        source += " JOIN calendar USING (slot)"
    if query.needs_history:
        first_views = "FROM no_first_views"
        if history:
            first_views, parameters["history"] = _FIRST_VIEWS, [str(path) for path in history]
        source += f" LEFT JOIN ({first_views}) USING (viewer)"
    columns = [f"{catalogue.dimension(name).sql} AS d_{name}" for name in query.by]
    columns += [f"{catalogue.metric(name).sql} AS m_{name}" for name in query.metrics]
    sql = f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(conditions)}"
    return Statement(sql + _grouping(query), parameters)


_FIRST_VIEWS = (
    "SELECT viewer, min(date) AS first_date FROM read_parquet($history) "
    "WHERE viewer IS NOT NULL GROUP BY viewer"
)


def _grouping(query: Query) -> str:
    dimensions = [f"d_{name}" for name in query.by]
    sql = " GROUP BY ALL" if query.by else ""
    if query.order_by:
        sql += f" ORDER BY {catalogue.metric(query.order_by).sql} DESC NULLS LAST"
        sql += "".join(f", {name}" for name in dimensions)
    elif dimensions:
        sql += f" ORDER BY {', '.join(dimensions)}"
    return sql + (f" LIMIT {int(query.limit)}" if query.limit is not None else "")


def shape(query: Query, answer: pd.DataFrame) -> pd.DataFrame:
    """The rows of an engine with our names and types.

    Counts are int64, other metrics float64 (NaN where the divisor is 0), dimensions text; `day`,
    `week` and `month` are dates (datetime64, no zone), `hour` is aware in the question's zone.
    """
    answer = answer.rename(columns=lambda name: name[2:])
    for name in query.metrics:
        whole = catalogue.metric(name).format == "number"
        answer[name] = answer[name].astype("int64" if whole else "float64")
    for name in query.by:
        if name == _HOUR:
            utc = pd.to_datetime(answer[name]).dt.tz_localize("UTC")
            answer[name] = utc.dt.tz_convert(query.timezone)
        elif name in _DATES:
            answer[name] = pd.to_datetime(answer[name])
        elif name in catalogue.TIME_DIMENSIONS:
            answer[name] = answer[name].astype("int64")
        else:
            answer[name] = answer[name].astype("str")
    return answer[[*query.by, *query.metrics]]

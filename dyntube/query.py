"""Questions as values, and those values as SQL. The only module that writes SQL.

Totals, trends and breakdowns are one question: metrics `by` nothing, a time dimension or another.
The views behind a number are another, and how many of them fail each quality check is the third.
Values are bound as parameters; names come from the fixed lists of `metrics`, `quality` and
`records`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from . import metrics as catalogue
from . import quality
from .periods import Period, slot_of
from .records import COLUMNS, COUNT, FLAG, INSTANT, SECONDS, VIEW_COLUMNS

_HOUR = "hour"
_DATES = ("day", "week", "month")


@dataclass(frozen=True)
class Filter:
    """Only views whose `dimension` has one of `values`; "Unknown" stands for a missing value."""

    dimension: str
    values: tuple[str, ...]


class _OfViews:
    """What all questions share: they are about the views of a period, under filters."""

    period: Period
    timezone: str
    filters: tuple[Filter, ...]

    @property
    def needs_calendar(self) -> bool:
        """Whether a dimension of time is in it."""
        return any(catalogue.dimension(name).is_time for name in self._dimensions())

    @property
    def needs_history(self) -> bool:
        """Whether it asks what happened before the period."""
        return False

    def _dimensions(self) -> list[str]:
        return [filter.dimension for filter in self.filters]

    def _check(self) -> None:
        for name in self._dimensions():
            catalogue.dimension(name)
        self.period.bounds(self.timezone)


@dataclass(frozen=True)
class Query(_OfViews):
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
        self._check()

    @property
    def needs_history(self) -> bool:
        """Whether it asks what happened before the period."""
        return "new_viewers" in (*self.metrics, self.order_by)

    def _dimensions(self) -> list[str]:
        return [*self.by, *super()._dimensions()]


@dataclass(frozen=True)
class RowsQuery(_OfViews):
    """The views themselves, newest first: all that a number counts, or that a check does.

    `check` names one of `quality.CHECKS`; None keeps every view. `limit` and `offset` cut out a
    page. Unknown names raise QueryError when the question is made.
    """

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()
    check: str | None = None
    limit: int = 100
    offset: int = 0

    def __post_init__(self) -> None:
        self._check()
        if self.check is not None:
            quality.check(self.check)


@dataclass(frozen=True)
class ChecksQuery(_OfViews):
    """How many views there are, and how many of them each of `quality.CHECKS` counts."""

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()

    def __post_init__(self) -> None:
        self._check()


Question = Query | RowsQuery | ChecksQuery


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters."""

    sql: str
    parameters: dict[str, object]


def statement(
    asked: Question, files: tuple[Path, ...], history: tuple[Path, ...] = ()
) -> Statement:
    """The SQL of a question over day files.

    It reads `files`, the view `calendar` when `needs_calendar`, and `history` (every file up to the
    period's end) when `needs_history`. Columns come back prefixed, `d_` for dimensions and `m_` for
    all others, because engines confuse an aggregate that is called like a column.
    """
    source, parameters = _views(asked, files)
    match asked:
        case Query():
            sql = _answer(asked, source, history, parameters)
        case RowsQuery():
            sql = _rows(asked, source, parameters)
        case ChecksQuery():
            sql = _checks(source)
    return Statement(sql, parameters)


def _views(asked: Question, files: tuple[Path, ...]) -> tuple[str, dict[str, object]]:
    """The views that a question is about, as a subquery, and its parameters."""
    start, end = asked.period.bounds(asked.timezone)
    parameters: dict[str, object] = {
        "start": slot_of(start),
        "end": slot_of(end - dt.timedelta(microseconds=1)),
    }
    conditions = ["slot BETWEEN $start AND $end"]
    if asked.period.until is not None:
        parameters["until"] = end
        conditions.append("date < $until")
    for number, filter_ in enumerate(asked.filters):
        parameters[f"filter{number}"] = [str(value) for value in filter_.values]
        expression = catalogue.dimension(filter_.dimension).sql
        conditions.append(f"list_contains($filter{number}, CAST({expression} AS VARCHAR))")
    source = "no_views"
    if files:
        source, parameters["files"] = "read_parquet($files)", [str(path) for path in files]
    if asked.needs_calendar:
        source += " JOIN calendar USING (slot)"
    return f"(SELECT * FROM {source} WHERE {' AND '.join(conditions)})", parameters


def _answer(
    query: Query, source: str, history: tuple[Path, ...], parameters: dict[str, object]
) -> str:
    if query.needs_history:
        first_views = "FROM no_first_views"
        if history:
            first_views, parameters["history"] = _FIRST_VIEWS, [str(path) for path in history]
        source += f" LEFT JOIN ({first_views}) USING (viewer)"
    columns = [f"{catalogue.dimension(name).sql} AS d_{name}" for name in query.by]
    columns += [f"{catalogue.metric(name).sql} AS m_{name}" for name in query.metrics]
    return f"SELECT {', '.join(columns)} FROM {source}" + _grouping(query)


def _rows(query: RowsQuery, source: str, parameters: dict[str, object]) -> str:
    parameters |= {"limit": query.limit, "offset": query.offset}
    check = quality.check(query.check) if query.check else None
    source = _WITH_REPEATED.format(views=source) if check and check.across else f"FROM {source}"
    columns = ", ".join(f"{_ROW_SQL.get(name, name)} AS m_{name}" for name in VIEW_COLUMNS)
    condition = f" WHERE {check.sql}" if check else ""
    newest_first = " ORDER BY date DESC, id DESC LIMIT $limit OFFSET $offset"
    return f"SELECT {columns} {source}{condition}{newest_first}"


# DuckDB makes a frame of zoned timestamps in a way that pandas warns of.
_ROW_SQL = {"date": "epoch_us(date)"}


def _checks(source: str) -> str:
    columns = ["count(*) AS m_views"]
    columns += [
        f"count(CASE WHEN {check.sql} THEN 1 END) AS m_{name}"
        for name, check in quality.CHECKS.items()
    ]
    return f"SELECT {', '.join(columns)} {_WITH_REPEATED.format(views=source)}"


_WITH_REPEATED = (
    "FROM {views} LEFT JOIN (SELECT view_id, true AS repeated FROM {views} "
    "WHERE view_id IS NOT NULL GROUP BY view_id HAVING count(*) > 1) USING (view_id)"
)
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


def shape(asked: Question, answer: pd.DataFrame) -> pd.DataFrame:
    """The rows of an engine with our names and types.

    Counts are int64, other metrics float64 (NaN where the divisor is 0), dimensions text; `day`,
    `week` and `month` are dates (datetime64, no zone), `hour` is aware in the question's zone. The
    columns of views are those of `records.VIEW_COLUMNS`, nullable, `date` aware in that zone.
    """
    answer = answer.rename(columns=lambda name: name[2:])
    match asked:
        case Query():
            return _shape_answer(asked, answer)
        case RowsQuery():
            answer["date"] = pd.to_datetime(answer["date"], unit="us", utc=True)
            answer = answer.astype({column.name: _pandas_type(column.type) for column in COLUMNS})
            answer["date"] = answer["date"].dt.tz_convert(asked.timezone)
            return answer
        case ChecksQuery():
            return answer.astype("int64")


def _pandas_type(type_: pa.DataType) -> str:
    return _PANDAS_TYPES.get(type_, "string")


_PANDAS_TYPES: dict[pa.DataType, str] = {
    COUNT: "Int32",
    SECONDS: "Float64",
    FLAG: "boolean",
    INSTANT: "datetime64[us, UTC]",
}


def _shape_answer(query: Query, answer: pd.DataFrame) -> pd.DataFrame:
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

"""Questions as SQL, and answers as frames. The only module that writes SQL.

Values are bound as parameters; names come from the fixed lists of `metrics`, `quality` and
`records`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from . import metrics as catalogue
from . import quality
from .metrics import OTHER
from .periods import slot_of
from .query import ChecksQuery, CountQuery, Filter, Query, Question, RowsQuery
from .records import COLUMNS, COUNT, FLAG, INSTANT, SECONDS, VIEW_COLUMNS


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
        case CountQuery():
            condition = catalogue.metric(asked.metric).views
            sql = f"SELECT count(*) AS m_views FROM {source} WHERE {condition}"
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
        conditions.append(_condition(filter_, f"filter{number}", parameters))
    source = "no_views"
    if files:
        source, parameters["files"] = "read_parquet($files)", [str(path) for path in files]
    if asked.needs_calendar:
        source += " JOIN calendar USING (slot)"
    return f"(SELECT * FROM {source} WHERE {' AND '.join(conditions)})", parameters


def _condition(filter_: Filter, name: str, parameters: dict[str, object]) -> str:
    """What a filter keeps, with its values put among the parameters."""
    value = f"CAST({catalogue.dimension(filter_.dimension).sql} AS VARCHAR)"
    if filter_.operator != "contains":
        parameters[name] = [str(wanted) for wanted in filter_.values]
        is_one = f"list_contains(${name}, {value})"
        return is_one if filter_.operator == "is" else f"NOT {is_one}"
    parts = {f"{name}_{n}": wanted for n, wanted in enumerate(filter_.values)}
    parameters |= parts
    # Both by the engine: Python makes other small letters of some capitals, such as İ and a last Σ.
    found = [f"strpos(lower({value}), lower(${part})) > 0" for part in parts]
    return f"({' OR '.join(found) or 'false'})"


def _answer(
    query: Query, source: str, history: tuple[Path, ...], parameters: dict[str, object]
) -> str:
    if query.needs_history:
        first_views = "FROM no_first_views"
        if history:
            first_views, parameters["history"] = _FIRST_VIEWS, [str(path) for path in history]
        source += f" LEFT JOIN ({first_views}) USING (viewer)"
    columns = [f"{_grouped(query, name, parameters)} AS d_{name}" for name in query.by]
    columns += [f"{catalogue.metric(name).sql} AS m_{name}" for name in query.metrics]
    return f"SELECT {', '.join(columns)} FROM {source}" + _grouping(query)


def _grouped(query: Query, name: str, parameters: dict[str, object]) -> str:
    """The expression that rows are grouped by."""
    sql = catalogue.dimension(name).sql
    if query.keep is None or query.keep.dimension != name:
        return sql
    return f"CASE WHEN {_condition(query.keep, 'keep', parameters)} THEN {sql} ELSE '{OTHER}' END"


def _rows(query: RowsQuery, source: str, parameters: dict[str, object]) -> str:
    check = quality.check(query.check) if query.check else None
    source = _WITH_REPEATED.format(views=source) if check and check.across else f"FROM {source}"
    columns = ", ".join(f"{_ROW_SQL.get(name, name)} AS m_{name}" for name in VIEW_COLUMNS)
    conditions = [catalogue.metric(query.metric).views, *([check.sql] if check else [])]
    sql = f"SELECT {columns} {source} WHERE {' AND '.join(f'({c})' for c in conditions)}"
    sql += " ORDER BY date DESC, id DESC"
    if query.limit is None:
        return sql
    parameters |= {"limit": query.limit, "offset": query.offset}
    return f"{sql} LIMIT $limit OFFSET $offset"


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

    Counts are int64, other metrics float64 (NaN where the divisor is 0). Dimensions are text,
    int64, dates (datetime64, no zone) or moments aware in the question's zone, as their `kind`
    says. The columns of views are those of `records.VIEW_COLUMNS`, nullable, `date` aware in that
    zone.
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
        case ChecksQuery() | CountQuery():
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
        counted = catalogue.metric(name).format == "number"
        answer[name] = answer[name].astype("int64" if counted else "float64")
    for name in query.by:
        answer[name] = _shape_dimension(name, answer[name], query.timezone)
    return answer[[*query.by, *query.metrics]]


def _shape_dimension(name: str, values: pd.Series[Any], timezone: str) -> pd.Series[Any]:
    match catalogue.dimension(name).kind:
        case "moment":
            moments = pd.to_datetime(values, utc=True)
            return moments.dt.tz_convert(timezone)
        case "date":
            return pd.to_datetime(values)
        case "number":
            return values.astype("int64")
        case "text":
            return values.astype("str")

"""Answers by ClickHouse's engine in the process, from the same Parquet files of days."""

from __future__ import annotations

import datetime as dt
import os

import pandas as pd
import pyarrow as pa
from chdb.session import Session

from dyntube.archive.archive import Archive
from dyntube.query.dimensions import DIMENSIONS, OTHER
from dyntube.query.metrics import METRICS
from dyntube.query.query import Filter, Query

from .asked import Asked
from .prepared import is_count, spelt_out

# What its users would write; the app's calendar is right in zones of half hours too.
_CALENDAR = {
    "hour": "toStartOfHour(date, '{zone}')",
    "day": "toDate(date, '{zone}')",
    "week": "toMonday(date, '{zone}')",
    "month": "toStartOfMonth(date, '{zone}')",
    "hour_of_day": "toHour(date, '{zone}')",
    "weekday": "toDayOfWeek(date, 0, '{zone}')",
}


class Chdb:
    """In the SQL of the app's own metrics and dimensions, nearly all of which it understands."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._session = Session()
        for setting in (f"max_threads = {os.cpu_count()}", "cast_keep_nullable = 1"):
            self._session.query(f"SET {setting}")
        micro = "CREATE FUNCTION to_microseconds AS (number) -> toIntervalMicrosecond(number)"
        self._session.query(micro)

    def begin(self, page: Asked) -> None:
        pass

    def select(self, query: Query) -> None:
        pass

    def answer(self, query: Query) -> pa.Table:
        return self._session.query(self._sql(query), "ArrowTable")

    def frame(self, answer: pa.Table) -> pd.DataFrame:
        found = answer.to_pandas().rename(columns=lambda name: name[2:])
        for name in found:
            if name in DIMENSIONS and DIMENSIONS[name].kind == "moment":
                found[name] = pd.to_datetime(found[name], unit="s")
        return found

    def _sql(self, query: Query) -> str:
        columns = [f"{_grouped(query, name)} AS d_{name}" for name in query.by]
        columns += [f"{_metric(name)} AS m_{name}" for name in query.metrics]
        conditions = [_during(query), *(_meets(filter_, query) for filter_ in query.filters)]
        sql = f"SELECT {', '.join(columns)} FROM file({self._files(query)}, Parquet)"
        sql += f" WHERE {' AND '.join(conditions)}"
        order = [f"d_{name}" for name in query.by]
        if query.by:
            sql += f" GROUP BY {', '.join(order)}"
        if query.order_by:
            order.insert(0, f"{_metric(query.order_by)} DESC NULLS LAST")
        if order:
            sql += f" ORDER BY {', '.join(order)}"
        return sql + (f" LIMIT {query.limit}" if query.limit is not None else "")

    def _files(self, query: Query) -> str:
        """The files of the period's days, as one text."""
        days = query.period.utc_days(query.timezone)
        files = self._archive.files(days[0], days[-1])
        # No file at all is an error, and one of another day has no view of these.
        files = files or self._archive.files(dt.date.min, dt.date.max)[:1]
        names = ",".join(str(file.relative_to(self._archive.root)) for file in files)
        return _text(f"{self._archive.root.resolve()}/{{{names}}}")


def _metric(name: str) -> str:
    metric = METRICS[name]
    if metric.ratio_of:
        upper, lower = map(_metric, metric.ratio_of)
        return f"{upper} / nullif({lower}, 0)"
    if metric.distinct:
        return f"count(DISTINCT {metric.distinct})"
    return spelt_out(f"countIf({metric.population})" if is_count(name) else metric.sql)


def _dimension(name: str, query: Query) -> str:
    sql = _CALENDAR.get(name, spelt_out(DIMENSIONS[name].sql))
    return sql.format(zone=query.timezone) if name in _CALENDAR else sql


def _grouped(query: Query, name: str) -> str:
    sql = _dimension(name, query)
    if query.top_values is None or query.top_values.dimension != name:
        return sql
    return f"CASE WHEN {_meets(query.top_values, query)} THEN {sql} ELSE {_text(OTHER)} END"


def _during(query: Query) -> str:
    moments = (f"{moment:%Y-%m-%d %H:%M:%S.%f}" for moment in query.period.bounds(query.timezone))
    first, end = (f"toDateTime64({_text(moment)}, 6, 'UTC')" for moment in moments)
    return f"date >= {first} AND date < {end}"


def _meets(filter_: Filter, query: Query) -> str:
    wanted = ", ".join(map(_text, filter_.values))
    is_one = "IN" if filter_.operator == "is" else "NOT IN"
    return f"{_dimension(filter_.dimension, query)} {is_one} ({wanted})"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"

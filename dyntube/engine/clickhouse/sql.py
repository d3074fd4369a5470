"""Queries in ClickHouse's SQL. Values are bound; names come from the same fixed lists as DuckDB's.

Local time is arithmetic on `slot`, since ClickHouse would send a joined calendar to every node.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pandas as pd

from ...query import checks, dimensions
from ...query import metrics as catalogue
from ...query.dimensions import BETWEEN, COMPUTED, OTHER, UNKNOWN
from ...query.metrics import Metric
from ...query.query import ChecksQuery, CountQuery, Filter, Query, Question, ViewsQuery
from ...reading.records import SLOT_SECONDS, VIEW_COLUMNS
from ...reading.zones import zone_info

# What the shared expressions call otherwise here, where functions of text count and compare bytes.
_FULL_MATCH = re.compile(r"regexp_full_match\((\w+), ('(?:[^']|'')*'), 'i'\)")
_NAMES = {
    "to_microseconds(": "toIntervalMicrosecond(",
    "length(": "lengthUTF8(",
}
_PART = 5_000  # numbers of twenty digits
_ROW_SQL = {"date": "toUnixTimestamp64Micro(date)"}


def translated(sql: str) -> str:
    """An expression of `metrics`, `dimensions` or `checks`."""
    if found := _FULL_MATCH.search(sql):
        pattern = found[2].replace("\\", "\\\\")
        sql = sql.replace(found[0], f"match({found[1]}, concat('(?i-s)^(?:', {pattern}, ')$'))")
    for name, ours in _NAMES.items():
        sql = re.sub(rf"\b{re.escape(name)}", ours, sql)
    return sql


COMPUTED_SQL = {name: translated(sql) for name, sql in COMPUTED.items()}


class Statements:
    """The statements of one query over the views of these generations, and their `parameters`.

    Columns are named as in `engine.sql`. `history`: the generations up to the period's end.
    """

    def __init__(
        self, asked: Question, generations: tuple[int, ...], history: tuple[int, ...] = ()
    ) -> None:
        self.parameters: dict[str, object] = {}
        self._asked, self._generations, self._history = asked, generations, history
        self._clocks = _clocks(*asked.period.bounds(asked.timezone), asked.timezone)

    def sums(self, query: Query) -> str:
        """The sums by the dimensions of a query."""
        names = map(catalogue.metric, query.sum_metrics)
        return self._grouped(query, [f"{_sum(metric)} AS m_{metric.name}" for metric in names])

    def distinct(self, query: Query) -> str:
        """The distinct count of a query's metric, by its dimensions; the rest is one row."""
        metric = catalogue.metric(query.metrics[0])
        return self._grouped(query, [f"toInt64(uniqExact({metric.distinct})) AS m_{metric.name}"])

    def rows(self, query: ViewsQuery) -> str:
        """Raw views, newest first."""
        shown = query.access.columns(VIEW_COLUMNS)
        columns = ", ".join(f"{_ROW_SQL.get(name, name)} AS m_{name}" for name in shown)
        conditions = [f"({translated(catalogue.metric(query.metric).population)})"]
        if query.check:
            conditions.append(f"({self._check(checks.check(query.check))})")
        sql = f"SELECT {columns} FROM views WHERE {self._views()} AND {' AND '.join(conditions)}"
        sql += " ORDER BY views.date DESC, id DESC"
        return sql if query.limit is None else f"{sql} LIMIT {query.limit} OFFSET {query.offset}"

    def counts(self, query: ChecksQuery | CountQuery) -> str:
        """One row of counts."""
        if isinstance(query, CountQuery):
            condition = translated(catalogue.metric(query.metric).population)
            columns = [f"countIf({condition}) AS m_views"]
        else:
            columns = ["count() AS m_views"]
            columns += [
                f"countIf({self._check(check)}) AS m_{name}"
                for name, check in checks.CHECKS.items()
            ]
        return f"SELECT {', '.join(columns)} FROM views WHERE {self._views()}"

    def _grouped(self, query: Query, numbers: list[str]) -> str:
        selected = ", ".join([*self._shown(query), *numbers])
        sql = f"SELECT {selected} FROM views{self._first_views(query)} WHERE {self._views()}"
        by = ", ".join(f"d_{name}" for name in query.by)
        return f"{sql} GROUP BY {by} ORDER BY {by}" if by else sql

    def _shown(self, query: Query) -> Iterator[str]:
        for name in query.by:
            value = self._value(name)
            if query.top_values and query.top_values.dimension == name:
                top = self._bound(list(query.top_values.values), "Array(String)")
                value = f"if(has({top}, {value}), {value}, '{OTHER}')"
            if dimensions.dimension(name).kind in ("date", "moment"):
                value = f"toDateTime64({value}, 6, 'UTC')"  # a DateTime comes as a bare number
            yield f"{value} AS d_{name}"

    def _first_views(self, query: Query) -> str:
        if not query.needs_history:
            return ""
        return (
            " LEFT JOIN (SELECT viewer, min(date) AS first_date FROM views WHERE "
            f"{self._of(self._history)} AND viewer IS NOT NULL AND {self._allowed()} "
            "GROUP BY viewer) AS first_views USING (viewer)"
        )

    def _views(self) -> str:
        """The condition of the views that a query is about."""
        start, end = self._asked.period.bounds(self._asked.timezone)
        days = self._asked.period.utc_days(self._asked.timezone)
        conditions = [
            f"day BETWEEN '{days[0]}' AND '{days[-1]}'",
            self._of(self._generations),
            f"views.date >= {_moment(start)} AND views.date < {_moment(end)}",
            self._allowed(),
            *map(self._meets, self._asked.filters),
        ]
        return " AND ".join(conditions)

    def _allowed(self) -> str:
        access = self._asked.access
        if access.all_views:
            return "true"
        granted = {"project_key": access.projects, "channel_key": access.channels}
        each = (
            f"coalesce(has({self._bound(sorted(keys), 'Array(String)')}, {column}), false)"
            for column, keys in granted.items()
        )
        return f"({' OR '.join(each)})"

    def _meets(self, filter_: Filter) -> str:
        dimension = dimensions.dimension(filter_.dimension)
        name = f"coalesce({dimension.columns[0]}, '')" if dimension.within else ""
        value = f"CAST({self._value(filter_.dimension)} AS String)"
        if filter_.operator == "contains":
            parts = (self._bound(wanted, "String") for wanted in filter_.values)
            shown = _folded(name or value)
            return (
                f"({' OR '.join(f'position({shown}, {_folded(p)}) > 0' for p in parts) or 'false'})"
            )
        if filter_.operator == "is" and dimension.label_of and UNKNOWN not in filter_.values:
            wanted = self._bound(list(filter_.values), "Array(String)")
            return f"coalesce(has({wanted}, {dimension.label_of}), false)"
        texts = [str(wanted) for wanted in filter_.values]
        is_one = f"has({self._bound(texts, 'Array(String)')}, {value})"
        if name:
            bare = self._bound([text for text in texts if BETWEEN not in text], "Array(String)")
            is_one = f"({is_one} OR has({bare}, {name}))"
        return is_one if filter_.operator == "is" else f"NOT {is_one}"

    def _value(self, name: str) -> str:
        return self._clocks.get(name) or translated(dimensions.dimension(name).sql)

    def _check(self, check: checks.Check) -> str:
        if not check.across:
            return translated(check.sql)
        # GLOBAL, as views of one id may be on several shards.
        repeated = f"SELECT view_id FROM views WHERE {self._views()} AND view_id IS NOT NULL "
        return f"view_id GLOBAL IN ({repeated}GROUP BY view_id HAVING count() > 1)"

    def _of(self, generations: tuple[int, ...]) -> str:
        """Bound in parts: a server takes up to 128 KiB for one value, and for a statement."""
        parts = (generations[n : n + _PART] for n in range(0, len(generations), _PART))
        each = (f"generation IN {self._bound(list(part), 'Array(UInt64)')}" for part in parts)
        return f"({' OR '.join(each) or 'false'})"

    def _bound(self, value: object, type_: str) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{type_}}}"


def _sum(metric: Metric) -> str:
    if metric.format == "number":
        return f"toInt64(countIf({translated(metric.population)}))"
    return f"toFloat64({translated(metric.sql)})"


def _moment(moment: dt.datetime) -> str:
    return f"toDateTime64('{moment:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')"


def _folded(text: str) -> str:
    # Letter by letter, as DuckDB does: only these two have other small letters within words.
    small = f"replaceAll(replaceAll(normalizeUTF8NFC({text}), 'İ', 'i'), 'Σ', 'σ')"
    return f"lowerUTF8({small})"


def _clocks(start: dt.datetime, end: dt.datetime, timezone: str) -> dict[str, str]:
    """What local clocks show, by the dimensions of the calendar."""
    changes = _offsets(start, end, timezone)
    local = f"(slot + {_by_slot([offset for _, offset in changes], changes)})"
    changed = _by_slot([slot for slot, _ in changes], changes)
    day = f"intDiv({local}, 96)"
    weekday = f"(({day} + 3) % 7)"
    return {
        # An hour ends where its name changes, or the offset changes within it.
        "hour": f"toDateTime(toInt64(greatest(slot - {local} % 4, {changed})) * {SLOT_SECONDS})",
        "day": f"toDateTime(toInt64({day}) * 86400)",
        "week": f"toDateTime(toInt64({day} - {weekday}) * 86400)",
        "month": f"toDateTime(toStartOfMonth(toDate({day})))",
        "hour_of_day": f"toInt32(intDiv({local} % 96, 4))",
        "weekday": f"toInt32({weekday} + 1)",
    }


def _by_slot(values: list[int], changes: list[tuple[int, int]]) -> str:
    ends = [slot for slot, _ in changes[1:]]
    cases = "".join(f"slot < {end}, {value}, " for value, end in zip(values, ends, strict=False))
    return f"multiIf({cases}{values[-1]})" if cases else str(values[0])


@lru_cache(maxsize=64)
def _offsets(start: dt.datetime, end: dt.datetime, timezone: str) -> list[tuple[int, int]]:
    """From which slot on local clocks are how many slots ahead of UTC."""
    first, last = (int(moment.timestamp()) // SLOT_SECONDS for moment in (start, end))
    slots = np.arange(first - 96, last + 2)
    utc = pd.to_datetime(slots * SLOT_SECONDS, unit="s", utc=True)
    local = utc.tz_convert(zone_info(timezone)).tz_localize(None)
    ahead = ((local - utc.tz_localize(None)) // pd.Timedelta(seconds=SLOT_SECONDS)).to_numpy()
    places = [0, *(np.flatnonzero(np.diff(ahead)) + 1)]
    return [(int(slots[place]), int(ahead[place])) for place in places]

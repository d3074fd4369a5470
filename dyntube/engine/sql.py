"""Queries as SQL. Only this module and `sources` write the clauses of a query.

Values are bound as parameters; names come from the fixed lists of `metrics`, `dimensions`, `checks`
and `records`. What each form costs an engine: docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from ..query import checks, dimensions
from ..query import metrics as catalogue
from ..query.access import Access
from ..query.dimensions import BETWEEN, UNKNOWN, Dimension
from ..query.metrics import Metric
from ..query.query import ChecksQuery, CountQuery, Filter, Query, Question, ViewsQuery
from ..reading.records import VIEW_COLUMNS
from .sources import CATEGORY_COLUMNS, IN_PERIOD, SourceFiles, source_sql


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters."""

    sql: str
    parameters: dict[str, object]

    @property
    def needs_calendar(self) -> bool:
        """Whether it reads the table `calendar`."""
        return _BY_THE_CLOCK in self.sql


_BY_THE_CLOCK = " JOIN calendar USING (slot)"


def statement(asked: Question, files: SourceFiles) -> Statement:
    """The SQL of a query over day files. Rows of a `Query` are in the order of its dimensions.

    Columns are prefixed, because engines confuse an aggregate with a column of its name: `d_` for
    dimensions, `m_` for all others. `results` makes DataFrames of them, and folds rows into OTHER.
    For a `Query` these are the sums; for distinct counts see `distinct_values`.
    """
    parameters: dict[str, object] = {}
    if isinstance(asked, Query):
        sql = _answer(asked, _groups(asked, files, parameters))
    else:
        views = _views(asked, files, parameters)
        match asked:
            case ViewsQuery():
                sql = _rows(asked, views, parameters)
            case ChecksQuery():
                sql = _checks(views)
            case CountQuery():
                condition = catalogue.metric(asked.metric).population
                sql = f"SELECT count(*) AS m_views FROM {views} WHERE {condition}"
    return Statement(sql, parameters)


def _views(asked: Question, files: SourceFiles, parameters: dict[str, object]) -> str:
    """A subquery: the views that a query is about, at one location."""
    source, needed = source_sql(files)
    parameters |= needed
    if IN_PERIOD in source:
        parameters["start"], parameters["end"] = asked.period.bounds(asked.timezone)
    if _is_by_the_clock(asked):
        source = f"({source}){_BY_THE_CLOCK}"
    conditions = [] if asked.access.all_views else [_allowed(asked.access, parameters)]
    for number, filter_ in enumerate(asked.filters):
        conditions.append(_filter(filter_, f"filter{number}", parameters))
    return f"(SELECT * FROM ({source}) WHERE {' AND '.join(conditions) or 'true'})"


def _allowed(access: Access, parameters: dict[str, object]) -> str:
    """The condition of an access; adds its keys to the parameters."""
    granted = {"project_key": sorted(access.projects), "channel_key": sorted(access.channels)}
    parameters |= {f"allowed_{column}": keys for column, keys in granted.items()}
    # Without a project, a view is in none of those granted: false, not null.
    each = (f"coalesce(list_contains($allowed_{name}, {name}), false)" for name in granted)
    return f"({' OR '.join(each)})"


def _is_by_the_clock(asked: Question) -> bool:
    """Whether views have to be joined with the calendar one by one."""
    names = [filter_.dimension for filter_ in asked.filters]
    if isinstance(asked, Query) and not _is_by_slot(asked):
        names += asked.by
    return any(dimensions.dimension(name).of_calendar for name in names)


def _filter(filter_: Filter, name: str, parameters: dict[str, object]) -> str:
    """The condition of a filter; adds its values to the parameters."""
    dimension = dimensions.dimension(filter_.dimension)
    if filter_.operator == "contains":
        parts = {f"{name}_{n}": wanted for n, wanted in enumerate(filter_.values)}
        parameters |= parts
        # As `text.folded`, and both by DuckDB, which does it once per distinct text.
        value = f"lower(nfc_normalize(CAST({_name(dimension)} AS VARCHAR)))"
        found = [f"strpos({value}, lower(nfc_normalize(${part}))) > 0" for part in parts]
        return f"({' OR '.join(found) or 'false'})"
    if filter_.operator == "is" and dimension.label_of and UNKNOWN not in filter_.values:
        parameters[name] = list(filter_.values)
        return f"list_contains(${name}, {dimension.label_of})"
    parameters[name] = [str(wanted) for wanted in filter_.values]
    is_one = f"list_contains(${name}, CAST({dimension.sql} AS VARCHAR))"
    if dimension.within:
        is_one = _is_named(dimension, name, is_one, parameters)
    return is_one if filter_.operator == "is" else f"NOT {is_one}"


def _name(dimension: Dimension) -> str:
    """The bare name of a value that may have parents."""
    return f"coalesce({dimension.columns[0]}, '')" if dimension.within else dimension.sql


def _is_named(dimension: Dimension, name: str, is_one: str, parameters: dict[str, object]) -> str:
    """The condition that a value is one of those given, or has the name of a bare one."""
    values = [str(value) for value in cast(list[str], parameters[name])]
    parameters[f"{name}_bare"] = [value for value in values if BETWEEN not in value]
    parameters[f"{name}_names"] = [value.partition(BETWEEN)[0] for value in values]
    called = f"CAST({_name(dimension)} AS VARCHAR)"
    # Compare names first: full values have to be built view by view.
    is_called = f"list_contains(${name}_names, {called})"
    return f"({is_called} AND (list_contains(${name}_bare, {called}) OR {is_one}))"


def distinct_values(query: Query, metric: Metric, files: SourceFiles, numbered: bool) -> Statement:
    """The SQL of the values that a distinct count is made of, per view, at one location.

    Selects the stored columns of the dimensions, and `value`. That is never null, unless viewers
    are `numbered`, as in memory, and this one has no number yet: then `unnumbered` has its hash.
    """
    parameters: dict[str, object] = {}
    views = _with_history(query, files, parameters)
    values = [f"{metric.distinct} AS value"]
    if numbered and not files.chunks:
        views += " LEFT JOIN viewers USING (viewer)"
        values = ["number AS value", "CASE WHEN number IS NULL THEN viewer END AS unnumbered"]
    columns = ", ".join([*_columns(query), *values])
    sql = f"SELECT {columns} FROM {views} WHERE {metric.distinct} IS NOT NULL"
    return Statement(sql, parameters)


def dimensions_of(query: Query) -> Statement:
    """The SQL of a query's dimensions, prefixed, for each row of a table `groups`.

    The table has the stored columns that `distinct_values` selects, and `number`, which is kept.
    """
    source = f"groups{_BY_THE_CLOCK if _is_by_slot(query) else ''}"
    return Statement(f"SELECT {', '.join([*_values(query), 'number'])} FROM {source}", {})


def _groups(query: Query, files: SourceFiles, parameters: dict[str, object]) -> str:
    """Views of each location, grouped by stored columns.

    Engines group a stored column by the entries of its dictionary, but an expression view by view:
    so `_answer` computes the values shown from those few groups.
    """
    columns = _columns(query)
    texts = ", ".join(
        f"CAST({name} AS VARCHAR) AS {name}" for name in columns if name in CATEGORY_COLUMNS
    )
    shown = f"* REPLACE ({texts})" if texts else "*"
    selected = ", ".join([*columns, *_sums(query)])
    return " UNION ALL ".join(
        f"SELECT {shown} FROM (SELECT {selected} "
        f"FROM {_with_history(query, place, parameters)}{_grouping(query)})"
        for place in files.by_location()
    )


def _with_history(query: Query, files: SourceFiles, parameters: dict[str, object]) -> str:
    """The views at one location, with the `first_date` of their viewers if the query needs it."""
    views = _views(query, files, parameters)
    if not query.needs_history:
        return views
    first_views = "FROM no_first_views"
    if files.history:
        parameters["history"] = [str(path) for path in files.history]
        seen = "true" if query.access.all_views else _allowed(query.access, parameters)
        first_views = _FIRST_VIEWS.format(seen=seen)
    return f"{views} LEFT JOIN ({first_views}) USING (viewer)"


def _answer(query: Query, groups: str) -> str:
    """The rows of a query: its groups, added up by the values shown."""
    source = f"({groups}){_BY_THE_CLOCK if _is_by_slot(query) else ''}"
    order = f" ORDER BY {', '.join(f'd_{name}' for name in query.by)}" if query.by else ""
    selected = ", ".join([*_values(query), *_sums_of_sums(query)])
    return f"SELECT {selected} FROM {source}{_grouping(query)}{order}"


def _grouping(query: Query) -> str:
    return " GROUP BY ALL" if query.by else ""


def _is_by_slot(query: Query) -> bool:
    """Whether views are grouped by slot: then only groups are joined with the calendar."""
    return bool(query.by) and query.is_by_clock


def _columns(query: Query) -> list[str]:
    """The columns to group views by: those of each dimension, or else its value."""
    if _is_by_slot(query):
        return ["slot"]
    columns: list[str] = []
    for name in query.by:
        dimension = dimensions.dimension(name)
        columns += dimension.columns or (f"{dimension.sql} AS g_{name}",)
    return list(dict.fromkeys(columns))


def _sums(query: Query) -> Iterator[str]:
    for metric in map(catalogue.metric, query.sum_metrics):
        yield f"CAST({metric.sql} AS {_type(metric)}) AS s_{metric.name}"


def _sums_of_sums(query: Query) -> Iterator[str]:
    for metric in map(catalogue.metric, query.sum_metrics):
        yield f"CAST(coalesce(sum(s_{metric.name}), 0) AS {_type(metric)}) AS m_{metric.name}"


def _type(metric: Metric) -> str:
    return "BIGINT" if metric.format == "number" else "DOUBLE"


def _values(query: Query) -> Iterator[str]:
    """The dimension values of groups."""
    for name in query.by:
        dimension = dimensions.dimension(name)
        yield f"{dimension.sql if dimension.columns else f'g_{name}'} AS d_{name}"


def _rows(query: ViewsQuery, source: str, parameters: dict[str, object]) -> str:
    check = checks.check(query.check) if query.check else None
    source = _WITH_REPEATED.format(views=source) if check and check.across else f"FROM {source}"
    shown = query.access.columns(VIEW_COLUMNS)
    columns = ", ".join(f"{_ROW_SQL.get(name, name)} AS m_{name}" for name in shown)
    conditions = [catalogue.metric(query.metric).population, *([check.sql] if check else [])]
    sql = f"SELECT {columns} {source} WHERE {' AND '.join(f'({c})' for c in conditions)}"
    sql += " ORDER BY date DESC, id DESC"
    if query.limit is None:
        return sql
    parameters |= {"limit": query.limit, "offset": query.offset}
    return f"{sql} LIMIT $limit OFFSET $offset"


# DuckDB makes DataFrames of zoned timestamps in a way that pandas warns about.
_ROW_SQL = {"date": "epoch_us(date)"}


def _checks(source: str) -> str:
    columns = ["count(*) AS m_views"]
    columns += [
        f"count(CASE WHEN {check.sql} THEN 1 END) AS m_{name}"
        for name, check in checks.CHECKS.items()
    ]
    return f"SELECT {', '.join(columns)} {_WITH_REPEATED.format(views=source)}"


_WITH_REPEATED = (
    "FROM {views} LEFT JOIN (SELECT view_id, true AS repeated FROM {views} "
    "WHERE view_id IS NOT NULL GROUP BY view_id HAVING count(*) > 1) USING (view_id)"
)
_FIRST_VIEWS = (
    "SELECT viewer, min(date) AS first_date FROM read_parquet($history) "
    "WHERE viewer IS NOT NULL AND {seen} GROUP BY viewer"
)

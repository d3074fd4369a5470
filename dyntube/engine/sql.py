"""Questions as SQL. Only this module and `sources` write the clauses of a question.

Values are bound as parameters; names come from the fixed lists of `metrics`, `checks` and
`records`. What each choice of words costs an engine: docs/performance.md.
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
from .sources import INSIDE, LABELS, SourceFiles, source_sql


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
    """The SQL of a question over day files. Rows of a Query are in the order of its dimensions.

    Columns come back prefixed, because engines confuse an aggregate that is called like a column:
    `d_` for dimensions, `m_` for all others. `results` makes a frame of them, and puts rows into
    OTHER. A Query asks for what is added up; for distinct counts see `distinct_values`.
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
    """The views that a question is about, of those at one place, as a subquery."""
    source, needed = source_sql(files)
    parameters |= needed
    if INSIDE in source:
        parameters["start"], parameters["end"] = asked.period.bounds(asked.timezone)
    if _is_by_the_clock(asked):
        source = f"({source}){_BY_THE_CLOCK}"
    conditions = [] if asked.access.all_views else [_allowed(asked.access, parameters)]
    for number, filter_ in enumerate(asked.filters):
        conditions.append(_filter(filter_, f"filter{number}", parameters))
    return f"(SELECT * FROM ({source}) WHERE {' AND '.join(conditions) or 'true'})"


def _allowed(access: Access, parameters: dict[str, object]) -> str:
    """The condition of an access; its keys are put among the parameters."""
    granted = {"project_key": sorted(access.projects), "channel_key": sorted(access.channels)}
    parameters |= {f"allowed_{column}": keys for column, keys in granted.items()}
    # A view without a project is in none of those granted: false, not null.
    each = (f"coalesce(list_contains($allowed_{name}, {name}), false)" for name in granted)
    return f"({' OR '.join(each)})"


def _is_by_the_clock(asked: Question) -> bool:
    """Whether each view must know what the clocks show when it began."""
    names = [filter_.dimension for filter_ in asked.filters]
    if isinstance(asked, Query) and not _is_by_slot(asked):
        names += asked.by
    return any(dimensions.dimension(name).of_calendar for name in names)


def _filter(filter_: Filter, name: str, parameters: dict[str, object]) -> str:
    """What a filter keeps of views, with its values put among the parameters."""
    dimension = dimensions.dimension(filter_.dimension)
    if filter_.operator == "contains":
        parts = {f"{name}_{n}": wanted for n, wanted in enumerate(filter_.values)}
        parameters |= parts
        # As `text.folded`, and both by the engine, which does it once for each different text.
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
    """The name alone of a value that may lie in others."""
    return f"coalesce({dimension.columns[0]}, '')" if dimension.within else dimension.sql


def _is_named(dimension: Dimension, name: str, is_one: str, parameters: dict[str, object]) -> str:
    """Whether something is one of the values given, or is called like one that is a bare name."""
    values = [str(value) for value in cast(list[str], parameters[name])]
    parameters[f"{name}_bare"] = [value for value in values if BETWEEN not in value]
    parameters[f"{name}_names"] = [value.partition(BETWEEN)[0] for value in values]
    called = f"CAST({_name(dimension)} AS VARCHAR)"
    # Names are compared first: what they lie in has to be put together view by view.
    is_called = f"list_contains(${name}_names, {called})"
    return f"({is_called} AND (list_contains(${name}_bare, {called}) OR {is_one}))"


def distinct_values(query: Query, metric: Metric, files: SourceFiles, numbered: bool) -> Statement:
    """The SQL of the values that a distinct count counts, view by view, at one place (`apart`).

    The stored columns of the dimensions, and `value`. That is never null, unless viewers are
    `numbered`, as they are in memory, and this one has no number yet: `unnumbered` says who it is.
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
    """The SQL of a question's dimensions, prefixed, for each row of a table `groups`.

    That has the stored columns that `distinct_values` gives, and `number`, which stays.
    """
    source = f"groups{_BY_THE_CLOCK if _is_by_slot(query) else ''}"
    return Statement(f"SELECT {', '.join([*_values(query), 'number'])} FROM {source}", {})


def _groups(query: Query, files: SourceFiles, parameters: dict[str, object]) -> str:
    """Views of each place grouped by columns as they are stored.

    An engine groups a stored column by the entries of its dictionary, and what comes out of an
    expression view by view: so `_answer` makes what people read of those few groups.
    """
    columns = _columns(query)
    texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in columns if name in LABELS)
    shown = f"* REPLACE ({texts})" if texts else "*"
    selected = ", ".join([*columns, *_sums(query)])
    return " UNION ALL ".join(
        f"SELECT {shown} FROM (SELECT {selected} "
        f"FROM {_with_history(query, place, parameters)}{_grouping(query)})"
        for place in files.apart()
    )


def _with_history(query: Query, files: SourceFiles, parameters: dict[str, object]) -> str:
    """The views at one place, each with its viewer's `first_date` where the question needs that."""
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
    """The rows of a question: its groups, added up by what people read."""
    source = f"({groups}){_BY_THE_CLOCK if _is_by_slot(query) else ''}"
    order = f" ORDER BY {', '.join(f'd_{name}' for name in query.by)}" if query.by else ""
    selected = ", ".join([*_values(query), *_sums_of_sums(query)])
    return f"SELECT {selected} FROM {source}{_grouping(query)}{order}"


def _grouping(query: Query) -> str:
    return " GROUP BY ALL" if query.by else ""


def _is_by_slot(query: Query) -> bool:
    """Whether views are grouped by slot: then only sums need to know the clocks."""
    return bool(query.by) and query.is_by_clock


def _columns(query: Query) -> list[str]:
    """The columns that views are grouped by: of each dimension, or where it has none its value."""
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
    """The dimensions of groups."""
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


# DuckDB makes a frame of zoned timestamps in a way that pandas warns of.
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

"""Questions as SQL. The only module that writes SQL.

Values are bound as parameters; names come from the fixed lists of `metrics`, `quality` and
`records`. What each choice of words costs an engine: docs/performance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import dimensions, quality
from . import metrics as catalogue
from .dimensions import OTHER
from .metrics import Metric
from .query import ChecksQuery, CountQuery, Filter, Query, Question, RowsQuery
from .records import VIEW_COLUMNS


@dataclass(frozen=True)
class Files:
    """The day files that a question reads.

    All views of `whole` days lie in its period, and some of those of `cut` days. `history` are the
    files of every day up to the period's end, where it needs them.
    """

    whole: tuple[Path, ...] = ()
    cut: tuple[Path, ...] = ()
    history: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters."""

    sql: str
    parameters: dict[str, object]

    @property
    def needs_calendar(self) -> bool:
        """Whether it reads the view `calendar`."""
        return _BY_THE_CLOCK in self.sql


_BY_THE_CLOCK = " JOIN calendar USING (slot)"


def statement(asked: Question, files: Files) -> Statement:
    """The SQL of a question over day files. Rows of a Query are in the order of its dimensions.

    Columns come back prefixed, because engines confuse an aggregate that is called like a column:
    `d_` for dimensions, `l_` for lists of lists of what is to be counted once, `m_` for all others.
    `shape` makes a frame of them.
    """
    source, parameters = _views(asked, files)
    match asked:
        case Query():
            inner = _groups(asked, source, files.history, parameters)
            sql = _answer(asked, asked, f"({inner})", parameters)
        case RowsQuery():
            sql = _rows(asked, source, parameters)
        case ChecksQuery():
            sql = _checks(source)
        case CountQuery():
            condition = catalogue.metric(asked.metric).views
            sql = f"SELECT count(*) AS m_views FROM {source} WHERE {condition}"
    return Statement(sql, parameters)


def _views(asked: Question, files: Files) -> tuple[str, dict[str, object]]:
    """The views that a question is about, as a subquery, and its parameters."""
    parameters: dict[str, object] = {}
    parts = []
    if files.whole:
        parameters["whole"] = [str(path) for path in files.whole]
        parts.append("SELECT * FROM read_parquet($whole)")
    if files.cut:
        start, end = asked.period.bounds(asked.timezone)
        parameters["cut"] = [str(path) for path in files.cut]
        parameters |= {"start": start, "end": end}
        parts.append("SELECT * FROM read_parquet($cut) WHERE date >= $start AND date < $end")
    source = f"({' UNION ALL BY NAME '.join(parts) or 'FROM no_views'})"
    if _is_by_the_clock(asked):
        source += _BY_THE_CLOCK
    conditions = []
    for number, filter_ in enumerate(asked.filters):
        value = dimensions.dimension(filter_.dimension).sql
        conditions.append(_condition(filter_, value, f"filter{number}", parameters))
    return f"(SELECT * FROM {source} WHERE {' AND '.join(conditions) or 'true'})", parameters


def _is_by_the_clock(asked: Question) -> bool:
    """Whether each view must know what the clocks show when it began."""
    names = [filter_.dimension for filter_ in asked.filters]
    if isinstance(asked, Query) and not _is_by_slot(asked):
        names += asked.by
    return any(dimensions.dimension(name).of_calendar for name in names)


def _condition(filter_: Filter, value: str, name: str, parameters: dict[str, object]) -> str:
    """What a filter keeps of a `value`, with its own values put among the parameters."""
    value = f"CAST({value} AS VARCHAR)"
    if filter_.operator != "contains":
        parameters[name] = [str(wanted) for wanted in filter_.values]
        is_one = f"list_contains(${name}, {value})"
        return is_one if filter_.operator == "is" else f"NOT {is_one}"
    parts = {f"{name}_{n}": wanted for n, wanted in enumerate(filter_.values)}
    parameters |= parts
    # Both by the engine: Python makes other small letters of some capitals, such as İ and a last Σ.
    found = [f"strpos(lower({value}), lower(${part})) > 0" for part in parts]
    return f"({' OR '.join(found) or 'false'})"


def groups(query: Query, files: Files) -> Statement:
    """The SQL of a question's groups as views have them: what `answer_of_groups` adds up.

    A row for each combination of stored columns.
    """
    source, parameters = _views(query, files)
    return Statement(_groups(query, source, files.history, parameters), parameters)


def answer_of_groups(query: Query, whole: Query) -> Statement:
    """The SQL of a question over the table `groups`, which `groups` of a wider question gave.

    Columns and rows as in `statement`.
    """
    parameters: dict[str, object] = {}
    return Statement(_answer(query, whole, "groups", parameters), parameters)


def seen(query: Query, metric: Metric, files: Files) -> Statement:
    """The SQL of what a metric counts once, view by view, for a question by the clock.

    Columns `value` and, where the question is by something, `slot`; none is ever null.
    """
    source, parameters = _views(query, files)
    source = _with_history(query, source, files.history, parameters)
    columns = f"{'slot, ' if query.by else ''}{metric.different} AS value"
    sql = f"SELECT {columns} FROM {source} WHERE {metric.different} IS NOT NULL"
    return Statement(sql, parameters)


def _groups(
    query: Query, source: str, history: tuple[Path, ...], parameters: dict[str, object]
) -> str:
    """Views grouped by columns as they are stored.

    An engine groups a stored column by the entries of its files' dictionaries, and what comes out
    of an expression view by view: so `_answer` makes what people read of those few groups.
    """
    source = _with_history(query, source, history, parameters)
    columns = ["slot"] if _is_by_slot(query) else _columns(query.by)
    selected = ", ".join([*columns, *map(_sum, query.summed)])
    return f"SELECT {selected} FROM {source}{_grouping(query)}"


def _with_history(
    query: Query, source: str, history: tuple[Path, ...], parameters: dict[str, object]
) -> str:
    """Views, each with its viewer's `first_date` where the question needs that."""
    if not query.needs_history:
        return source
    first_views = "FROM no_first_views"
    if history:
        first_views, parameters["history"] = _FIRST_VIEWS, [str(path) for path in history]
    return f"{source} LEFT JOIN ({first_views}) USING (viewer)"


def _answer(query: Query, whole: Query, groups: str, parameters: dict[str, object]) -> str:
    """The groups of a `whole` question, added up to those of one that it has in it."""
    if _is_by_slot(whole):
        groups += _BY_THE_CLOCK
    outer = [f"{_kept(query, name, parameters)} AS d_{name}" for name in query.by]
    outer += map(_sum_of_sums, query.summed)
    order = f" ORDER BY {', '.join(f'd_{name}' for name in query.by)}" if query.by else ""
    return f"SELECT {', '.join(outer)} FROM {groups}{_grouping(query)}{order}"


def _grouping(query: Query) -> str:
    return " GROUP BY ALL" if query.by else ""


def _is_by_slot(query: Query) -> bool:
    """Whether views are grouped by slot: then only sums need to know the clocks."""
    return bool(query.by) and query.is_by_clock


def _columns(names: tuple[str, ...]) -> list[str]:
    """The columns of each dimension, or where it has none its value."""
    columns: list[str] = []
    for name in names:
        dimension = dimensions.dimension(name)
        columns += dimension.columns or (f"{dimension.sql} AS g_{name}",)
    return list(dict.fromkeys(columns))


def _sum(metric: Metric) -> str:
    if not metric.different:
        return f"CAST({metric.sql} AS {_type(metric)}) AS s_{metric.name}"
    value = metric.different
    return f"list({value}) FILTER (WHERE {value} IS NOT NULL) AS s_{metric.name}"


def _sum_of_sums(metric: Metric) -> str:
    if metric.different:
        return f"list(s_{metric.name}) AS l_{metric.name}"
    return f"CAST(coalesce(sum(s_{metric.name}), 0) AS {_type(metric)}) AS m_{metric.name}"


def _type(metric: Metric) -> str:
    return "BIGINT" if metric.format == "number" else "DOUBLE"


def _kept(query: Query, name: str, parameters: dict[str, object]) -> str:
    """A dimension's value in terms of groups; "Other" where it is none of those to be kept."""
    dimension = dimensions.dimension(name)
    value = dimension.sql if dimension.columns else f"g_{name}"
    if query.keep is None or query.keep.dimension != name:
        return value
    condition = _condition(query.keep, value, "keep", parameters)
    return f"CASE WHEN {condition} THEN {value} ELSE '{OTHER}' END"


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

"""The rows of an engine as frames, with our names and types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..query import dimensions
from ..query import metrics as catalogue
from ..query.dimensions import OTHER
from ..query.metrics import Metric
from ..query.query import ChecksQuery, CountQuery, Filter, Query, RowsQuery
from ..reading.records import COLUMNS, COUNT, FLAG, INSTANT, SECONDS, TEXT


def shape(asked: RowsQuery | ChecksQuery | CountQuery, rows: pa.Table) -> pd.DataFrame:
    """The answer to a question about views one by one, from what its `sql.statement` gave.

    The columns of views are those of `records.VIEW_COLUMNS`, nullable, `date` aware in the
    question's zone. Counts are int64.
    """
    answer: pd.DataFrame = rows.to_pandas().rename(columns=lambda name: name[2:])
    if not isinstance(asked, RowsQuery):
        return answer.astype("int64")
    answer["date"] = pd.to_datetime(answer["date"], unit="us", utc=True)
    answer = answer.astype({column.name: _pandas_type(column.type) for column in COLUMNS})
    answer["date"] = answer["date"].dt.tz_convert(asked.timezone)
    return answer


def _pandas_type(type_: pa.DataType) -> str:
    return _PANDAS_TYPES.get(type_, "string")


_PANDAS_TYPES: dict[pa.DataType, str] = {
    COUNT: "Int32",
    SECONDS: "Float64",
    FLAG: "boolean",
    INSTANT: "datetime64[us, UTC]",
}


Sums = dict[str, Any]  # by the name of a dimension or metric; a value for each group


def sums(rows: pa.Table, total: Sums) -> Sums:
    """The sums by group that a statement of a Query gave, which the `total` learns too."""
    groups: Sums = {}
    for column in rows.column_names:
        kind, name = column[0], column[2:]
        groups[name] = rows[column].to_pandas()
        if kind == "m":
            total[name] = np.array([groups[name].sum()])
    return groups


def added_up(rows: pa.Table, query: Query) -> pa.Table:
    """The rows of a wider question (`Query.has_in_it`), added up to this one's, in their order."""
    by, added = [f"d_{name}" for name in query.by], [f"m_{name}" for name in query.added]
    sums = [(name, "sum", _OF_NONE_IS_0) for name in added]
    found = kept(rows, query.keep).group_by(by).aggregate(sums)
    ordered = found.sort_by([(name, "ascending") for name in by]) if by else found
    return ordered.select([*by, *(f"{name}_sum" for name in added)]).rename_columns([*by, *added])


_OF_NONE_IS_0 = pc.ScalarAggregateOptions(min_count=0)


def kept(rows: pa.Table, keep: Filter | None) -> pa.Table:
    """The same rows, with OTHER for all values that are not to be kept."""
    if keep is None:
        return rows
    name = f"d_{keep.dimension}"
    is_kept = pc.is_in(rows[name], pa.array(keep.values, TEXT))
    values = pc.if_else(is_kept, rows[name], OTHER)
    return rows.set_column(rows.column_names.index(name), name, values)


def joined(sums: Sums, name: str, counts: NDArray[np.int64], rows: Sums) -> Sums:
    """These sums, and what was counted once for some of their rows, which dimensions tell apart."""
    both = pd.DataFrame(sums).merge(
        pd.DataFrame({**rows, name: counts}), "left", [*rows], validate="one_to_one"
    )
    return {**sums, name: both[name].fillna(0).to_numpy()}


def answer(query: Query, groups: Sums) -> pd.DataFrame:
    """The answer to a question, from the sums by group, in the order of its dimensions.

    Counts are int64, other metrics float64 (NaN where the divisor is 0). Dimensions are text,
    int64, dates (datetime64, no zone) or moments aware in the question's zone, as their `kind`
    says.
    """
    rows: Sums = {n: _shape_dimension(n, groups[n], query.timezone) for n in query.by}
    rows |= {name: _metric(groups, catalogue.metric(name)) for name in query.metrics}
    frame = pd.DataFrame(rows, columns=[*query.by, *query.metrics])
    if query.order_by:
        order = np.argsort(-_metric(groups, catalogue.metric(query.order_by)), kind="stable")
        frame = frame.take(order).reset_index(drop=True)
    return frame if query.limit is None else frame.head(query.limit)


def _metric(groups: Sums, measure: Metric) -> NDArray[Any]:
    if measure.parts:
        upper, lower = (np.asarray(groups[part], dtype=np.float64) for part in measure.parts)
        return upper / np.where(lower == 0, np.nan, lower)
    counted = measure.format == "number"
    return np.asarray(groups[measure.name], dtype=np.int64 if counted else np.float64)


def _shape_dimension(name: str, values: pd.Series[Any], timezone: str) -> pd.Series[Any]:
    match dimensions.dimension(name).kind:
        case "moment":
            moments = pd.to_datetime(values, utc=True)
            return moments.dt.tz_convert(timezone)
        case "date":
            return pd.to_datetime(values)
        case "number":
            return values.astype("int64")
        case "text":
            return values.astype("str")

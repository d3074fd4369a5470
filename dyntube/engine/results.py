"""Turns a backend's rows into DataFrames with our names and types."""

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
from ..query.query import ChecksQuery, CountQuery, Filter, Query, ViewsQuery
from ..reading.records import COLUMNS, COUNT, FLAG, INSTANT, SECONDS, TEXT


def shape(asked: ViewsQuery | ChecksQuery | CountQuery, rows: pa.Table) -> pd.DataFrame:
    """The answer to a query about single views, from a backend's rows.

    Raw views have those of `records.VIEW_COLUMNS` that the access allows, nullable, `date` aware in
    the query's zone. Counts are int64.
    """
    answer: pd.DataFrame = rows.to_pandas().rename(columns=lambda name: name[2:])
    if not isinstance(asked, ViewsQuery):
        return answer.astype("int64")
    answer["date"] = pd.to_datetime(answer["date"], unit="us", utc=True)
    types = {column.name: _pandas_type(column.type) for column in COLUMNS}
    answer = answer.astype({name: types[name] for name in answer.columns})
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


Groups = dict[str, Any]  # a value for each group, by the name of a dimension or metric


def as_groups(rows: pa.Table) -> Groups:
    """The columns of a backend's rows, by name."""
    return {name[2:]: rows[name].to_pandas() for name in rows.column_names}


def add_up(rows: pa.Table, query: Query) -> pa.Table:
    """Roll up the rows of a wider query (`Query.covers`) to those of this one, in their order."""
    by, summed = [f"d_{n}" for n in query.by], [f"m_{n}" for n in query.sum_metrics]
    sums = [(name, "sum", _OF_NONE_IS_0) for name in summed]
    found = keep_top(rows, query.top_values).group_by(by).aggregate(sums)
    ordered = found.sort_by([(name, "ascending") for name in by]) if by else found
    columns = ordered.select([*by, *(f"{name}_sum" for name in summed)])
    return columns.rename_columns([*by, *summed])


_OF_NONE_IS_0 = pc.ScalarAggregateOptions(min_count=0)


def keep_top(rows: pa.Table, top: Filter | None) -> pa.Table:
    """The rows, with all but the top values replaced by OTHER."""
    if top is None:
        return rows
    name = f"d_{top.dimension}"
    is_top = pc.is_in(rows[name], pa.array(top.values, TEXT))
    values = pc.if_else(is_top, rows[name], OTHER)
    return rows.set_column(rows.column_names.index(name), name, values)


def join_counts(groups: Groups, name: str, counted: pa.Table) -> Groups:
    """Join distinct counts onto the groups; 0 where absent."""
    by = [column[2:] for column in counted.column_names if column.startswith("d_")]
    both = pd.DataFrame(groups).merge(
        pd.DataFrame(as_groups(counted)), "left", by, validate="one_to_one"
    )
    return {**groups, name: both[name].fillna(0).to_numpy()}


def plain(newest_first: pa.Table, schema: pa.Schema) -> pa.Table:
    """A backend's views, oldest first, with dictionary-encoded columns as plain text."""
    oldest_first = newest_first.take(np.arange(len(newest_first))[::-1])
    return oldest_first.rename_columns(schema.names).cast(schema)


def answer(query: Query, groups: Groups) -> pd.DataFrame:
    """The answer to a query from its groups, in the order of its dimensions or of `order_by`.

    Counts are int64, other metrics float64 (NaN where the denominator is 0). Dimensions are text,
    int64, dates (datetime64, no zone) or moments aware in the query's zone, according to their
    `kind`.
    """
    rows: Groups = {n: _shape_dimension(n, groups[n], query.timezone) for n in query.by}
    rows |= {name: _metric(groups, catalogue.metric(name)) for name in query.metrics}
    frame = pd.DataFrame(rows, columns=[*query.by, *query.metrics])
    if query.order_by:
        order = np.argsort(-_metric(groups, catalogue.metric(query.order_by)), kind="stable")
        frame = frame.take(order).reset_index(drop=True)
    return frame if query.limit is None else frame.head(query.limit)


def _metric(groups: Groups, measure: Metric) -> NDArray[Any]:
    if measure.ratio_of:
        upper, lower = (np.asarray(groups[part], dtype=np.float64) for part in measure.ratio_of)
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

"""Two answers side by side, and the change between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .metrics import METRICS, Metric, metric

Places = NDArray[np.intp]


def change(measure: Metric, now: float, before: float) -> float:
    """How much a metric changed: a fraction of the base for amounts, a difference for rates.

    NaN when there is no base: amounts that were 0, rates that had nothing to divide by.
    """
    return float(changes(measure, np.array([now]), np.array([before]))[0])


def changes(measure: Metric, now: NDArray[Any], before: NDArray[Any]) -> NDArray[np.float64]:
    """As `change`, of many at once."""
    change: NDArray[np.float64] = now.astype(np.float64) - before
    if not measure.is_rate:
        change /= np.where(before == 0, np.nan, before)
    return change


def compare(
    now: pd.DataFrame,
    before: pd.DataFrame,
    by: list[str],
    metrics: list[str],
    *,
    gone: bool = False,
) -> pd.DataFrame:
    """The rows of `now`, with `<metric>_before` and `<metric>_change` beside each metric.

    With `gone`, also the rows that were only there before. Amounts are 0 and the rest NaN where a
    row was not there.
    """
    keys, here, there = _paired(now, before, by, gone)
    columns: dict[str, Any] = {**keys}
    for name in now.columns.difference(by, sort=False):
        columns[name] = _taken(now, name, here)
    for name in metrics:
        columns[f"{name}_before"] = _taken(before, name, there)
    for name in metrics:
        columns[f"{name}_change"] = changes(metric(name), columns[name], columns[f"{name}_before"])
    return pd.DataFrame(columns)


def _paired(
    now: pd.DataFrame, before: pd.DataFrame, by: list[str], gone: bool
) -> tuple[pd.DataFrame, Places, Places]:
    """The keys of each row, and where it is on either side: -1 where it is not."""
    if not by:
        return now[[]], np.arange(len(now)), np.arange(len(now))
    rows, earlier = _keys(now, by), _keys(before, by)
    every = rows.union(earlier, sort=False) if gone else rows
    return every.to_frame(index=False), rows.get_indexer(every), earlier.get_indexer(every)


def _keys(frame: pd.DataFrame, by: list[str]) -> pd.Index[Any]:
    return pd.Index(frame[by[0]]) if len(by) == 1 else pd.MultiIndex.from_frame(frame[by])


def _taken(frame: pd.DataFrame, name: str, places: Places) -> NDArray[Any]:
    """The values of a column at these places; amounts are 0 where there is none."""
    values = frame[name].to_numpy()
    is_there = places >= 0
    if is_there.all():
        return values[places]
    amount = name in METRICS and metric(name).is_amount
    if not len(values):
        return np.full(len(places), 0 if amount else np.nan, values.dtype if amount else None)
    return np.where(is_there, values[places], values.dtype.type(0) if amount else np.nan)


def metric_of(column: str) -> str:
    """The metric that a column of `compare` is about."""
    return column.removesuffix("_before").removesuffix("_change")

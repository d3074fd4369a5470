"""Compares two answers: joins their rows and computes the change of each metric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..query.metrics import FEW, METRICS, Metric, metric
from ..words import tr

Places = NDArray[np.intp]
Days = tuple[float, float]  # lengths of the period and of the comparison
Direction = Literal[-1, 0, 1]
_ALIKE = 0.1  # relative difference in length; months differ by less
_SMALL = 0.01  # 1 % of an amount, 1 point of a rate: less says nothing


def change(measure: Metric, now: float, before: float) -> float:
    """Relative change for amounts, difference for rates.

    NaN when there is no base: an amount of 0, or a rate without a denominator.
    """
    return float(changes(measure, np.array([now]), np.array([before]))[0])


def changes(
    measure: Metric, now: NDArray[Any], before: NDArray[Any], days: Days = (1, 1)
) -> NDArray[np.float64]:
    """Vectorised `change`.

    Where the lengths in `days` differ, additive metrics are compared per day. Distinct counts do
    not scale with time: unless the lengths are alike, their change is NaN.
    """
    base = before.astype(np.float64)
    if measure.additive:
        base = base * (days[0] / days[1])
    elif not comparable(measure, days):
        return np.full(len(now), np.nan)
    change: NDArray[np.float64] = now.astype(np.float64) - base
    if not measure.is_rate:
        change /= np.where(base == 0, np.nan, base)
    return change


def direction(measure: Metric, change: float) -> Direction:
    """Whether a change, as from `change`, is for the better (1) or for the worse (-1).

    0 where there is none, where it is shown as less than 1 % or 1 point, and where neither
    direction of the metric is better.
    """
    if measure.more_is_better is None or not round(abs(change), 3) >= _SMALL:
        return 0
    return 1 if (change > 0) == measure.more_is_better else -1


def is_per_day(measure: Metric, days: Days) -> bool:
    """Whether a metric's change over these lengths is one of its daily averages."""
    return measure.additive and days[0] != days[1]


def comparable(measure: Metric, days: Days) -> bool:
    """Whether a metric can be compared over these lengths: distinct counts only if alike."""
    people = any(metric(name).distinct for name in measure.ratio_of or (measure.name,))
    return not people or abs(days[0] - days[1]) <= _ALIKE * max(days)


def compare(
    now: pd.DataFrame,
    before: pd.DataFrame,
    by: list[str],
    metrics: list[str],
    *,
    gone: bool = False,
    days: Days = (1, 1),
) -> pd.DataFrame:
    """The rows of `now`, joined with `<metric>_before` and `<metric>_change` for each metric.

    `days` are the lengths of both sides, as in `changes`. With `gone`, rows that occur only in
    `before` are kept too. On the side where a row is absent, amounts are 0 and other metrics NaN.
    """
    keys, here, there = _paired(now, before, by, gone)
    columns: dict[str, Any] = {**keys}
    for name in now.columns.difference(by, sort=False):
        columns[name] = _taken(now, name, here)
    for name in metrics:
        columns[f"{name}_before"] = _taken(before, name, there)
    for name in metrics:
        after, base = columns[name], columns[f"{name}_before"]
        columns[f"{name}_change"] = changes(metric(name), after, base, days)
    return pd.DataFrame(columns)


def _paired(
    now: pd.DataFrame, before: pd.DataFrame, by: list[str], gone: bool
) -> tuple[pd.DataFrame, Places, Places]:
    """The keys of each row and its position on either side, -1 where absent."""
    if not by:
        return now[[]], np.arange(len(now)), np.arange(len(now))
    rows, earlier = _keys(now, by), _keys(before, by)
    every = rows.union(earlier, sort=False) if gone else rows
    return every.to_frame(index=False), rows.get_indexer(every), earlier.get_indexer(every)


def _keys(frame: pd.DataFrame, by: list[str]) -> pd.Index[Any]:
    return pd.Index(frame[by[0]]) if len(by) == 1 else pd.MultiIndex.from_frame(frame[by])


def _taken(frame: pd.DataFrame, name: str, places: Places) -> NDArray[Any]:
    """The column's values at these positions; where absent, 0 for amounts, else NaN."""
    values = frame[name].to_numpy()
    is_there = places >= 0
    if is_there.all():
        return values[places]
    amount = name in METRICS and metric(name).is_amount
    if not len(values):
        return np.full(len(places), 0 if amount else np.nan, values.dtype if amount else None)
    return np.where(is_there, values[places], values.dtype.type(0) if amount else np.nan)


def few(measure: Metric, row: Mapping[Any, Any] | pd.Series[Any]) -> str:
    """The basis ("plays") of which a rate, or the one before it, has fewer than FEW; else empty.

    The row must hold the metric's basis and the columns `compare` adds.
    """
    if not measure.basis:
        return ""
    counts = [row[measure.basis]]
    if not math.isnan(row.get(f"{measure.name}_change", math.nan)):
        counts.append(row.get(f"{measure.basis}_before", math.inf))
    return _BASES.get(measure.basis, "plays") if min(counts) < FEW else ""


_BASES = {"views": "views", "viewers": "viewers"}


def few_of(basis: str) -> str:
    """What `few` has found, as a text."""
    return _FEW_OF[basis]


_FEW_OF = {
    "views": tr("Fewer than {few} views", few=FEW),
    "viewers": tr("Fewer than {few} viewers", few=FEW),
    "plays": tr("Fewer than {few} plays", few=FEW),
}


def metric_of(column: str) -> str:
    """The metric a column of `compare` belongs to."""
    return column.removesuffix("_before").removesuffix("_change")

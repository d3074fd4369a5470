"""Two answers side by side, and the change between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..query.metrics import FEW, METRICS, Metric, metric

Places = NDArray[np.intp]
Days = tuple[float, float]  # how long the period is, and what it is compared with
_ALIKE = 0.1  # of a length: months differ by less


def change(measure: Metric, now: float, before: float) -> float:
    """How much a metric changed: a fraction of the base for amounts, a difference for rates.

    NaN when there is no base: amounts that were 0, rates that had nothing to divide by.
    """
    return float(changes(measure, np.array([now]), np.array([before]))[0])


def changes(
    measure: Metric, now: NDArray[Any], before: NDArray[Any], days: Days = (1, 1)
) -> NDArray[np.float64]:
    """As `change`, of many at once.

    Where the two sides are of different length in `days`, sums change by the day. Different people
    do not come by the day: where the lengths are not alike, they have no change.
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


def comparable(measure: Metric, days: Days) -> bool:
    """Whether a metric can be compared over these lengths: people, only where they are alike."""
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
    """The rows of `now`, with `<metric>_before` and `<metric>_change` beside each metric.

    `days` are the lengths of both sides, as in `changes`. With `gone`, also the rows that were only
    there before. Amounts are 0 and the rest NaN where a row was not there.
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


def few(measure: Metric, row: Mapping[Any, Any] | pd.Series[Any]) -> str:
    """What a rate in a row has fewer of than FEW, or the one that it is compared with; else empty.

    The row has the metric that the rate stands on, and what `compare` adds.
    """
    if not measure.basis:
        return ""
    counts = [row[measure.basis]]
    if not math.isnan(row.get(f"{measure.name}_change", math.nan)):
        counts.append(row.get(f"{measure.basis}_before", math.inf))
    return _BASES.get(measure.basis, "plays") if min(counts) < FEW else ""


_BASES = {"views": "views", "viewers": "viewers"}


def metric_of(column: str) -> str:
    """The metric that a column of `compare` is about."""
    return column.removesuffix("_before").removesuffix("_change")

"""Two answers side by side, and the change between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .metrics import METRICS, Metric, metric


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
    rows, earlier = (frame.set_index(by) if by else frame for frame in (now, before))
    if gone and by:
        rows = rows.reindex(rows.index.union(earlier.index, sort=False))
    earlier = earlier.reindex(rows.index)
    columns: dict[str, Any] = {n: _filled(n, rows[n], now) for n in map(str, rows)}
    for name in metrics:
        columns[f"{name}_before"] = _filled(name, earlier[name], before)
    for name in metrics:
        pair = columns[name], columns[f"{name}_before"]
        columns[f"{name}_change"] = changes(metric(name), *map(np.asarray, pair))
    both = pd.DataFrame(columns, index=rows.index)
    return both.reset_index() if by else both


def _filled(name: str, values: pd.Series[Any], like: pd.DataFrame) -> pd.Series[Any]:
    """Amounts are 0 where a row was not there."""
    if name not in METRICS or not metric(name).is_amount:
        return values
    return values.fillna(0).astype(like[name].dtype)


def metric_of(column: str) -> str:
    """The metric that a column of `compare` is about."""
    return column.removesuffix("_before").removesuffix("_change")

"""Two answers side by side, and the change between them."""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from .metrics import METRICS, Metric, metric


def change(measure: Metric, now: float, before: float) -> float:
    """How much a metric changed: a fraction of the base for amounts, a difference for rates.

    NaN when there is no base: amounts that were 0, rates that had nothing to divide by.
    """
    if math.isnan(now) or math.isnan(before):
        return math.nan
    if measure.is_rate:
        return now - before
    return (now - before) / before if before else math.nan


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
    earlier = before[[*by, *metrics]].rename(columns={name: f"{name}_before" for name in metrics})
    how: Literal["left", "outer"] = "outer" if gone else "left"
    both = now.merge(earlier, on=by, how=how, sort=False) if by else now.join(earlier)
    amounts = [name for name in now.columns if name in METRICS and metric(name).is_amount]
    both = both.fillna(dict.fromkeys(amounts, 0)).astype({n: now.dtypes[n] for n in amounts})
    for name in metrics:
        measure = metric(name)
        if measure.is_amount:
            both[f"{name}_before"] = both[f"{name}_before"].fillna(0)
        pairs = zip(both[name], both[f"{name}_before"], strict=True)
        both[f"{name}_change"] = [change(measure, float(a), float(b)) for a, b in pairs]
    return both


def metric_of(column: str) -> str:
    """The metric that a column of `compare` is about."""
    return column.removesuffix("_before").removesuffix("_change")

"""Two answers side by side, and the change between them."""

from __future__ import annotations

import math

import pandas as pd

from .metrics import Metric, metric


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
    now: pd.DataFrame, before: pd.DataFrame, by: list[str], metrics: list[str]
) -> pd.DataFrame:
    """The rows of `now`, with `<metric>_before` and `<metric>_change` beside each metric.

    A row that was not there before has 0 for counts and NaN for the rest.
    """
    earlier = before[[*by, *metrics]].rename(columns={name: f"{name}_before" for name in metrics})
    both = now.merge(earlier, on=by, how="left") if by else now.join(earlier)
    for name in metrics:
        measure = metric(name)
        if measure.is_amount:
            both[f"{name}_before"] = both[f"{name}_before"].fillna(0)
        pairs = zip(both[name], both[f"{name}_before"], strict=True)
        both[f"{name}_change"] = [change(measure, float(a), float(b)) for a, b in pairs]
    return both

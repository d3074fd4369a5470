"""Metrics by weekday and hour of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..export.table import Sheet
from ..insight import engagement
from ..insight.engagement import Numbers
from ..query.metrics import FEW, Metric, metric
from .context import ReportContext, with_parts
from .runner import run

CLOCK = ("weekday", "hour_of_day")


@dataclass(frozen=True, eq=False)
class Week:
    """A metric for each hour of the week; arrays have a row for each weekday, Monday first.

    Amounts are averages over the known hours, and `metric` says so. `few` marks hours with few
    plays (None: not a rate), `doubtful` those in doubt. `plays` is the number of all plays.
    """

    metric: Metric
    values: Numbers
    few: NDArray[np.bool_] | None
    doubtful: NDArray[np.bool_]
    plays: int
    sheet: Sheet


def week(context: ReportContext, metrics: tuple[str, ...]) -> Week:
    """The selected one of these metrics, else the first, by hour of the week."""
    found = run(context, context.query(*CLOCK, metrics=with_parts(metrics), without=CLOCK)).rows
    hours = engagement.hours_of_week(context.period, context.timezone, context.known)
    in_doubt = context.trust.within([context.period], context.timezone).stretches
    doubtful = engagement.hours_of_week(context.period, context.timezone, in_doubt) > 0
    drawn, values, few = _values(metric(context.chosen(metrics)), found, hours)
    had = hours[found["weekday"] - 1, found["hour_of_day"]]
    named = {n: [context.labels.one(n, str(value)) for value in found[n]] for n in CLOCK}
    rows = found[[*CLOCK, *metrics]].assign(**named, hours_in_period=had)
    sheet = Sheet("By weekday and hour", rows)
    return Week(drawn, values, few, doubtful, int(found["plays"].sum()), sheet)


def _values(
    measure: Metric, found: pd.DataFrame, hours: Numbers
) -> tuple[Metric, Numbers, NDArray[np.bool_] | None]:
    values = engagement.weekday_hour_grid(found, measure.name)
    if not measure.is_amount:
        of_few = engagement.weekday_hour_grid(found, measure.basis) < FEW
        return measure, values, np.isfinite(values) & of_few
    averages = engagement.per_hour(values, hours)
    many = bool((averages > 99).any())  # decimals of large numbers say nothing
    named = replace(measure, label=f"{measure.label} an hour", format="number" if many else "ratio")
    return named, averages, None

"""Metrics by weekday and hour of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..export.table import Sheet
from ..insight import engagement
from ..insight.engagement import Numbers
from ..query.dimensions import CLOCK
from ..query.metrics import FEW, Metric, metric
from ..words import tr
from .context import ReportContext, with_parts
from .runner import run


@dataclass(frozen=True, eq=False)
class Week:
    """A metric for each hour of the week; arrays have a row for each weekday, Monday first.

    Amounts are averages over the known hours, and `metric` says so. `by_day` is the metric by
    weekday, for amounts that of an average day, which `of_day` says; `by_hour` is that by hour of
    the day. `few` marks hours with few plays (None: not a rate), `doubtful` those in doubt. `plays`
    is the number of all plays.
    """

    metric: Metric
    values: Numbers
    of_day: Metric
    by_day: Numbers
    by_hour: Numbers
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
    measure = metric(context.chosen(metrics))
    drawn, values, few = _values(measure, found, hours)
    of_day, by_day, by_hour = _totals(measure, drawn, found, hours)
    had = hours[found["weekday"] - 1, found["hour_of_day"]]
    named = {n: [context.labels.one(n, str(value)) for value in found[n]] for n in CLOCK}
    rows = found[[*CLOCK, *metrics]].assign(**named, hours_in_period=had)
    sheet = Sheet(tr("By weekday and hour"), rows)
    plays = int(found["plays"].sum())
    return Week(drawn, values, of_day, by_day, by_hour, few, doubtful, plays, sheet)


def _values(
    measure: Metric, found: pd.DataFrame, hours: Numbers
) -> tuple[Metric, Numbers, NDArray[np.bool_] | None]:
    values = engagement.weekday_hour_grid(found, measure.name)
    if not measure.is_amount:
        of_few = engagement.weekday_hour_grid(found, measure.basis) < FEW
        return measure, values, np.isfinite(values) & of_few
    averages = engagement.per_hour(values, hours)
    label = tr("{metric} an hour", metric=measure.label)
    return _average(measure, averages, label), averages, None


def _average(measure: Metric, averages: Numbers, label: str) -> Metric:
    """The metric of averages of an amount; decimals of large numbers say nothing."""
    many = bool((averages > 99).any())
    return replace(measure, label=label, format="number" if many else "ratio")


def _totals(
    measure: Metric, drawn: Metric, found: pd.DataFrame, hours: Numbers
) -> tuple[Metric, Numbers, Numbers]:
    """The metric by weekday, with its name, and by hour of the day."""
    if measure.is_amount:
        grid = np.nan_to_num(engagement.weekday_hour_grid(found, measure.name))
        by_day = 24 * engagement.per_hour(grid.sum(axis=1), hours.sum(axis=1))
        by_hour = engagement.per_hour(grid.sum(axis=0), hours.sum(axis=0))
        label = tr("{metric} a day", metric=measure.label)
        return _average(measure, by_day, label), by_day, by_hour
    upper, lower = (
        np.nan_to_num(engagement.weekday_hour_grid(found, part)) for part in measure.ratio_of or ()
    )
    by_day, by_hour = (engagement.per_hour(upper.sum(a), lower.sum(a)) for a in (1, 0))
    return drawn, by_day, by_hour

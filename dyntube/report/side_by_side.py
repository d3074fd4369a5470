"""Videos side by side: one metric of each, by date or by days since first view."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd

from ..export.table import Sheet
from ..insight.trends import Trend
from ..query.metrics import Metric, metric
from ..query.periods import Period
from ..query.query import Filter
from .context import ReportContext
from .doubts import bucket_doubts
from .firsts import first_days, stored_span
from .over_time import with_buckets
from .runner import run
from .selection import in_force

MOST_COMPARED = 6


@dataclass(frozen=True, eq=False)
class Line:
    """One video's series: `x` are bucket starts, or days since the first view.

    `partial` marks partial buckets, `doubtful` those in doubt.
    """

    video: str
    x: list[object]
    y: list[float]
    partial: list[bool]
    doubtful: list[bool]


@dataclass(frozen=True, eq=False)
class SideBySide:
    """A metric of up to MOST_COMPARED videos."""

    metric: Metric
    lines: list[Line]
    sheet: Sheet


def side_by_side(
    context: ReportContext, videos: tuple[str, ...], metrics: tuple[str, ...]
) -> SideBySide:
    """The selected one of these metrics, else the first, aligned as selected."""
    measure, videos = metric(context.chosen(metrics)), videos[:MOST_COMPARED]
    by_age = context.selection.align == "age"
    lines = (_by_age if by_age else _by_date)(context, videos, measure)
    points = [(line.video, x, y) for line in lines for x, y in zip(line.x, line.y, strict=True)]
    keys, xs, ys = zip(*points, strict=True) if points else ((), (), ())
    columns = {"age" if by_age else "bucket": xs, measure.name: ys}
    named = context.labels.exported("video", map(str, keys))
    return SideBySide(measure, lines, Sheet("Videos side by side", pd.DataFrame(named | columns)))


def _only(context: ReportContext, videos: tuple[str, ...]) -> tuple[Filter, ...]:
    return (*in_force(context.filters, ("video",)), Filter("video", videos))


def _by_date(context: ReportContext, videos: tuple[str, ...], measure: Metric) -> list[Line]:
    """Over the page's period."""
    interval = context.selection.trend_interval(context.period)
    query = context.query("video", interval, metrics=(measure.name,))
    found = run(context, replace(query, filters=_only(context, videos))).rows
    lines = []
    for video in videos:
        rows = found[found["video"] == video].drop(columns="video")
        course = with_buckets(context, replace(query, by=(interval,)), rows)
        starts = list(course.rows[interval])
        lines.append(_line(context, video, starts, course, measure, context.period))
    return lines


def _by_age(context: ReportContext, videos: tuple[str, ...], measure: Metric) -> list[Line]:
    """Over the first days of each video, as many as the period has.

    Day 0 is the first stored day with a view of the video, ignoring all filters.
    """
    stored, filters = stored_span(context), _only(context, videos)
    query = context.query("video", "day", metrics=(measure.name,), period=stored, filters=filters)
    found = run(context, query).rows
    lines = []
    for video, begun in first_days(context, "video", videos).items():
        last = min(begun + dt.timedelta(days=context.period.days - 1), context.now.date())
        span = Period(begun, last)
        rows = found[found["video"] == video].drop(columns="video")
        course = with_buckets(context, replace(query, period=span, by=("day",)), rows)
        ages = list(range(len(course.rows)))
        lines.append(_line(context, video, ages, course, measure, span))
    return lines


def _line(
    context: ReportContext,
    video: str,
    x: list[object] | list[int],
    course: Trend,
    measure: Metric,
    span: Period,
) -> Line:
    doubtful = list(map(bool, bucket_doubts(context, course, span)))
    amounts = course.rows[measure.name].tolist()
    return Line(video, list(x), amounts, course.partial.tolist(), doubtful)

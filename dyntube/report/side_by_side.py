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
from ..words import tr
from .context import ReportContext
from .doubts import bucket_doubts
from .firsts import first_days, stored_span
from .over_time import with_buckets
from .runner import run
from .selection import in_force

MOST_COMPARED = 6
_SILENT_DAYS = 7  # without a view, before a first view is taken for the video's first of all


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
    """A metric of up to MOST_COMPARED videos.

    By days since first view, `left_out` are the videos whose first view may be older than what is
    stored, so that their days cannot be counted.
    """

    metric: Metric
    lines: list[Line]
    sheet: Sheet
    left_out: tuple[str, ...] = ()


def side_by_side(
    context: ReportContext, videos: tuple[str, ...], metrics: tuple[str, ...]
) -> SideBySide:
    """The selected one of these metrics, else the first, aligned as selected."""
    measure, videos = metric(context.chosen(metrics)), videos[:MOST_COMPARED]
    by_age = context.selection.align == "age"
    left_out = _of_unknown_age(context, videos) if by_age else ()
    videos = tuple(video for video in videos if video not in left_out)
    lines = (_by_age if by_age else _by_date)(context, videos, measure) if videos else []
    points = [(line.video, x, y) for line in lines for x, y in zip(line.x, line.y, strict=True)]
    keys, xs, ys = zip(*points, strict=True) if points else ((), (), ())
    columns = {"age" if by_age else "bucket": xs, measure.name: ys}
    named = context.labels.exported("video", map(str, keys))
    sheet = Sheet(tr("Videos side by side"), pd.DataFrame(named | columns))
    return SideBySide(measure, lines, sheet, left_out)


def _of_unknown_age(context: ReportContext, videos: tuple[str, ...]) -> tuple[str, ...]:
    """The videos already viewed in the first days stored: a video is not viewed on every day."""
    known_from = stored_span(context).start + dt.timedelta(days=_SILENT_DAYS)
    firsts = first_days(context, "video", videos)
    return tuple(video for video in videos if video in firsts and firsts[video] < known_from)


def _only(filters: tuple[Filter, ...], videos: tuple[str, ...]) -> tuple[Filter, ...]:
    return (*in_force(filters, ("video",)), Filter("video", videos))


def _by_date(context: ReportContext, videos: tuple[str, ...], measure: Metric) -> list[Line]:
    """Over the page's period."""
    interval = context.selection.trend_interval(context.period)
    query = context.query("video", interval, metrics=(measure.name,))
    found = run(context, replace(query, filters=_only(context.filters, videos))).rows
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
    stored = stored_span(context)
    filters = _only(context.filters_over(stored), videos)
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

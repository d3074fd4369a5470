"""One video as a whole, and some videos side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from ... import charts, formats
from ...charts import Series
from ...export.table import Sheet
from ...query.metrics import Metric, metric
from ...query.periods import Period
from ...query.query import Filter
from ...report.context import ReportContext
from ...report.firsts import first_days, stored_span
from ...report.selection import in_force
from ..blocks.breakdown_charts import share_bars
from ..blocks.cards import cards
from ..blocks.doubts import of_buckets
from ..blocks.trend import trend_chart
from ..layout import card, columns, headed, palette, switch
from .engagement import heatmap, video_curve, watched_histogram

MOST_COMPARED = 6


def video_detail(context: ReportContext, video: str, metrics: Sequence[str]) -> None:
    """Everything about one video; the page is filtered to it."""
    st.subheader(formats.escape_markdown(context.labels.one("video", video)), anchor=False)
    cards(context)
    trend_chart(context, metrics)
    left, right = columns(3, 2)
    with left:
        video_curve(context, video)
    with right:
        watched_histogram(context)
    for row in (("country", "device_type", "embed_domain"), ("city", "browser", "embed_page")):
        for box, name in zip(columns(1, 1, 1), row, strict=True):
            with box, card(_TITLES[name]):
                share_bars(context, name, rows=6)
    heatmap(context)


_TITLES = {
    "country": "Countries",
    "city": "Cities",
    "device_type": "Devices",
    "browser": "Browsers",
    "embed_domain": "Embedded on",
    "embed_page": "Pages",
}


def compare_videos(context: ReportContext, videos: tuple[str, ...], metrics: Sequence[str]) -> None:
    """Up to six videos on one axis, by date or by days since the first view of each."""
    compared = videos[:MOST_COMPARED]
    chosen = context.selection.metric if context.selection.metric in metrics else metrics[0]
    measure, by_age = metric(chosen), context.selection.align == "age"
    box, switches = headed(f"{measure.label}, side by side", "beside", measure.help)
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, chosen)
        switch(
            "align", {"date": "By date", "age": "By days since first view"}, context.selection.align
        )
    series = _by_age(context, compared, measure) if by_age else _by_date(context, compared, measure)
    named = context.labels.each("video", compared)
    drawn = [replace(line, label=named[line.label]) for line in series]
    with box:
        st.plotly_chart(
            charts.lines(
                measure, drawn, palette(), x_title="Days since first view" if by_age else ""
            ),
            key=f"compare-{context.selection.align}",
            theme=None,
            config=charts.PLAIN_CONFIG,
            alt=f"{measure.label} of {len(compared)} videos",
        )
        st.caption(_caption(context, videos) + _ringed(series))
    context.tables.add(_sheet(context, series, measure, by_age))


def _only(context: ReportContext, videos: tuple[str, ...]) -> tuple[Filter, ...]:
    return (*in_force(context.filters, ("video",)), Filter("video", videos))


def _by_date(context: ReportContext, videos: tuple[str, ...], measure: Metric) -> list[Series]:
    """The metric of each video, by its key, over the page's period."""
    interval = context.selection.trend_interval(context.period)
    query = context.query("video", interval, metrics=(measure.name,))
    found = context.answer(replace(query, filters=_only(context, videos)))
    one = replace(query, by=(interval,))
    series = []
    for video in videos:
        rows = found[found["video"] == video].drop(columns="video")
        course = context.over_buckets(one, rows)
        series.append(
            Series(
                video,
                list(course.rows[interval]),
                course.rows[measure.name].tolist(),
                course.partial.tolist(),
                list(map(bool, of_buckets(context, course, context.period))),
            )
        )
    return series


def _by_age(context: ReportContext, videos: tuple[str, ...], measure: Metric) -> list[Series]:
    """The metric of each video, by its key, over its first days, as many as the period has.

    Day 0 is the first day of the stored history with a view of the video, whatever the filters.
    """
    today, firsts = context.now.date(), first_days(context, "video", videos)
    filters, series = _only(context, videos), []
    span = stored_span(context)
    query = context.query("video", "day", metrics=(measure.name,), period=span, filters=filters)
    found = context.answer(query)
    for video, begun in firsts.items():
        until = min(begun + dt.timedelta(days=context.period.days - 1), today)
        span = Period(begun, until)
        course = context.over_buckets(
            replace(query, period=span, by=("day",)),
            found[found["video"] == video].drop(columns="video"),
        )
        ages = list(range(len(course.rows)))
        amounts, partial = course.rows[measure.name].tolist(), course.partial.tolist()
        doubtful = list(map(bool, of_buckets(context, course, span)))
        series.append(Series(video, ages, amounts, partial, doubtful))
    return series


def _caption(context: ReportContext, videos: tuple[str, ...]) -> str:
    parts = []
    if len(videos) > MOST_COMPARED:
        parts.append(f"The first {MOST_COMPARED} of {len(videos)} chosen videos")
    if context.selection.align == "age":
        parts.append(f"the first {context.period.days} days of each video")
        parts.append(
            f"stored views go back to {formats.day(stored_span(context).start)}; an older video "
            "starts there"
        )
    text = " · ".join(parts) or "Dashed: not whole"
    return text[:1].upper() + text[1:]


def _ringed(series: Sequence[Series]) -> str:
    return " · ringed: in doubt" if any(any(line.doubtful) for line in series) else ""


def _sheet(
    context: ReportContext, series: Sequence[Series], measure: Metric, by_age: bool
) -> Sheet:
    points = [(line.label, x, y) for line in series for x, y in zip(line.x, line.y, strict=True)]
    videos, xs, ys = zip(*points, strict=True) if points else ((), (), ())
    columns = {"age" if by_age else "bucket": xs, measure.name: ys}
    return Sheet(
        "Videos side by side", pd.DataFrame(context.labels.exported("video", videos) | columns)
    )

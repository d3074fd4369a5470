"""The detail of one video, and several videos side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import streamlit as st

from ... import charts, formats
from ...charts import Series
from ...query.metrics import Metric, metric
from ...report.breakdown import breakdown
from ...report.context import ReportContext
from ...report.firsts import stored_span
from ...report.pages import OF_VIDEO
from ...report.side_by_side import MOST_COMPARED, side_by_side
from ...words import tr, trn
from ..blocks.cards import cards
from ..blocks.chart import show_chart
from ..blocks.share_lists import top_list
from ..blocks.table import short_table
from ..blocks.trend import trend_chart
from ..layout import card, columns, headed, palette, switch
from .engagement import heatmap, video_curve, watched_histogram


def video_detail(context: ReportContext, video: str) -> None:
    """Everything about one video; the page is filtered to it."""
    cards(context)
    trend_chart(context)
    left, right = columns(3, 2)
    with left:
        video_curve(context, video)
    with right:
        watched_histogram(context)
    for row in OF_VIDEO:
        for box, name in zip(columns(1, 1, 1), row, strict=True):
            with box, card(_TITLES[name]):
                top_list(context, name, rows=6)
    heatmap(context)


_TITLES = {
    "country": tr("Countries"),
    "city": tr("Cities"),
    "device_type": tr("Devices"),
    "browser": tr("Browsers"),
    "embed_domain": tr("Embedded on"),
    "embed_page": tr("Pages"),
}


def compare_videos(
    context: ReportContext, videos: tuple[str, ...], metrics: tuple[str, ...]
) -> None:
    """Up to six videos on one axis, by date or by days since first view."""
    found, align = side_by_side(context, videos, metrics), context.selection.align
    measure = found.metric
    heading = tr("Compare videos: {metric}", metric=measure.noun)
    box, switches = headed(heading, "beside", measure.help)
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, measure.name)
        switch("align", {"date": tr("By date"), "age": tr("Days since first view")}, align)
    named = context.labels.each("video", videos[:MOST_COMPARED])
    series = [
        Series(
            named[line.video],
            line.x,
            line.y,
            line.partial,
            line.doubtful,
            colour=videos.index(line.video),
        )
        for line in found.lines
    ]
    with box:
        title = tr("Days since first view") if align == "age" else ""
        if series:
            show_chart(
                charts.lines(measure, series, palette(), x_title=title),
                _alt(measure, len(series)),
                found.sheet,
                key=f"compare-{align}",
            )
            if said := " · ".join(_remarks(context, videos, series)):
                st.caption(said[:1].upper() + said[1:])
        if found.left_out:
            st.caption(_too_old(context, [named[video] for video in found.left_out]))
    context.tables.add(found.sheet)
    numbers = breakdown(context, "video").only(videos)
    context.tables.add(numbers.sheet)
    with card(tr("Key metrics")):
        short_table(context, numbers, numbers.rows, key="compared-videos")


def _alt(measure: Metric, videos: int) -> str:
    return trn(
        "{metric} of {number} video",
        "{metric} of {number} videos",
        videos,
        metric=measure.label,
    )


def _remarks(
    context: ReportContext, videos: tuple[str, ...], series: Sequence[Series]
) -> Iterator[str]:
    """What to know of the chart, for its caption."""
    if len(videos) > MOST_COMPARED:
        shown, all_ = MOST_COMPARED, len(videos)
        yield tr("the first {shown} of {all} selected videos", shown=shown, all=all_)
    if context.selection.align == "age":
        yield trn(
            "the first day of each video",
            "the first {number} days of each video",
            context.period.days,
        )
    if any(_has_dashes(line) for line in series):
        yield tr("dashed: incomplete")
    if any(any(line.doubtful) for line in series):
        yield tr("circled: in doubt")


def _has_dashes(line: Series) -> bool:
    """Whether a line leads to or from a bucket that is known in part."""
    ends = zip(line.y, line.y[1:], line.partial, line.partial[1:], strict=False)
    return any((cut or next_cut) and not math.isnan(y + after) for y, after, cut, next_cut in ends)


def _too_old(context: ReportContext, names: Sequence[str]) -> str:
    """Why videos are not counted from their first view."""
    since = formats.day(stored_span(context).start)
    listed = formats.escape_markdown(", ".join(names))
    return trn(
        "Not shown: {videos}. We only have views since {day}, and this video may be older. Compare "
        "by date.",
        "Not shown: {videos}. We only have views since {day}, and these videos may be older. "
        "Compare by date.",
        len(names),
        videos=listed,
        day=since,
    )

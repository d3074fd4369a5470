"""The blocks that pages are made of: number cards, the trend, tables, bars, the map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd
import streamlit as st

from .. import charts, formats
from ..comparison import compare
from ..metrics import OTHER, UNKNOWN, Metric, dimension, metric
from ..periods import Interval
from ..query import Filter, Query
from ..trends import Trend, trend
from . import state
from .answers import answer, names
from .frame import Scene

_SPARK_POINTS = 60  # a sparkline of more is noise


def columns(*widths: int) -> list[st.delta_generator.DeltaGenerator]:
    """Boxes side by side, of these relative widths; on a phone one below the other."""
    return st.columns(widths, gap="small")


def card(title: str) -> st.delta_generator.DeltaGenerator:
    """A bordered box with a heading; fill it with `with`."""
    box = st.container(border=True, height="stretch")
    box.subheader(title, anchor=False)
    return box


def cards(scene: Scene) -> None:
    """One card for each of the page's metrics: its value, its change and its course."""
    query = scene.query()
    both, earlier = answer(query), scene.earlier(query)
    if earlier:
        both = compare(both, answer(earlier), [], list(scene.metrics))
    course = _trend(scene, scene.query(_spark_interval(scene))).whole.tail(_SPARK_POINTS)
    with st.grid(4, min_column_width=150, gap="small", key="cards"):
        for name in scene.metrics:
            _card(metric(name), both.iloc[0], course[name].fillna(0).tolist())


def _card(measure: Metric, row: pd.Series[float], course: list[float]) -> None:
    value = row[measure.name]
    before, change = (row.get(f"{measure.name}_{part}", math.nan) for part in ("before", "change"))
    text = formats.change(measure, change)
    explained = [measure.help, f"**{formats.value(measure, value, full=True)}** in this period"]
    if not math.isnan(before):
        explained.append(f"{formats.value(measure, before, full=True)} in the one compared with")
    changed = text[:1] in ("+", "-")
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(
            measure.label,
            formats.value(measure, value),
            text or None,
            delta_color=_delta_color(measure) if changed else "off",
            delta_arrow="auto" if changed else "off",
            help="\n\n".join(explained),
        )
        # Not st.metric's own chart: eight of those in green and red shout, and bring 0.8 MB of
        # scripts to every first visit.
        if len(course) > 1:
            st.html(charts.sparkline(course, palette()))


def _delta_color(measure: Metric) -> Literal["normal", "inverse"]:
    return "normal" if measure.more_is_better else "inverse"


def trend_chart(scene: Scene, metrics: Sequence[str]) -> None:
    """One of these metrics over time, with switches for metric and interval."""
    chosen = scene.selection.metric if scene.selection.metric in metrics else metrics[0]
    interval = scene.selection.trend_interval(scene.period)
    measure = metric(chosen)
    with st.container(border=True, key="trend"):
        with st.container(horizontal=True, horizontal_alignment="distribute", key="trend-head"):
            st.subheader(f"{measure.label} over time", anchor=False, width="content")
            with st.container(horizontal=True, width="content", gap="small"):
                labels = {name: metric(name).label for name in metrics}
                _switch("metric", labels, chosen)
                offered = scene.selection.intervals(scene.period)
                _switch("interval", {name: name.capitalize() for name in offered}, interval)
        query = scene.query(interval)
        now, earlier = _trend(scene, query), scene.earlier(query)
        before = _trend(scene, earlier) if earlier else None
        st.plotly_chart(
            charts.trend(measure, now, before, palette()),
            key="trend-chart",
            theme=None,
            config=charts.PLAIN_CONFIG,
            alt=f"{measure.label} by {interval}, {formats.period(scene.period)}",
        )
        st.caption(_legend(scene, now))


def _switch(name: str, labels: dict[str, str], chosen: str) -> None:
    key = f"trend-{name}"
    st.session_state[key] = chosen

    def changed() -> None:
        if picked := st.session_state[key]:  # clicking the chosen one again empties it
            state.change(lambda s: replace(s, **{name: picked}))

    st.segmented_control(
        name.capitalize(),
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=changed,
    )


def _legend(scene: Scene, now: Trend) -> str:
    parts = ["Line: this period"]
    if scene.comparison:
        parts.append(f"dotted: {formats.period(scene.comparison)}")
    if now.partial.any():
        parts.append(f"dashed: {now.interval} not whole")
    return " · ".join(parts)


def video_table(scene: Scene, rows: int) -> None:
    """The videos with most views, with their change, watch time, completion and course."""
    metrics = ("views", "watch_time", "completion_rate")
    query = replace(scene.query("video", metrics=metrics), order_by="views")
    top = answer(query).head(rows)
    if earlier := scene.earlier(replace(query, metrics=("views",))):
        top = compare(top, answer(earlier), ["video"], ["views"])
    courses = _courses(scene, tuple(top["video"]))
    known = names()
    table = pd.DataFrame(
        {
            "Video": [known.of("video", key) for key in top["video"]],
            "Views": top["views"],
            "Change": top["views_change"] * 100 if earlier else None,
            "Watched": top["watch_time"] / 3600,
            "Completion": top["completion_rate"] * 100,
            "Trend": [courses.get(key) for key in top["video"]],
        }
    ).dropna(axis="columns", how="all")
    number, progress = st.column_config.NumberColumn, st.column_config.ProgressColumn
    st.dataframe(
        table,
        hide_index=True,
        key="video-table",
        row_height=40,
        alt="Videos with most views",
        column_config={
            "Video": st.column_config.TextColumn(width=190),
            "Views": number(format="localized", width=60),
            "Change": number(format="%+.1f%%", width=65, help="Views, against the comparison"),
            "Watched": number(format="%,.1f h", width=75, help=metric("watch_time").help),
            "Completion": progress(
                format="%.0f%%",
                min_value=0,
                max_value=100,
                width=95,
                help=metric("completion_rate").help,
            ),
            "Trend": st.column_config.LineChartColumn(
                width=80, y_min=0, color="gray", help="Views over the period"
            ),
        },
    )


def _courses(scene: Scene, videos: tuple[str, ...]) -> dict[str, list[float]]:
    """The views of each video over time."""
    interval = _spark_interval(scene)
    query = scene.query("video", interval, metrics=("views",))
    others = tuple(f for f in query.filters if f.dimension != "video")
    found = answer(replace(query, filters=(*others, Filter("video", videos)))) if videos else None
    if found is None or found.empty:
        return {}
    wide = found.pivot(index=interval, columns="video", values="views")
    starts = _trend(scene, scene.query(interval)).whole[interval]
    wide = wide.reindex(starts).fillna(0).tail(_SPARK_POINTS)
    return {str(key): wide[key].tolist() for key in wide.columns}


def country_map(scene: Scene) -> None:
    """Views by country, on a map."""
    rows = _ranked(scene, "country")
    st.plotly_chart(
        charts.world_map(rows["country"].tolist(), rows["views"].tolist(), "Views", palette()),
        key="country-map",
        theme=None,
        config=charts.MAP_CONFIG,
        alt="Views by country",
    )


def share_bars(scene: Scene, by: str, rows: int) -> None:
    """The largest values of a dimension by views, as bars with their share, and Other."""
    found = _ranked(scene, by)
    total = int(found["views"].sum())
    top = found if len(found) <= rows + 1 else found.head(rows)  # no "Other" for a single row
    labels, values = [_label(by, value) for value in top[by]], top["views"].tolist()
    rest = f"{OTHER} ({len(found) - len(top):,})"
    if len(found) > len(top):
        labels.append(rest)
        values.append(total - sum(values))
    shares = [f"{value / total:.1%}" for value in values]
    st.plotly_chart(
        charts.bars(labels, values, shares, palette(), context=(UNKNOWN, rest)),
        key=f"bars-{by}",
        theme=None,
        config=charts.PLAIN_CONFIG,
        alt=f"Share of views by {dimension(by).label.lower()}",
    )


def _ranked(scene: Scene, by: str) -> pd.DataFrame:
    """The views of each value of a dimension, most first."""
    return answer(replace(scene.query(by, metrics=("views",)), order_by="views"))


def _label(by: str, value: str) -> str:
    if value == UNKNOWN:
        return value
    if by == "country":
        return formats.country(value)
    return formats.continent(value) if by == "continent" else names().of(by, value)


def palette() -> charts.Palette:
    """The chart colours that go with the theme the reader has chosen."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def _spark_interval(scene: Scene) -> Interval:
    return "hour" if scene.period.days <= 2 else "day" if scene.period.days <= 100 else "week"


def _trend(scene: Scene, query: Query) -> Trend:
    return trend(query, answer(query), scene.now)

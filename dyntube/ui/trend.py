"""The trend: one metric over time, to narrow by a drag."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from .. import charts, formats
from ..metrics import Metric, metric
from ..sheet import Sheet
from ..trends import Trend
from .boxes import headed, palette, switch
from .cross import narrows
from .notes import notes_menu, shown_notes
from .scene import Scene


def trend_chart(scene: Scene, metrics: Sequence[str]) -> None:
    """One of these metrics over time, with switches for metric and interval."""
    chosen = scene.selection.metric if scene.selection.metric in metrics else metrics[0]
    interval = scene.selection.trend_interval(scene.period)
    measure = metric(chosen)
    box, switches = headed(f"{measure.label} over time", "trend", measure.help)
    with switches:
        if len(metrics) > 1:
            switch("metric", {name: metric(name).label for name in metrics}, chosen)
        offered = scene.selection.intervals(scene.period)
        switch("interval", {name: name.capitalize() for name in offered}, interval)
        notes_menu(scene)
    query = scene.over_time(interval)
    now, earlier = scene.trend(query), scene.earlier(replace(query, metrics=(chosen,)))
    before = scene.trend(earlier) if earlier else None
    key = f"trend-chart-{scene.period.start}-{scene.period.end}"
    with box:
        st.plotly_chart(
            charts.trend(
                measure,
                now,
                before,
                palette(),
                notes=[(note.day, note.text) for note in shown_notes(scene)],
                average=_average(measure, now),
            ),
            key=key,
            theme=None,
            config=charts.PLAIN_CONFIG,
            on_select=narrows(key, interval, scene.period),
            selection_mode=("points", "box"),
            alt=f"{measure.label} by {interval}, {formats.period(scene.period)}",
        )
        st.caption(_legend(scene, now))
    scene.report.add(_sheet(scene, chosen, now, before))


def _average(measure: Metric, now: Trend) -> float | None:
    """The average of the whole buckets; an unfinished one would pull it down."""
    amounts = now.whole[measure.name].astype(float)
    return float(amounts.mean()) if measure.is_amount and len(amounts) > 1 else None


def _legend(scene: Scene, now: Trend) -> str:
    parts = ["Line: this period"]
    if scene.comparison:
        parts.append(f"dotted: {formats.period(scene.comparison)}")
    if now.partial.any():
        parts.append(f"dashed: {now.interval} not whole, left out of the average")
    return " · ".join([*parts, "drag to narrow the period"])


def _sheet(scene: Scene, chosen: str, now: Trend, before: Trend | None) -> Sheet:
    rows = now.rows[[now.interval, *scene.metrics]]
    rows = rows.assign(whole=["no" if cut else "yes" for cut in now.partial])
    if before is not None:
        paired = before.rows[chosen].tolist()[: len(rows)]
        padding = [math.nan] * (len(rows) - len(paired))
        rows[f"{chosen}_before"] = pd.Series([*paired, *padding], index=rows.index)
    return Sheet(f"By {now.interval}", rows)

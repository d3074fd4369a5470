"""The trend: one metric over time, to narrow by a drag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ... import charts, formats
from ...export.table import Sheet
from ...insight.trends import Trend
from ...query.metrics import Metric, metric
from ...report.context import Scene
from ..clicks import narrows
from ..layout import headed, palette, switch
from .doubts import in_words, of_buckets
from .notes import notes_menu, shown_notes


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
    before = scene.paired(now, scene.trend(earlier)) if earlier else None
    doubts = of_buckets(scene, now, scene.period)
    doubts_before = of_buckets(scene, before, scene.comparison) if before else []
    ringed = in_words(doubts, interval)
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
                doubts=doubts,
                doubts_before=doubts_before,
            ),
            key=key,
            theme=None,
            config=charts.PLAIN_CONFIG,
            on_select=narrows(key, interval, scene.period),
            selection_mode=("points", "box"),
            alt=f"{measure.label} by {interval}, {formats.period(scene.period)}"
            + (f", {ringed}" if ringed else ""),
        )
        st.caption(_legend(scene, now, ringed, in_words(doubts_before, interval)))
    scene.report.add(_sheet(scene, chosen, now, before, doubts))


def _average(measure: Metric, now: Trend) -> float | None:
    """The average of the whole buckets; an unfinished one would pull it down."""
    amounts = now.whole[measure.name].astype(float)
    return float(amounts.mean()) if measure.is_amount and len(amounts) > 1 else None


def _legend(scene: Scene, now: Trend, ringed: str, ringed_before: str) -> str:
    parts = ["Line: this period"]
    if scene.comparison:
        parts.append(f"dotted: {formats.period(scene.comparison)}")
    parts += _unknown(scene, now)
    before = f"{ringed_before} in the comparison" if ringed_before else ""
    if rings := ", ".join(filter(None, [ringed, before])):
        parts.append(f"ringed: {rings}")
    return " · ".join([*parts, "drag to narrow the period"])


def _unknown(scene: Scene, now: Trend) -> list[str]:
    """What is dashed, and what is missing."""
    parts = []
    cut = now.rows.loc[now.partial & ~now.missing, now.interval]
    if len(cut):
        name = f"{now.interval} not whole"
        if len(cut) == 1 and now.interval == "day" and cut.iloc[0].date() < scene.now.date():
            name = f"{formats.day(cut.iloc[0])}, stored in part"
        parts.append(f"dashed: {name}, left out of the average")
    if missing := int(now.missing.sum()):
        parts.append(f"gap: {formats.count(missing, now.interval)} not stored")
    return parts


def _whole(cut: bool, missing: bool) -> str:
    return "not stored" if missing else "no" if cut else "yes"


def _sheet(
    scene: Scene, chosen: str, now: Trend, before: Trend | None, doubts: Sequence[str]
) -> Sheet:
    rows = now.rows[[now.interval, *scene.metrics]]
    whole = list(map(_whole, now.partial, now.missing))
    rows = rows.assign(whole=whole, in_doubt=[doubt or "no" for doubt in doubts])
    if before is not None:
        rows[f"{now.interval}_compared"] = before.rows[now.interval]
        rows[f"{chosen}_before"] = before.rows[chosen]
    return Sheet(f"By {now.interval}", rows)

"""The trend: one metric over time, to narrow by a drag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ... import charts, formats
from ...export.table import Sheet
from ...insight.trends import Trend
from ...query.metrics import Metric, metric
from ...report.context import ReportContext
from ..clicks import narrows
from ..layout import headed, palette, switch
from .doubts import in_words, of_buckets
from .notes import notes_menu, shown_notes


def trend_chart(context: ReportContext, metrics: Sequence[str]) -> None:
    """One of these metrics over time, with switches for metric and interval."""
    chosen = context.selection.metric if context.selection.metric in metrics else metrics[0]
    interval = context.selection.trend_interval(context.period)
    measure = metric(chosen)
    box, switches = headed(f"{measure.label} over time", "trend", measure.help)
    with switches:
        if len(metrics) > 1:
            switch("metric", {name: metric(name).label for name in metrics}, chosen)
        offered = context.selection.intervals(context.period)
        switch("interval", {name: name.capitalize() for name in offered}, interval)
        notes_menu(context)
    query = context.over_time(interval)
    now, earlier = context.trend(query), context.earlier(replace(query, metrics=(chosen,)))
    before = context.paired(now, context.trend(earlier)) if earlier else None
    doubts = of_buckets(context, now, context.period)
    doubts_before = of_buckets(context, before, context.comparison) if before else []
    ringed = in_words(doubts, interval)
    key = f"trend-chart-{context.period.start}-{context.period.end}"
    with box:
        st.plotly_chart(
            charts.trend(
                measure,
                now,
                before,
                palette(),
                notes=[(note.day, note.text) for note in shown_notes(context)],
                average=_average(measure, now),
                doubts=doubts,
                doubts_before=doubts_before,
            ),
            key=key,
            theme=None,
            config=charts.PLAIN_CONFIG,
            on_select=narrows(key, interval, context.period),
            selection_mode=("points", "box"),
            alt=f"{measure.label} by {interval}, {formats.period(context.period)}"
            + (f", {ringed}" if ringed else ""),
        )
        st.caption(_legend(context, now, ringed, in_words(doubts_before, interval)))
    context.tables.add(_sheet(context, chosen, now, before, doubts))


def _average(measure: Metric, now: Trend) -> float | None:
    """The average of the whole buckets; an unfinished one would pull it down."""
    amounts = now.whole[measure.name].astype(float)
    return float(amounts.mean()) if measure.is_amount and len(amounts) > 1 else None


def _legend(context: ReportContext, now: Trend, ringed: str, ringed_before: str) -> str:
    parts = ["Line: this period"]
    if context.comparison:
        parts.append(f"dotted: {formats.period(context.comparison)}")
    parts += _unknown(context, now)
    before = f"{ringed_before} in the comparison" if ringed_before else ""
    if rings := ", ".join(filter(None, [ringed, before])):
        parts.append(f"ringed: {rings}")
    return " · ".join([*parts, "drag to narrow the period"])


def _unknown(context: ReportContext, now: Trend) -> list[str]:
    """What is dashed, and what is missing."""
    parts = []
    cut = now.rows.loc[now.partial & ~now.missing, now.interval]
    if len(cut):
        name = f"{now.interval} not whole"
        if len(cut) == 1 and now.interval == "day" and cut.iloc[0].date() < context.now.date():
            name = f"{formats.day(cut.iloc[0])}, stored in part"
        parts.append(f"dashed: {name}, left out of the average")
    if missing := int(now.missing.sum()):
        parts.append(f"gap: {formats.count(missing, now.interval)} not stored")
    return parts


def _whole(cut: bool, missing: bool) -> str:
    return "not stored" if missing else "no" if cut else "yes"


def _sheet(
    context: ReportContext, chosen: str, now: Trend, before: Trend | None, doubts: Sequence[str]
) -> Sheet:
    rows = now.rows[[now.interval, *context.metrics]]
    whole = list(map(_whole, now.partial, now.missing))
    rows = rows.assign(whole=whole, in_doubt=[doubt or "no" for doubt in doubts])
    if before is not None:
        rows[f"{now.interval}_compared"] = before.rows[now.interval]
        rows[f"{chosen}_before"] = before.rows[chosen]
    return Sheet(f"By {now.interval}", rows)

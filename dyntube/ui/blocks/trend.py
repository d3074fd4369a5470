"""The trend: a metric over time, with drag to narrow the period."""

from __future__ import annotations

import pandas as pd

from ... import charts, formats
from ...insight.trends import Trend
from ...query.metrics import Metric
from ...report.context import ReportContext
from ...report.doubts import in_words
from ...report.notes import shown_notes
from ...report.over_time import over_time
from ..layout import caption, headed, palette, switch
from .chart import show_time_chart
from .notes import notes_menu


def trend_chart(context: ReportContext) -> None:
    """The selected metric over time, with a switch for the interval."""
    found = over_time(context)
    measure, now, interval = found.metric, found.now, found.now.interval
    box, switches = headed(f"{measure.label} over time", "trend", measure.help)
    with switches:
        offered = context.selection.intervals(context.period)
        switch("interval", {name: name.capitalize() for name in offered}, interval)
        notes_menu(context)
    ringed = in_words(found.doubts, interval)
    with box:
        show_time_chart(
            charts.trend(
                measure,
                now,
                found.before,
                palette(),
                notes=[(note.day, note.text) for note in shown_notes(context)],
                average=_average(measure, now),
                doubts=found.doubts,
                doubts_before=found.doubts_before,
            ),
            f"{measure.label} by {interval}, {formats.period(context.period)}"
            + (f", {ringed}" if ringed else ""),
            found.sheet,
            key="trend-chart",
            interval=interval,
            shown=context.period,
        )
        legend = _legend(context, now, ringed, in_words(found.doubts_before, interval))
        caption(legend, "Drag to zoom in", key="trend")
    context.tables.add(found.sheet)


def _average(measure: Metric, now: Trend) -> float | None:
    """The average of complete buckets; partial ones would lower it."""
    amounts = now.whole[measure.name].astype(float)
    return float(amounts.mean()) if measure.is_amount and len(amounts) > 1 else None


def _legend(context: ReportContext, now: Trend, ringed: str, ringed_before: str) -> str:
    parts = ["Solid: this period"]
    if context.comparison:
        parts.append(f"dotted: {formats.period(context.comparison)}")
    parts += _unknown(context, now)
    before = f"{ringed_before} in the comparison" if ringed_before else ""
    if rings := ", ".join(filter(None, [ringed, before])):
        parts.append(f"circled: {rings}")
    return " · ".join(parts)


def _unknown(context: ReportContext, now: Trend) -> list[str]:
    """What is dashed and what is missing, for the caption."""
    parts = []
    cut = now.rows.loc[now.partial & ~now.missing, now.interval]
    if len(cut):
        parts.append(f"dashed: {_cut(context, now, cut)}")
    if missing := int(now.missing.sum()):
        parts.append(f"gap: {formats.count(missing, now.interval)} not stored")
    return parts


def _cut(context: ReportContext, now: Trend, cut: pd.Series[pd.Timestamp]) -> str:
    """What is partial: the current bucket, a day stored in part, or several of them."""
    last, is_last = cut.iloc[-1], cut.index[-1] == now.rows.index[-1]
    if len(cut) > 1:
        return f"incomplete {now.interval}s, not in the average"
    if is_last and context.period.end >= context.now.date():
        return f"{now.interval} still in progress"
    if now.interval == "day":
        return f"{formats.day(last)}, only partly stored"
    return f"incomplete {now.interval}, not in the average"

"""The trend: a metric over time, with drag to narrow the period."""

from __future__ import annotations

import pandas as pd

from ... import charts, formats
from ...insight.trends import Trend
from ...query.dimensions import dimension
from ...query.metrics import Metric
from ...query.periods import Interval
from ...report.context import ReportContext
from ...report.doubts import in_words
from ...report.notes import shown_notes
from ...report.over_time import over_time
from ...words import tr, trn
from ..layout import caption, headed, palette, switch
from .chart import show_time_chart
from .notes import notes_menu


def trend_chart(context: ReportContext) -> None:
    """The selected metric over time, with a switch for the interval."""
    found = over_time(context)
    measure, now, interval = found.metric, found.now, found.now.interval
    heading = tr("{metric} over time", metric=measure.label)
    box, switches = headed(heading, "trend", measure.help)
    with switches:
        offered = context.selection.intervals(context.period)
        switch("interval", {name: dimension(name).label for name in offered}, interval)
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
            ", ".join(filter(None, [_alt(context, measure, interval), ringed])),
            found.sheet,
            key="trend-chart",
            interval=interval,
            shown=context.period,
        )
        legend = _legend(context, now, ringed, in_words(found.doubts_before, interval))
        caption(legend, _HINTS[interval], key="trend")
    context.tables.add(found.sheet)


def _alt(context: ReportContext, measure: Metric, interval: Interval) -> str:
    return tr(
        "{metric} by {interval}, {period}",
        metric=measure.label,
        interval=dimension(interval).noun,
        period=formats.period(context.period),
    )


def _average(measure: Metric, now: Trend) -> float | None:
    """The average of complete buckets; partial ones would lower it."""
    amounts = now.whole[measure.name].astype(float)
    return float(amounts.mean()) if measure.is_amount and len(amounts) > 1 else None


def _legend(context: ReportContext, now: Trend, ringed: str, ringed_before: str) -> str:
    parts = [tr("Solid: this period")]
    if context.comparison:
        parts.append(tr("dotted: {period}", period=formats.period(context.comparison)))
    parts += _unknown(context, now)
    before = tr("{doubts} in the comparison", doubts=ringed_before) if ringed_before else ""
    if rings := ", ".join(filter(None, [ringed, before])):
        parts.append(tr("circled: {doubts}", doubts=rings))
    return " · ".join(parts)


def _unknown(context: ReportContext, now: Trend) -> list[str]:
    """What is dashed and what is missing, for the caption."""
    parts = []
    cut = now.rows.loc[now.partial & ~now.missing, now.interval]
    if len(cut):
        parts.append(tr("dashed: {what}", what=_cut(context, now, cut)))
    if missing := int(now.missing.sum()):
        parts.append(_gap(missing, now.interval))
    return parts


def _gap(missing: int, interval: Interval) -> str:
    match interval:
        case "hour":
            return trn("gap: {number} hour not stored", "gap: {number} hours not stored", missing)
        case "day":
            return trn("gap: {number} day not stored", "gap: {number} days not stored", missing)
        case "week":
            return trn("gap: {number} week not stored", "gap: {number} weeks not stored", missing)
        case "month":
            return trn("gap: {number} month not stored", "gap: {number} months not stored", missing)


def _cut(context: ReportContext, now: Trend, cut: pd.Series[pd.Timestamp]) -> str:
    """What is partial: the current bucket, a day stored in part, or several of them."""
    last, is_last = cut.iloc[-1], cut.index[-1] == now.rows.index[-1]
    if len(cut) > 1:
        return _SEVERAL[now.interval]
    if is_last and context.period.end >= context.now.date():
        return _IN_PROGRESS[now.interval]
    if now.interval == "day":
        return tr("{day}, only partly stored", day=formats.day(last))
    return _INCOMPLETE[now.interval]


_HINTS: dict[Interval, str] = {
    "hour": tr("Drag to zoom in, click an hour to open its day"),
    "day": tr("Drag to zoom in, click a day to open it"),
    "week": tr("Drag to zoom in, click a week to open it"),
    "month": tr("Drag to zoom in, click a month to open it"),
}
_SEVERAL: dict[Interval, str] = {
    "hour": tr("incomplete hours, not in the average"),
    "day": tr("incomplete days, not in the average"),
    "week": tr("incomplete weeks, not in the average"),
    "month": tr("incomplete months, not in the average"),
}
_INCOMPLETE: dict[Interval, str] = {
    "hour": tr("incomplete hour, not in the average"),
    "week": tr("incomplete week, not in the average"),
    "month": tr("incomplete month, not in the average"),
}
_IN_PROGRESS: dict[Interval, str] = {
    "hour": tr("hour still in progress"),
    "day": tr("day still in progress"),
    "week": tr("week still in progress"),
    "month": tr("month still in progress"),
}

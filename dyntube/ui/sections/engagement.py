"""How much was watched, and when: curve, histogram, heatmap."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from ... import charts, formats
from ...charts import WeekTotals
from ...export.table import Sheet
from ...insight import engagement
from ...insight.engagement import Typical, Watched
from ...query.dimensions import CLOCK
from ...query.metrics import FEW, Metric, metric
from ...report.context import ReportContext
from ...report.doubts import page_doubts
from ...report.length_and_sound import METRICS
from ...report.watched import curve_sheet, histogram_sheet, video_watched, watched
from ...report.week import Week, week
from ...words import tr, trn
from ..blocks.chart import show_chart, show_filtering_chart
from ..layout import card, headed, palette
from .length_and_sound import NO_PLAYS, metric_switch

HINT = tr("Fewer than {few} plays: only a rough guide.", few=FEW)
_CURVE_HELP = tr(
    "For each part of the length, the share of plays that watched at least so much. It says how "
    "much was watched, not where: DynTube records the time watched, not the place in the video."
)
_HISTOGRAM_HELP = tr(
    "Plays by how much of the video they watched. The completion rate counts plays that reached "
    "the end, also after skipping parts."
)
_Band = tuple[list[float], list[float], list[float]]


def watched_curve(context: ReportContext) -> None:
    """The watched-share curve, with the comparison's behind it."""
    now, before = watched(context)
    behind: _Band | None = None
    name = text = ""
    if before and before.plays and context.comparison:
        # A band of zero width shows only its median.
        behind, name = (before.curve,) * 3, formats.period(context.comparison)
        share = f"{before.median}%"
        text = tr("Dotted: {period}, when it reached {share}.", period=name, share=share)
    sheet = curve_sheet(now, before)
    _curve(now, behind, tr("This period") if name else "", name, text, sheet)
    context.tables.add(sheet)


def video_curve(context: ReportContext, video: str) -> None:
    """The watched-share curve of one video, against the typical curve of similar videos."""
    found = video_watched(context, video)
    usual = found.usual
    band = (usual.lower, usual.median, usual.upper) if usual else None
    name, other = (tr("This video"), tr("Similar-length videos")) if usual else ("", "")
    _curve(found.now, band, name, other, _usual_text(usual), found.sheet)
    context.tables.add(found.sheet)


def _usual_text(usual: Typical | None) -> str:
    if usual is None:
        return tr(
            "Fewer than {videos} similar-length videos have {plays} plays.",
            videos=engagement.FEWEST_VIDEOS,
            plays=FEW,
        )
    return trn(
        "Dotted and shaded: median and middle half of {number} other video, at most {factor} times "
        "longer or shorter.",
        "Dotted and shaded: median and middle half of {number} other videos, at most {factor} "
        "times longer or shorter.",
        usual.videos,
        factor=format(usual.factor, "g"),
    )


def _curve(
    now: Watched, typical: _Band | None, name: str, other: str, text: str, sheet: Sheet
) -> None:
    with card(tr("Audience retention"), _CURVE_HELP):
        if _is_empty(now):
            return
        show_chart(
            charts.watched_curve(
                now.curve, palette(), typical=typical, name=name, typical_name=other
            ),
            tr("Share of plays by how much of the video they watched at least"),
            sheet,
            key="watched-curve",
        )
        st.caption(" ".join(filter(None, [_quartiles_text(now), text, *_reservations(now)])))


def _quartiles_text(now: Watched) -> str:
    lower, middle, upper = (f"{share}%" for share in now.quartiles or (0, 0, 0))
    return tr(
        "The typical (median) play reaches {middle} of the video; half of all plays end between "
        "{lower} and {upper}.",
        middle=middle,
        lower=lower,
        upper=upper,
    )


def watched_histogram(context: ReportContext) -> None:
    """The histogram of watched shares."""
    now, _ = watched(context)
    counts = now.histogram()
    with card(tr("Where viewers stopped"), _HISTOGRAM_HELP):
        if _is_empty(now):
            return
        show_chart(
            charts.histogram(counts, palette()),
            tr("Number of plays by how much of the video they watched"),
            histogram_sheet(now),
            key="watched-histogram",
        )
        st.caption(" ".join([_extremes_text(now, counts[0]), *_reservations(now)]))
    context.tables.add(histogram_sheet(now))


def _extremes_text(now: Watched, little: float) -> str:
    return tr(
        "{little} of plays watched less than 5% of the video, {all} its full length.",
        little=formats.percent(little / now.plays),
        all=formats.percent(now.counts[100] / now.plays),
    )


def _is_empty(now: Watched) -> bool:
    """Whether there is nothing to draw; if so, show why."""
    if not now.plays:
        unknown = tr("No share can be told: the length of every video played is unknown.")
        st.caption(unknown if now.left_out else NO_PLAYS)
    return not now.plays


def _reservations(now: Watched) -> list[str]:
    return [*filter(None, [HINT if now.plays < FEW else "", left_out(now)])]


def left_out(now: Watched) -> str:
    """A sentence on the plays without a watched share; empty without any."""
    if not now.left_out:
        return ""
    return trn(
        "{number} play is left out because the video length or the watch time is missing.",
        "{number} plays are left out because the video length or the watch time is missing.",
        now.left_out,
    )


def heatmap(context: ReportContext) -> None:
    """The selected metric by weekday and hour of the day; amounts as averages per hour."""
    measure, found = metric(context.chosen(METRICS)), week(context, METRICS)
    box, switches = headed(tr("When people watch"), "heatmap", measure.help)
    with switches:
        metric_switch(measure, "heatmap-metric")
    with box:
        if not found.plays:
            st.caption(NO_PLAYS)
            return
        days, hours = (context.selection.values(name) for name in CLOCK)
        show_filtering_chart(
            charts.heatmap(
                found.metric,
                found.values,
                palette(),
                totals=WeekTotals(found.of_day, list(found.by_day), list(found.by_hour)),
                few=found.few,
                doubtful=found.doubtful,
                chosen=(days, hours),
            ),
            tr("{metric} by weekday and hour of the day", metric=found.metric.label),
            found.sheet,
            key="heatmap-chart",
        )
        st.caption(" ".join(_week_text(context, measure, found)))
    context.tables.add(found.sheet)


def _week_text(context: ReportContext, measure: Metric, found: Week) -> Iterator[str]:
    name, zone = measure.label, context.timezone
    if measure.is_amount:
        yield tr(
            "Average {metric} per hour over {days}, in {zone}.",
            metric=measure.noun,
            days=_days_text(context),
            zone=zone,
        )
        yield tr("On the right: {metric} per day.", metric=measure.noun)
    else:
        yield tr("{metric} by the hour in which plays began, in {zone}.", metric=name, zone=zone)
    if found.few is not None and found.few.any():
        yield tr("Dots: fewer than {few} plays.", few=FEW)
    if doubts := page_doubts(context).own_text:
        yield f"{doubts}."


def _days_text(context: ReportContext) -> str:
    """How many days an average is over: "4 weeks", "13 whole days and 1 day in part"."""
    times, cut = engagement.weekdays(context.period, context.timezone, context.known)
    text = trn("{number} whole day", "{number} whole days", sum(times))
    if min(times) == max(times) > 0:
        text = trn("{number} week", "{number} weeks", times[0])
    if not cut:
        return text
    part = trn("{number} day in part", "{number} days in part", cut)
    return tr("{whole} and {part}", whole=text, part=part)

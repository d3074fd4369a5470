"""How much was watched, and when: curve, histogram, heatmap."""

from __future__ import annotations

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
from ...report.week import week
from ..blocks.chart import show_chart, show_filtering_chart
from ..layout import card, headed, palette
from .length_and_sound import NO_PLAYS, metric_switch

HINT = f"Fewer than {FEW} plays: only a rough guide"
_CURVE_HELP = (
    "For each part of the length, the share of plays that watched at least so much. It says how "
    "much was watched, not where: DynTube records the time watched, not the place in the video."
)
_Band = tuple[list[float], list[float], list[float]]


def sentences(*texts: str) -> str:
    """The parts of a caption as sentences."""
    return ". ".join(texts) + "."


def watched_curve(context: ReportContext) -> None:
    """The watched-share curve, with the comparison's behind it."""
    now, before = watched(context)
    behind: _Band | None = None
    name = text = ""
    if before and before.plays and context.comparison:
        # A band of zero width shows only its median.
        behind, name = (before.curve,) * 3, formats.period(context.comparison)
        text = f"Dotted: {name}, when it reached {before.median}%"
    sheet = curve_sheet(now, before)
    _curve(now, behind, "This period" if name else "", name, text, sheet)
    context.tables.add(sheet)


def video_curve(context: ReportContext, video: str) -> None:
    """The watched-share curve of one video, against the typical curve of similar videos."""
    found = video_watched(context, video)
    usual = found.usual
    band = (usual.lower, usual.median, usual.upper) if usual else None
    other = "Similar-length videos" if usual else ""
    _curve(found.now, band, "This video" if usual else "", other, _usual_text(usual), found.sheet)
    context.tables.add(found.sheet)


def _usual_text(usual: Typical | None) -> str:
    if usual is None:
        few = engagement.FEWEST_VIDEOS
        return f"Fewer than {few} similar-length videos have {FEW} plays"
    return (
        f"Dotted and shaded: median and middle half of {usual.videos} other videos, at most "
        f"{usual.factor:g} times longer or shorter"
    )


def _curve(
    now: Watched, typical: _Band | None, name: str, other: str, text: str, sheet: Sheet
) -> None:
    with card("How much was watched", _CURVE_HELP):
        if _is_empty(now):
            return
        show_chart(
            charts.watched_curve(
                now.curve, palette(), typical=typical, name=name, typical_name=other
            ),
            "Share of plays by how much of the video they watched at least",
            sheet,
            key="watched-curve",
        )
        lower, middle, upper = now.quartiles or (0, 0, 0)
        st.caption(
            sentences(
                f"The typical (median) play reaches {middle}% of the video; half of all plays end "
                f"between {lower}% and {upper}%",
                *filter(None, [text]),
                *_reservations(now),
            )
        )


def watched_histogram(context: ReportContext) -> None:
    """The histogram of watched shares."""
    now, _ = watched(context)
    counts = now.histogram()
    with card("How far people watched", "Plays by how much of the video they watched."):
        if _is_empty(now):
            return
        show_chart(
            charts.histogram(counts, palette()),
            "Number of plays by how much of the video they watched",
            histogram_sheet(now),
            key="watched-histogram",
        )
        little, all_ = counts[0] / now.plays, now.counts[100] / now.plays
        st.caption(
            sentences(
                f"{formats.percent(little)} of plays stopped before 5%; "
                f"{formats.percent(all_)} watched to the end",
                *_reservations(now),
            )
        )
    context.tables.add(histogram_sheet(now))


def _is_empty(now: Watched) -> bool:
    """Whether there is nothing to draw; if so, show why."""
    if not now.plays:
        unknown = "No share can be told: the length of every video played is unknown."
        st.caption(unknown if now.left_out else NO_PLAYS)
    return not now.plays


def _reservations(now: Watched) -> list[str]:
    found = [HINT] if now.plays < FEW else []
    return [*found, left_out(now)] if now.left_out else found


def left_out(now: Watched) -> str:
    """A sentence on the plays without a watched share."""
    are = "is" if now.left_out == 1 else "are"
    return (
        f"{formats.count(now.left_out, 'play')} {are} left out because the video length or the "
        "watch time is missing"
    )


def heatmap(context: ReportContext) -> None:
    """The selected metric by weekday and hour of the day; amounts as averages per hour."""
    measure, found = metric(context.chosen(METRICS)), week(context, METRICS)
    box, switches = headed("When people watch", "heatmap", measure.help)
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
            f"{found.metric.label} by weekday and hour of the day",
            found.sheet,
            key="heatmap-chart",
        )
        dots = (
            [f"Dots: fewer than {FEW} plays"] if found.few is not None and found.few.any() else []
        )
        doubts = [text] if (text := page_doubts(context).own_text) else []
        st.caption(sentences(*_hours_text(context, measure), *dots, *doubts))
    context.tables.add(found.sheet)


def _hours_text(context: ReportContext, measure: Metric) -> list[str]:
    name, zone = measure.label.lower(), context.timezone
    if not measure.is_amount:
        return [f"{measure.label} by the hour in which plays began, in {zone}"]
    times, cut = engagement.weekdays(context.period, zone, context.known)
    over = formats.count(sum(times), "whole day")
    if min(times) == max(times) > 0:
        over = formats.count(times[0], "week")
    over += f" and {formats.count(cut, 'day')} in part" if cut else ""
    return [f"Average {name} per hour over {over}, in {zone}", f"On the right: {name} per day"]

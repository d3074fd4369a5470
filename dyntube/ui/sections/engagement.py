"""How much was watched, and when: curve, histogram, heatmap."""

from __future__ import annotations

import streamlit as st

from ... import charts, formats
from ...insight import engagement
from ...insight.engagement import Typical, Watched
from ...query.dimensions import CLOCK, dimension
from ...query.metrics import FEW, Metric, metric
from ...report.context import ReportContext
from ...report.doubts import page_doubts
from ...report.length_and_sound import METRICS
from ...report.watched import curve_sheet, histogram_sheet, video_watched, watched
from ...report.week import week
from .. import session
from ..blocks.chart import show_chart
from ..layout import card, headed, palette
from .length_and_sound import NO_PLAYS, metric_switch

HINT = f"Fewer than {FEW} plays: read it as a hint only"
_CURVE_HELP = (
    "For each part of the length, the share of plays that watched at least so much. It says how "
    "much was watched, not where: DynTube records the time watched, not the place in the video."
)
_CHOICES = {
    "weekday": ("All weekdays", tuple(map(str, range(1, 8)))),
    "hour_of_day": ("All hours", tuple(map(str, range(24)))),
}


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
        text = f"Dotted: {name}, where half watched {before.median}% or more"
    _curve(now, behind, "This period" if name else "", name, text)
    context.tables.add(curve_sheet(now, before))


def video_curve(context: ReportContext, video: str) -> None:
    """The watched-share curve of one video, against the typical curve of similar videos."""
    found = video_watched(context, video)
    usual = found.usual
    band = (usual.lower, usual.median, usual.upper) if usual else None
    other = "Videos of like length" if usual else ""
    _curve(found.now, band, "This video" if usual else "", other, _usual_text(usual))
    context.tables.add(found.sheet)


def _usual_text(usual: Typical | None) -> str:
    if usual is None:
        few = engagement.FEWEST_VIDEOS
        return f"Fewer than {few} other videos of like length have {FEW} plays"
    return (
        f"Dotted and shaded: median and middle half of {usual.videos} other videos, at most "
        f"{usual.factor:g} times longer or shorter"
    )


def _curve(now: Watched, typical: _Band | None, name: str, other: str, text: str) -> None:
    with card("How much was watched", _CURVE_HELP):
        if _is_empty(now):
            return
        show_chart(
            charts.watched_curve(
                now.curve, palette(), typical=typical, name=name, typical_name=other
            ),
            "Share of plays by how much of the video they watched at least",
            key="watched-curve",
        )
        lower, middle, upper = now.quartiles or (0, 0, 0)
        st.caption(
            sentences(
                f"Half of the plays watched {middle}% or more; the middle half, {lower}% to "
                f"{upper}%",
                *filter(None, [text]),
                *_reservations(now),
            )
        )


def watched_histogram(context: ReportContext) -> None:
    """The histogram of watched shares."""
    now, _ = watched(context)
    counts = now.histogram()
    with card("Plays by share watched", "How many plays watched so much of the video's length."):
        if _is_empty(now):
            return
        show_chart(
            charts.histogram(counts, palette()),
            "Number of plays by how much of the video they watched",
            key="watched-histogram",
        )
        little, all_ = counts[0] / now.plays, now.counts[100] / now.plays
        st.caption(
            sentences(
                f"{formats.percent(little)} of plays watched less than 5%, "
                f"{formats.percent(all_)} the whole length",
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
    return [*found, f"{unknown_plays(now)} are left out"] if now.left_out else found


def unknown_plays(now: Watched) -> str:
    """The number of plays without a watched share, in words."""
    return f"{formats.count(now.left_out, 'play')} of unknown length or watch time"


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
        parts = {"few": found.few, "doubtful": found.doubtful}
        show_chart(
            charts.heatmap(found.metric, found.values, palette(), **parts),
            f"{found.metric.label} by weekday and hour of the day",
            key="heatmap-chart",
        )
        dots = (
            [f"Dots: fewer than {FEW} plays"] if found.few is not None and found.few.any() else []
        )
        doubts = [text] if (text := page_doubts(context).own_text) else []
        st.caption(sentences(*_hours_text(context, measure), *dots, *doubts))
        with st.container(horizontal=True, gap="small", key="heatmap-filters"):
            for name in CLOCK:
                _clock_filter(context, name)
    context.tables.add(found.sheet)


def _hours_text(context: ReportContext, measure: Metric) -> tuple[str, str]:
    clock = f"Hours as the clocks of {context.timezone} show them"
    if not measure.is_amount:
        return f"{measure.label} of all plays that began in such an hour", clock
    times, cut = engagement.weekdays(context.period, context.timezone, context.known)
    most = max(times)
    least = min((count for count in times if count), default=0)
    often = formats.count(most, "time") if least == most else f"{least} to {most} times"
    often += f", and {formats.count(cut, 'day')} in part" if cut else ""
    return (
        f"{measure.label} in an average hour: each weekday came {often} in this period, and totals "
        "are divided by the hours that are stored",
        clock,
    )


def _clock_filter(context: ReportContext, name: str) -> None:
    """A filter on weekdays or hours, since the heatmap cannot report a clicked cell."""
    nothing, values = _CHOICES[name]
    chosen, key = context.selection.values(name), f"heatmap-{name}"
    st.session_state[key] = list(chosen)
    st.multiselect(
        dimension(name).label,
        [*values, *(value for value in chosen if value not in values)],
        format_func=lambda value: context.labels.one(name, value),
        key=key,
        placeholder=nothing,
        label_visibility="collapsed",
        select_all=False,
        width=300,
        on_change=lambda: session.change(lambda s: s.where(name, tuple(st.session_state[key]))),
    )

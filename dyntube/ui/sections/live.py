"""The last 60 minutes, auto-refreshing: totals, active viewers, latest views.

Everything ends at the moment up to which views are known, so that minutes not fetched yet do not
look quiet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from ... import charts, formats
from ...archive.coverage import Coverage
from ...errors import DynTubeError, NotAllowedError
from ...query.metrics import Metric, metric
from ...query.query import Filter
from ...reading.zones import zone_info
from ...report.context import ReportContext
from ...report.doubts import PageDoubts
from ...report.last_hour import ACTIVE_MINUTES, MINUTES, Hour, fetched_until, freshness, since
from ...report.live import (
    GROWING,
    LiveHour,
    by_minute,
    covered_now,
    last_hour,
    minutes_sheet,
    open_hour,
)
from ...report.runner import run
from ...words import tr
from .. import session
from ..blocks.cards import IN_DOUBT, explained, number
from ..blocks.chart import show_chart
from ..blocks.doubts import banner
from ..blocks.share_lists import top_list
from ..components.cards import Card, number_cards
from ..door import desk, local_now
from ..fragments import fragment
from ..frame.badges import failed
from ..frame.entrance import show_error
from ..frame.freshness import gap, progress_bar, why_nothing
from ..layout import card, columns, palette
from .latest import latest_views

REFRESH = dt.timedelta(minutes=1)  # maximum age of today's views while a page is open
_EVERY, _SOON = 10.0, 2.0  # seconds between refreshes; the shorter while waiting for views
_LATE = dt.timedelta(minutes=2)  # after the last check
_SEARCHED = 7  # days searched for the newest view under filters
_ACTIVE = tr(
    "Viewers who watched in the last {minutes} minutes, judged by when they started and how long "
    "they have watched so far. Approximate: DynTube reports watch time with a delay.",
    minutes=ACTIVE_MINUTES,
)


@dataclass(frozen=True)
class Known:
    """What is known at one moment, and whether a fetch is running."""

    now: dt.datetime
    covered: Coverage
    checked: dt.datetime | None
    fetching: bool
    error: str

    @property
    def hour(self) -> Hour | None:
        """Sixty minutes up to the last check; None if that is 60 minutes ago or more."""
        return last_hour(self.covered, self.now)

    @property
    def late(self) -> bool:
        """Whether the last check is overdue."""
        return self.checked is None or since(self.checked, self.now) >= _LATE

    @property
    def waiting(self) -> bool:
        """Whether overdue views are being fetched."""
        return self.late and self.fetching


def live(context: ReportContext) -> None:
    """The whole page, as a fragment that reruns every few seconds."""
    known = look(context.timezone)
    every = _SOON if known.waiting else _EVERY
    shown = "" if known.fetching else known.error
    fragment(_refresh, run_every=every)(context, known.waiting, shown)


def look(timezone: str) -> Known:
    """Request new views, and return what is known."""
    now = local_now(timezone)
    hour = Hour(now)
    found = desk().ensure(hour.period.utc_days(timezone), REFRESH)
    if not found.progress:
        found = desk().ensure(hour.week_ago.period.utc_days(timezone))
    covered = covered_now(desk(), now, timezone)
    checked = fetched_until(covered)
    checked = checked.astimezone(now.tzinfo) if checked else None
    return Known(now, covered, checked, found.progress is not None, str(found.error or ""))


def _refresh(context: ReportContext, waiting: bool, error: str) -> None:
    """Redraw the fragment, or rerun the page if more must change."""
    try:
        known = look(context.timezone)
        clicked = session.current() != context.selection  # on a row in this fragment
        failed = not known.fetching and known.error != error  # or recovered
        if clicked or failed or known.waiting != waiting:
            st.rerun()
        _draw(context, known)
    except NotAllowedError:
        raise  # the whole page is drawn anew, with the way in
    except DynTubeError as failure:
        show_error(failure)


def _draw(context: ReportContext, known: Known) -> None:
    hour, newest = known.hour, _newest_stored(context.timezone)
    if hour is None and known.fetching:
        st.caption(tr("Fetching today's views."))
        progress_bar(desk().sync_state())
        for height in (90, 220, 360):
            st.skeleton(height=height)
    elif hour is None:
        st.info(_no_hour(known, newest), icon=":material/hourglass_empty:")
    else:
        _draw_hour(context, known, newest)


def _no_hour(known: Known, newest: dt.datetime | None) -> str:
    if not known.checked:
        return tr("Nothing is stored yet.") + " " + why_nothing()
    text = tr(
        "Views were last fetched at {moment}, so there is no data for the last {minutes} minutes.",
        moment=formats.moment(known.checked),
        minutes=MINUTES,
    )
    return _and_newest(text, newest)


def _newest_stored(timezone: str) -> dt.datetime | None:
    newest = desk().newest_view()
    return newest.astimezone(zone_info(timezone)) if newest else None


def _and_newest(text: str, newest: dt.datetime | None) -> str:
    if not newest:
        return text
    return text + " " + tr("The newest is from {moment}.", moment=formats.moment(newest))


def _badge(
    known: Known, checked: dt.datetime, newest: dt.datetime | None, found: PageDoubts
) -> None:
    external = desk().external
    wrong = [tr("last sync failed")] * failed() + [found.text] * bool(found.days)
    text = " · ".join([freshness(known.now, newest, checked, external), *wrong])
    if wrong:
        st.badge(text, icon=":material/warning:", color="orange")
        return
    st.badge(
        text,
        icon=":material/schedule:" if known.late else ":material/sensors:",
        color="green" if not known.late else "gray" if external else "orange",
    )


def _draw_hour(context: ReportContext, known: Known, newest: dt.datetime | None) -> None:
    live = open_hour(replace(context, now=known.now), known.covered)
    assert live, "its caller has seen that the hour is known"
    hour, shown, found = live.hour, live.context, live.doubts
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="status"):
        _badge(known, hour.end, newest, found)
        st.caption(_about(live))
    banner(found)
    if not known.covered.is_whole(*hour.bounds):
        gap(hour.period, context.timezone, known.covered, known.now)
    _cards(context, known, live)
    if not live.row["views"]:
        st.info(_quiet(context, hour, live.filters), icon=":material/bedtime:")
        return
    _minutes(shown, hour)
    left, right = columns(2, 1)
    with left:
        if shown.desk.access.may_see_rows:
            latest_views(shown, hour, int(live.row["views"]))
    with right:
        with card(tr("Countries")):
            top_list(shown, "country", rows=5)
        with card(tr("Videos")):
            top_list(shown, "video", rows=5)


def _about(live: LiveHour) -> str:
    text = tr(
        "Always shows the last {minutes} minutes, up to {time}.",
        minutes=MINUTES,
        time=format(live.hour.end, "%H:%M"),
    )
    if not live.earlier:
        return text
    return text + " " + tr("Compared with {hour}.", hour=live.earlier_name)


def _cards(context: ReportContext, known: Known, live: LiveHour) -> None:
    numbers = [_number(metric(name), live.row, live.doubts) for name in context.metrics]
    number_cards([_active(known, live), *numbers], key="cards")


def _active(known: Known, live: LiveHour) -> Card:
    recent = since(live.hour.end, known.now) < dt.timedelta(minutes=ACTIVE_MINUTES)
    value = f"~{live.active:,}" if live.active else tr("nobody")
    made = Card("active", tr("Active now"), value, help=(_ACTIVE,))
    return made if recent else replace(made, value=formats.NONE, marks=(tr("not known yet"),))


def _number(measure: Metric, row: pd.Series[float], found: PageDoubts) -> Card:
    help_ = [*explained(measure, row, doubts=found.reasons)]
    if measure is GROWING:
        help_.append(tr("Not compared: views in progress still add to it."))
    marks = (IN_DOUBT,) if found.days else ()
    return replace(number(measure, row), marks=marks, help=tuple(help_))


def _quiet(context: ReportContext, hour: Hour, filters: tuple[Filter, ...]) -> str:
    """A sentence that there are no views, and when the newest was."""
    if not filters:
        text = tr("No views in the last {minutes} minutes.", minutes=MINUTES)
        return _and_newest(text, _newest_stored(context.timezone))
    span = replace(hour.period, start=hour.end.date() - dt.timedelta(days=_SEARCHED))
    filters = context.filters_over(span)
    query = context.query("minute", metrics=("views",), period=span, filters=filters)
    found = run(context, query).rows
    if found.empty:
        return tr(
            "No views match these filters in the last {minutes} minutes, nor in the {days} days "
            "before.",
            minutes=MINUTES,
            days=_SEARCHED,
        )
    text = tr("No views match these filters in the last {minutes} minutes.", minutes=MINUTES)
    return _and_newest(text, found["minute"].max())


def _minutes(shown: ReportContext, hour: Hour) -> None:
    starts, views = list(hour.starts), by_minute(shown, hour)
    measure, first, end = metric("views"), f"{starts[0]:%H:%M}", f"{hour.end:%H:%M}"
    with card(tr("Views per minute"), measure.help):
        show_chart(
            charts.minutes(measure, starts, views, palette()),
            tr("Views per minute, {start} to {end}", start=first, end=end),
            minutes_sheet(hour, views),
            key="minutes",
        )

"""What stands around every page: title, chips, freshness, progress, banners; and what it shows."""

from __future__ import annotations

import datetime as dt
import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from .. import formats
from ..background import State
from ..errors import DynTubeError
from ..journal import bug
from ..metrics import dimension
from ..periods import Period
from ..query import Query
from ..sync import Progress
from . import state, style
from .answers import account, answer, background, local_now, names
from .filters import sidebar
from .selection import ALL_TIME, Selection

_POLL_BUSY, _POLL_IDLE = 0.5, 30.0  # seconds between looks at the background sync
_REDRAW_SECONDS = 4.0  # how often a page fills up during a first fetch


@dataclass(frozen=True)
class Scene:
    """What a page draws: the selection, resolved for this moment.

    `metrics` are asked for together, so that the blocks of a page share answers. `comparison` is
    None when nothing is compared, or not all of its days are stored yet.
    """

    metrics: tuple[str, ...]
    selection: Selection
    period: Period
    comparison: Period | None
    now: dt.datetime

    def query(self, *by: str, metrics: tuple[str, ...] = ()) -> Query:
        """A question about this period under these filters; by default for the page's metrics."""
        filters = self.selection.filters
        return Query(metrics or self.metrics, self.period, self.selection.timezone, by, filters)

    def earlier(self, query: Query) -> Query | None:
        """The same question about the comparison."""
        return replace(query, period=self.comparison) if self.comparison else None


def start(page_title: str) -> bool:
    """Set the scene for any page; False when there is no installation to show."""
    style.apply()
    st.logo(style.LOGO, size="large", icon_image=style.ICON)
    try:
        with st.skeleton(height=600):
            account()
    except DynTubeError as error:
        show_error(error)
        return False
    state.begin(page_title)
    return True


def page(
    title: str, metrics: tuple[str, ...], draw: Callable[[Scene], None], *, always: bool = False
) -> None:
    """Draw the frame and a page in it; an error ends here, as a sentence.

    A page about the store itself is drawn `always`: also where the period has no views. It compares
    nothing, and shows by itself what is missing and what is being fetched.
    """
    if not state.begun():
        # A fresh server runs files in `pages/` by themselves until it has seen st.navigation.
        PagesManager.uses_pages_directory = False
        st.rerun()
    try:
        scene = _open(title, metrics, always)
        if scene:
            draw(scene)
    except DynTubeError as error:
        show_error(error)
    except Exception as error:  # the last line of defence: the reader must not see a trace
        _show_bug(error)


def show_error(error: DynTubeError) -> None:
    """Say what went wrong to the person who looks."""
    st.error(formats.plain(str(error)), icon=":material/error:")


def _show_bug(error: Exception) -> None:
    reference = uuid.uuid4().hex[:8]
    bug(reference, error)
    st.error(
        f"Something went wrong on our side. Reference {reference}: whoever runs this dashboard "
        "finds it in the log.",
        icon=":material/error:",
    )


def _open(title: str, metrics: tuple[str, ...], always: bool) -> Scene | None:
    selection = state.current()
    now = local_now(selection.timezone)
    period = selection.period(now.date(), _first_day() if selection.preset == ALL_TIME else None)
    comparison = selection.comparison(period, now)
    sidebar(period, comparison)
    comparison = None if always else comparison
    _head(title, selection, period, comparison)
    _chips(selection)
    for note in state.notes():
        st.info(formats.plain(note), icon=":material/link_off:")
    if period.start > now.date():
        st.info(
            "This period lies in the future. Choose an earlier one on the left.",
            icon=":material/event:",
        )
        if not always:
            return None
    spans = [span for span in (period, comparison) if span]
    version = account().archive.version()
    _banners(_ensure_stored(spans, selection.timezone))
    _progress(spans, selection.timezone, version, silent=always)
    scene = Scene(metrics, selection, period, comparison, now)
    if always:
        return scene
    if comparison and _missing(comparison, selection.timezone):
        scene = replace(scene, comparison=None)
    _gap(period, selection.timezone)
    return scene if _has_views(scene) else None


def _has_views(scene: Scene) -> bool:
    """Whether there is anything to draw; else say why not and what to do."""
    if answer(scene.query())["views"].iloc[0]:
        return True
    missing = _missing(scene.period, scene.selection.timezone)
    if missing and background().state.progress:
        for height in (260, 360):
            st.skeleton(height=height)
    elif missing:
        st.info("Nothing is stored for this period yet.", icon=":material/hourglass_empty:")
    elif scene.selection.filters:
        st.info(
            "No views match these filters in this period. Remove a filter above, or choose "
            "another period on the left.",
            icon=":material/filter_alt_off:",
        )
    else:
        st.info(
            "There are no views in this period. Choose another one on the left.",
            icon=":material/event_busy:",
        )
    return False


def _head(title: str, selection: Selection, period: Period, comparison: Period | None) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="bottom",
        gap="xsmall",
        key="head",
    ):
        with st.container(gap="xxsmall", width="content", key="title"):
            st.title(title, anchor=False)
            text = formats.period(period)
            if comparison:
                text += f" · compared with {formats.period(comparison)}"
                text += f" until {comparison.until:%H:%M}" if comparison.until else ""
            st.caption(text)
        with st.container(width="content", key="freshness"):
            _freshness(selection.timezone)


def _chips(selection: Selection) -> None:
    if not selection.filters:
        return
    known = names()
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        for filter_ in selection.filters:
            for value in filter_.values:
                rest = tuple(other for other in filter_.values if other != value)
                label = (
                    f"{dimension(filter_.dimension).label}: {known.of(filter_.dimension, value)}"
                )
                st.button(
                    f"{formats.plain(label)} :material/close:",
                    key=f"chip-{filter_.dimension}-{value}",
                    on_click=state.change,
                    args=(lambda s, name=filter_.dimension, rest=rest: s.where(name, rest),),
                )


@st.fragment(run_every=_POLL_IDLE)
def _freshness(timezone: str) -> None:
    infos = [info for infos in account().archive.days().values() for info in infos]
    newest = max((info.newest for info in infos if info.newest), default=None)
    if newest is None:
        return
    local, now = newest.astimezone(local_now(timezone).tzinfo), local_now(timezone)
    day = "" if local.date() == now.date() else f"{formats.day(local.date())}, "
    checked = formats.ago((now - max(info.fetched_at for info in infos)).total_seconds())
    st.badge(
        f"Views up to {day}{local:%H:%M} · checked {checked}",
        icon=":material/check_circle:",
        color="green",
    )


def _ensure_stored(spans: list[Period], timezone: str) -> State:
    """Have the background fetch what these spans need, and always what is new today."""
    today = dt.datetime.now(dt.UTC).date()
    days = [day for span in spans for day in span.utc_days(timezone)]
    return background().ensure([*days, today])


def _missing(span: Period, timezone: str) -> list[dt.date]:
    """The days of a span, up to today, that are not stored yet."""
    today = dt.datetime.now(dt.UTC).date()
    stored = account().archive.days()
    return [day for day in span.utc_days(timezone) if day <= today and day not in stored]


def _banners(fetch: State) -> None:
    settings = account().settings
    if settings.demo:
        st.info(
            "You are looking at **demo data**. To connect your account, set `DYNTUBE_API_KEY` "
            "and start again; the README shows how.",
            icon=":material/science:",
        )
    if fetch.error and not fetch.progress:
        show_error(fetch.error)
        st.button("Try again", icon=":material/refresh:", key="retry", on_click=background().retry)


def _gap(period: Period, timezone: str) -> None:
    """Say which days the numbers leave out, when nothing is about to bring them."""
    missing = _missing(period, timezone)
    if missing and account().archive.days() and not background().state.progress:
        st.warning(
            f"{len(missing):,} of the days shown are not stored yet, the last of them "
            f"{formats.day(missing[-1])}. The numbers below leave them out.",
            icon=":material/event_busy:",
        )


def _progress(spans: list[Period], timezone: str, drawn: str, *, silent: bool) -> None:
    busy = background().state.progress is not None
    watch = st.fragment(run_every=poll_seconds(busy))(_watch)
    watch(spans, timezone, drawn, busy, silent)


def poll_seconds(busy: bool) -> float:
    """How long a page waits until it looks at the background sync again."""
    return _POLL_BUSY if busy else _POLL_IDLE


def progress_bar(progress: Progress) -> None:
    """How far a sync is; nothing until it knows what there is to do."""
    if not progress.days_total:
        return
    rest = formats.time_left(progress.seconds_left)
    if progress.waiting:
        rest = f"waiting for DynTube, {math.ceil(progress.waiting)} s"
    st.progress(
        progress.days_done / progress.days_total,
        f"Loading your views: {progress.days_done:,} of {progress.days_total:,} days, "
        f"{progress.views:,} views, {rest}",
    )


def _watch(spans: list[Period], timezone: str, drawn: str, was_busy: bool, silent: bool) -> None:
    """Show the running sync, and draw the page again when there is something new to see."""
    progress = _ensure_stored(spans, timezone).progress
    if progress and not silent:
        progress_bar(progress)
    changed = account().archive.version() != drawn
    drawn_at = st.session_state.setdefault("drawn-at", time.monotonic())
    due = time.monotonic() - drawn_at > _REDRAW_SECONDS
    if (progress is None and (changed or was_busy)) or (changed and due):
        st.session_state["drawn-at"] = time.monotonic()
        st.rerun()


@st.cache_data(ttl=86400, show_spinner="Looking for your first view")
def _first_day() -> dt.date | None:
    return account().first_day()

"""What stands around every page, and what a page is given to draw."""

from __future__ import annotations

import atexit
import datetime as dt
import gc
from collections.abc import Callable
from itertools import count

import pandas as pd
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from ... import formats
from ...errors import DynTubeError
from ...events import unforeseen
from ...fetch.background import SyncStatus
from ...query.periods import Period, local_days
from ...report.context import ReportContext
from ...report.labels import resolved
from ...report.selection import ALL_TIME, Selection
from ...report.spans import spans
from ...report.tables import PageTables
from .. import session, style
from ..blocks.doubts import banner, page_doubts
from ..blocks.export import export_menu
from ..blocks.raw_views import views_behind
from ..door import desk, local_now
from .filters import sidebar
from .freshness import ended, ensure_stored, gap, missing_days, watch_progress, why_nothing
from .page_header import chips, head
from .provenance import provenance
from .saved_views import views_menu


def start(page_title: str) -> bool:
    """Set the scene for any page; False when there is no installation to show."""
    style.apply()
    st.logo(style.LOGO, size="large", icon_image=style.ICON)
    try:
        with st.skeleton(height=600):
            desk()
    except DynTubeError as error:
        show_error(error)
        return False
    session.begin(page_title)
    return True


def page(
    title: str,
    metrics: tuple[str, ...],
    draw: Callable[[ReportContext], None],
    *,
    rollups: tuple[tuple[str, ...], ...] = (),
    always: bool = False,
    span: str = "",
) -> None:
    """Draw the frame and a page in it; an error ends here, as a sentence.

    `rollups` has the sets of dimensions whose views are looked at once: see `ReportContext`.

    A page about the store itself is drawn `always`: also where the period has no views. It compares
    nothing, and shows by itself what is missing and what is being fetched. A page with a `span` of
    its own, named so, also fetches by itself, and is not drawn again when views have come.
    """
    if not session.begun():
        # A fresh server runs files in `pages/` by themselves until it has seen st.navigation.
        PagesManager.uses_pages_directory = False
        st.rerun()
    try:
        _page(title, metrics, draw, rollups, always, span)
        _freeze_garbage()
    except DynTubeError as error:
        show_error(error)
    except Exception as error:  # the last line of defence: the reader must not see a trace
        show_error(unforeseen(error))


_runs = count()
_RUNS_APART = 100


def _freeze_garbage() -> None:
    """Keep long-lived objects out of garbage collection; collect them every 100 runs.

    Streamlit looks for garbage after every run of a script. With all that has been imported, and
    what the sessions hold, that takes longer than many a page.
    """
    if next(_runs) % _RUNS_APART == 0:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


atexit.register(gc.unfreeze)  # or libraries think at the end that we have leaked
# Tables on a page are small: text in Python's own strings is faster than in Arrow, whose every
# function also lets the threads of other readers go first.
pd.options.mode.string_storage = "python"


def show_error(error: DynTubeError) -> None:
    """Say what went wrong to the person who looks."""
    st.error(formats.escape_markdown(str(error)), icon=":material/error:")


def _page(
    title: str,
    metrics: tuple[str, ...],
    draw: Callable[[ReportContext], None],
    rollups: tuple[tuple[str, ...], ...],
    always: bool,
    span: str,
) -> None:
    selection = session.current()
    now = local_now(selection.timezone)
    period = selection.period(now.date(), _first_day(selection))
    version = desk().version()
    both = spans(selection, period, desk().known(), now)
    sidebar(period, both.wanted)
    both = both.alone if always else both
    menus = head(title, selection, span or both.text, None if span else both)
    with menus:
        views_menu(title)
    chips(selection)
    for remark in session.remarks():
        st.info(formats.escape_markdown(remark), icon=":material/link_off:")
    report = PageTables(demo=desk().demo)
    if span:
        _banners(desk().sync_state(), selection.timezone)
        alone = (metrics, selection, period, None, now, selection.filters)
        draw(ReportContext(*alone, tables=report, known=both.known, desk=desk()))
        return
    if not _can_be_shown(period, now.date(), always):
        return
    _banners(ensure_stored(both.fetched, selection.timezone), selection.timezone)
    watch_progress(both.fetched, selection.timezone, version, silent=always)
    filters = resolved(selection.filters, both.fetched, selection.timezone, desk())
    context = ReportContext(
        *(metrics, selection, period, both.comparison, now, filters, rollups, report),
        known=both.known,
        why_not=both.why_not,
        trust=desk().trust(),
        desk=desk(),
    )
    banner(page_doubts(context), "See the list below." if always else "See the Data page.")
    if not always:
        gap(period, selection.timezone, both.known, now)
        if not _has_views(context):
            return
        views_behind(context)
    draw(context)
    if not always:
        notes = provenance(title, context)
        with menus:
            export_menu(context.tables, lambda: notes, session.parameters())


def _can_be_shown(period: Period, today: dt.date, always: bool) -> bool:
    if period.start > today:
        st.info(
            "This period lies in the future. Choose an earlier one on the left.",
            icon=":material/event:",
        )
        return always
    return True


def _has_views(context: ReportContext) -> bool:
    """Whether there is anything to draw; else say why not and what to do."""
    if context.answer(context.query(metrics=("views",)))["views"].iloc[0]:
        return True
    missing = missing_days(context.period, context.timezone, context.known, context.now)
    if missing and desk().sync_state().progress:
        for height in (260, 360):
            st.skeleton(height=height)
    elif missing:
        text = "Nothing is stored for this period yet."
        if not desk().has_days():
            text = f"Nothing is stored yet. {why_nothing()}"
        st.info(text, icon=":material/hourglass_empty:")
    elif context.selection.filters:
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


def _banners(fetch: SyncStatus, timezone: str) -> None:
    if desk().demo:
        st.info(
            "You are looking at **demo data**. To connect your account, set `DYNTUBE_API_KEY` "
            "and start again; the README shows how.",
            icon=":material/science:",
        )
    ended(fetch, timezone)


def _first_day(selection: Selection) -> dt.date | None:
    """The local day on which all time begins."""
    if selection.preset != ALL_TIME or (first := _first_utc_day()) is None:
        return None
    return local_days(first, first, selection.timezone).start


@st.cache_resource(ttl=600, show_spinner="Looking for your first view")
def _first_utc_day() -> dt.date | None:
    return desk().first_day()

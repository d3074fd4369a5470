"""The frame drawn around every page, and how a page is drawn in it."""

from __future__ import annotations

import atexit
import datetime as dt
import gc
from collections.abc import Callable
from itertools import count

import pandas as pd
import streamlit as st

from ... import formats
from ...desk import Desk
from ...query.access import Access
from ...query.periods import DEFAULT_PRESET, Period, local_days
from ...report.context import ReportContext
from ...report.doubts import page_doubts
from ...report.gaps import missing_days
from ...report.opened import are_unknown
from ...report.page import Page, has_views, open_page, open_spans
from ...report.selection import ALL_TIME, OPERATORS, Selection
from ...report.spans import Spans
from ...words import tr, trn
from .. import session
from ..blocks.doubts import banner
from ..blocks.export import export_menu
from ..blocks.opened import way_back
from ..blocks.raw_views import views_behind
from ..door import desk, local_now
from ..streamlit_internals import forget_pages_folder
from . import paper
from .account import account_menu, for_admins
from .entrance import told
from .filters import sidebar
from .freshness import ensure_stored, gap, stopped_banner, watch_progress, why_nothing
from .page_header import head
from .saved_views import views_menu

_Draw = Callable[[ReportContext], None]


def page(of: Page, draw: _Draw) -> None:
    """Draw a page in its frame; errors are shown as a sentence."""
    run_page(lambda: _page(of, draw))


def run_page(draw: Callable[[], None]) -> None:
    """Run what draws a page, by way of `app.py`; errors are shown as a sentence."""
    if not session.begun():
        forget_pages_folder()
        st.rerun()
    with told():
        draw()
        _freeze_garbage()


_runs = count()
_RUNS_APART = 100


def _freeze_garbage() -> None:
    """Keep long-lived objects out of garbage collection; collect them every 100 runs.

    Streamlit collects after every script run. With all imported modules and the state of all
    sessions, that can take longer than the page.
    """
    if next(_runs) % _RUNS_APART == 0:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


atexit.register(gc.unfreeze)  # else libraries report leaks at exit
# For the small tables of a page, Python strings are faster than Arrow, whose functions also
# release the GIL to other sessions' threads.
pd.options.mode.string_storage = "python"


def _page(of: Page, draw: _Draw) -> None:
    selection = session.current()
    now = local_now(selection.timezone)
    version = desk().version()
    asked = open_spans(desk(), selection, now, _first_day(selection))
    sidebar(asked.period)
    shown = asked.alone if of.always else asked
    spans = None if of.span else shown
    menus = head(of.title, selection, of.span or shown.text, spans, compares=not of.always)
    with menus:
        views_menu(of.name)
        account_menu()
    on_paper = paper.place()
    for_admins()
    for remark in session.remarks():
        st.info(formats.escape_markdown(remark), icon=":material/link_off:")
    context = _content(of, selection, shown, draw, version)
    notes = of.notes(of.title, context, link=session.link())
    if not (of.span or of.always) and has_views(context):
        with menus:
            export_menu(context.tables, lambda: notes, session.parameters())
    paper.head(on_paper, of, notes)


def _content(
    of: Page, selection: Selection, shown: Spans, draw: _Draw, version: str
) -> ReportContext:
    """What is below the head of a page."""
    if of.span:  # it fetches by itself and needs no redraw for new views
        stopped_banner(desk().sync_state(), selection.timezone)
        context = open_page(desk(), of, selection, shown)
        draw(context)
        return context
    can_be_shown = _can_be_shown(shown.period, shown.now.date(), of.always)
    if can_be_shown:
        stopped_banner(ensure_stored(shown.fetched, selection.timezone), selection.timezone)
        watch_progress(shown.fetched, selection.timezone, version, silent=of.always)
    context = open_page(desk(), of, selection, shown)
    if can_be_shown:
        (_store if of.always else _numbers)(context, draw)
    return context


def _store(context: ReportContext, draw: _Draw) -> None:
    """A page about the store, which itself shows gaps and progress."""
    banner(page_doubts(context), tr("See the list below."))
    draw(context)


def _numbers(context: ReportContext, draw: _Draw) -> None:
    """A page of numbers, with the views behind them."""
    banner(page_doubts(context), tr("See the Data page.") if desk().access.is_admin else "")
    gap(context.period, context.timezone, context.known, context.now)
    way_back(context)
    if _has_views(context):
        views_behind(context)
        draw(context)


def _can_be_shown(period: Period, today: dt.date, always: bool) -> bool:
    if period.start > today:
        st.info(tr("This period is in the future."), icon=":material/event:")
        _offer(tr("Show the last 28 days"), {"period": [DEFAULT_PRESET]})
        return always
    return True


def _offer(label: str, parameters: dict[str, list[str]]) -> None:
    """A way out of a page without numbers."""
    st.button(label, key="way-out", on_click=session.choose, args=(parameters,))


def _has_views(context: ReportContext) -> bool:
    """Whether there is anything to draw; else show why not and what to do."""
    if has_views(context):
        return True
    missing = missing_days(context.period, context.timezone, context.known, context.now)
    if missing and desk().sync_state().progress:
        for height in (260, 360):
            st.skeleton(height=height)
    elif missing:
        text = tr("Nothing is stored for this period yet.")
        if not desk().has_days():
            text = " ".join([tr("Nothing is stored yet."), why_nothing()])
        st.info(text, icon=":material/hourglass_empty:")
    elif are_unknown(context):
        text = trn(
            "This video does not exist, or has no stored views.",
            "These videos do not exist, or have no stored views.",
            len(context.selection.open),
        )
        st.info(text, icon=":material/help:")  # the way back to all of them is above
    elif session.current().filters:
        text = tr("No views match these filters in this period.")
        st.info(text, icon=":material/filter_alt_off:")
        names = (f.dimension + OPERATORS[f.operator] for f in session.current().filters)
        _offer(tr("Clear filters"), {name: [] for name in names})
    else:
        st.info(
            tr("There are no views in this period. Choose another one above."),
            icon=":material/event_busy:",
        )
    return False


def _first_day(selection: Selection) -> dt.date | None:
    """The local day on which all time begins."""
    if selection.preset != ALL_TIME or (first := _first_utc_day()) is None:
        return None
    return local_days(first, first, selection.timezone).start


def _first_utc_day() -> dt.date | None:
    asker = desk()
    return _first_day_of(asker.access, asker)


@st.cache_resource(ttl=600, show_spinner=tr("Looking for your first view"))
def _first_day_of(access: Access, _asker: Desk) -> dt.date | None:
    """By access: readers with the same rights share the answer."""
    return _asker.first_day()

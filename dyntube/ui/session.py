"""The session's selection: read from the URL, changed by widgets, written back to the URL.

The selection is the single source of truth: widgets are set from it before they are drawn, and
their callbacks replace it. So links, widgets, chips and clicks on charts change the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from ..query.periods import Period
from ..report.address import changed, from_parameters, to_parameters, why_too_long
from ..report.page import NOT_OPENED
from ..report.pages import PAGES
from ..report.selection import CUSTOM, Selection
from ..words import tr
from . import history
from .door import desk
from .streamlit_internals import came_by_history

_SELECTION, _NOTES, _ZOOMS = "selection", "url-notes", "zooms"
_FIRST = next(iter(PAGES))
_NO_PAGE = tr("There is no page at this address, so this is the first one.")


def default_selection() -> Selection:
    """The selection of a URL without parameters."""
    return Selection(timezone=desk().timezone)


def begin(page: str) -> None:
    """Read the selection from a new URL, then write it to the URL; first and once in every run.

    What is open is left behind on the way to a page that does not open it.
    """
    opens = page in PAGES and PAGES[page].opens
    if not begun() or came_by_history():
        selection, found = from_parameters(history.asked(), default_selection(), desk().rules)
        found += [NOT_OPENED] if selection.open and not opens else []
        found += [_NO_PAGE] if page == _FIRST and _page_of_address() not in ("", _FIRST) else []
        st.session_state[_SELECTION], st.session_state[_NOTES] = selection, found
    if page != _FIRST and _NO_PAGE in remarks():
        st.session_state[_NOTES] = [remark for remark in remarks() if remark != _NO_PAGE]
    if not opens:
        st.session_state[_SELECTION] = replace(current(), open=())
    history.write(page, urlencode(parameters(), doseq=True))


def _page_of_address() -> str:
    """The page that the browser's URL names; "" for the first one."""
    path = urlsplit(st.context.url or "").path.strip("/")
    base: str = st.get_option("server.baseUrlPath").strip("/")
    return path.removeprefix(base).strip("/")


def begun() -> bool:
    """Whether `begin` has run in this session."""
    return _SELECTION in st.session_state


def current() -> Selection:
    """The current selection."""
    selection: Selection = st.session_state[_SELECTION]
    return selection


def parameters() -> dict[str, list[str]]:
    """The current selection as query parameters."""
    return to_parameters(current(), default_selection())


_base = ""


def link_to(base: str) -> None:
    """Let links lead to another server than this one, which is at a URL."""
    global _base
    _base = base.rstrip("/")


def link() -> str:
    """The URL that reproduces this page."""
    parts = urlsplit(st.context.url or "")
    if _base:
        parts = urlsplit(_base + parts.path)
    return urlunsplit(parts._replace(query=urlencode(parameters(), doseq=True), fragment=""))


def change(edit: Callable[[Selection], Selection], *, adds: bool = True) -> None:
    """Replace the selection if the new one fits into a URL; for callbacks.

    It adds an entry to the browser's history, or else replaces the last one.
    """
    selection = edit(current())
    if reason := why_too_long(selection):
        st.session_state[_NOTES] = [" ".join([tr("That is too much for one link."), reason])]
        return
    st.session_state[_SELECTION], st.session_state[_NOTES] = selection, []
    if adds:
        history.act()


def take(parameters: dict[str, list[str]]) -> None:
    """Replace the selection by that of these query parameters; for callbacks."""
    selection, found = from_parameters(parameters, default_selection(), desk().rules)
    change(lambda _: selection)
    st.session_state[_NOTES] = found


def choose(asked: object) -> None:
    """Change the selection as a URL with these parameters would; for callbacks.

    They come from the browser, and are refused like those of a URL.
    """
    if not isinstance(asked, Mapping) or not all(isinstance(v, list) for v in asked.values()):
        return
    texts = {str(name): [str(text) for text in given] for name, given in asked.items()}
    selection, found = changed(current(), texts, default_selection(), desk().rules)
    if found:
        st.session_state[_NOTES] = found
    else:
        change(lambda _: selection)


def zoom(dates: Period) -> None:
    """Narrow the period to these dates, and remember the one before; for callbacks."""
    before = current()
    if dates != before.dates:
        change(lambda s: replace(s, preset=CUSTOM, dates=dates))
        st.session_state[_ZOOMS] = [*_zooms(before), (before, current())]


def zoomed_from() -> Selection | None:
    """A selection with the period before the last zoom; None after any other choice of a period."""
    zooms = _zooms(current())
    return zooms[-1][0] if zooms else None


def zoom_out() -> None:
    """Go back to the period before the last zoom; for callbacks."""
    if before := zoomed_from():
        change(lambda s: replace(s, preset=before.preset, dates=before.dates))


def _zooms(selection: Selection) -> list[tuple[Selection, Selection]]:
    """The zooms that led to the period of a selection, each with the selections around it."""
    zooms: list[tuple[Selection, Selection]] = st.session_state.get(_ZOOMS, [])
    there = [n for n, (_, after) in enumerate(zooms, 1) if after.dates == selection.dates]
    return zooms[: there[-1]] if there and selection.preset == CUSTOM else []


def remarks() -> list[str]:
    """Notes on what was not understood or not kept."""
    found: list[str] = st.session_state.get(_NOTES, [])
    return found

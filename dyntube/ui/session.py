"""The selection of a session: read from the URL, changed by widgets, written back to the URL.

The selection is the truth; widgets are set from it before they are drawn, and their callbacks
replace it. So a link, a widget, a chip and (later) a click on a chart all change the same thing.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from ..report.address import from_parameters, to_parameters, too_much
from ..report.selection import Selection
from . import history
from .door import desk
from .streamlit_internals import came_by_history

_SELECTION, _NOTES = "selection", "url-notes"


def default_selection() -> Selection:
    """What an address without parameters shows."""
    return Selection(timezone=desk().timezone)


def begin(page: str) -> None:
    """Take over the URL when it is new, and make it say what is shown; once a run, first."""
    if not begun() or came_by_history():
        selection, found = from_parameters(history.asked(), default_selection(), desk().rules)
        st.session_state[_SELECTION], st.session_state[_NOTES] = selection, found
    history.write(page, urlencode(parameters(), doseq=True))


def begun() -> bool:
    """Whether this session has been through the app's entrance."""
    return _SELECTION in st.session_state


def current() -> Selection:
    """What is looked at."""
    selection: Selection = st.session_state[_SELECTION]
    return selection


def parameters() -> dict[str, list[str]]:
    """What the URL says of what is looked at."""
    return to_parameters(current(), default_selection())


def link() -> str:
    """The address that shows the same page again."""
    parts = urlsplit(st.context.url or "")
    return urlunsplit(parts._replace(query=urlencode(parameters(), doseq=True), fragment=""))


def change(edit: Callable[[Selection], Selection]) -> None:
    """Replace the selection, where an address can say what it becomes; for callbacks of widgets."""
    selection = edit(current())
    if reason := too_much(selection):
        st.session_state[_NOTES] = [f"That is more than a link can keep. {reason}"]
        return
    st.session_state[_SELECTION], st.session_state[_NOTES] = selection, []
    history.act()


def take(parameters: dict[str, list[str]]) -> None:
    """Replace the selection by what these URL parameters ask for; for callbacks of widgets."""
    selection, found = from_parameters(parameters, default_selection(), desk().rules)
    change(lambda _: selection)
    st.session_state[_NOTES] = found


def remarks() -> list[str]:
    """What in the URL was not understood."""
    found: list[str] = st.session_state.get(_NOTES, [])
    return found

"""The selection of a session: read from the URL, changed by widgets, written back to the URL.

The selection is the truth; widgets are set from it before they are drawn, and their callbacks
replace it. So a link, a widget, a chip and (later) a click on a chart all change the same thing.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from .answers import account
from .selection import Selection, from_parameters, to_parameters

_SELECTION, _WRITTEN, _PAGE, _NOTES = "selection", "url-written", "page", "url-notes"


def default_selection() -> Selection:
    """What an address without parameters shows."""
    return Selection(timezone=account().settings.timezone)


def begin(page: str) -> None:
    """Take over the URL when it is new, and make it say what is shown; once a run, first."""
    parameters = {name: st.query_params.get_all(name) for name in st.query_params}
    state = st.session_state
    if _SELECTION not in state:
        _read(parameters)
    elif parameters != state[_WRITTEN] and page == state[_PAGE]:
        _read(parameters)  # somebody went back or edited the address
    state[_PAGE] = page
    state[_WRITTEN] = to_parameters(current(), default_selection())
    if parameters != state[_WRITTEN]:
        st.query_params.from_dict(state[_WRITTEN])


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


def change(edit: Callable[[Selection], Selection]) -> None:
    """Replace the selection; for callbacks of widgets."""
    st.session_state[_SELECTION] = edit(current())
    st.session_state[_NOTES] = []
    # The URL still says the old selection, and that is no wish of the reader's.
    st.session_state[_WRITTEN] = {n: st.query_params.get_all(n) for n in st.query_params}


def take(parameters: dict[str, list[str]]) -> None:
    """Replace the selection by what these URL parameters ask for; for callbacks of widgets."""
    selection, found = from_parameters(parameters, default_selection())
    change(lambda _: selection)
    st.session_state[_NOTES] = found


def remarks() -> list[str]:
    """What in the URL was not understood."""
    found: list[str] = st.session_state.get(_NOTES, [])
    return found


def _read(parameters: dict[str, list[str]]) -> None:
    selection, found = from_parameters(parameters, default_selection())
    st.session_state[_SELECTION] = selection
    st.session_state[_NOTES] = found

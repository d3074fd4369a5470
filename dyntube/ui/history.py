"""The browser's URL and history: one history entry per user action, none for corrections.

To sort or search a table and to choose its columns replaces the entry.

Streamlit adds a history entry for every change of `st.query_params`, besides its own for a change
of page. So pages never write `st.query_params`: they render the wanted URL into the document, and
`static/address.js` sets it.
"""

from __future__ import annotations

import secrets
from html import escape

import streamlit as st

_SESSION, _RUNS, _ACTS = "history-session", "history-runs", "history-acts"
_SCRIPT = '<script type="module" src="app/static/address.js"></script>'


def asked() -> dict[str, list[str]]:
    """The query parameters this run was requested with."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def act() -> None:
    """Record a user action that is an entry of its own; for callbacks."""
    st.session_state[_ACTS] = st.session_state.get(_ACTS, 0) + 1


def write(page: str, query: str) -> None:
    """Set the page's URL; once per run."""
    state = st.session_state
    session = state.setdefault(_SESSION, secrets.token_hex(8))
    state[_RUNS] = state.get(_RUNS, 0) + 1
    told = {
        "page": page,
        "query": query,
        "session": session,
        "run": f"{session}-{state[_RUNS]}",
        "acts": state.get(_ACTS, 0),
    }
    data = " ".join(f'data-{name}="{escape(str(value))}"' for name, value in told.items())
    with st.container(key="address"):
        # A static file, since our Content-Security-Policy forbids inline scripts.
        st.html(f'{_SCRIPT}<i id="address" {data}></i>', unsafe_allow_javascript=True)

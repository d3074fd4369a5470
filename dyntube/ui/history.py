"""The browser's address and its history: what a reader did is one entry, a correction is none.

Streamlit makes an entry of every change of `st.query_params`, whatever it was made for, after the
one that it makes of a change of page. So pages leave `st.query_params` alone: they put into the
document what the address should say, and `static/address.js` writes it.
"""

from __future__ import annotations

import secrets
from html import escape

import streamlit as st

_SESSION, _RUNS, _ACTS = "history-session", "history-runs", "history-acts"
_SCRIPT = '<script type="module" src="app/static/address.js"></script>'


def asked() -> dict[str, list[str]]:
    """The parameters of the address that this run was asked for."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def act() -> None:
    """Note that a reader changed what is looked at; for callbacks."""
    st.session_state[_ACTS] = st.session_state.get(_ACTS, 0) + 1


def write(page: str, query: str) -> None:
    """Have the address of a page say this; once a run."""
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
        # A file of ours, since policies that keep a page safe forbid scripts inside of it.
        st.html(f'{_SCRIPT}<i id="address" {data}></i>', unsafe_allow_javascript=True)

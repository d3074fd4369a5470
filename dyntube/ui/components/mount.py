"""Mounts a component on the page and hands its events to callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from ..streamlit_internals import component

_ASSETS = Path(__file__).parent / "assets"
_CLICKS = "clicks"


def mount(
    name: str,
    key: str,
    data: Mapping[str, Any],
    events: Mapping[str, Callable[[Any], None]],
    *,
    isolated: bool = True,
    counted: bool = True,
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """The component `name` of `assets/`, with a callback for each of its events.

    Under the same key it keeps its elements, focus and scroll position whatever its data.
    `isolated` from the CSS of the page. Data that is not `counted` is sent and drawn again only if
    it has changed, for large data of which a click draws nothing at once.
    """

    def call(event: str) -> Callable[[], None]:
        def called() -> None:
            value = getattr(st.session_state[key], event)
            if value is not None:
                _count_click()
                events[event](value)

        return called

    callbacks: dict[str, Any] = {f"on_{event}_change": call(event) for event in events}
    # Without `clicks` the browser would not draw data again that a refused click left as it was.
    sent = {**data, "clicks": st.session_state.get(_CLICKS, 0)} if counted else data
    shown = component(name, _ASSETS, isolated=isolated)
    shown(key=key, data=sent, width=width, **callbacks)


def _count_click() -> None:
    st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1

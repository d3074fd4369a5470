"""Figures of plotly, redrawn in place by a small plotly.js of our own.

`st.plotly_chart` removes a figure and makes another one whenever it changes, and loads all of
plotly: 4.7 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import streamlit as st

from ...export.text import Texts
from .mount import mount


def figure(
    drawn: Any,  # plotly has no types
    alt: str,
    *,
    key: str,
    table: Callable[[], Texts],
    on_pick: Callable[[str], None] | None = None,
    on_range: Callable[[object], None] | None = None,
) -> None:
    """A figure with its text alternative, and a button that puts its numbers in its place.

    `table` has the numbers and is asked for them when a reader wants them. `on_pick` is called with
    what a clicked point filters by, as in `charts.point`, and `on_range` with both ends of a drag
    along the x-axis. Without `on_pick` clicks do nothing.
    """
    events: dict[str, Callable[[Any], None]] = {}
    if on_pick:
        events["picked"] = on_pick
    if on_range:
        events["range"] = on_range
    data = {"figure": drawn.to_json(), "alt": alt, "listens": list(events)}
    data["table"] = asdict(table()) if _is_table(key) else None
    events["table"] = lambda _: None
    mount("figure", key, data, events, isolated=False, counted=False)  # plotly's CSS is the page's


def _is_table(key: str) -> bool:
    state = st.session_state.get(key)
    return state is not None and bool(state.get("table"))

"""Renders figures; every chart goes through here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from .. import charts
from ..report.selection import Selection
from .clicks import chart_key, toggles


def show_chart(figure: Any, alt: str, *, key: str) -> None:  # plotly has no types
    """A figure that ignores clicks; `alt` is its text alternative."""
    st.plotly_chart(figure, key=key, theme=None, config=charts.PLAIN_CONFIG, alt=alt)


def show_filtering_chart(
    figure: Any,
    alt: str,
    *,
    key: str,
    selection: Selection,
    by: tuple[str, ...],
    config: dict[str, Any] = charts.PLAIN_CONFIG,
) -> None:
    """A figure of values of these dimensions; a click toggles a filter on one."""
    key = chart_key(key, selection, *by)
    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=config,
        on_select=toggles(key),
        selection_mode="points",
        alt=alt,
    )


def show_time_chart(figure: Any, alt: str, *, key: str, on_select: Callable[[], None]) -> None:
    """A figure over time; `on_select` is called for a click on a bucket and a drag over several."""
    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=charts.PLAIN_CONFIG,
        on_select=on_select,
        selection_mode=("points", "box"),
        alt=alt,
    )

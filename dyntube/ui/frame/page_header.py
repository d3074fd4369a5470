"""The header of a page: title, chips, freshness, menus."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...report.freshness import data_time
from ...report.labels import Labels, only_domain
from ...report.selection import Selection
from ...report.spans import Spans
from .. import session
from ..door import desk, local_now
from .badges import badge, shortcomings

_POLL_SECONDS = 30.0


def head(
    title: str, selection: Selection, span: str, shown: Spans | None
) -> st.delta_generator.DeltaGenerator:
    """Title, span and freshness; returns the container for menus, filled once the page is known.

    The badge is about `shown`; None hides it, for pages that show freshness themselves.
    """
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="bottom",
        gap="xsmall",
        key="head",
    ):
        with st.container(gap="xxsmall", width="content", key="title"):
            st.title(title, anchor=False)
            st.caption(span)
        with st.container(
            horizontal=True, width="content", vertical_alignment="center", gap="small", key="tools"
        ):
            if shown:
                with st.container(width="content", key="freshness"):
                    _freshness(shown)
            return st.container(horizontal=True, width="content", gap="small", key="menus")


def chips(selection: Selection) -> None:
    """Every filter as a chip; a click removes it."""
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        if not selection.filters:
            # An empty row would collapse, and the page would jump under the pointer.
            st.caption("Click a bar, a country or a row to filter everything by it")
        labels = Labels(desk().names(), only_domain(selection))
        for filter_ in selection.filters:
            for value in filter_.values:
                rest = tuple(other for other in filter_.values if other != value)
                st.button(
                    f"{formats.escape_markdown(labels.sentence(filter_, value))} :material/close:",
                    key=f"chip-{filter_.dimension}-{filter_.operator}-{value}",
                    help="Remove this filter",
                    on_click=session.change,
                    args=(lambda s, f=filter_, rest=rest: s.where(f.dimension, rest, f.operator),),
                )


@st.fragment(run_every=_POLL_SECONDS)
def _freshness(shown: Spans) -> None:
    if text := data_time(desk(), local_now(shown.timezone)):
        badge(text, *shortcomings(shown))

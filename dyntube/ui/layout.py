"""Layout of blocks: columns, cards, switches and the theme's palette."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape

import streamlit as st

from .. import charts
from ..report.pages import PAGES
from ..words import tr
from . import session


def columns(*widths: int) -> list[st.delta_generator.DeltaGenerator]:
    """Columns of these relative widths, stacked on a phone."""
    return st.columns(widths, gap="small")


def card(
    title: str, help: str | None = None, *, page: str = ""
) -> st.delta_generator.DeltaGenerator:
    """A bordered container with a heading; fill it using `with`.

    `page` names the page that says more, with the same filters.
    """
    if page:
        box, right = headed(title, f"card-of-{page}", help)
        label = f"{PAGES[page].title} →"
        right.page_link(f"pages/{page}.py", label=label, query_params=session.parameters())
        return box
    box = st.container(border=True, height="stretch")
    box.header(title, anchor=False, help=help)
    return box


def headed(
    title: str, key: str, help: str | None = None
) -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """A bordered container with a heading, and a container for switches on its right."""
    box = st.container(border=True, key=key, height="stretch")
    head = box.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
        key=f"{key}-head",
    )
    head.header(title, anchor=False, width="content", help=help)
    switches = head.container(
        horizontal=True, width="content", vertical_alignment="center", gap="small"
    )
    return box, switches


def facts(found: Mapping[str, str]) -> None:
    """Names with texts, a line each."""
    lines = (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in found.items())
    st.html(f'<dl class="named">{"".join(lines)}</dl>')


def caption(text: str, hint: str, *, key: str) -> None:
    """A caption, and behind it a hint at what can be done on a screen, which is not printed."""
    with st.container(horizontal=True, gap="xxsmall"):
        st.caption(text, width="content")
        st.container(key=f"hint-{key}", width="content").caption(f"· {hint}", width="content")


def switch(name: str, labels: Mapping[str, str], chosen: str, *, key: str = "") -> None:
    """A segmented control for the field `name` of the selection."""
    key = key or f"switch-{name}"
    st.session_state[key] = chosen

    def changed() -> None:
        if picked := st.session_state[key]:  # clicking the selected option clears it
            session.change(lambda s: replace(s, **{name: picked}))

    st.segmented_control(
        _SWITCHES[name],
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=changed,
    )


# What screen readers call a switch; it shows its options alone.
_SWITCHES = {
    "metric": tr("Metric"),
    "interval": tr("Interval"),
    "mix": tr("Mix"),
    "colour": tr("Colour"),
    "align": tr("Align"),
}


def icon_key(key: str) -> str:
    """The key of a button that shows its icon alone; its label is for screen readers."""
    return f"icon-{key}"


def palette() -> charts.Palette:
    """The chart palette of the current theme."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT

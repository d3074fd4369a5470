"""Drill-down of a hierarchy: breadcrumb, level switch, and the table of one level."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ... import formats
from ...query.dimensions import HIERARCHIES, SHARED, dimension
from ...report.context import ReportContext
from ...report.pages import drill as drilled
from ...report.pages import shown_of
from ...report.selection import Selection
from ...words import tr, trn
from .. import session
from ..layout import headed
from .table import table

# The root of each breadcrumb.
_TOPS = {
    "library": tr("Everything"),
    "place": tr("World"),
    "device": tr("All devices"),
    "browser": tr("All browsers"),
    "system": tr("All systems"),
    "embed": tr("All domains"),
    "campaign": tr("All campaigns"),
}


# Levels with long names, among others of their kind.
_SHORT = {
    "device_brand": tr("Brand"),
    "device_model": tr("Model"),
    "os_version": tr("OS version"),
}


def drill(context: ReportContext, *hierarchies: str, title: str) -> None:
    """The page's metrics at one level of a hierarchy; a name leads one level down.

    Several hierarchies share the table and its switch of levels.
    """
    hierarchy, found = shown_of(context.selection, hierarchies), drilled(context, *hierarchies)
    box, switches = headed(title, f"drill-{hierarchies[0]}")
    with switches:
        _switch(hierarchies, found.by)
    with box:
        _crumbs(context, hierarchy, HIERARCHIES[hierarchy])
        table(context, found)


def _switch(hierarchies: Sequence[str], level: str) -> None:
    key = f"level-{hierarchies[0]}"
    st.session_state[key] = level

    def changed() -> None:
        if picked := st.session_state[key]:  # clicking the selected option clears it
            session.change(lambda s: s.at_level(picked))

    st.segmented_control(
        tr("Level"),
        [name for hierarchy in hierarchies for name in HIERARCHIES[hierarchy]],
        format_func=lambda name: _SHORT.get(name) or dimension(name).label,
        key=key,
        label_visibility="collapsed",
        on_change=changed,
    )


def _crumbs(context: ReportContext, hierarchy: str, levels: tuple[str, ...]) -> None:
    """The breadcrumb; a click on a step goes back to it."""
    way = [
        (name, context.selection.values(name)) for name in levels if context.selection.values(name)
    ]
    if not way:
        return
    with st.container(horizontal=True, gap="xsmall", key=f"crumbs-{hierarchy}"):
        _crumb(_TOPS[hierarchy], f"{hierarchy}-top", levels, way[0][0])
        for n, (name, values) in enumerate(way):
            following = way[n + 1][0] if n + 1 < len(way) else None
            _crumb(_names(context, name, values), f"{hierarchy}-{name}", levels, following)


def _names(context: ReportContext, level: str, values: Sequence[str]) -> str:
    names = ", ".join(context.labels.one(level, value) for value in values[:3])
    rest = len(values) - 3
    if rest <= 0:
        return names
    return trn("{names} and {number} more", "{names} and {number} more", rest, names=names)


def _crumb(text: str, key: str, levels: tuple[str, ...], gone: str | None) -> None:
    """One step; a click removes the filters from level `gone` on down."""

    def up(selection: Selection) -> Selection:
        above = selection.above(gone, levels) if gone else selection
        return above.at_level(gone) if gone and levels in SHARED else above

    st.button(
        formats.escape_markdown(text),
        icon=":material/chevron_right:" if gone else None,
        icon_position="right",
        key=f"crumb-{key}",
        type="tertiary",
        disabled=gone is None,
        on_click=session.change,
        args=(up,),
    )

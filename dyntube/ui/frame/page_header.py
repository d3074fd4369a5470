"""The header of a page: title, period, freshness, filters in force, menus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from ...query.dimensions import dimension, spelled
from ...query.query import Filter, Operator
from ...report.freshness import data_time
from ...report.labels import OPERATOR_WORDS, Labels, only_domain
from ...report.selection import OPERATORS, Selection
from ...report.spans import Spans
from ...words import tr
from .. import session
from ..components.chips import Chip, Opposite
from ..components.chips import chips as drawn
from ..components.marks import copy_link, demo_mark
from ..door import desk, local_now
from ..fragments import fragment
from .badges import badge, shortcomings
from .period import period

_POLL_SECONDS = 30.0
# With a mouse, and on touch.
_TIPS = (
    tr("Tip: click a bar or row to filter"),
    tr("Tip: tap a bar or row to filter"),
)
_ABOUT_DEMO = tr(
    "Sample data. Ask your administrator to connect your DynTube account to see your own."
)
_OPPOSITES: dict[Operator, Operator] = {"is": "is_not", "is_not": "is"}
_NAMED = 2  # values that a chip names


def head(
    title: str, selection: Selection, span: str, shown: Spans | None, *, compares: bool
) -> st.delta_generator.DeltaGenerator:
    """Title, period, freshness and filters; returns the container for menus, filled later.

    None is `shown` by a page with a period and freshness of its own; `compares` is whether a page
    compares the period with another.
    """
    with _row("head", width="stretch", horizontal_alignment="distribute"):
        with st.container(width="content", key="title"):
            st.title(title, anchor=False, width="content")
        period(selection, shown, compares=compares)
        menus = _row("menus")
    with _row("line", width="stretch"):
        with st.container(width="content", key="span"):
            st.caption(span)
        if shown:
            with st.container(width="content", key="freshness"):
                _freshness(shown)
        if desk().demo:
            demo_mark(tr("Demo data"), _ABOUT_DEMO)
        _chips(selection, tips=_TIPS if shown and compares else ())
    with menus:
        copy_link()
    return menus


def head_of_list(
    title: str,
) -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """The title of a page without a period; returns containers for menus and for a line of text."""
    with _row("head", width="stretch", horizontal_alignment="distribute"):
        with st.container(width="content", key="title"):
            st.title(title, anchor=False, width="content")
        menus = _row("menus")
    return menus, _row("line", width="stretch")


def tabs(pages: Sequence[st.Page], chosen: st.Page) -> None:
    """The pages in a row with the same filters, for screens too small for those at the top."""
    with _row("pages", width="stretch"):
        for page in pages:
            key = "this-page" if page.url_path == chosen.url_path else None
            with st.container(key=key, width="content"):
                st.page_link(page, query_params=session.parameters())


def _row(key: str, **settings: Any) -> st.delta_generator.DeltaGenerator:
    centred = {"horizontal": True, "vertical_alignment": "center", "gap": "small"}
    return st.container(key=key, **{"width": "content", **centred, **settings})


def _chips(selection: Selection, tips: Sequence[str]) -> None:
    labels = Labels(desk().names(), only_domain(selection))
    drawn(
        [_chip(filter_, selection, labels) for filter_ in selection.filters],
        tips,
        on_change=session.choose,
    )


def _chip(filter_: Filter, selection: Selection, labels: Labels) -> Chip:
    by, operator = filter_.dimension, filter_.operator
    contains = operator == "contains"
    names = [value if contains else labels.one(by, value) for value in filter_.values]
    more = f" + {len(names) - _NAMED:,}" if names[_NAMED:] else ""
    return Chip(
        by,
        operator,
        parameter=by + OPERATORS[operator],
        name=dimension(by).label,
        sign=OPERATOR_WORDS[operator],
        value=", ".join(names[:_NAMED]) + more,
        hover=", ".join(names),
        opposite=_opposite(filter_, selection),
    )


def _opposite(filter_: Filter, selection: Selection) -> Opposite | None:
    by, operator = filter_.dimension, _OPPOSITES.get(filter_.operator)
    if operator is None:
        return None
    values = dict.fromkeys([*selection.values(by, operator), *filter_.values])
    texts = [spelled(by, value) for value in values]
    return Opposite(OPERATOR_WORDS[operator], by + OPERATORS[operator], texts)


@partial(fragment, run_every=_POLL_SECONDS)
def _freshness(shown: Spans) -> None:
    if text := data_time(desk(), local_now(shown.timezone)):
        badge(text, *shortcomings(shown))

"""More filters: any dimension with is, is not or contains."""

from __future__ import annotations

import streamlit as st

from ...query.dimensions import dimension
from ...query.periods import Period
from ...query.query import Operator
from ...reading.text import clean
from ...report.labels import OPERATOR_WORDS, Labels, only_domain
from ...report.options import counts, option_texts
from ...report.selection import FILTERABLE, Selection
from .. import session
from ..door import desk

_MOST = 1000  # options in a list, the largest first; "contains" finds the rest


def more_filters(selection: Selection, period: Period) -> None:
    """A popover to filter by any dimension."""
    menu = st.popover(
        "More filters",
        icon=":material/tune:",
        width="stretch",
        key="more-filters",
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu:
        by = st.selectbox(
            "Filter by",
            FILTERABLE,
            format_func=lambda name: dimension(name).label,
            index=FILTERABLE.index("country"),
            key="more-by",
        )
        operator = st.segmented_control(
            "How",
            list(OPERATOR_WORDS),
            format_func=OPERATOR_WORDS.__getitem__,
            default="is",
            required=True,
            key="more-operator",
            label_visibility="collapsed",
        )
        if operator == "contains":
            _text(by, selection)
        else:
            _choice(by, operator, selection, period)


def _choice(by: str, operator: Operator, selection: Selection, period: Period) -> None:
    found, chosen = counts(desk(), by, selection, period), selection.values(by, operator)
    options = [*chosen, *(value for value in found if value not in chosen)]
    offered = options[: max(_MOST, len(chosen))]
    key = f"more-values-{by}-{operator}"
    names = Labels(desk().names(), only_domain(selection))
    st.session_state[key] = list(chosen)
    st.multiselect(
        dimension(by).label,
        offered,
        format_func=option_texts(names, by, offered, found).__getitem__,
        key=key,
        placeholder="Choose one or more",
        filter_mode="contains",
        select_all=False,
        on_change=lambda: session.change(
            lambda s: s.where(by, tuple(st.session_state[key]), operator)
        ),
    )
    if len(options) > _MOST:
        st.caption(f"The {_MOST:,} with most views; find others with “contains”.")


def _text(by: str, selection: Selection) -> None:
    key = f"more-text-{by}"
    st.text_input(
        f"{dimension(by).label} contains",
        key=key,
        placeholder="Part of it, then Enter",
        max_chars=200,
        on_change=_add_text,
        args=(by, key),
    )


def _add_text(by: str, key: str) -> None:
    if text := clean(st.session_state[key]):
        session.change(lambda s: s.where(by, (*s.values(by, "contains"), text), "contains"))
        st.session_state[key] = ""

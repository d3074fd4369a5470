"""The filters in the sidebar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from ...query.dimensions import UNKNOWN, dimension, spelled
from ...query.periods import Period
from ...query.query import Filter, Operator
from ...reading.zones import zones
from ...report.labels import OPERATOR_WORDS, Labels, only_domain
from ...report.options import Option, counts, options
from ...report.selection import FILTERABLE, OPERATORS, Selection
from ...words import tr, trn
from .. import session
from ..components.filters import Button, Entry, Open, Zone
from ..components.filters import filters as drawn
from ..door import desk
from ..fragments import fragment

_ALL = {
    "project": tr("All projects"),
    "channel": tr("All channels"),
    "video": tr("All videos"),
}
_ZONE, _OPEN, _PART, _NUMBER = "zone", "filters-open", "filters", "filters-number"
_MOST = 1000  # options in a list, the largest first; "contains" finds the rest


def sidebar(period: Period) -> None:
    """The filters; opening a list counts its values and redraws nothing but the filters."""
    with st.sidebar:
        _filters(period)


@partial(fragment, key=_PART)
def _filters(period: Period) -> None:
    selection = session.current()
    drawn(
        [_button(by, selection) for by in _ALL],
        _more(selection),
        Zone(tr("Time zone"), selection.timezone, tr("Days start at midnight in this time zone.")),
        [_entry(by, selection) for by in FILTERABLE],
        [*OPERATOR_WORDS.items()],
        _opened(selection, period),
        st.session_state.get(_NUMBER, 0),
        on_open=_open,
        on_change=_change,
    )


def _button(by: str, selection: Selection) -> Button:
    text = _chosen([f for f in selection.filters if f.dimension == by])
    return Button(by, dimension(by).label, text or _ALL[by], bool(text))


def _more(selection: Selection) -> str:
    """The button of all filters, with the number of those that have no button of their own."""
    count = sum(f.dimension not in _ALL for f in selection.filters)
    return tr("More filters ({number})", number=count) if count else tr("More filters")


def _entry(by: str, selection: Selection) -> Entry:
    mine = [f for f in selection.filters if f.dimension == by]
    of, operator = dimension(by), mine[0].operator if mine else "is"
    return Entry(by, of.label, of.noun, _chosen(mine), operator)


def _chosen(filters: Sequence[Filter]) -> str:
    """How many values of a dimension are selected and excluded; "" for none."""
    out = sum(len(f.values) for f in filters if f.operator == "is_not")
    selected = sum(len(f.values) for f in filters) - out
    parts = [
        trn("{number} selected", "{number} selected", selected) if selected else "",
        trn("{number} excluded", "{number} excluded", out) if out else "",
    ]
    return ", ".join(filter(None, parts))


def _open(asked: object) -> None:
    """Remember which list is open, "" for none; for callbacks."""
    if isinstance(asked, dict):
        by, operator = asked.get("by"), asked.get("operator")
        named = isinstance(by, str) and isinstance(operator, str)
        known = named and operator in OPERATORS and (by in FILTERABLE or by == _ZONE)
        st.session_state[_OPEN] = (by, operator) if known else None


def _change(asked: object) -> None:
    if isinstance(asked, dict):
        if isinstance(number := asked.get("number"), int):
            st.session_state[_NUMBER] = number
        if not asked.get("stays"):
            st.session_state[_OPEN] = None
        session.choose(asked.get("asked"))
        st.rerun()  # all of the page


def _opened(selection: Selection, period: Period) -> Open | None:
    asked: tuple[str, Operator] | None = st.session_state.get(_OPEN)
    if asked is None:
        return None
    by, operator = asked
    if by == _ZONE:
        rows = [(zone, zone.replace("_", " "), "") for zone in zones()]
        return Open(by, operator, _ZONE, rows, [selection.timezone])
    chosen, parameter = selection.values(by, operator), by + OPERATORS[operator]
    if operator == "contains":
        rows = [(text, text, "") for text in chosen]
        return Open(by, operator, parameter, rows, chosen)
    found, more = _options(by, chosen, selection, period)
    rows = [(spelled(by, o.value), o.name, f"{o.views:,}" if o.views else "") for o in found]
    most = tr("The {number} with the most views; find others with “contains”.", number=f"{_MOST:,}")
    chosen = tuple(spelled(by, value) for value in chosen)
    return Open(by, operator, parameter, rows, chosen, most if more else "")


def _options(
    by: str, chosen: tuple[str, ...], selection: Selection, period: Period
) -> tuple[list[Option], bool]:
    """The options with most views first, Unknown last, and whether there are more."""
    found = counts(desk(), by, selection, period)
    offered = sorted(found, key=lambda value: (value == UNKNOWN, -found[value]))
    missing = [value for value in chosen if value not in found]
    names = Labels(desk().names(), only_domain(selection))
    return options(names, by, [*missing, *offered[:_MOST]], found), len(offered) > _MOST

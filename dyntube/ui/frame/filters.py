"""The filters in the sidebar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from ...query.dimensions import UNKNOWN, dimension
from ...query.periods import LATEST, Period
from ...reading.text import folded
from ...reading.zones import zones
from ...report.labels import Labels, only_domain
from ...report.options import counts, option_texts
from ...report.selection import COMPARE_LABELS, CUSTOM, PERIOD_LABELS, Selection
from .. import session
from ..door import desk, local_now
from .more_filters import more_filters

_ALL = {"project": "All projects", "channel": "All channels", "video": "All videos"}
_EARLIEST = dt.date(2015, 1, 1)


def sidebar(period: Period, comparison: Period | None) -> None:
    """Draw the filters from the selection."""
    selection = session.current()
    with st.sidebar:
        _period(selection, period)
        _comparison(selection, comparison)
        st.space("small")
        for name in _ALL:
            _filter(name, selection, period)
        more_filters(selection, period)
        st.button(
            "Reset filters",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=session.change,
            args=(lambda _: session.default_selection(),),
            disabled=selection == session.default_selection(),
        )
        st.space("small")
        _timezone(selection)


def _period(selection: Selection, period: Period) -> None:
    st.session_state["period"] = selection.preset
    st.selectbox(
        "Period",
        list(PERIOD_LABELS),
        format_func=PERIOD_LABELS.__getitem__,
        key="period",
        on_change=lambda: _changed_period(period),
    )
    if selection.preset == CUSTOM:
        _dates("dates", period, lambda chosen: session.change(lambda s: replace(s, dates=chosen)))


def _changed_period(shown: Period) -> None:
    preset = st.session_state.period
    dates = Period(shown.start, shown.end) if preset == CUSTOM else None
    session.change(lambda s: replace(s, preset=preset, dates=dates))


def _comparison(selection: Selection, comparison: Period | None) -> None:
    st.session_state["compare"] = selection.compare
    st.selectbox(
        "Compare with",
        list(COMPARE_LABELS),
        format_func=COMPARE_LABELS.__getitem__,
        key="compare",
        on_change=lambda: _changed_comparison(comparison),
    )
    if selection.compare_dates and comparison:
        _dates(
            "compare-dates",
            selection.compare_dates,
            lambda chosen: session.change(lambda s: replace(s, compare_dates=chosen)),
        )


def _changed_comparison(shown: Period | None) -> None:
    compare = st.session_state.compare
    today = local_now(session.current().timezone).date()
    base = shown or Period(today - dt.timedelta(days=28), today - dt.timedelta(days=1))
    dates = Period(base.start, base.end) if compare == "dates" else None
    session.change(lambda s: replace(s, compare=compare, compare_dates=dates))


def _dates(key: str, shown: Period, chosen: Callable[[Period], None]) -> None:
    half_picked = len(st.session_state.get(key, ())) == 1
    if not half_picked:
        st.session_state[key] = (shown.start, shown.end)

    def changed() -> None:
        picked = st.session_state[key]
        if len(picked) == 2:
            chosen(Period(min(picked), max(picked)))

    st.date_input(
        "Dates",
        key=key,
        min_value=min(_EARLIEST, shown.start),
        max_value=LATEST,
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        on_change=changed,
    )


def _filter(name: str, selection: Selection, period: Period) -> None:
    chosen, found = selection.values(name), counts(desk(), name, selection, period)
    names = Labels(desk().names(), only_domain(selection))
    texts = option_texts(names, name, dict.fromkeys([*found, *chosen]), found)
    st.session_state[name] = list(chosen)
    st.multiselect(
        dimension(name).label,
        sorted(texts, key=lambda value: (value == UNKNOWN, folded(texts[value]))),
        format_func=texts.__getitem__,
        key=name,
        placeholder=_ALL[name],
        filter_mode="contains",
        select_all=False,
        on_change=lambda: session.change(lambda s: s.where(name, tuple(st.session_state[name]))),
    )


def _timezone(selection: Selection) -> None:
    st.session_state["zone"] = selection.timezone
    st.selectbox(
        "Time zone",
        zones(),
        key="zone",
        on_change=lambda: session.change(lambda s: replace(s, timezone=st.session_state.zone)),
        help="Days start at midnight in this time zone.",
    )

"""The period in the head of a page: what can be chosen, and what a choice does."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ... import formats
from ...query.periods import EARLIEST, Period
from ...report.selection import ALL_TIME, COMPARE_LABELS, CUSTOM, PERIOD_LABELS, Selection
from ...report.spans import Spans
from ...report.stepping import Direction, stepped
from ...words import tr
from .. import session
from ..components.period import Choice, Ends, Shown
from ..components.period import period as drawn

# Those of Plausible, where it has the same periods.
_KEYS = {
    "today": "D",
    "yesterday": "E",
    "last-7-days": "W",
    "last-28-days": "F",
    "last-90-days": "N",
    "this-month": "M",
    "last-month": "P",
    "this-quarter": "Q",
    "this-year": "Y",
    "last-year": "L",
    "all-time": "A",
}
_ROLLING = ("today", "yesterday", "last-7-days", "last-28-days", "last-90-days", ALL_TIME)
_NAMES = (*_ROLLING, *(name for name in PERIOD_LABELS if name not in (*_ROLLING, CUSTOM)))
_PRESETS = [Choice(name, PERIOD_LABELS[name], _KEYS.get(name, "")) for name in _NAMES]
_COMPARES = [Choice(value, name) for value, name in COMPARE_LABELS.items()]


def period(selection: Selection, spans: Spans | None, *, compares: bool) -> None:
    """The period of these spans; None for a page that has none to choose."""
    shown = _shown(selection, spans, compares) if spans else None
    filters = len(selection.filters)

    def step(direction: object) -> None:
        if spans and direction in (-1, 1):
            _step(-1 if direction == -1 else 1, spans)

    with st.container(width="content", key="period-box"):
        drawn(
            shown,
            filters,
            on_choose=session.choose,
            on_step=step,
            on_zoom_out=lambda _: session.zoom_out(),
        )


def _step(direction: Direction, spans: Spans) -> None:
    selection, today = session.current(), spans.now.date()
    # Of two steps in a row, the second comes before the page has been drawn for the first.
    period = spans.period if selection.preset == ALL_TIME else selection.period(today, None)
    found = stepped(selection, period, direction, today)
    if found:
        session.change(lambda _: found)


def _shown(selection: Selection, spans: Spans, compares: bool) -> Shown:
    shown, today = spans.period, spans.now.date()
    compared = selection.compare_dates or spans.wanted
    before = session.zoomed_from()
    is_custom = selection.preset == CUSTOM
    return Shown(
        name="" if is_custom else PERIOD_LABELS[selection.preset],
        dates=formats.period(shown),
        presets=_PRESETS,
        chosen=selection.preset,
        range=_ends(shown),
        limits=(f"{EARLIEST}", f"{max(today, shown.end)}"),
        compares=_COMPARES if compares else [],
        compare=selection.compare,
        compared=_ends(compared or shown),
        before=_beside(selection, shown, -1, today),
        after=_beside(selection, shown, 1, today),
        back=_back(before) if before else "",
    )


def _beside(selection: Selection, shown: Period, direction: Direction, today: dt.date) -> str:
    found = stepped(selection, shown, direction, today)
    return formats.period(found.period(today, None)) if found else ""


def _back(before: Selection) -> str:
    if before.dates:
        return tr("Back to {period}", period=formats.period(before.dates))
    return tr("Back to “{period}”", period=PERIOD_LABELS[before.preset])


def _ends(shown: Period) -> Ends:
    return f"{shown.start}", f"{shown.end}"

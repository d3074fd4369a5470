"""Clicks and drags become filters: every chart and table says here what was picked.

A chart is only a way to change the selection. What is picked is drawn from the selection, never
from what the chart remembers, so a chip, a link and a click cannot disagree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pandas as pd
import streamlit as st

from ..periods import Interval, Period
from . import state
from .selection import CUSTOM, Selection

_ONE_DAY = dt.timedelta(days=1)


def chart_key(name: str, selection: Selection, *dimensions: str) -> str:
    """A widget key that changes with what is picked.

    A chart under the old key would think that its last click is still known, and not send the same
    click again.
    """
    picked = [selection.values(dimension) for dimension in dimensions]
    return f"{name}-{hash(tuple(picked)) & 0xFFFFFFFF:x}" if any(picked) else name


def toggles(
    key: str, dimension: str, others: Mapping[str, str] = MappingProxyType({})
) -> Callable[[], None]:
    """A callback for a chart: what was clicked is filtered by, or no longer.

    `others` names the dimension of values that are not of `dimension`.
    """

    def clicked() -> None:
        for value in _clicked(key):
            _toggle(others.get(value, dimension), value)

    return clicked


def _clicked(key: str) -> list[str]:
    """What the points stand for that were clicked; some stand for nothing."""
    values = [point["customdata"][0] for point in st.session_state[key].selection.points]
    return [str(value) for value in values if value is not None]


def _toggle(dimension: str, value: str) -> None:
    state.change(lambda selection: selection.toggled(dimension, value))


def toggles_rows(key: str, dimension: str, values: Sequence[str]) -> Callable[[], None]:
    """A callback for a table whose rows stand for `values`: ticked rows are filtered by.

    A click on a cell ticks its row.
    """

    def clicked() -> None:
        picked = st.session_state[key].selection
        chosen = state.current().values(dimension)
        before = {row for row, value in enumerate(values) if value in chosen}
        after = set(picked.rows)
        if after == before and picked.cells:
            after = before ^ {picked.cells[0][0]}
        for row in sorted(before ^ after):
            _toggle(dimension, values[row])

    return clicked


def narrows(key: str, interval: Interval, shown: Period) -> Callable[[], None]:
    """A callback for a chart over time: a drag, or a click on one bucket, becomes the period."""

    def picked() -> None:
        selection = st.session_state[key].selection
        if selection.box:
            first, last = sorted(_day(x, interval) for x in selection.box[0]["x"])
        elif starts := _clicked(key):
            first = last = _day(starts[0], "hour")
        else:
            return
        first = max(first, shown.start)
        last = min(_bucket_end(last, interval), shown.end)
        if first <= last:
            state.change(lambda s: replace(s, preset=CUSTOM, dates=Period(first, last)))

    return picked


def _day(moment: object, interval: Interval) -> dt.date:
    """The day of a moment; of one between two days of a chart by day, the nearer."""
    at = pd.Timestamp(str(moment))
    return (at.round("D") if interval == "day" else at).date()


def _bucket_end(day: dt.date, interval: Interval) -> dt.date:
    match interval:
        case "week":
            return day + _ONE_DAY * (6 - day.weekday())
        case "month":
            return (day.replace(day=1) + _ONE_DAY * 32).replace(day=1) - _ONE_DAY
        case _:
            return day

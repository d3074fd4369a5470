"""Callbacks that turn clicks and drags on charts and tables into filters.

Charts only change the selection, and are drawn from it rather than from their own state, so chips,
links and charts always agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from ..charts import picked
from ..query.periods import Interval, Period
from ..report.selection import CUSTOM, Selection
from . import session

_ONE_DAY = dt.timedelta(days=1)
Picks = list[tuple[str, str]]  # (dimension, value) pairs


def chart_key(name: str, selection: Selection, *dimensions: str) -> str:
    """A widget key that changes with the selected values.

    Under its old key, a chart would not report the same click twice.
    """
    picked = [selection.values(dimension) for dimension in dimensions]
    return f"{name}-{hash(tuple(picked)) & 0xFFFFFFFF:x}" if any(picked) else name


def toggles(key: str) -> Callable[[], None]:
    """A callback for a chart: toggle a filter on the clicked value."""

    def clicked() -> None:
        for picks in _clicked(key):
            _toggle(*picks)

    return clicked


def _clicked(key: str) -> list[Picks]:
    """The filters of the clicked points, without those that have none."""
    found = (picked(point["customdata"]) for point in st.session_state[key].selection.points)
    return [picks for picks in found if picks]


def _toggle(*picks: tuple[str, str]) -> None:
    """Add all of these filters; if all are set, remove them."""

    def toggled(selection: Selection) -> Selection:
        missing = [(name, value) for name, value in picks if value not in selection.values(name)]
        for name, value in missing or picks:
            selection = selection.toggled(name, value)
        return selection

    session.change(toggled)


def toggles_rows(key: str, dimension: str, values: Sequence[str]) -> Callable[[], None]:
    """A callback for a table with a row per value: filter by the ticked rows.

    A click on a cell ticks its row.
    """

    def clicked() -> None:
        picked = st.session_state[key].selection
        chosen = session.current().values(dimension)
        before = {row for row, value in enumerate(values) if value in chosen}
        after = set(picked.rows)
        if after == before and picked.cells:
            after = before ^ {picked.cells[0][0]}
        for row in sorted(before ^ after):
            _toggle((dimension, values[row]))

    return clicked


def narrows(key: str, interval: Interval, shown: Period) -> Callable[[], None]:
    """A callback for a time chart: a drag or a click on a bucket sets the period."""

    def changed() -> None:
        selection = st.session_state[key].selection
        if selection.box:
            first, last = sorted(_day(x, interval) for x in selection.box[0]["x"])
        elif starts := _clicked(key):
            first = last = _day(starts[0][0][1], "hour")
        else:
            return
        first = max(first, shown.start)
        last = min(_bucket_end(last, interval), shown.end)
        if first <= last:
            session.change(lambda s: replace(s, preset=CUSTOM, dates=Period(first, last)))

    return changed


def _day(moment: object, interval: Interval) -> dt.date:
    """The day of a moment, rounded to the nearest on a chart by day."""
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

"""Clicks and drags become filters: every chart and table says here what was picked.

A chart is only a way to change the selection. What is picked is drawn from the selection, never
from what the chart remembers, so a chip, a link and a click cannot disagree.
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
Picks = list[tuple[str, str]]  # dimensions and values


def chart_key(name: str, selection: Selection, *dimensions: str) -> str:
    """A widget key that changes with what is picked.

    A chart under the old key would think that its last click is still known, and not send the same
    click again.
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
    """What the points stand for that were clicked, as they say; some stand for nothing."""
    found = (picked(point["customdata"]) for point in st.session_state[key].selection.points)
    return [picks for picks in found if picks]


def _toggle(*picks: tuple[str, str]) -> None:
    """Filter by all of these together, or where that is so already, by none of them."""

    def toggled(selection: Selection) -> Selection:
        missing = [(name, value) for name, value in picks if value not in selection.values(name)]
        for name, value in missing or picks:
            selection = selection.toggled(name, value)
        return selection

    session.change(toggled)


def toggles_rows(key: str, dimension: str, values: Sequence[str]) -> Callable[[], None]:
    """A callback for a table whose rows stand for `values`: ticked rows are filtered by.

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
    """A callback for a chart over time: a drag, or a click on one bucket, becomes the period."""

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

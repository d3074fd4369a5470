"""What clicks and drags on charts, lists and tables do: they change the selection.

Charts are drawn from the selection rather than from their own state, so chips, links and charts
always agree. What the browser sends is read like a URL: values that no filter can have are ignored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from ..charts import picked
from ..query.periods import Interval, Period
from ..report.selection import FILTERABLE, Selection
from . import session

_ONE_DAY = dt.timedelta(days=1)
_LONGEST_MOMENT = 40  # characters
_VIDEOS = Path(__file__).parents[2] / "pages" / "videos.py"


def toggle_picked(text: str) -> None:
    """Toggle the filters of a clicked point."""
    picks = [(name, value) for name, value in picked([str(text)]) if name in FILTERABLE]
    if picks:
        toggle(*picks)


def toggle(*picks: tuple[str, str]) -> None:
    """Add all of these filters, (dimension, value) pairs; if all are set, remove them."""

    def toggled(selection: Selection) -> Selection:
        missing = [(name, value) for name, value in picks if value not in selection.values(name)]
        for name, value in missing or picks:
            selection = selection.toggled(name, value)
        return selection

    session.change(toggled)


def open_videos(keys: tuple[str, ...], *, leave: bool = False) -> None:
    """Show one video, or several side by side; from a page that cannot, `leave` it for the one."""
    address = session.parameters()
    session.change(lambda s: replace(s, open=keys))
    if leave:
        st.switch_page(_VIDEOS, query_params=address)  # any other query would add a history entry


def narrow_to_bucket(text: object, interval: Interval, shown: Period) -> None:
    """Set the period to a clicked bucket."""
    for name, start in picked([str(text)])[:1]:
        if name == interval and (day := _day(start, "hour", shown)):
            _narrow(day, day, interval, shown)


def narrow_to_range(ends: object, interval: Interval, shown: Period) -> None:
    """Set the period to the buckets between two moments."""
    if not isinstance(ends, list) or len(ends) != 2:
        return
    days = sorted(day for end in ends if (day := _day(end, interval, shown)))
    if len(days) == 2:
        _narrow(days[0], days[1], interval, shown)


def _narrow(first: dt.date, last: dt.date, interval: Interval, shown: Period) -> None:
    first, last = max(first, shown.start), min(_bucket_end(last, interval), shown.end)
    if first <= last:
        session.zoom(Period(first, last))


def _day(moment: object, interval: Interval, shown: Period) -> dt.date | None:
    """The day of a moment, rounded to the nearest on a chart by day; None if it is none.

    What is outside of the period is the day before or after it.
    """
    at = pd.to_datetime(str(moment)[:_LONGEST_MOMENT], errors="coerce")
    if pd.isna(at):
        return None
    if not shown.start <= at.date() <= shown.end:
        return shown.start - _ONE_DAY if at.date() < shown.start else shown.end + _ONE_DAY
    day: dt.date = (at.round("D") if interval == "day" else at).date()
    return day


def _bucket_end(day: dt.date, interval: Interval) -> dt.date:
    match interval:
        case "week":
            return day + _ONE_DAY * (6 - day.weekday())
        case "month":
            return (day.replace(day=1) + _ONE_DAY * 32).replace(day=1) - _ONE_DAY
        case _:
            return day

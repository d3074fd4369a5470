"""Buckets on a time axis: their names, their ends and the axis range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..query.periods import Interval
from ..words import tr

# As strftime writes them and as plotly does (d3), which share these codes.
_FORMATS: dict[Interval, str] = {
    "hour": "%a %-d %b, %H:%M",
    "day": "%a %-d %b %Y",
    "week": tr("Week of {day}", day="%-d %b %Y"),
    "month": "%B %Y",
}
_LENGTHS: dict[Interval, pd.Timedelta] = {
    "hour": pd.Timedelta(hours=1),
    "day": pd.Timedelta(days=1),
    "week": pd.Timedelta(weeks=1),
    "month": pd.Timedelta(days=30),
}
_FEW = 7  # labels that fit side by side on a phone
NOT_WHOLE = f" ({tr('incomplete')})"  # suffix of a bucket's name or amount
IN_DOUBT = f" ({tr('in doubt')})"


def bucket_name(start: pd.Timestamp, interval: Interval, beside: pd.Timestamp | None = None) -> str:
    """A bucket's name: "Mon 2 Nov 2026"; without the year `beside` one of the same year."""
    form = _FORMATS[interval]
    if beside is not None and beside.year == start.year:
        form = form.removesuffix(" %Y")
    return f"{start:{form}}"


def hover_title(interval: Interval) -> dict[str, Any]:
    """Axis settings that make a bucket's name the title of its tooltip."""
    return {"unifiedhovertitle": {}, "hoverformat": _FORMATS[interval]}


def clocks(starts: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Aware moments as naive local time, since plotly has no time zones."""
    local: pd.Series[pd.Timestamp] = starts.dt.tz_localize(None)
    return local


def shown_span(
    starts: pd.Series[Any], interval: Interval, margin: float
) -> list[pd.Timestamp] | None:
    """The axis range with `margin` buckets to either side; None without buckets.

    A single bucket gets at least one bucket to either side.
    """
    if starts.empty:
        return None
    local = clocks(starts)
    room = _LENGTHS[interval] * (margin if len(starts) > 1 else max(margin, 1.0))
    return [local.iloc[0] - room, local.iloc[-1] + room]


def end_of(start: pd.Timestamp, interval: Interval) -> pd.Timestamp:
    """The latest possible end of a bucket."""
    return start + _LENGTHS[interval] + pd.Timedelta(days=1 if interval == "month" else 0)


def few_ticks(starts: Sequence[pd.Timestamp]) -> dict[str, Any]:
    """One tick per bucket when there are few, since plotly would add ticks between; else empty."""
    if not 0 < len(starts) <= _FEW:
        return {}
    days = all(start == start.normalize() for start in starts)
    months = days and len(starts) > 1 and all(start.day == 1 for start in starts)
    texts = []
    for start in starts:
        day = f"{start.day} {start:%b}"
        texts.append(
            f"{start:%b}<br>{start:%Y}" if months else day if days else f"{start:%H:%M}<br>{day}"
        )
    return {"tickvals": list(starts), "ticktext": texts}

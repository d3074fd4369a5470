"""Calendar heatmap of stored days: one column per week, one row per weekday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from .. import formats
from ..trust.reasons import accepted_text, ended
from ..trust.states import STATE_LABELS, DayState, StoredDay
from ..words import tr, trn
from .base import Palette, blend, figure
from .labels import wrapped

_ONE_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
_ROW = 19  # height of a day with its gap, in pixels
_STATES = tuple(STATE_LABELS)
_REASONS = 3  # in the tooltip; the list below the figure has all
_NO_STATE = len(_STATES)  # a day before the first stored one
# Colour is never the only sign.
_MARKS: dict[DayState, str] = {
    "final": "",
    "changing": "·",
    "accepted": "✓",
    "doubt": "!",
    "missing": "–",
    "damaged": "×",
}


def calendar(
    days: Sequence[StoredDay], start: dt.date, end: dt.date, timezone: str, palette: Palette
) -> go.Figure:
    """The state of every day from the week of `start` to `end`; tooltips use `timezone`."""
    monday = start - _ONE_DAY * start.weekday()
    weeks = (end - monday).days // 7 + 1
    known = {day.day: day for day in days}
    z: list[list[int | None]] = [[None] * weeks for _ in range(7)]
    marks, hover = ([[""] * weeks for _ in range(7)] for _ in range(2))
    for n in range((start - monday).days, (end - monday).days + 1):
        column, row = divmod(n, 7)
        day = known.get(monday + _ONE_DAY * n)
        z[row][column] = _STATES.index(day.state) if day else _NO_STATE
        marks[row][column] = _MARKS[day.state] if day else ""
        hover[row][column] = _hover(day, timezone) if day else _before(monday + _ONE_DAY * n)
    trace = {
        "type": "heatmap",
        "z": z,
        "zmin": -0.5,
        "zmax": _NO_STATE + 0.5,
        "colorscale": _steps([*state_colours(palette).values(), palette.land]),
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "text": marks,
        "texttemplate": "%{text}",
        "textfont": {"size": 11, "color": palette.text},
        "customdata": hover,
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
    }
    axes = _axes(monday, weeks, palette)
    return figure([trace], palette, height=_ROW * 7 + 26, margin=_MARGIN, dragmode=False, **axes)


_MARGIN = {"l": 0, "r": 34, "t": 24, "b": 2}


def legend(counts: Mapping[DayState, int], palette: Palette) -> str:
    """The states that occur, with colour, mark and count, as HTML."""
    items = [
        f'<span class="state"><i style="background:{colour}">{_MARKS[state]}</i>'
        f"{STATE_LABELS[state]} <b>{counts[state]:,}</b></span>"
        for state, colour in state_colours(palette).items()
        if counts.get(state)
    ]
    return f'<div class="states">{"".join(items)}</div>'


def state_colours(palette: Palette) -> dict[DayState, str]:
    """The ground of a day in each state."""
    return {
        "final": palette.calm,
        "changing": palette.scale[0],
        "accepted": blend(palette.caution, palette.calm, 0.4),
        "doubt": palette.caution,
        "missing": palette.gap,
        "damaged": palette.alarm,
    }


def _steps(colours: Sequence[str]) -> list[list[Any]]:
    """A colour scale in discrete steps."""
    count = len(colours)
    return [[(n + side) / count, colour] for n, colour in enumerate(colours) for side in (0, 1)]


def _hover(day: StoredDay, timezone: str) -> str:
    lines = [f"<b>{day.day:%a} {formats.day(day.day)}</b>", STATE_LABELS[day.state]]
    if day.fetched_at:
        fetched = day.fetched_at.astimezone(ZoneInfo(timezone))
        lines.append(trn("{number} view stored", "{number} views stored", day.rows))
        lines.append(tr("DynTube counted {number}", number=f"{day.counted:,}"))
        if day.rejected:
            lines.append(tr("{number} could not be read", number=f"{day.rejected:,}"))
        lines.append(tr("Fetched {moment}", moment=formats.moment(fetched)))
    if day.known_until:
        until = day.known_until.astimezone(ZoneInfo(timezone))
        lines.append(tr("Stored up to {moment}", moment=formats.moment(until)))
    said = [*(ended(doubt.text) for doubt in day.doubts), *map(accepted_text, day.accepted)]
    lines += [line for text in said[:_REASONS] for line in wrapped(text)]
    return "<br>".join(lines)


def _before(day: dt.date) -> str:
    return f"<b>{day:%a} {formats.day(day)}</b><br>{tr('Before the first stored day')}"


def _axes(monday: dt.date, weeks: int, palette: Palette) -> dict[str, Any]:
    small = {"size": 11, "color": palette.quiet}
    plain = {"showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True}
    columns = [n for n in range(weeks) if (monday + _WEEK * n + _ONE_DAY * 6).day <= 7]
    x_axis = plain | {
        "side": "top",
        "tickvals": columns,
        "ticktext": [_month(monday + _WEEK * column) for column in columns],
        "tickfont": small,
        "range": [-0.5, weeks - 0.5],
    }
    y_axis = plain | {
        # On the right, next to the last weeks, which are all a phone shows.
        "side": "right",
        "tickvals": [0, 2, 4, 6],
        "ticktext": ["Mon", "Wed", "Fri", "Sun"],
        "ticklabelstandoff": 4,
        "tickfont": small,
        "range": [6.5, -0.5],
    }
    return {"xaxis": x_axis, "yaxis": y_axis}


def _month(monday: dt.date) -> str:
    sunday = monday + _ONE_DAY * 6
    return f"{sunday:%b %Y}" if sunday.month == 1 else f"{sunday:%b}"

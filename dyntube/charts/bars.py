"""Horizontal bar chart."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import plotly.graph_objects as go

from ..query.metrics import Metric
from .axes import largest, plain_axis
from .base import HOVER, SELECTION, Item, Palette, blend, faded, figure, point
from .labels import apart, hover, short

_ROW = 34  # height of a bar with its gap, in pixels
_LABEL_LENGTH, _TEXT_LENGTH = 26, 16
_LETTER = 7  # width of a letter, in pixels
_NARROW = 150  # pixels for bars and texts on the narrowest screen


def bars(
    measure: Metric,
    items: Sequence[Item],
    palette: Palette,
    *,
    chosen: Collection[str] = (),
) -> go.Figure:
    """Horizontal bars in the given order, label on the left, text at the end.

    While values are `chosen`, the others are faded. A click anywhere in a bar's row gives its
    point.
    """
    positions = list(range(len(items)))
    y_axis = plain_axis(palette) | {
        "tickmode": "array",
        "tickvals": positions,
        "ticktext": apart([item.label for item in items], _LABEL_LENGTH),
        "ticklabelstandoff": 8,
        "range": [max(len(items), 1) - 0.5, -0.5],
        "tickfont": {"size": 13, "color": palette.text},
    }
    return figure(
        [_trace(measure, items, palette, chosen)] if items else [],
        palette,
        height=_ROW * max(len(items), 1) + 10,
        hovermode="y unified",
        xaxis=plain_axis(palette) | {"visible": False, "range": [0, _end(items)]},
        yaxis=y_axis,
    )


def _trace(
    measure: Metric, items: Sequence[Item], palette: Palette, chosen: Collection[str]
) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [0 if math.isnan(item.amount) else item.amount for item in items],
        "y": list(range(len(items))),
        "orientation": "h",
        "text": [short(item.text, _TEXT_LENGTH) for item in items],
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
        "textfont": {"color": palette.quiet, "size": 12},
        "customdata": [point(hover(measure, item), *item.picks) for item in items],
        "hovertemplate": HOVER,
        "marker": _marker(items, palette, chosen),
        "width": 0.62,
        "selected": SELECTION["selected"],
        "unselected": SELECTION["unselected"] | {"textfont": {"color": palette.quiet}},
    }


def _marker(items: Sequence[Item], palette: Palette, chosen: Collection[str]) -> dict[str, Any]:
    colours = []
    for item in items:
        colour = palette.gap if item.context else palette.accent
        colour = blend(colour, palette.page, 0.6) if item.few else colour
        pale = bool(chosen) and item.value not in chosen
        colours.append(faded(colour, palette) if pale else colour)
    return {
        "color": colours,
        "cornerradius": 4,
        "pattern": {
            "shape": ["/" if item.few else "" for item in items],
            "fgcolor": palette.page,
            "fillmode": "overlay",
            "size": 6,
            "solidity": 0.25,
        },
    }


def _end(items: Sequence[Item]) -> float:
    """The end of the axis, leaving room for the longest text behind the longest bar on a phone."""
    letters = max((min(len(item.text), _TEXT_LENGTH) for item in items), default=0)
    share = min((letters * _LETTER + 10) / _NARROW, 0.5)
    return (largest(item.amount for item in items) or 1.0) / (1 - share)

"""Shares as horizontal bars."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence

import plotly.graph_objects as go

from .base import Palette, figure

_ROW = 34  # height of a bar with its gap, in pixels
_LABEL_LENGTH = 26


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    palette: Palette,
    *,
    context: Collection[str] = (),
) -> go.Figure:
    """Horizontal bars in the given order, each with its label before and a text behind.

    Bars whose label is in `context` are grey: they are not values among the others.
    """
    positions = list(range(len(labels)))
    trace = {
        "type": "bar",
        "x": list(values),
        "y": positions,
        "orientation": "h",
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": palette.quiet, "size": 12},
        "customdata": [
            f"{html.escape(label)}  <b>{value:,.0f}</b>"
            for label, value in zip(labels, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "color": [palette.land if label in context else palette.accent for label in labels],
            "cornerradius": 4,
        },
        "width": 0.62,
    }
    x_axis = {"visible": False, "range": [0, max([*values, 1]) * 1.45], "fixedrange": True}
    y_axis = {
        "tickmode": "array",
        "tickvals": positions,
        "ticktext": [_short(label) for label in labels],
        "ticklabelstandoff": 8,
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": 13, "color": palette.text},
    }
    return figure([trace], palette, height=_ROW * len(labels) + 10, xaxis=x_axis, yaxis=y_axis)


def _short(label: str) -> str:
    cut = label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"
    return html.escape(cut)

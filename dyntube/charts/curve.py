"""Watched-share curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from .. import formats
from ..words import tr
from .axes import WATCHED_MARGIN, pointed, share_axis, top_legend, watched_axis
from .base import HOVER, Palette, blend, figure
from .labels import short

_HEIGHT = 300
_NAME_LENGTH = 30

Quartiles = tuple[Sequence[float], Sequence[float], Sequence[float]]


def watched_curve(
    curve: Sequence[float],
    palette: Palette,
    *,
    typical: Quartiles | None = None,
    name: str = "",
    typical_name: str = "",
) -> go.Figure:
    """The share of plays (fractions) that watched at least each percent of a video, 0 to 100 %.

    `typical` has the lower quartile, the median and the upper quartile of other videos, drawn
    behind; pass one curve three times to draw it alone. Names appear in a legend.
    """
    traces = []
    if len(curve):
        texts = [
            tr(
                "At least {percent}% watched: <b>{share}</b> of plays",
                percent=f"{at:.0f}",
                share=formats.percent(share),
            )
            for at, share in zip(_places(curve), curve, strict=True)
        ]
        area = {} if typical else {"fill": "tozeroy", "fillcolor": palette.area}
        line = {"color": palette.accent, "width": 2.4}
        traces = [_line(curve, name, line, texts) | area | {"zorder": 1}]
        traces += _typical(typical, typical_name, palette) if typical else []
    return figure(
        traces,
        palette,
        height=_HEIGHT,
        margin=WATCHED_MARGIN,
        hovermode="x unified",
        showlegend=bool(name or typical_name),
        legend=top_legend(palette),
        xaxis=watched_axis(palette) | pointed(palette),
        yaxis=share_axis(palette),
    )


def _typical(typical: Quartiles, name: str, palette: Palette) -> list[dict[str, Any]]:
    """The median, dotted, and the band between the quartiles."""
    low, middle, high = typical
    called = short(name, _NAME_LENGTH) or tr("Typical")
    texts = [
        f"{called}: <b>{formats.percent(share)}</b>" + ("" if a == b else f"<br>{_half(a, b)}")
        for a, share, b in zip(low, middle, high, strict=True)
    ]
    hidden = {"width": 0}
    band = {"fill": "tonexty", "fillcolor": blend(palette.quiet, palette.page, 0.18)}
    return [
        _line(low, "", hidden),
        _line(high, "", hidden) | band,
        _line(middle, name, {"color": palette.quiet, "width": 1.6, "dash": "dot"}, texts),
    ]


def _half(low: float, high: float) -> str:
    """Where the shares of half of the videos lie."""
    return tr("half of them {low} to {high}", low=formats.percent(low), high=formats.percent(high))


def _line(
    shares: Sequence[float], name: str, line: dict[str, Any], texts: Sequence[str] = ()
) -> dict[str, Any]:
    hover = {"customdata": [[None, text] for text in texts], "hovertemplate": HOVER}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _places(shares),
        "y": list(shares),
        "name": short(name, _NAME_LENGTH),
        "showlegend": bool(name),
        "line": line,
    } | (hover if texts else {"hoverinfo": "skip"})


def _places(shares: Sequence[float]) -> list[float]:
    """The percent at which each share is drawn."""
    return [100 * n / max(len(shares) - 1, 1) for n in range(len(shares))]

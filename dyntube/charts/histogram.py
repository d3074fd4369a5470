"""Histogram of watched shares."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from .. import formats
from ..query.metrics import metric
from ..words import trn
from .axes import WATCHED_MARGIN, largest, value_axis, watched_axis
from .base import HOVER, Palette, figure

_HEIGHT = 260


def histogram(counts: Sequence[int], palette: Palette) -> go.Figure:
    """Plays by watched share, one bar per count, in equal steps from 0 to 100 %."""
    width, plays = 100 / max(len(counts), 1), sum(counts)
    hovers = [
        trn(
            "{low}–{high}% watched: <b>{number}</b> play",
            "{low}–{high}% watched: <b>{number}</b> plays",
            count,
            low=f"{width * n:.3g}",
            high=f"{width * (n + 1):.3g}",
        )
        + (f" ({formats.percent(count / plays)})" if plays else "")
        for n, count in enumerate(counts)
    ]
    trace = {
        "type": "bar",
        "x": [width * (n + 0.5) for n in range(len(counts))],
        "y": list(counts),
        "width": width * 0.86,
        "customdata": [[None, text] for text in hovers],
        "hovertemplate": HOVER,
        "marker": {"color": palette.accent, "cornerradius": 3},
    }
    return figure(
        [trace] if counts else [],
        palette,
        height=_HEIGHT,
        margin=WATCHED_MARGIN,
        hovermode="x unified",
        xaxis=watched_axis(palette),
        yaxis=value_axis(metric("plays"), largest(counts), palette),
    )

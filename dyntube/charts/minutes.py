"""Bar chart of the last minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from .. import formats
from ..query.metrics import Metric
from ..words import tr
from .axes import base_axis, largest, value_axis
from .base import HOVER, Palette, faded, figure

_HEIGHT = 180
_LABELLED = 15  # minutes between labels
_SO_FAR = f" ({tr('so far')})"


def minutes(
    measure: Metric, starts: Sequence[dt.datetime], counts: Sequence[int], palette: Palette
) -> go.Figure:
    """A count by minute; the last minute is still running and drawn faded."""
    last = len(starts) - 1
    hovers = [
        f"{start:%H:%M}  <b>{formats.counted(measure, count)}</b>{_SO_FAR if n == last else ''}"
        for n, (start, count) in enumerate(zip(starts, counts, strict=True))
    ]
    labelled = [n for n, start in enumerate(starts) if start.minute % _LABELLED == 0]
    trace = {
        "type": "bar",
        "x": list(range(len(starts))),
        "y": list(counts),
        "width": 0.8,
        "customdata": [[None, text] for text in hovers],
        "hovertemplate": HOVER,
        "marker": {
            "color": [
                faded(palette.accent, palette) if n == last else palette.accent
                for n in range(last + 1)
            ],
            "cornerradius": 2,
        },
    }
    x_axis = base_axis(palette) | {
        "tickvals": labelled,
        "ticktext": [f"{starts[n]:%H:%M}" for n in labelled],
        "range": [-0.6, max(last, 0) + 0.6],
    }
    return figure(
        [trace] if starts else [],
        palette,
        height=_HEIGHT,
        hovermode="x unified",
        xaxis=x_axis,
        yaxis=value_axis(measure, largest(counts), palette),
    )

"""How the parts of a whole develop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .. import formats
from ..metrics import UNKNOWN, Metric
from ..periods import Interval
from .axes import share_axis, time_axis, top_legend
from .base import HOVER, SELECTION, Palette, blend, faded, figure
from .texts import bold, short
from .times import NOT_WHOLE, bucket_name, clocks, few_ticks, shown_span

_HEIGHT = 320
_CALM = 0.85  # of a colour, since areas shout louder than lines
_LABEL_LENGTH = 16  # two labels side by side fit on a phone


def mix(
    measure: Metric,
    starts: pd.Series[Any],
    shares: pd.DataFrame,
    partial: pd.Series[bool],
    palette: Palette,
    interval: Interval,
    *,
    values: Sequence[str | None],
) -> go.Figure:
    """Stacked bars to 100 %, one a bucket, pale where the bucket is not whole.

    `shares` has a row a bucket and a column a part, from the bottom up, with fractions of
    `measure`; its column names are the labels. `values` say what a click on each part filters by.
    Parts that filter nothing, and those unknown, are grey; six others have a colour of their own.
    """
    names = [
        bucket_name(start, interval) + (NOT_WHOLE if is_cut else "")
        for start, is_cut in zip(starts, partial, strict=True)
    ]
    cut = partial.to_numpy(dtype=bool)
    # Two traces for a part, since a legend shows the colour of a trace's first bar.
    sorts = [(rows, is_cut) for rows, is_cut in ((~cut, False), (cut, True)) if rows.any()]
    traces = []
    for column, colour in enumerate(_colours(values, palette)):
        label, value = str(shares.columns[column]), values[column]
        amounts = shares.iloc[:, column]
        custom = [
            [value, f"{bold(label)}<br>{_share(share)} of {measure.label.lower()}<br>{name}"]
            for share, name in zip(amounts, names, strict=True)
        ]
        for number, (rows, is_cut) in enumerate(sorts):
            trace = _segments(faded(colour, palette) if is_cut else colour, palette) | {
                "name": short(label, _LABEL_LENGTH),
                "legendgroup": str(column),
                "showlegend": number == 0,
                "x": clocks(starts)[rows],
                "y": amounts[rows].tolist(),
                "customdata": [custom[n] for n in np.flatnonzero(rows)],
            }
            traces.append(trace)
    return figure(
        traces,
        palette,
        height=_HEIGHT,
        barmode="stack",
        bargap=0.12,
        hovermode="closest",
        showlegend=True,
        legend=top_legend(palette),
        xaxis=time_axis(palette)
        | {"range": shown_span(starts, interval, 0.5)}
        | few_ticks(clocks(starts).tolist()),
        yaxis=share_axis(palette) | {"range": [0, 1]},
    )


def _colours(values: Sequence[str | None], palette: Palette) -> Iterator[str]:
    *colours, grey = palette.series
    own = cycle(colours)
    for value in values:
        colour = palette.gap if value is None else grey if value == UNKNOWN else next(own)
        yield blend(colour, palette.page, _CALM)


def _segments(colour: str, palette: Palette) -> dict[str, Any]:
    return SELECTION | {
        "type": "bar",
        "hovertemplate": HOVER,
        "marker": {"color": colour, "line": {"width": 1, "color": palette.page}},
    }


def _share(share: float) -> str:
    return formats.NONE if share != share else f"{share:.1%}"

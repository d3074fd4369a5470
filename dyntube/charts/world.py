"""A world map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from .. import formats
from .base import Palette, figure


def world_map(
    countries: Sequence[str], values: Sequence[float], label: str, palette: Palette
) -> go.Figure:
    """A world map of a count by ISO 3166-1 alpha-2 country, on a log colour scale."""
    known = [
        (alpha_3, value, formats.country(code))
        for code, value in zip(countries, values, strict=True)
        if (alpha_3 := formats.country_alpha_3(code)) and value > 0
    ]
    amounts = [value for _, value, _ in known]
    low, top = math.floor(math.log10(min(amounts, default=1))), max([*amounts, 10])
    trace = {
        "type": "choropleth",
        "locations": [code for code, _, _ in known],
        "z": [math.log10(value) for value in amounts],
        "zmin": low,
        "zmax": math.log10(top),
        "customdata": [f"{name}  <b>{value:,.0f} {label.lower()}</b>" for _, value, name in known],
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": [[n / 4, colour] for n, colour in enumerate(palette.scale)],
        "marker": {"line": {"width": 0.5, "color": palette.page}},
        "colorbar": _colour_bar(low, math.floor(math.log10(top)), palette),
    }
    geo = {
        "projection": {"type": "natural earth"},
        "visible": False,
        "showland": True,
        "landcolor": palette.land,
        "bgcolor": "rgba(0,0,0,0)",
        "lataxis": {"range": [-56, 82]},
        "lonaxis": {"range": [-170, 190]},
        "fitbounds": False,
    }
    margin = {"l": 0, "r": 0, "t": 0, "b": 30}
    return figure([trace], palette, height=270, geo=geo, dragmode=False, margin=margin)


def _colour_bar(low: int, high: int, palette: Palette) -> dict[str, Any]:
    """The legend of a log scale: its powers of ten, as numbers."""
    return {
        "orientation": "h",
        "thickness": 6,
        "len": 0.5,
        "x": 0.5,
        "y": -0.02,
        "yanchor": "top",
        "tickvals": list(range(low, high + 1)),
        "ticktext": [formats.compact(10**power) for power in range(low, high + 1)],
        "tickfont": {"size": 11, "color": palette.quiet},
        "outlinewidth": 0,
    }

"""Plotly figures of query answers. The only package that imports plotly.

Texts from the data are escaped, since plotly renders some HTML in labels. A point's `customdata`
holds the filter a click sets (see `picked`; None: no filter) and its tooltip. Selected values are
drawn from `chosen`, not from plotly's own selection state.
"""

from __future__ import annotations

from .base import DARK, LIGHT, LIGHT_FOR_DARK, Item, Palette, picked
from .calendar import calendar, legend
from .curve import watched_curve
from .funnel import funnel
from .heatmap import WeekTotals, heatmap
from .histogram import histogram
from .lines import Series, lines
from .minutes import minutes
from .stacked import stacked_shares
from .trend import trend
from .world import world_map

__all__ = [
    "DARK",
    "LIGHT",
    "LIGHT_FOR_DARK",
    "Item",
    "Palette",
    "Series",
    "WeekTotals",
    "calendar",
    "funnel",
    "heatmap",
    "histogram",
    "legend",
    "lines",
    "minutes",
    "picked",
    "stacked_shares",
    "trend",
    "watched_curve",
    "world_map",
]

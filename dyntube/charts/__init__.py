"""Answers to plotly figures. The only package that imports plotly.

Texts from the data are escaped, since plotly reads a little HTML in labels. What a click means is
in the `customdata` of its point: what to filter by (see `picked`; None: nothing), then what is
shown under the pointer. What is chosen is drawn from `chosen`, not from what plotly
remembers.
"""

from __future__ import annotations

from .bars import bars
from .base import DARK, LIGHT, Item, Palette, picked
from .calendar import calendar, legend
from .curve import watched_curve
from .funnel import funnel
from .heatmap import heatmap
from .histogram import histogram
from .lines import Series, lines
from .minutes import minutes
from .spark import sparkline
from .stacked import mix
from .treemap import Node, treemap
from .trend import trend
from .world import world_map

# No double clicks: a tap on a phone is a touch and then a click, which would be one, and undo it.
PLAIN_CONFIG = {"displayModeBar": False, "doubleClick": False, "doubleClickDelay": 0}
# Without the address, plotly asks its maker's host for the shapes of the countries.
MAP_CONFIG = PLAIN_CONFIG | {"topojsonURL": "app/static/topojson/", "scrollZoom": False}

__all__ = [
    "DARK",
    "LIGHT",
    "MAP_CONFIG",
    "PLAIN_CONFIG",
    "Item",
    "Node",
    "Palette",
    "Series",
    "bars",
    "calendar",
    "funnel",
    "heatmap",
    "histogram",
    "legend",
    "lines",
    "minutes",
    "mix",
    "picked",
    "sparkline",
    "treemap",
    "trend",
    "watched_curve",
    "world_map",
]

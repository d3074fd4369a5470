"""Answers to plotly figures. The only package that imports plotly.

Texts from the data are escaped, since plotly reads a little HTML in labels.
"""

from __future__ import annotations

from .bars import bars
from .base import DARK, LIGHT, Palette
from .calendar import calendar, legend
from .spark import sparkline
from .trend import trend
from .world import world_map

PLAIN_CONFIG = {"displayModeBar": False}
# Without the address, plotly asks its maker's host for the shapes of the countries.
MAP_CONFIG = PLAIN_CONFIG | {"topojsonURL": "app/static/topojson/", "scrollZoom": False}

__all__ = [
    "DARK",
    "LIGHT",
    "MAP_CONFIG",
    "PLAIN_CONFIG",
    "Palette",
    "bars",
    "calendar",
    "legend",
    "sparkline",
    "trend",
    "world_map",
]

"""The only place that imports streamlit: what pages are made of.

selection   what is looked at, and how a URL says it (no streamlit in it)
answers     the installation, the clock, answers
state       the selection of a session
filters     the sidebar
frame       title, chips, freshness, progress, banners
blocks      cards, trend, tables, bars, map
style       the rules that the theme cannot say
"""

from __future__ import annotations

from .blocks import card, cards, columns, country_map, share_bars, trend_chart, video_table
from .frame import Scene, page, start
from .style import ICON

__all__ = [
    "ICON",
    "Scene",
    "card",
    "cards",
    "columns",
    "country_map",
    "page",
    "share_bars",
    "start",
    "trend_chart",
    "video_table",
]

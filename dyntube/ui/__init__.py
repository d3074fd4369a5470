"""The only place that imports streamlit: what pages are made of.

selection   what is looked at, and how a URL says it (no streamlit in it)
answers     the installation, the clock, answers
state       the selection of a session
filters     the sidebar
frame       title, chips, freshness, progress, banners
blocks      cards, trend, tables, bars, map
data        what is stored, day by day; syncing by hand
checks      quality checks and what is behind them
log         unknown fields, missing names, the log of syncs
style       the rules that the theme cannot say
"""

from __future__ import annotations

from .blocks import card, cards, columns, country_map, share_bars, trend_chart, video_table
from .checks import quality_checks
from .data import health, stored_days
from .frame import Scene, page, start
from .log import missing_names, sync_log, unknown_fields
from .style import ICON

__all__ = [
    "ICON",
    "Scene",
    "card",
    "cards",
    "columns",
    "country_map",
    "health",
    "missing_names",
    "page",
    "quality_checks",
    "share_bars",
    "start",
    "stored_days",
    "sync_log",
    "trend_chart",
    "unknown_fields",
    "video_table",
]

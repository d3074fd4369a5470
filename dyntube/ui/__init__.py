"""The only place that imports streamlit: what pages are made of.

selection   what is looked at, and how a URL says it (no streamlit in it)
answers     the installation, the clock, answers
state       the selection of a session
labels      what people read instead of keys and codes
scene       what a page draws: the selection, resolved for this moment
cross       clicks and drags become filters
filters     the sidebar; `more_filters` any dimension, `options` what can be chosen
head        title, chips, freshness; `fetching` progress; `frame` puts a page together
boxes       columns, cards with a heading, switches
cards, trend, breakdown, table, drill, shapes, mix, rows
            numbers, courses, breakdowns, pictures, the views behind them
engagement, completion, kinds, videos, embeds, live
            what only one page shows
notes, views_menu, export, provenance
            notes on the time axis, saved views, what is taken away
data, checks, log
            the Data page: what is stored, quality, the log of syncs
routes      what is served beside the pages
style       the rules that the theme cannot say
"""

from __future__ import annotations

from .boxes import card, columns
from .cards import cards
from .checks import quality_checks
from .completion import completion_rules, funnel
from .data import health, stored_days
from .drill import drill
from .embeds import domain_bars, domain_watch
from .engagement import heatmap, video_curve, watched_curve, watched_histogram
from .frame import page, start
from .kinds import by_length_and_sound
from .live import live
from .log import missing_names, sync_log, unknown_fields
from .mix import mix
from .scene import TIME, Scene
from .shapes import country_map, share_bars, treemap, world
from .style import ICON
from .table import top_table
from .trend import trend_chart
from .videos import compare_videos, video_detail

__all__ = [
    "ICON",
    "TIME",
    "Scene",
    "by_length_and_sound",
    "card",
    "cards",
    "columns",
    "compare_videos",
    "completion_rules",
    "country_map",
    "domain_bars",
    "domain_watch",
    "drill",
    "funnel",
    "health",
    "heatmap",
    "live",
    "missing_names",
    "mix",
    "page",
    "quality_checks",
    "share_bars",
    "start",
    "stored_days",
    "sync_log",
    "top_table",
    "treemap",
    "trend_chart",
    "unknown_fields",
    "video_curve",
    "video_detail",
    "watched_curve",
    "watched_histogram",
    "world",
]

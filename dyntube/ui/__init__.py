"""The only place that imports streamlit: what pages are made of.

selection   what is looked at; `address` how a URL says it (no streamlit in either)
answers     the installation, the clock, answers
state       the selection of a session; `history` its address in the browser
labels      what people read instead of keys and codes
scene       what a page draws: the selection, resolved for this moment; `spans` the period and what
            it is compared with, as far as both are known; `firsts` since when there are videos
cross       clicks and drags become filters
filters     the sidebar; `more_filters` any dimension, `options` what can be chosen
doubts      which of the days shown are in doubt; the banner that says so
head        title, chips, freshness; `badges` what keeps it from being green; `fetching`
            progress; `frame` puts a page together
boxes       columns, cards with a heading, switches
cards, trend, breakdown, table, drill, shapes, mix, rows
            numbers, courses, breakdowns, pictures, the views behind them
engagement, completion, kinds, videos, embeds, live
            what only one page shows
notes, views_menu, export, provenance
            notes on the time axis, saved views, what is taken away
data, attention, checks, log
            the Data page: what is stored, days in doubt, quality, the log of syncs
routes      what is served beside the pages; `hosts` refuses what is asked of others, `headers`
            tells browsers what is allowed, `server_log` has all events in one form,
            `starting` says where the dashboard is
style       the rules that the theme cannot say
"""

from __future__ import annotations

from .boxes import card, columns
from .cards import cards
from .checks import quality_checks
from .completion import completion_rules, funnel
from .data import health, stored_days
from .drill import drill
from .embeds import CAMPAIGN, campaigns, domain_bars, domain_watch
from .engagement import heatmap, video_curve, watched_curve, watched_histogram
from .frame import page, start
from .kinds import by_length_and_sound
from .live import live
from .log import missing_names, sync_log, unknown_fields, unread_fields
from .mix import mix
from .scene import TIME, Scene
from .shapes import country_map, share_bars, treemap, world
from .style import ICON
from .table import top_table
from .trend import trend_chart
from .videos import compare_videos, video_detail

__all__ = [
    "CAMPAIGN",
    "ICON",
    "TIME",
    "Scene",
    "by_length_and_sound",
    "campaigns",
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
    "unread_fields",
    "video_curve",
    "video_detail",
    "watched_curve",
    "watched_histogram",
    "world",
]

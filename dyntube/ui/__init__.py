"""The Streamlit user interface, the only package that imports streamlit. Pages import from here.

In: a reader's desk and what `report` makes of it. Out: a page in the browser, files, a URL. Below
are `frame` (around every page), `blocks` (shared by pages), `sections` (of one page) and `server`
(HTTP beside the pages); shared by all are door, session, clicks, layout and style.
"""

from __future__ import annotations

from ..report.context import ReportContext
from .blocks.breakdown_charts import country_map, world
from .blocks.cards import cards
from .blocks.drill import drill
from .blocks.share_lists import top_list
from .blocks.share_over_time import shares_over_time
from .blocks.table import top_videos
from .blocks.trend import trend_chart
from .frame.entrance import visible_pages
from .frame.page import page
from .frame.page_header import tabs
from .layout import card, columns
from .sections.checks import quality_checks
from .sections.completion import completion_rules, funnel
from .sections.embeds import campaigns, domain_bars, domain_watch
from .sections.engagement import heatmap, video_curve, watched_curve, watched_histogram
from .sections.length_and_sound import by_length, by_sound
from .sections.live import live
from .sections.people import people
from .sections.stored_days import health, stored_days
from .sections.sync_log import missing_names, sync_log, unknown_fields, unread_fields
from .sections.videos import compare_videos, video_detail
from .session import begin as start
from .style import ICON

__all__ = [
    "ICON",
    "ReportContext",
    "by_length",
    "by_sound",
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
    "page",
    "people",
    "quality_checks",
    "shares_over_time",
    "start",
    "stored_days",
    "sync_log",
    "tabs",
    "top_list",
    "top_videos",
    "trend_chart",
    "unknown_fields",
    "unread_fields",
    "video_curve",
    "video_detail",
    "visible_pages",
    "watched_curve",
    "watched_histogram",
    "world",
]

"""Play metrics by video length and by sound."""

from __future__ import annotations

from dataclasses import replace

from ..query.dimensions import LENGTHS, UNKNOWN
from .breakdown import Breakdown, breakdown
from .context import ReportContext

METRICS = ("plays", "average_watch_time", "average_percent_watched", "completion_rate")
ORDERS = {"length": (*LENGTHS, UNKNOWN), "sound": ("On", "Off", UNKNOWN)}


def by_kind_of_play(context: ReportContext, by: str) -> Breakdown:
    """METRICS by "length" or "sound", rows in the order of ORDERS."""
    found = breakdown(context, by, ("views", *METRICS))
    rows = found.rows.set_index(by, drop=False)
    return replace(found, rows=rows.reindex([v for v in ORDERS[by] if v in rows.index]))

"""Fetching in the background: what is missing, how far it is, when to draw again."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Sequence

import streamlit as st

from .. import formats
from ..background import State
from ..periods import Period
from ..sync import Progress
from .answers import account, background

_POLL_BUSY, _POLL_IDLE = 0.5, 30.0  # seconds between looks at the background sync
_REDRAW_SECONDS = 4.0  # how often a page fills up during a first fetch


def ensure_stored(spans: Sequence[Period], timezone: str) -> State:
    """Have the background fetch what these spans need, and always what is new today."""
    today = dt.datetime.now(dt.UTC).date()
    days = [day for span in spans for day in span.utc_days(timezone)]
    return background().ensure([*days, today])


def missing_days(span: Period, timezone: str) -> list[dt.date]:
    """The days of a span, up to today, that are not stored yet."""
    today = dt.datetime.now(dt.UTC).date()
    stored = account().archive.days()
    return [day for day in span.utc_days(timezone) if day <= today and day not in stored]


def gap(period: Period, timezone: str) -> None:
    """Say which days the numbers leave out, when nothing is about to bring them."""
    missing = missing_days(period, timezone)
    if missing and account().archive.days() and not background().state.progress:
        st.warning(
            f"{len(missing):,} of the days shown are not stored yet, the last of them "
            f"{formats.day(missing[-1])}. The numbers below leave them out.",
            icon=":material/event_busy:",
        )


def watch_progress(spans: Sequence[Period], timezone: str, drawn: str, *, silent: bool) -> None:
    """Watch the background sync; draw the page again when it has brought something."""
    busy = background().state.progress is not None
    watch = st.fragment(run_every=poll_seconds(busy))(_watch)
    watch(spans, timezone, drawn, busy, silent)


def poll_seconds(busy: bool) -> float:
    """How long a page waits until it looks at the background sync again."""
    return _POLL_BUSY if busy else _POLL_IDLE


def progress_bar(progress: Progress) -> None:
    """How far a sync is; nothing until it knows what there is to do."""
    if not progress.days_total:
        return
    rest = formats.time_left(progress.seconds_left)
    if progress.waiting:
        rest = f"waiting for DynTube, {math.ceil(progress.waiting)} s"
    st.progress(
        progress.days_done / progress.days_total,
        f"Loading your views: {progress.days_done:,} of {progress.days_total:,} days, "
        f"{progress.views:,} views, {rest}",
    )


def _watch(
    spans: Sequence[Period], timezone: str, drawn: str, was_busy: bool, silent: bool
) -> None:
    """Show the running sync, and draw the page again when there is something new to see."""
    progress = ensure_stored(spans, timezone).progress
    if progress and not silent:
        progress_bar(progress)
    changed = account().archive.version() != drawn
    drawn_at = st.session_state.setdefault("drawn-at", time.monotonic())
    due = time.monotonic() - drawn_at > _REDRAW_SECONDS
    if (progress is None and (changed or was_busy)) or (changed and due):
        st.session_state["drawn-at"] = time.monotonic()
        st.rerun()

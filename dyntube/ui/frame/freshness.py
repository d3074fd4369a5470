"""Background fetching: what a page needs, progress, and when to redraw."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Sequence

import streamlit as st

from ... import formats
from ...archive.coverage import Coverage
from ...fetch.background import SyncStatus
from ...fetch.sync import Progress
from ...query.periods import Period
from ...report.gaps import gap_text
from ...words import tr
from ..door import desk, local_now
from ..fragments import fragment

_POLL_BUSY, _POLL_IDLE = 0.5, 30.0  # seconds between polls of the background sync
_REDRAW_SECONDS = 4.0  # minimum time between redraws during a fetch


def ensure_stored(spans: Sequence[Period], timezone: str) -> SyncStatus:
    """Request the days these spans need from the background sync, and always today."""
    today = dt.datetime.now(dt.UTC).date()
    days = [day for span in spans for day in span.utc_days(timezone)]
    return desk().ensure([*days, today])


def why_nothing() -> str:
    """A sentence for an empty store: who fetches, and which other scopes the archive holds."""
    if not desk().external:
        return tr("The first sync fills this page.")
    if not desk().access.is_admin:
        return tr("A scheduler has to fetch it.")
    archive, found = desk().store().other_scopes()
    root = formats.escape_markdown(str(archive))
    if not found:
        return tr("A scheduler has to fetch into {archive}, which holds no days.", archive=root)
    scopes = formats.escape_markdown(formats.stored_scopes(found))
    held = tr("The archive {archive} holds other scopes: {scopes}.", archive=root, scopes=scopes)
    return f"{held} {formats.OTHER_SETTINGS}"


def gap(period: Period, timezone: str, known: Coverage, now: dt.datetime) -> None:
    """Warn about days the numbers leave out, unless a sync is running."""
    if desk().sync_state().progress or not desk().has_days():
        return
    if text := gap_text(desk(), period, timezone, known, now):
        most = desk().reader.fetch_days
        if most and len(period.utc_days(timezone)) > most:
            limit = tr(
                "At most {most} days are fetched for one page: ask your administrator for more.",
                most=f"{most:,}",
            )
            text = f"{text} {limit}"
        st.warning(formats.escape_markdown(text), icon=":material/event_busy:")


def watch_progress(spans: Sequence[Period], timezone: str, drawn: str, *, silent: bool) -> None:
    """Poll the background sync and redraw the page when it brings news."""
    state = desk().sync_state()
    busy = state.progress is not None
    watch = fragment(_watch, run_every=poll_seconds(busy))
    watch(spans, timezone, drawn, busy, silent, not busy and _has_ended_early(state))


def poll_seconds(busy: bool) -> float:
    """Seconds until the next poll of the background sync."""
    return _POLL_BUSY if busy else _POLL_IDLE


def _bar(progress: Progress) -> None:
    """Progress of a sync whose number of days is known."""
    rest = formats.time_left(progress.seconds_left)
    if progress.waiting:
        rest = tr("waiting for DynTube, {seconds} s", seconds=math.ceil(progress.waiting))
    done, total = progress.days_done, progress.days_total
    said = tr(
        "Loading your views: {done} of {total} days, {views} views, {rest}",
        done=f"{done:,}",
        total=f"{total:,}",
        views=f"{progress.views:,}",
        rest=rest,
    )
    st.progress(done / total, said)


def progress_bar(state: SyncStatus) -> None:
    """Progress of the running sync, with a Cancel button if it runs in this process."""
    if not state.progress or not state.progress.days_total:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="fetching"):
        with st.container():
            _bar(state.progress)
        if not state.elsewhere and desk().access.is_admin:
            st.button(tr("Cancel"), icon=":material/close:", key="cancel", on_click=desk().cancel)
    if cost := formats.cost(state.progress):
        st.caption(" ".join([cost, tr("You can already use what is loaded.")]))


def stopped_banner(state: SyncStatus, timezone: str) -> None:
    """Why the last sync ended early, how much of it is stored, and a button to continue."""
    if state.progress or not _has_ended_early(state):
        return
    stored = formats.stored(state.stopped) if state.stopped else ""
    again = f"{local_now(timezone) + dt.timedelta(seconds=state.rest):%H:%M}"
    with st.container(horizontal=True, vertical_alignment="center", key="ended"):
        if state.error:
            tried = tr("{stored}. Next try at {time}.", stored=stored, time=again)
            told = tried if state.stopped and not desk().external else ""
            st.error(f"{formats.escape_markdown(str(state.error))} {told}", icon=":material/error:")
        else:
            st.info(
                tr("Stopped; {stored}. Fetching continues at {time}.", stored=stored, time=again),
                icon=":material/stop_circle:",
            )
        if not desk().external and desk().access.is_admin:
            label = tr("Try again") if state.error else tr("Continue")
            icon = ":material/refresh:" if state.error else ":material/play_arrow:"
            st.button(label, icon=icon, key="retry", on_click=desk().retry)


def _has_ended_early(state: SyncStatus) -> bool:
    return bool(state.error or state.stopped)


def _watch(
    spans: Sequence[Period],
    timezone: str,
    drawn: str,
    was_busy: bool,
    silent: bool,
    told: bool,
) -> None:
    """Show the running sync, and rerun the page when there is something new.

    `told`: the page shows how the last sync ended, so it is also rerun once another one runs.
    """
    state = ensure_stored(spans, timezone)
    if not silent:
        progress_bar(state)
    changed = desk().version() != drawn
    drawn_at = st.session_state.setdefault("drawn-at", time.monotonic())
    due = time.monotonic() - drawn_at > _REDRAW_SECONDS
    news = told if state.progress else changed or was_busy
    if news or (changed and due):
        st.session_state["drawn-at"] = time.monotonic()
        st.rerun()

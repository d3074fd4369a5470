"""Paginated raw views behind a number or a check."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from ... import formats
from ...query.dimensions import UNKNOWN
from ...query.metrics import Metric, metric
from ...report.context import ReportContext
from ...report.runner import run_count, run_views
from ...words import tr, trn
from .. import session

ROWS = 25  # per page
TIME = "D MMM YYYY, HH:mm:ss"
_FLAGS = ("started", "ended", "muted")
# Columns with values that have names, and the dimensions of these.
_NAMED = {
    "video_key": "video",
    "project_key": "project",
    "channel_key": "channel",
    "geo_country": "country",
    "geo_continent": "continent",
    "browser_family": "browser",
    "os_family": "os",
}
# Columns in their order: first those that describe a view as people do, keys and ids last.
TITLES = {
    "date": tr("Time"),
    "video_key": tr("Video"),
    "watched": tr("Watched"),
    "ended": tr("Completed"),
    "geo_country": tr("Country"),
    "geo_city": tr("City"),
    "device_type": tr("Device"),
    "browser_family": tr("Browser"),
    "embed_url": tr("Page"),
    "project_key": tr("Project"),
    "channel_key": tr("Channel"),
    "muted": tr("Muted"),
    "started": tr("Played"),
    "id": tr("ID"),
    "account_key": tr("Account key"),
    "channel_view_id": tr("Channel view ID"),
    "client_user_id": tr("Client user ID"),
    "plan_type": tr("Plan type"),
    "viewer_id": tr("Viewer ID"),
    "view_id": tr("View ID"),
    "region": tr("Delivery region"),
    "duration": tr("Duration"),
    "watch_time": tr("Watch time"),
    "browser_major": tr("Browser version"),
    "browser_minor": tr("Browser minor version"),
    "device_family": tr("Device family"),
    "device_brand": tr("Device brand"),
    "device_model": tr("Device model"),
    "os_family": tr("Operating system"),
    "os_major": tr("Operating system version"),
    "os_processor": tr("Processor"),
    "geo_ip": tr("IP address"),
    "geo_region": tr("Region"),
    "geo_continent": tr("Continent"),
    "embed_domain": tr("Embedding domain"),
    "embed_type": tr("Embed type"),
    "user_key": tr("User key"),
}


def views_behind(context: ReportContext) -> None:
    """The views behind the selected number in a panel at the side; nothing without a selection."""
    if context.selection.behind is None:
        return
    measure = metric(context.selection.behind)
    label = measure.noun
    title = _PANELS.get(measure.name) or tr("Views counted in {metric}", metric=label)
    panel = st.dialog(title, width="large", position="right", on_dismiss=_close)
    panel(lambda: _panel(context, measure))()


_PANELS = {
    "views": tr("Individual views"),
    "plays": tr("Views that were played"),
    "viewers": tr("Views of these viewers"),
    "completions": tr("Views counted as completions"),
}


def _close() -> None:
    session.change(lambda s: replace(s, behind=None))


def _panel(context: ReportContext, measure: Metric) -> None:
    total = run_count(context, context.count_query(measure.name))
    if measure.ratio_of:
        st.caption(measure.help + " " + tr("It is calculated from the views listed here."))
    text = trn("{number} view", "{number} views", total)
    views_table(context, total, text, f"behind-{measure.name}", metric=measure.name)


def page_of(key: str, total: int, text: str) -> int:
    """Show a count with pagination, and return the index of the page's first row."""
    pages = math.ceil(total / ROWS)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="rows-head"):
        said = st.empty()
        page = st.pagination(pages, key=f"rows-{key}-{pages}") if pages > 1 else 1
    first = (page - 1) * ROWS
    if pages > 1:
        last = min(total, first + ROWS)
        shown = tr("{first} to {last} shown", first=format(first + 1, ","), last=format(last, ","))
        said.markdown(f"**{text}**, {shown}")
    else:
        said.markdown(f"**{text}**")
    return first


def views_table(
    context: ReportContext,
    total: int,
    text: str,
    key: str,
    *,
    metric: str = "views",
    check: str | None = None,
) -> None:
    """One page of the `total` views behind a number or a check, under a heading."""
    first = page_of(key, total, tr("{views}, newest first", views=text))
    found = run_views(context, context.views_query(metric, check, limit=ROWS, offset=first))
    shown = _named(context, found)
    st.dataframe(
        shown,
        hide_index=True,
        key="rows",
        height="content",
        placeholder=formats.NONE,
        alt=text,
        column_order=[name for name in TITLES if name in shown],
        column_config=TITLES | _formats(),
    )


def _formats() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    seconds = {n: number(TITLES[n], format="%.1f s") for n in ("duration", "watch_time")}
    return {
        "date": st.column_config.DatetimeColumn(TITLES["date"], format=TIME, pinned=True),
        "geo_country": st.column_config.TextColumn(TITLES["geo_country"], width=116),
        **seconds,
    }


def _named(context: ReportContext, found: pd.DataFrame) -> pd.DataFrame:
    """Raw views with names for keys and codes, and how much was watched in one column."""
    names = {}
    for column, by in _NAMED.items():
        values = found[column].fillna(UNKNOWN)
        named = values.map(context.labels.each(by, values))
        names[column] = named.where(values != UNKNOWN, None)
    sides = zip(found["started"].eq(True), found["watch_time"], found["duration"], strict=True)
    flags = {name: found[name].map({True: tr("Yes"), False: tr("No")}) for name in _FLAGS}
    return found.assign(
        **names,
        **flags,
        date=found["date"].dt.tz_localize(None),
        watched=[_watched(*side) for side in sides],
    )


def _watched(played: bool, seconds: float, length: float) -> str:
    """How much of a view was watched: "2:56 of 4:10"."""
    if not played:
        return tr("Not played")
    watched, whole = (
        formats.NONE if pd.isna(time) else formats.clock(time) for time in (seconds, length)
    )
    return tr("{watched} of {length}", watched=watched, length=whole)

"""Paginated raw views behind a number or a check."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import streamlit as st

from ... import formats
from ...query.dimensions import UNKNOWN
from ...query.metrics import Metric, metric
from ...reading.records import VIEW_COLUMNS
from ...report.context import ReportContext
from ...report.runner import run_count, run_views
from .. import session

ROWS = 25  # per page
TIME = "D MMM YYYY, HH:mm:ss"
# The first columns describe a view as people do; keys and ids come last.
_FIRST = (
    *("date", "video_key", "watched", "ended", "geo_country", "geo_city", "device_type"),
    *("browser_family", "embed_url", "project_key", "channel_key", "muted", "started"),
)
_FLAGS = ("started", "ended", "muted")
_NAMED = ("video_key", "project_key", "channel_key")
_TITLES = {"ended": "Completed", "started": "Played", "device_type": "Device"}
_TITLES |= {"browser_family": "Browser", "embed_url": "Page"}


def views_behind(context: ReportContext) -> None:
    """The views behind the selected number in a panel at the side; nothing without a selection."""
    if context.selection.behind is None:
        return
    measure = metric(context.selection.behind)
    title = _PANELS.get(measure.name, f"Views counted in {measure.label.lower()}")
    panel = st.dialog(title, width="large", position="right", on_dismiss=_close)
    panel(lambda: _panel(context, measure))()


_PANELS = {
    "views": "Individual views",
    "plays": "Views that were played",
    "viewers": "Views of these viewers",
    "completions": "Views counted as completions",
}


def _close() -> None:
    session.change(lambda s: replace(s, behind=None))


def _panel(context: ReportContext, measure: Metric) -> None:
    total = run_count(context, context.count_query(measure.name))
    if measure.ratio_of:
        st.caption(f"{measure.help} It is calculated from the views listed here.")
    views_table(
        *(context, total, formats.count(total, "view"), f"behind-{measure.name}"),
        metric=measure.name,
    )


def page_of(key: str, total: int, text: str) -> int:
    """Show a count with pagination, and return the index of the page's first row."""
    pages = math.ceil(total / ROWS)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="rows-head"):
        said = st.empty()
        page = st.pagination(pages, key=f"rows-{key}-{pages}") if pages > 1 else 1
    first = (page - 1) * ROWS
    shown = f", {first + 1:,} to {min(total, first + ROWS):,} shown" if pages > 1 else ""
    said.markdown(f"**{text}**{shown}")
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
    first = page_of(key, total, f"{text}, newest first")
    found = run_views(context, context.views_query(metric, check, limit=ROWS, offset=first))
    shown, seconds = _named(context, found), st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        key="rows",
        height="content",
        placeholder=formats.NONE,
        alt=text,
        column_order=[name for name in dict.fromkeys((*_FIRST, *VIEW_COLUMNS)) if name in shown],
        column_config={name: _title(name) for name in (*_FIRST, *VIEW_COLUMNS)}
        | {name: seconds(_title(name), format="%.1f s") for name in ("duration", "watch_time")}
        | {"date": st.column_config.DatetimeColumn("Time", format=TIME, pinned=True)},
    )


def _named(context: ReportContext, found: pd.DataFrame) -> pd.DataFrame:
    """Raw views with titles for keys, and how much was watched in one column."""
    titles = {}
    for name in ("video", "project", "channel"):
        keys = found[f"{name}_key"].fillna(UNKNOWN)
        titles[f"{name}_key"] = keys.map(context.labels.each(name, keys)).where(
            keys != UNKNOWN, None
        )
    sides = zip(found["started"].eq(True), found["watch_time"], found["duration"], strict=True)
    flags = {name: found[name].map({True: "Yes", False: "No"}) for name in _FLAGS}
    return found.assign(
        **titles,
        **flags,
        date=found["date"].dt.tz_localize(None),
        watched=[_watched(*side) for side in sides],
    )


def _watched(played: bool, seconds: float, length: float) -> str:
    """How much of a view was watched: "2:56 of 4:10"."""
    if not played:
        return "Not played"
    texts = [formats.NONE if pd.isna(time) else formats.clock(time) for time in (seconds, length)]
    return " of ".join(texts)


def _title(column: str) -> str:
    if column in _TITLES:
        return _TITLES[column]
    words = column.removesuffix("_key") if column in _NAMED else column
    special = {"id": "ID", "os": "OS", "ip": "IP", "url": "URL", "geo": ""}
    text = " ".join(special.get(word, word) for word in words.split("_")).strip()
    return text[:1].upper() + text[1:]

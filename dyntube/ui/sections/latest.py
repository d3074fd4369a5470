"""The newest views as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ... import formats
from ...report.context import ReportContext
from ...report.last_hour import MINUTES, Hour
from ...report.live import latest_sheet
from ...report.provenance import provenance
from .. import session
from ..blocks.export import table_downloads
from ..layout import headed

_HEIGHT, _FITTING = 465, 12  # pixels, and the number of rows that fit
_CONFIG = {
    "time": st.column_config.DatetimeColumn("Time", format="HH:mm:ss", width=72, pinned=True),
    "video": st.column_config.TextColumn("Video", width=200),
    "watched": st.column_config.TextColumn(
        "Watched", width=78, alignment="right", help="Watch time known so far"
    ),
    "country": st.column_config.TextColumn("Country", width=105),
    "device_type": st.column_config.TextColumn("Device", width=68),
    "embed_domain": st.column_config.TextColumn("Embedded on", width=130),
}


def latest_views(shown: ReportContext, hour: Hour, total: int) -> None:
    """The newest of an hour's `total` views as a table with downloads."""
    sheet = latest_sheet(shown)
    table = sheet.rows
    shown.tables.add(sheet)
    title = f"Live: the {MINUTES} minutes up to {formats.moment(hour.end)}"
    notes = provenance(title, shown, link=session.link())
    shown.tables.notes = lambda: notes
    box, menu = headed("Latest views", "latest")
    with menu:
        table_downloads(sheet, shown.tables)
    with box:
        st.dataframe(
            table.assign(watched=list(map(_watched, table["played"], table["watched_seconds"]))),
            hide_index=True,
            key="latest-views",
            height=_HEIGHT if len(table) > _FITTING else "content",
            column_order=list(_CONFIG),
            placeholder=formats.NONE,
            alt="The latest views, newest first",
            column_config=_CONFIG,
        )
        st.caption(
            f"The newest {len(table)} of {formats.count(total, 'view')}, newest first."
            if total > len(table)
            else f"{formats.count(total, 'view')}, newest first."
        )


def _watched(played: bool, seconds: float) -> str:
    if not played:
        return "Not played"
    return formats.NONE if pd.isna(seconds) else formats.clock(seconds)

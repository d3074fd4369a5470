"""The newest views as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ... import formats
from ...export.table import Sheet
from ...query.dimensions import UNKNOWN
from ...report.context import ReportContext
from ...report.last_hour import MINUTES, Hour
from ..blocks.export import table_downloads
from ..frame.provenance import provenance
from ..layout import headed

ROWS = 50
_HEIGHT, _FITTING = 465, 12  # pixels, and the rows that need fewer
_COLUMNS = {
    "video": "video_key",
    "country": "geo_country",
    "device_type": "device_type",
    "embed_domain": "embed_domain",
}
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
    """The newest of the `total` views of an hour as a table, to be taken away as well."""
    found = shown.rows(limit=ROWS)
    table = pd.DataFrame({"time": found["date"].dt.tz_localize(None)})
    for by, column in _COLUMNS.items():
        values = found[column].fillna(UNKNOWN)
        for name, texts in shown.labels.exported(by, values).items():
            table[name] = texts
    table["played"] = found["started"].fillna(False).astype("bool")
    table["watched_seconds"] = found["watch_time"]
    sheet = Sheet("Latest views", table)
    shown.tables.add(sheet)
    notes = provenance(f"Live: the {MINUTES} minutes up to {hour.end:%H:%M}", shown)
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

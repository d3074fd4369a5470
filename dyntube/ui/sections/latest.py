"""The newest views as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ... import formats
from ...report.context import ReportContext
from ...report.last_hour import MINUTES, Hour
from ...report.live import latest_sheet
from ...report.provenance import provenance
from ...words import tr, trn
from .. import session
from ..blocks.export import table_downloads
from ..layout import headed

_HEIGHT, _FITTING = 465, 12  # pixels, and the number of rows that fit
_CONFIG = {
    "time": st.column_config.DatetimeColumn(tr("Time"), format="HH:mm:ss", width=72, pinned=True),
    "video": st.column_config.TextColumn(tr("Video"), width=200),
    "watched": st.column_config.TextColumn(
        tr("Watched"), width=78, alignment="right", help=tr("Watch time known so far")
    ),
    "country": st.column_config.TextColumn(tr("Country"), width=105),
    "device_type": st.column_config.TextColumn(tr("Device"), width=68),
    "embed_domain": st.column_config.TextColumn(tr("Embedded on"), width=165),
}


def latest_views(shown: ReportContext, hour: Hour, total: int) -> None:
    """The newest of an hour's `total` views as a table with downloads."""
    sheet = latest_sheet(shown)
    table = sheet.rows
    shown.tables.add(sheet)
    end = formats.moment(hour.end)
    title = tr("Live: the {minutes} minutes up to {moment}", minutes=MINUTES, moment=end)
    notes = provenance(title, shown, link=session.link())
    shown.tables.notes = lambda: notes
    box, menu = headed(tr("Latest views"), "latest")
    with menu:
        table_downloads(sheet, shown.tables, key="latest-views")
    with box:
        st.dataframe(
            table.assign(watched=list(map(_watched, table["played"], table["watched_seconds"]))),
            hide_index=True,
            key="latest-views",
            height=_HEIGHT if len(table) > _FITTING else "content",
            column_order=list(_CONFIG),
            placeholder=formats.NONE,
            alt=tr("The latest views, newest first"),
            column_config=_CONFIG,
        )
        st.caption(_shown_text(len(table), total))


def _shown_text(shown: int, total: int) -> str:
    if total <= shown:
        return trn("{number} view, newest first.", "{number} views, newest first.", total)
    return trn(
        "The newest {shown} of {number} view, newest first.",
        "The newest {shown} of {number} views, newest first.",
        total,
        shown=shown,
    )


def _watched(played: bool, seconds: float) -> str:
    if not played:
        return tr("Not played")
    return formats.NONE if pd.isna(seconds) else formats.clock(seconds)

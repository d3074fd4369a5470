"""A table with a row per value of a dimension; ticking a row filters by it."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from .. import formats
from ..report.selection import Selection
from .clicks import toggles_rows

ROW = 36  # pixels


def selectable_table(
    shown: pd.DataFrame,
    alt: str,
    *,
    key: str,
    selection: Selection,
    by: str,
    values: list[str],
    config: dict[str, Any],
    height: int | Literal["content"] = "content",
) -> None:
    """The table `shown`, with a row per value; rows of filtered values are ticked."""
    chosen = selection.values(by)
    ticked = [row for row, value in enumerate(values) if value in chosen]
    # A new key for new rows, or the old ticks would stay.
    key = f"{key}-{hash((tuple(values), tuple(ticked))) & 0xFFFFFFFF:x}"
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        height=height,
        row_height=ROW,
        placeholder=formats.NONE,
        on_select=toggles_rows(key, by, values),
        selection_mode=["multi-row", "single-cell"],
        selection_default={"selection": {"rows": ticked}},
        alt=alt,
        column_config=config,
    )

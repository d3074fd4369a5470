"""A table whose rows stand for values of a dimension: a ticked row is filtered by."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from .. import formats
from ..report.selection import Selection
from .clicks import toggles_rows

ROW = 36  # pixels


def ticked_table(
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
    """The table `shown`, with a row for each of `values`; those that are filtered by are ticked."""
    chosen = selection.values(by)
    ticked = [row for row, value in enumerate(values) if value in chosen]
    # A new key for new rows, or the ticks of the old ones would stay.
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

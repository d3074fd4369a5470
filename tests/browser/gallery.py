"""A script for `streamlit`: figures that can be clicked, and what their clicks and drags say."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
import streamlit as st

from dyntube import charts
from dyntube.charts import LIGHT, Item
from dyntube.export.table import Sheet
from dyntube.export.text import texts
from dyntube.query.metrics import metric
from dyntube.ui.components.figure import figure
from tests.charts.drawn import HOSTILE, course

VIEWS = metric("views")
DAYS = course(3, 5, 4, 6, 2, 7, 3, 1, partial="       x")


def figures() -> dict[str, Any]:
    """The figures, by name."""
    shares = pd.DataFrame({"Chrome": [0.6] * 8, "Safari": [0.4] * 8})
    starts, notes = DAYS.rows["day"], [(dt.date(2026, 11, 5), HOSTILE)]
    return {
        "map": charts.world_map(VIEWS, [Item("BR", "Brazil", 50)], LIGHT),
        "mix": charts.stacked_shares(
            VIEWS, starts, shares, DAYS.partial, LIGHT, "day", by="browser", values=["c", "s"]
        ),
        "trend": charts.trend(VIEWS, DAYS, DAYS, LIGHT, notes=notes),
        "still": charts.trend(VIEWS, DAYS, None, LIGHT, drag=False),
    }


def main() -> None:
    """Show one figure, and below it what was clicked or dragged."""
    name = st.query_params["figure"]
    told = st.session_state.setdefault("told", [])
    events = {"picked": told.append} | ({"range": told.append} if name == "trend" else {})
    figure(
        figures()[name],
        name,
        key="figure",
        table=lambda: texts(Sheet("Nothing", pd.DataFrame({"day": []})), 1),
        on_pick=events["picked"],
        on_range=events.get("range"),
    )
    with st.container(key="picked"):
        st.code(json.dumps(told), language=None)
    st.container(height=2000)


main()

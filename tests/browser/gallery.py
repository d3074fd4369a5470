"""A script for `streamlit`: figures that can be clicked, and what Streamlit says of the click."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
import streamlit as st

from dyntube import charts
from dyntube.charts import LIGHT, MAP_CONFIG, PLAIN_CONFIG, Item
from dyntube.query.metrics import metric
from tests.charts.drawn import HOSTILE, course

VIEWS = metric("views")
ITEMS = [Item("a", HOSTILE, 50, "50%"), Item("b", "Bee", 1, "1%"), Item(None, "Other", 5)]
DAYS = course(3, 5, 4, 6, 2, 7, 3, 1, partial="       x")


def figures() -> dict[str, Any]:
    """The figures, by name."""
    shares = pd.DataFrame({"Chrome": [0.6] * 8, "Safari": [0.4] * 8})
    starts, notes = DAYS.rows["day"], [(dt.date(2026, 11, 5), HOSTILE)]
    return {
        "bars": charts.bars(VIEWS, ITEMS, LIGHT),
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
    picked = st.plotly_chart(
        figures()[name],
        key="figure",
        theme=None,
        config=MAP_CONFIG if name == "map" else PLAIN_CONFIG,
        on_select="rerun",
        selection_mode=("points", "box") if name == "trend" else "points",
    )
    with st.container(key="picked"):
        st.code(json.dumps(picked.selection), language=None)
    st.container(height=2000)


main()

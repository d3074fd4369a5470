"""Engagement metrics by video length and by sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ... import formats
from ...charts import Item
from ...insight.comparison import few
from ...query.dimensions import dimension
from ...query.metrics import FEW, Metric, metric
from ...report.breakdown import Breakdown
from ...report.context import ReportContext
from ...report.length_and_sound import METRICS, ORDERS, by_kind_of_play
from ..blocks.items import item, share_of, show_bars
from ..layout import columns, headed, switch

NO_PLAYS = "Nothing was played in this period."


def metric_switch(chosen: Metric, key: str) -> None:
    """A switch between METRICS."""
    switch("metric", {name: metric(name).label for name in METRICS}, chosen.name, key=key)


def by_length_and_sound(context: ReportContext) -> None:
    """The selected metric by video length and by sound."""
    measure = metric(context.chosen(METRICS))
    box, switches = headed("By length and sound", "kinds", measure.help)
    with switches:
        metric_switch(measure, "kinds-metric")
    with box:
        for column, by in zip(columns(3, 2), ORDERS, strict=True):
            with column:
                st.markdown(f"**{dimension(by).label}**")
                _bars(context, measure, by)


def _bars(context: ReportContext, measure: Metric, by: str) -> None:
    found = by_kind_of_play(context, by)
    context.tables.add(found.sheet)
    rows = found.rows
    played = rows[rows["plays"] > 0]
    if played.empty:
        st.caption(NO_PLAYS)
        return
    items = [_item(found, measure, row) for row in played.to_dict("records")]
    alt = f"{measure.label} by {dimension(by).label.lower()}"
    show_bars(context, measure, by, items, f"bars-{by}", alt)
    if any(item.few for item in items):
        st.caption(f"Hatched: fewer than {FEW} plays.")


def _item(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> Item:
    share = share_of(found, measure, float(row[measure.name]))
    others = [metric(name) for name in found.metrics if name != measure.name]
    lines = [f"{share} of all {measure.label.lower()}"] if share else []
    lines += [
        f"{other.label}: {formats.value(other, row[other.name], full=True)}" for other in others
    ]
    own = {measure.basis: row[measure.basis]} if measure.basis else {}
    return item(found, measure, row, lines, of_few=few(measure, own))

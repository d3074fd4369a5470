"""Engagement metrics by video length and by sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ... import formats
from ...insight.comparison import few
from ...query.dimensions import dimension
from ...query.metrics import FEW, Metric, metric
from ...report.breakdown import Breakdown
from ...report.context import ReportContext
from ...report.length_and_sound import METRICS, ORDERS, by_kind_of_play
from ..blocks.share_lists import draw_list
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
    draw_list(
        *(context, found, measure, played),
        key=f"list-{by}",
        compared=False,
        lines=lambda row: _others(found, measure, row),
    )
    if any(few(measure, {measure.basis: count}) for count in played.get(str(measure.basis), ())):
        st.caption(f"Hatched: fewer than {FEW} plays.")


def _others(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> list[str]:
    others = (metric(name) for name in found.metrics if name != measure.name)
    return [
        f"{other.label}: {formats.value(other, row[other.name], full=True)}" for other in others
    ]

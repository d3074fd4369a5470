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
from ...report.length_and_sound import METRICS, by_kind_of_play
from ...words import tr
from ..blocks.share_lists import draw_list
from ..layout import card, headed, switch

NO_PLAYS = tr("Nothing was played in this period.")


def metric_switch(chosen: Metric, key: str) -> None:
    """A switch between METRICS."""
    switch("metric", {name: metric(name).label for name in METRICS}, chosen.name, key=key)


def by_length(context: ReportContext) -> None:
    """The selected metric by video length, with a switch between metrics."""
    measure = metric(context.chosen(METRICS))
    box, switches = headed(_title(measure, "length"), "kinds", measure.help)
    with switches:
        metric_switch(measure, "kinds-metric")
    with box:
        _bars(context, measure, "length")


def by_sound(context: ReportContext) -> None:
    """The selected metric by sound."""
    measure = metric(context.chosen(METRICS))
    with card(_title(measure, "sound"), measure.help):
        _bars(context, measure, "sound")


def _title(measure: Metric, by: str) -> str:
    label = dimension(by).noun
    return tr("{metric} by {dimension}", metric=measure.label, dimension=label)


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
        st.caption(tr("Hatched: fewer than {few} plays.", few=FEW))


def _others(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> list[str]:
    others = (metric(name) for name in found.metrics if name != measure.name)
    return [
        f"{other.label}: {formats.value(other, row[other.name], full=True)}" for other in others
    ]

"""Number cards: each explains itself, and opens the views behind it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import pandas as pd
import streamlit as st

from .. import charts, formats
from ..comparison import compare, metric_of
from ..metrics import FEW_PLAYS, Metric, metric
from ..query import Query
from ..sheet import Sheet
from . import state
from .boxes import palette
from .scene import Scene

_SPARK_POINTS = 60  # a sparkline of more is noise


def cards(scene: Scene, metrics: tuple[str, ...] = ()) -> None:
    """One card for each of these metrics, else of the page's: value, change and course."""
    query = scene.over_time(scene.course, metrics)
    row = _totals(scene, query, metrics or scene.metrics)
    course = scene.trend(query).whole.tail(_SPARK_POINTS)
    with st.grid(4, min_column_width=150, gap="small", key="cards"):
        for name in metrics or scene.metrics:
            _card(metric(name), row, course[name].fillna(0).tolist())


def _totals(scene: Scene, query: Query, shown: tuple[str, ...]) -> pd.Series[float]:
    """The metrics of a question over the whole period, with their change."""
    both = scene.total(query)
    if earlier := scene.earlier(query):
        both = compare(both, scene.answer(replace(earlier, by=())), [], list(query.metrics))
    kept = [name for name in both if metric_of(str(name)) in shown]
    scene.report.add(Sheet("Totals", both[kept]))
    return both.iloc[0]


def _card(measure: Metric, row: pd.Series[float], course: list[float]) -> None:
    value = row[measure.name]
    change = row.get(f"{measure.name}_change", math.nan)
    text = formats.change(measure, change)
    changed = text[:1] in ("+", "-")
    few = measure.is_rate and row["plays"] < FEW_PLAYS
    with st.container(border=True, height="stretch", gap="xxsmall", key=f"card-{measure.name}"):
        st.metric(
            measure.label,
            formats.value(measure, value),
            text or None,
            delta_color=_delta_color(measure) if changed else "off",
            delta_arrow="auto" if changed else "off",
            delta_description="few plays" if few else None,
            help=explained(measure, row),
        )
        # Not st.metric's own chart: eight of those in green and red shout, and bring 0.8 MB of
        # scripts to every first visit.
        if len(course) > 1:
            st.html(charts.sparkline(course, palette()))
        st.button(
            "",
            icon=":material/table_rows:",
            type="tertiary",
            key=f"open-{measure.name}",
            help=f"Show the views behind {measure.label}",
            on_click=_open,
            args=(measure.name,),
        )


def _open(name: str) -> None:
    state.change(lambda s: replace(s, behind=None if s.behind == name else name))


def explained(measure: Metric, row: pd.Series[float]) -> str:
    """A metric's definition, what it divides, its value in full and the one before, as Markdown."""
    lines = [measure.help]
    if measure.parts:
        upper, lower = (
            f"{formats.value(metric(part), row[part], full=True)} {metric(part).label.lower()}"
            for part in measure.parts
        )
        lines.append(f"{upper} divided by {lower}")
    lines.append(f"**{formats.value(measure, row[measure.name], full=True)}** in this period")
    before = row.get(f"{measure.name}_before", math.nan)
    if not math.isnan(before):
        lines.append(f"{formats.value(measure, before, full=True)} in the one compared with")
    if measure.is_rate and row["plays"] < FEW_PLAYS:
        lines.append(f"Fewer than {FEW_PLAYS} plays: read it as a hint only.")
    return "\n\n".join(lines)


def _delta_color(measure: Metric) -> Literal["normal", "inverse"]:
    return "normal" if measure.more_is_better else "inverse"

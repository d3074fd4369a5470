"""Breakdowns as pictures: bars, map, treemap, and how a mix develops. Each filters by a click."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from .. import charts, formats
from ..charts import Item, Node
from ..dimensions import OTHER, UNKNOWN, dimension
from ..embeds import page_name
from ..metrics import FEW_PLAYS, Metric, metric
from .boxes import headed, palette, switch
from .breakdown import Breakdown, breakdown
from .cross import chart_key, toggles
from .labels import label
from .scene import Scene


def share_bars(scene: Scene, by: str, rows: int, *, metrics: tuple[str, ...] = ()) -> None:
    """The largest values of a dimension by the chosen metric, as bars, and Other.

    `metrics` are asked for with it, where another block of the page shows them by it too.
    """
    measure = metric(scene.mapped)
    found = breakdown(scene, by, metrics or (measure.name,))
    scene.report.add(found.sheet)
    ranked = _ranked(found, measure)
    top = ranked if len(ranked) <= rows + 1 else ranked.head(rows)  # no "Other" for a single row
    items = [_item(found, measure, row) for row in top.to_dict("records")]
    if len(ranked) > len(top) and measure.additive:
        items.append(_rest(found, measure, ranked.iloc[len(top) :]))
    key = chart_key(f"bars-{by}", scene.selection, by)
    st.plotly_chart(
        charts.bars(measure, items, palette(), chosen=scene.selection.values(by)),
        key=key,
        theme=None,
        config=charts.PLAIN_CONFIG,
        on_select=toggles(key, by),
        selection_mode="points",
        alt=f"{measure.label} by {dimension(by).label.lower()}",
    )


def _ranked(found: Breakdown, measure: Metric) -> pd.DataFrame:
    """The rows of this period by a metric, largest first."""
    rows = found.rows[found.rows[measure.name].notna() & (found.rows[measure.name] > 0)]
    return rows.sort_values([measure.name, "label"], ascending=[False, True], ignore_index=True)


def _item(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> Item:
    """A row as a bar, a country or a box."""
    value, amount = str(row[found.by]), float(row[measure.name])
    change = float(row.get(f"{measure.name}_change", math.nan))
    lines = (
        [f"{formats.change(measure, change)} against the comparison"] if change == change else []
    )
    if measure.additive and (total := float(found.total[measure.name])):
        text = f"{amount / total:.1%}"
        lines.append(f"{text} of all {measure.label.lower()}")
    else:
        text = formats.value(measure, amount)
    return Item(
        value=value,
        label=label(found.by, value),
        amount=amount,
        text=text,
        hover="\n".join(lines),
        context=value == UNKNOWN,
        few=measure.is_rate and row["plays"] < FEW_PLAYS,
    )


def _rest(found: Breakdown, measure: Metric, rows: pd.DataFrame) -> Item:
    amount = float(rows[measure.name].sum())
    share = f"{amount / float(found.total[measure.name]):.1%}"
    return Item(None, f"{OTHER} ({len(rows):,})", amount, text=share, context=True)


def country_map(scene: Scene, *, height: int = 270, metrics: tuple[str, ...] = ()) -> None:
    """The chosen metric, or its change, by country on a map.

    `metrics` are asked for with it, where another block of the page shows them by country too.
    """
    measure = metric(scene.mapped)
    found = breakdown(scene, "country", metrics or (measure.name,))
    items = [_item(found, measure, row) for row in _ranked(found, measure).to_dict("records")]
    changes = None
    if scene.comparison and scene.selection.colour == "change":
        changes = dict(
            zip(found.rows["country"], found.rows[f"{measure.name}_change"], strict=True)
        )
    key = chart_key(f"map-{scene.selection.colour}", scene.selection, "country")
    st.plotly_chart(
        charts.world_map(
            measure,
            items,
            palette(),
            chosen=scene.selection.values("country"),
            changes=changes,
            height=height,
        ),
        key=key,
        theme=None,
        config=charts.MAP_CONFIG,
        on_select=toggles(key, "country"),
        selection_mode="points",
        alt=f"{measure.label} by country",
    )


def world(scene: Scene, metrics: Sequence[str]) -> None:
    """A large map of one of these metrics, to be chosen, or of its change."""
    measure = metric(scene.mapped)
    box, switches = headed(f"{measure.label} by country", "world", measure.help)
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, measure.name)
        if scene.comparison:
            switch("colour", {"amount": "Amount", "change": "Change"}, scene.selection.colour)
    with box:
        country_map(scene, height=420, metrics=scene.metrics)


def _inside(inner: str, value: str, outer: str) -> str:
    """What a box in a box is called: a page without its domain, which stands above it."""
    return page_name(value, outer) if inner == "embed_page" else label(inner, value)


def treemap(scene: Scene, outer: str, inner: str) -> None:
    """Two levels of a hierarchy by views, as boxes in boxes."""
    measure = metric("views")
    query = scene.query(outer, inner, metrics=("views",), without=(outer, inner))
    query = replace(query, order_by="views", limit=200)
    found = scene.answer(query)
    whole = scene.total(query).iloc[0]
    parents, children = (Breakdown(by, ("views",), found, whole) for by in (outer, inner))
    sums = found.groupby(outer, sort=False)["views"].sum()
    nodes = [
        Node(str(value), "", _item(parents, measure, {outer: value, "views": views}))
        for value, views in sums.items()
    ]
    for row in found.to_dict("records"):
        value, part = str(row[outer]), str(row[inner])
        item = replace(_item(children, measure, row), label=_inside(inner, part, value))
        nodes.append(Node(f"{value}\n{part}", value, item))
    key = chart_key(f"treemap-{outer}", scene.selection, outer, inner)
    chosen = (*scene.selection.values(outer), *scene.selection.values(inner))
    st.plotly_chart(
        charts.treemap(measure, nodes, palette(), chosen=chosen),
        key=key,
        theme=None,
        config=charts.PLAIN_CONFIG,
        on_select=toggles(
            key, outer, {str(value): inner for value in {*found[inner]} - {*sums.index}}
        ),
        selection_mode="points",
        alt=f"Views by {dimension(outer).label.lower()} and {dimension(inner).label.lower()}",
    )

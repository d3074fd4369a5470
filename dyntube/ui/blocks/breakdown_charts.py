"""Breakdowns as charts: map and treemap. A click toggles a filter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ... import charts, formats
from ...charts import Item, Node
from ...insight.comparison import few
from ...query.dimensions import UNKNOWN, dimension, is_missing
from ...query.metrics import Metric, metric
from ...reading.addresses import page_name
from ...report.breakdown import Breakdown, breakdown
from ...report.context import ReportContext
from ...report.runner import run, run_total
from ..layout import headed, palette, switch
from .chart import show_filtering_chart
from .share_lists import ranked_rows, share_of

_BOXES, _PARTS = 100, 200  # of a treemap; more would be too small to see


def _item(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> Item:
    value, amount = str(row[found.by]), float(row[measure.name])
    change = float(row.get(f"{measure.name}_change", math.nan))
    lines = [] if math.isnan(change) else [f"{formats.change(measure, change)} vs the comparison"]
    share = share_of(found, measure, amount)
    if share:
        lines.append(f"{share} of all {measure.label.lower()}")
    return Item(
        value,
        str(row["label"]),
        amount,
        text=share or formats.value(measure, amount),
        hover="\n".join(lines),
        context=is_missing(value),
        dimension=found.by,
        few=few(measure, row),
    )


def _rest(found: Breakdown, measure: Metric, rows: pd.DataFrame) -> Item:
    amount = float(rows[measure.name].sum())
    share, name = share_of(found, measure, amount), f"{formats.OTHER_NAME} ({len(rows):,})"
    return Item(None, name, amount, text=share, context=True)


def country_map(
    context: ReportContext, *, height: int = 270, metrics: tuple[str, ...] = ()
) -> None:
    """The selected metric, or its change, by country on a map.

    `metrics` are queried too, to share the scan with another block by country.
    """
    measure = metric(context.chosen_metric)
    found = breakdown(context, "country", metrics or (measure.name,))
    context.tables.add(found.sheet)
    items = [_item(found, measure, row) for row in ranked_rows(found, measure).to_dict("records")]
    changes = None
    if context.comparison and context.selection.colour == "change":
        changes = dict(
            zip(found.rows["country"], found.rows[f"{measure.name}_change"], strict=True)
        )
    show_filtering_chart(
        charts.world_map(
            measure,
            items,
            palette(),
            chosen=context.selection.values("country"),
            changes=changes,
            height=height,
        ),
        f"{measure.label} by country",
        key="map",
    )


def world(context: ReportContext, metrics: Sequence[str]) -> None:
    """A large map with switches for the metric and its change."""
    measure = metric(context.chosen_metric)
    box, switches = headed(f"{measure.label} by country", "world", measure.help)
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, measure.name)
        if context.comparison:
            switch("colour", {"amount": "Amount", "change": "Change"}, context.selection.colour)
    with box:
        country_map(context, height=420, metrics=context.metrics)


def treemap(context: ReportContext, outer: str, inner: str) -> None:
    """Two levels of a hierarchy by views as nested tiles; the remainder of each is Other."""
    measure = metric("views")
    query = context.query(outer, metrics=("views",), without=(outer, inner))
    rows = run(context, query).rows
    named = context.labels.each(outer, rows[outer])
    rows = rows.assign(label=[named[value] for value in rows[outer]])
    found = Breakdown(
        outer, ("views",), rows, run_total(context, query).rows.iloc[0], context.labels
    )
    ranked = ranked_rows(found, measure)
    shown = ranked.head(_BOXES)
    nodes = [
        Node(f"of {row[outer]}", "", _item(found, measure, row)) for row in shown.to_dict("records")
    ]
    if len(ranked) > len(shown):
        nodes.append(Node("rest", "", _rest(found, measure, ranked.iloc[len(shown) :])))
    nodes += _parts(context, found, inner, [str(value) for value in shown[outer]])
    chosen = {(by, value) for by in (outer, inner) for value in context.selection.values(by)}
    show_filtering_chart(
        charts.treemap(measure, nodes, palette(), chosen=chosen),
        f"Views by {dimension(outer).label.lower()} and {dimension(inner).label.lower()}",
        key=f"treemap-{outer}",
    )


def _parts(
    context: ReportContext, whole: Breakdown, inner: str, shown: Sequence[str]
) -> list[Node]:
    """The largest children of the tiles shown."""
    outer, measure = whole.by, metric("views")
    query = context.query(outer, inner, metrics=("views",), without=(outer, inner))
    rows = run(context, replace(query, order_by="views", limit=_PARTS)).rows
    rows = rows[rows[outer].isin(shown)]
    named, shared = context.labels.each(inner, rows[inner]), rows[inner].duplicated(keep=False)
    found = Breakdown(inner, ("views",), rows, whole.total, whole.labels)
    nodes = []
    for row, is_shared in zip(rows.to_dict("records"), shared, strict=True):
        parent, value = str(row[outer]), str(row[inner])
        label = page_name(value, parent) if inner == "embed_page" and value else named[value]
        item = _item(found, measure, row | {"label": label})
        if is_shared or value == UNKNOWN:  # ambiguous by itself
            item = replace(item, within=((outer, parent),))
        nodes.append(Node(f"in {parent}\n{value}", f"of {parent}", item))
    return nodes

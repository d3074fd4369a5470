"""Breakdowns as charts: the map. A click toggles a filter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ... import charts, formats
from ...charts import Item
from ...insight.comparison import few
from ...query.metrics import Metric, metric
from ...report.breakdown import Breakdown, breakdown
from ...report.context import ReportContext
from ...words import tr
from ..layout import headed, palette, switch
from .chart import show_filtering_chart
from .share_lists import change_line, ranked_rows, share_of


def _item(found: Breakdown, measure: Metric, row: Mapping[Any, Any], earlier: str) -> Item:
    value, amount = str(row[found.by]), float(row[measure.name])
    change = float(row.get(f"{measure.name}_change", math.nan))
    lines = [*change_line(found, measure, change, earlier)]
    if share := share_of(found, measure, amount):
        lines.append(tr("{share} of all {metric}", share=share, metric=measure.noun))
    return Item(
        value,
        str(row["label"]),
        amount,
        hover="\n".join(lines),
        dimension=found.by,
        few=few(measure, row),
    )


def country_map(
    context: ReportContext, *, height: int = 270, metrics: tuple[str, ...] = ()
) -> None:
    """The selected metric, or its change, by country on a map.

    `metrics` are queried too, to share the scan with another block by country.
    """
    measure = metric(context.chosen_metric)
    found = breakdown(context, "country", metrics or (measure.name,))
    context.tables.add(found.sheet)
    earlier = formats.period(context.comparison) if context.comparison else ""
    rows = ranked_rows(found, measure).to_dict("records")
    items = [_item(found, measure, row, earlier) for row in rows]
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
        tr("{metric} by country", metric=measure.label),
        found.sheet,
        key="map",
    )


def world(context: ReportContext, metrics: Sequence[str]) -> None:
    """A large map with switches for the metric and its change."""
    measure = metric(context.chosen_metric)
    heading = tr("{metric} by country", metric=measure.label)
    box, switches = headed(heading, "world", measure.help)
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, measure.name)
        if context.comparison:
            labels = {"amount": tr("Amount"), "change": tr("Change")}
            switch("colour", labels, context.selection.colour)
    with box:
        country_map(context, height=420, metrics=context.metrics)

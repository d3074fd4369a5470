"""Breakdowns as charts: bars and map. A click toggles a filter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ... import charts, formats
from ...charts import Item
from ...query.dimensions import dimension
from ...query.metrics import Metric, metric
from ...report.breakdown import Breakdown, breakdown
from ...report.context import ReportContext
from ..chart import show_filtering_chart
from ..layout import headed, palette, switch
from .items import item, share_of, show_bars


def share_bars(
    context: ReportContext, by: str, rows: int, *, metrics: tuple[str, ...] = ()
) -> None:
    """The top values of a dimension by the selected metric as bars, and Other.

    `metrics` are queried too, to share the scan with another block by this dimension.
    """
    measure = metric(context.chosen_metric)
    found = breakdown(context, by, metrics or (measure.name,))
    context.tables.add(found.sheet)
    ranked = _ranked(found, measure)
    top = ranked if len(ranked) <= rows + 1 else ranked.head(rows)  # no Other for a single row
    items = [_item(found, measure, row) for row in top.to_dict("records")]
    if len(ranked) > len(top) and measure.additive:
        items.append(_rest(found, measure, ranked.iloc[len(top) :]))
    alt = f"{measure.label} by {dimension(by).label.lower()}"
    show_bars(context, measure, by, items, f"bars-{by}", alt)


def _ranked(found: Breakdown, measure: Metric) -> pd.DataFrame:
    """The rows of this period by a metric, largest first."""
    rows = found.rows[found.rows[measure.name].notna() & (found.rows[measure.name] > 0)]
    return rows.sort_values([measure.name, "label"], ascending=[False, True], ignore_index=True)


def _item(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> Item:
    change = float(row.get(f"{measure.name}_change", math.nan))
    lines = (
        [] if math.isnan(change) else [f"{formats.change(measure, change)} against the comparison"]
    )
    if share := share_of(found, measure, float(row[measure.name])):
        lines.append(f"{share} of all {measure.label.lower()}")
    return item(found, measure, row, lines)


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
    items = [_item(found, measure, row) for row in _ranked(found, measure).to_dict("records")]
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
        key=f"map-{context.selection.colour}",
        selection=context.selection,
        by=("country",),
        config=charts.MAP_CONFIG,
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

"""Rows of a breakdown as bars, countries or tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import charts, formats
from ...charts import Item
from ...insight.comparison import few
from ...query.dimensions import is_missing
from ...query.metrics import Metric
from ...report.breakdown import Breakdown
from ...report.context import ReportContext
from ..chart import show_filtering_chart
from ..layout import palette


def share_of(found: Breakdown, measure: Metric, amount: float) -> str:
    """An amount as its share of the total; empty for rates and where there is no total."""
    total = float(found.total[measure.name])
    return formats.percent(amount / total) if measure.additive and total else ""


def item(
    found: Breakdown,
    measure: Metric,
    row: Mapping[Any, Any],
    hover: Sequence[str],
    *,
    of_few: str | None = None,
) -> Item:
    """A row by one metric, with further lines to show under the pointer.

    `of_few` says what its rate is made of few of, where the comparison does not count.
    """
    value, amount = str(row[found.by]), float(row[measure.name])
    return Item(
        value,
        str(row["label"]),
        amount,
        text=share_of(found, measure, amount) or formats.value(measure, amount),
        hover="\n".join(hover),
        context=is_missing(value),
        dimension=found.by,
        few=few(measure, row) if of_few is None else of_few,
    )


def show_bars(
    context: ReportContext, measure: Metric, by: str, items: Sequence[Item], key: str, alt: str
) -> None:
    """Items of a dimension as bars; a click filters by one."""
    show_filtering_chart(
        charts.bars(measure, items, palette(), chosen=context.selection.values(by)),
        alt,
        key=key,
        selection=context.selection,
        by=(by,),
    )

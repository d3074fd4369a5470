"""A row of a breakdown as a bar, a country or a tile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import formats
from ...charts import Item
from ...insight.comparison import few
from ...query.dimensions import is_missing
from ...query.metrics import Metric
from ...report.breakdown import Breakdown


def share_of(found: Breakdown, measure: Metric, amount: float) -> str:
    """An amount as its share of the total; empty for rates and where there is no total."""
    total = float(found.total[measure.name])
    return f"{amount / total:.1%}" if measure.additive and total else ""


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

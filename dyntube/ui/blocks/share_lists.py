"""Breakdowns as share lists: the top values of a dimension, or all of them. A click filters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ... import formats
from ...insight.comparison import direction, few, is_per_day
from ...query.dimensions import dimension, is_missing
from ...query.metrics import Metric, metric
from ...report.breakdown import Breakdown, breakdown, ordered
from ...report.context import ReportContext
from ...words import tr, trn
from ..clicks import toggle
from ..components.share_list import Row, is_open, share_list

# By the metric of which there are few, as `insight.comparison.few` gives it.
_FEW = {
    "plays": tr("Few plays: only a rough guide"),
    "viewers": tr("Few viewers: only a rough guide"),
    "views": tr("Few views: only a rough guide"),
}
MOST_ROWS = 1000  # in the whole list; the table of the dimension's page searches the rest


def top_list(context: ReportContext, by: str, rows: int, *, metrics: tuple[str, ...] = ()) -> None:
    """The top values of a dimension by the selected metric, with a button that opens the rest.

    `metrics` are queried too, to share the scan with another block by this dimension.
    """
    measure = metric(context.chosen_metric)
    found = breakdown(context, by, metrics or (measure.name,))
    context.tables.add(found.sheet)
    ranked, key = ranked_rows(found, measure), f"list-{by}"
    top = ranked.head(MOST_ROWS if is_open(key) else rows)
    draw_list(
        context,
        found,
        measure,
        top,
        key=key,
        rest=_rest(found, measure, ranked.iloc[len(top) :]),
        more=_more(len(ranked), len(top), is_open(key)),
    )


def ranked_rows(found: Breakdown, measure: Metric) -> pd.DataFrame:
    """The rows of this period by a metric, largest first."""
    rows = found.rows[found.rows[measure.name].notna() & (found.rows[measure.name] > 0)]
    return ordered(rows, found.by, measure.name, rising=False)


def draw_list(
    context: ReportContext,
    found: Breakdown,
    measure: Metric,
    rows: pd.DataFrame,
    *,
    key: str,
    rest: str = "",
    more: str = "",
    compared: bool = True,
    lines: Callable[[Mapping[Any, Any]], Sequence[str]] = lambda _: (),
) -> None:
    """Rows of a breakdown by one metric, in their order; `lines` has more to say of each.

    Where nothing is `compared`, a small basis is that of this period alone.
    """
    of = dimension(found.by)
    per_day = is_per_day(measure, context.days)
    earlier = formats.period(context.comparison) if compared and context.comparison else ""
    longest = max((float(amount) for amount in rows[measure.name] if amount > 0), default=1.0)
    chosen = context.selection.values(found.by)
    share_list(
        [
            _row(found, measure, row, longest, chosen, lines(row), earlier)
            for row in rows.to_dict("records")
        ],
        tr("{metric} by {dimension}", metric=measure.label, dimension=of.noun),
        key=key,
        head=(
            of.label,
            measure.label,
            tr("Share") if measure.additive else "",
            "" if not earlier else tr("Change in daily average") if per_day else tr("Change"),
        ),
        on_pick=lambda value: toggle((found.by, value)),
        rest=rest,
        more=more,
        search=tr("Search {things}", things=of.plural) if more else "",
        thing=of.noun,
    )


def _row(
    found: Breakdown,
    measure: Metric,
    row: Mapping[Any, Any],
    longest: float,
    chosen: Sequence[str],
    lines: Sequence[str],
    earlier: str,
) -> Row:
    value, amount = str(row[found.by]), float(row[measure.name])
    change = float(row.get(f"{measure.name}_change", math.nan)) if earlier else math.nan
    basis = few(measure, row if earlier else {measure.basis: row.get(str(measure.basis))})
    look = "missing" if is_missing(value) else "few" if basis else ""
    return Row(
        value,
        str(row["label"]),
        formats.value(measure, amount),
        share_of(found, measure, amount),
        _change(found, measure, row) if earlier else "",
        direction(measure, change),
        width=max(amount, 0.0) / longest if math.isfinite(amount) else 0.0,
        chosen=value in chosen,
        look=f"{look} faded" if chosen and value not in chosen else look,
        hover=(
            f"{measure.label}: {formats.value(measure, amount, full=True)}",
            *change_line(found, measure, change, earlier),
            *filter(None, [_FEW.get(basis)]),
            *lines,
        ),
        searched=found.labels.one(found.by, value),
    )


def _change(found: Breakdown, measure: Metric, row: Mapping[Any, Any]) -> str:
    return tr("new") if row[found.by] in found.young else formats.change_of(measure, row)


def change_line(found: Breakdown, measure: Metric, change: float, earlier: str) -> Iterator[str]:
    """A change with the period it is against; nothing without one."""
    said = formats.change(measure, change)
    if said and is_per_day(measure, found.days):
        yield tr("{change} in the daily average vs {period}", change=said, period=earlier)
    elif said:
        yield tr("{change} vs {period}", change=said, period=earlier)


def share_of(found: Breakdown, measure: Metric, amount: float) -> str:
    """An amount as its share of the total; empty for rates and where there is no total."""
    total = float(found.total[measure.name])
    return formats.percent(amount / total) if measure.additive and total else ""


def _rest(found: Breakdown, measure: Metric, rows: pd.DataFrame) -> str:
    """What a list leaves out: "60 others: 48.1% of views"."""
    if rows.empty:
        return ""
    share = share_of(found, measure, float(rows[measure.name].sum())) if measure.additive else ""
    if not share:
        return trn("{number} other", "{number} others", len(rows))
    return trn(
        "{number} other: {share} of {metric}",
        "{number} others: {share} of {metric}",
        len(rows),
        share=share,
        metric=measure.noun,
    )


def _more(all_: int, shown: int, opened: bool) -> str:
    if opened:
        return tr("Show fewer")
    if all_ <= shown:
        return ""
    return trn("Show all {number}", "Show all {number}", min(all_, MOST_ROWS))

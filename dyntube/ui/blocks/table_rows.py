"""The rows of a breakdown as a table shows them: columns, texts, remarks, sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ... import formats
from ...insight.comparison import direction, few, is_per_day, metric_of
from ...query.dimensions import dimension, is_missing
from ...query.metrics import Metric, metric
from ...query.query import Filter
from ...reading.text import sort_key
from ...report.breakdown import Breakdown
from ...report.context import ReportContext
from ...report.over_time import buckets
from ...report.runner import run
from ...report.selection import COURSE
from ...report.spans import days_text
from ...words import tr
from ..components.table import Column, Rows, heights

_POINTS = 60  # of a sparkline, at most
_FEW_ROWS = 300  # up to this many rows, sparklines are fetched for all at once


def usual_columns(context: ReportContext, found: Breakdown) -> tuple[str, ...]:
    """The columns of a table of which none are chosen."""
    first, *others = found.metrics
    return (first, *([f"{first}_change"] if context.comparison else []), COURSE, *others)


def offered_columns(context: ReportContext, found: Breakdown) -> dict[str, str]:
    """All columns of a table in their order, with their full names."""
    every: dict[str, str] = {}
    for number, name in enumerate(found.metrics):
        label = metric(name).label
        every[name] = label
        if context.comparison:
            every[f"{name}_change"] = _change_name(context, metric(name))
        if not number:
            every[COURSE] = tr("Trend")
    return every


def _change_name(context: ReportContext, measure: Metric) -> str:
    if is_per_day(measure, context.days):
        return tr("Change in {metric} per day", metric=measure.noun)
    return tr("Change in {metric}", metric=measure.noun)


def as_rows(
    context: ReportContext,
    found: Breakdown,
    shown: pd.DataFrame,
    columns: Sequence[str],
    *,
    whole: bool = False,
) -> Rows:
    """Some rows of a breakdown with these columns, in the order of `offered_columns`."""
    names = [str(label) for label in shown["label"]]
    values = [str(value) for value in shown[found.by]]
    full = replace(found, rows=shown).whole_labels
    marks = list(_marks(found, shown))
    pictures = context.desk.thumbnails(values) if found.by == "video" else {}
    kept = [name for name in offered_columns(context, found) if name in columns]
    return Rows(
        dimension(found.by).label,
        values,
        names,
        [_column(context, found, shown, name, values, whole=whole) for name in kept],
        marks=marks if any(marks) else (),
        searched=full if whole and full != names else (),
        images=[pictures.get(value, "") for value in values] if pictures else (),
        ranks=_name_ranks(values, names) if whole else (),
        whole=whole,
    )


def _column(
    context: ReportContext,
    found: Breakdown,
    shown: pd.DataFrame,
    name: str,
    values: list[str],
    *,
    whole: bool,
) -> Column:
    said = offered_columns(context, found)[name]
    if name == COURSE:
        return Column(name, said, said, _courses(context, found, values), "course", _COURSE)
    measure = metric(metric_of(name))
    amounts = [float(amount) for amount in shown.get(name, pd.Series(math.nan, shown.index))]
    ranks = _ranks(amounts) if whole else ()
    if name == measure.name:
        texts = [formats.value(measure, amount, full=True) for amount in amounts]
        return Column(name, measure.label, said, texts, help=measure.help, ranks=ranks)
    return Column(
        name,
        tr("Change in daily average") if is_per_day(measure, context.days) else tr("Change"),
        said,
        list(_change_texts(found, shown, measure)),
        "change",
        _change_help(context, measure),
        ranks,
        [direction(measure, amount) for amount in amounts],
    )


_COURSE = tr("Views over the period, on a scale from 0. A gap means that there is no data.")


def _change_texts(found: Breakdown, shown: pd.DataFrame, measure: Metric) -> Iterator[str]:
    """The changes of rows; the mark of a young one says why it has none."""
    for row in shown.to_dict("records"):
        yield "" if row[found.by] in found.young else formats.change_of(measure, row)


def _change_help(context: ReportContext, measure: Metric) -> str:
    if context.days[0] == context.days[1] or not (measure.additive or measure.distinct):
        return tr("{metric}: change vs the comparison", metric=measure.label)
    values = {"metric": measure.label, "lengths": days_text(context.days)}
    if is_per_day(measure, context.days):
        return tr("{metric}: change of the daily average: {lengths}", **values)
    return tr("{metric}: change of the total, not per day: {lengths}", **values)


def _ranks(amounts: Sequence[float]) -> list[int | None]:
    """The place of each amount among the different ones, None for NaN."""
    places = pd.Series(amounts, dtype=float).rank(method="dense")
    return [None if math.isnan(place) else int(place) for place in places]


def _name_ranks(values: Sequence[str], names: Sequence[str]) -> list[int | None]:
    """The place of each name among the different ones, None for a missing value."""
    places = {name: place for place, name in enumerate(sorted(set(map(sort_key, names))))}
    pairs = zip(values, names, strict=True)
    return [None if is_missing(value) else places[sort_key(name)] for value, name in pairs]


def _marks(found: Breakdown, shown: pd.DataFrame) -> Iterator[str]:
    """What to know of each row: "New on 4 Nov 2026", "Few plays"."""
    for row in shown.to_dict("records"):
        yield " · ".join(filter(None, [_new(found, str(row[found.by])), _few(found, row)]))


def _new(found: Breakdown, value: str) -> str:
    if value not in found.young:
        return ""
    first = found.young[value]
    return tr("New on {day}", day=formats.day(first)) if first else tr("New")


def _few(found: Breakdown, row: Mapping[Any, Any]) -> str:
    """The mark of a row whose rates have a small basis: "Few plays"."""
    named = {few(metric(name), row) for name in found.metrics}
    return next((text for what, text in _FEW_WORDS.items() if what in named), "")


# The first that applies is shown.
_FEW_WORDS = {"plays": tr("Few plays"), "viewers": tr("Few viewers"), "views": tr("Few views")}


def _courses(context: ReportContext, found: Breakdown, values: list[str]) -> list[str]:
    """The sparklines of these values: views over time."""
    by, interval = found.by, context.sparkline_interval
    query = context.query(by, interval, metrics=("views",), without=(by,))
    if not values:
        return []
    if len(found.rows) > _FEW_ROWS:
        query = replace(query, filters=(*query.filters, Filter(by, tuple(values))))
    views = run(context, query).rows
    wide = views[views[by].isin(values)].pivot(index=interval, columns=by, values="views")
    over = buckets(context, interval)
    wide = wide.reindex(index=over.rows[interval], columns=values).fillna(0)
    wide[over.partial.to_numpy()] = math.nan
    lines = _thinned(wide)
    return [heights(lines[value].tolist()) for value in values]


def _thinned(wide: pd.DataFrame) -> pd.DataFrame:
    """At most _POINTS rows: several to one, counted from the last."""
    size = math.ceil(len(wide) / _POINTS)
    if size < 2:
        return wide
    whole = wide.iloc[len(wide) % size :].reset_index(drop=True)
    return whole.groupby(whole.index // size).sum(min_count=size)

"""The breakdown table: search, sort, pages, downloads, and filters by ticking rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from ... import formats
from ...insight.comparison import few, metric_of
from ...insight.trends import Trend
from ...query.dimensions import dimension
from ...query.metrics import FEW, metric
from ...query.query import Filter
from ...reading.text import folded
from ...report.breakdown import FIRST, Breakdown, breakdown
from ...report.context import ReportContext
from ...report.over_time import buckets
from ...report.runner import run
from ...report.spans import days_text
from .. import session
from ..selectable_table import selectable_table
from .export import table_downloads

ROWS = 15  # per page
_SPARK_POINTS = 60
_FEW_ROWS = 300  # up to this many rows, sparklines are fetched for all at once


def table(context: ReportContext, found: Breakdown, *, key: str = "") -> None:
    """A breakdown as a table to search, sort and download; ticking a row filters by it."""
    key = key or f"table-{found.by}"
    context.tables.add(found.sheet)
    head = st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key=f"{key}-head"
    )
    with head:
        rows = _searched(found, key)
        _order(context, found, key)
        table_downloads(found.sheet, context.tables, key=key)
    first = _first(rows, key)
    _grid(context, found, rows.iloc[first : first + ROWS].reset_index(drop=True), key)
    with st.container(horizontal=True, horizontal_alignment="distribute", key=f"{key}-foot"):
        st.caption(_footer(found, rows), width="content")
        if len(rows) > ROWS:
            st.pagination(math.ceil(len(rows) / ROWS), key=_page_key(rows, key))


def top_table(context: ReportContext, by: str, rows: int, metrics: tuple[str, ...]) -> None:
    """The values of a dimension with most views; ticking a row filters by it."""
    found = breakdown(context, by, metrics)
    context.tables.add(found.sheet)
    top = found.rows.sort_values(["views", "label"], ascending=[False, True]).head(rows)
    _grid(context, found, top.reset_index(drop=True), f"top-{by}", width=190)


def _grid(
    context: ReportContext, found: Breakdown, shown: pd.DataFrame, key: str, *, width: int = 200
) -> None:
    selectable_table(
        _columns(context, found, shown),
        f"{dimension(found.by).label} by its numbers",
        key=key,
        selection=context.selection,
        by=found.by,
        values=[str(value) for value in shown[found.by]],
        config=_config(context, found, width),
    )


def _searched(found: Breakdown, key: str) -> pd.DataFrame:
    what = dimension(found.by).label.lower()
    text = st.text_input(
        "Search",
        key=f"{key}-search",
        placeholder=f"Search {what}",
        label_visibility="collapsed",
        icon=":material/search:",
        width=220,
    )
    if not text:
        return found.rows
    wanted = folded(text)
    is_found = [wanted in folded(name) for name in found.rows["label"]]
    if dimension(found.by).within:  # a short label may lack the city's country
        whole = (folded(found.labels.one(found.by, str(value))) for value in found.rows[found.by])
        is_found = [short or wanted in text for short, text in zip(is_found, whole, strict=True)]
    return found.rows[is_found]


def _order(context: ReportContext, found: Breakdown, key: str) -> None:
    options = [n for n in found.rows.columns if n in found.metrics]
    if context.comparison:
        options += [f"{name}_change" for name in options]
    shown = context.selection.sort if context.selection.sort in options else options[0]
    st.session_state[f"{key}-sort"] = shown
    st.selectbox(
        "Sort by",
        options,
        format_func=lambda name: f"Sort by {column_label(name)}",
        key=f"{key}-sort",
        label_visibility="collapsed",
        width=210,
        on_change=lambda: session.change(
            lambda s: replace(s, sort=st.session_state[f"{key}-sort"], order="falling")
        ),
    )
    rising = context.selection.order == "rising"
    st.button(
        "",
        icon=":material/arrow_upward:" if rising else ":material/arrow_downward:",
        key=f"{key}-order",
        help="Smallest first" if rising else "Largest first",
        on_click=session.change,
        args=(lambda s: replace(s, order="falling" if rising else "rising"),),
    )


def column_label(name: str) -> str:
    """A sort column's name within a sentence."""
    base = name.removesuffix("_change")
    label = metric(base).label.lower()
    return label if base == name else f"change in {label}"


def _page_key(rows: pd.DataFrame, key: str) -> str:
    return f"{key}-page-{len(rows)}"


def _first(rows: pd.DataFrame, key: str) -> int:
    """The index of the first row on the current page."""
    page: int = st.session_state.get(_page_key(rows, key), 1)
    return (page - 1) * ROWS


def _columns(context: ReportContext, found: Breakdown, shown: pd.DataFrame) -> pd.DataFrame:
    """The displayed columns, in display units."""
    columns: dict[str, Any] = {"label": shown["label"]}
    sparklines = _sparklines(context, found, tuple(shown[found.by]))
    for number, name in enumerate(found.metrics):
        columns[name] = _readable(name, shown[name])
        if f"{name}_change" in shown and name in _changing(context):
            columns[f"{name}_change"] = shown[f"{name}_change"] * 100
        if not number and FIRST in shown and shown[FIRST].notna().any():
            columns["new"] = [f"New on {formats.day(day)}" if day else None for day in shown[FIRST]]
        if not number and sparklines:
            columns["course"] = [sparklines.get(str(value)) for value in shown[found.by]]
    if any(marks := [_few(found, row) for row in shown.to_dict("records")]):
        columns["few"] = marks
    return pd.DataFrame(columns)


def _few(found: Breakdown, row: Mapping[Any, Any]) -> str | None:
    """The mark of a row whose rates have a small basis: "Few plays"."""
    named = {few(metric(name), row) for name in found.metrics}
    return next((f"Few {what}" for what in ("plays", "viewers", "views") if what in named), None)


def _changing(context: ReportContext) -> tuple[str, str]:
    """The metrics with a change column; one for each would make the table too wide."""
    return "views", metric_of(context.selection.sort)


def _readable(name: str, amounts: pd.Series[float]) -> pd.Series[Any]:
    match metric(name).format:
        case "percent":
            return amounts * 100
        case "hours":
            return amounts / 3600
        case "seconds":
            return pd.to_timedelta(amounts.round(), unit="s")
        case _:
            return amounts


_FORMATS = {
    "number": "localized",
    "percent": "%.1f%%",
    "hours": "%,.1f h",
    "seconds": "compact",
    "ratio": "%.2f",
}


_FEW_HELP = f"Fewer than {FEW}, here or in the comparison: rates of so few say little"
_WIDTHS = {"percent": 95, "seconds": 95}


def _config(context: ReportContext, found: Breakdown, width: int) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    config: dict[str, Any] = {
        "label": text(dimension(found.by).label, width=width),
        "few": text("", help=_FEW_HELP, width=80),
        "new": text("", help="Younger than what is compared with, so it has no change", width=125),
        "course": st.column_config.LineChartColumn(
            "Trend",
            width=90,
            y_min=0,
            color="gray",
            help="Views over the period, or since its last gap",
        ),
    }
    unequal = context.days[0] != context.days[1]
    for name in found.metrics:
        measure = metric(name)
        by_day = f", by the day: {days_text(context.days)}" if unequal and measure.additive else ""
        config[name] = number(
            measure.label,
            format=_FORMATS[measure.format],
            help=measure.help,
            width=_WIDTHS.get(measure.format, 80),
        )
        unit = " pts" if measure.is_rate else "%%"
        config[f"{name}_change"] = number(
            "Change",
            format=f"%+.1f{unit}",
            help=f"{measure.label}, against the comparison{by_day}",
            width=80,
        )
    return config


def _sparklines(
    context: ReportContext, found: Breakdown, values: tuple[str, ...]
) -> dict[str, list[float]]:
    """The sparklines of these values: views over time."""
    by, interval = found.by, context.sparkline_interval
    query = context.query(by, interval, metrics=("views",), without=(by,))
    if not values:
        return {}
    if len(found.rows) > _FEW_ROWS:
        query = replace(query, filters=(*query.filters, Filter(by, values)))
    views = run(context, query).rows
    wide = views[views[by].isin(values)].pivot(index=interval, columns=by, values="views")
    starts = _unbroken(buckets(context, interval))
    wide = wide.reindex(starts).fillna(0).tail(_SPARK_POINTS)
    return {str(value): wide[value].tolist() for value in wide.columns}


def _unbroken(course: Trend) -> list[pd.Timestamp]:
    """The last run of complete buckets: a sparkline column cannot draw gaps."""
    gaps = course.partial.cumsum()[~course.partial]
    return [*course.rows.loc[gaps[gaps == gaps.max()].index, course.interval]]


def _footer(found: Breakdown, rows: pd.DataFrame) -> str:
    """The number of rows, and their sums: of all, or of those found by a search."""
    what = dimension(found.by).label.lower()
    count = f"{formats.count(len(found.rows), 'row')} by {what}"
    is_whole = len(rows) == len(found.rows)
    amounts = found.total if is_whole else rows.sum(numeric_only=True)
    parts = [count if is_whole else f"{len(rows):,} of {count}"]
    parts += [
        f"{formats.value(metric(name), amounts[name], full=True)} {metric(name).label.lower()}"
        for name in ("views", "plays", "watch_time")
        if name in found.metrics
    ]
    if "viewers" in found.metrics and len(found.rows) > 1:
        parts.append(_viewers(found, rows) if is_whole or len(rows) < 2 else _NOT_ADDED)
    return " · ".join(parts)


_NOT_ADDED = "viewers are not added up, because people in several rows count once"


def _viewers(found: Breakdown, rows: pd.DataFrame) -> str:
    """The viewers of all rows, or of the only one found by a search."""
    added, total = int(rows["viewers"].sum()), int(found.total["viewers"])
    if len(rows) < len(found.rows):
        return f"{added:,} viewers"
    why = f"the rows add up to {added:,}, because people in several rows count once in the total"
    return f"{total:,} viewers" + (f"; {why}" if added > total else "")

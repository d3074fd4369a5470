"""The breakdown table: a name opens, a tick compares, a header sorts, a search narrows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from ... import formats
from ...query.dimensions import HIERARCHIES, dimension
from ...query.metrics import metric
from ...report.breakdown import Breakdown, breakdown, ordered
from ...report.context import ReportContext
from ...report.selection import NAME, Selection
from ...words import tr
from .. import session
from ..clicks import open_videos
from ..components.table import MOST_ROWS, Choice, Head, table_head, table_rows
from .export import table_downloads
from .table_rows import as_rows, offered_columns, usual_columns


def table(context: ReportContext, found: Breakdown) -> None:
    """A breakdown with its head: search, columns, ticks, downloads.

    The name of a video opens its page. Another leads one level down, filtered to it; on the last
    level it filters, or takes its filter back.
    """
    key = f"table-{found.by}"
    context.tables.add(found.sheet)
    choice, rows = _choice(context, found), found.found(context.selection.searched(found.by))
    with st.container(gap="small", key=f"{key}-box"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container():
                _head(context, found, rows, choice, key)
            with st.container(width="content", key=f"{key}-download"):
                table_downloads(found.sheet, context.tables, key=key)
        whole = len(found.rows) <= MOST_ROWS
        every = ordered(found.rows, found.by, NAME, rising=True) if whole else rows[:MOST_ROWS]
        table_rows(
            as_rows(context, found, every, (*choice.columns, choice.sort), whole=whole),
            _label(found),
            key=key,
            on_open=_opener(found),
            head=True,
        )


def short_table(
    context: ReportContext, found: Breakdown, rows: pd.DataFrame, *, key: str, leave: bool = False
) -> None:
    """A few rows of videos without a head; a name opens its page, to `leave` this one for it."""
    table_rows(
        as_rows(context, found, rows, usual_columns(context, found)),
        _label(found),
        key=key,
        on_open=lambda value: open_videos((value,), leave=leave),
        marked=() if context.selection.open else context.selection.values(found.by),
    )


def top_videos(context: ReportContext, rows: int, metrics: tuple[str, ...]) -> None:
    """The videos with most views."""
    found = breakdown(context, "video", metrics)
    context.tables.add(found.sheet)
    top = ordered(found.rows, "video", "views", rising=False).head(rows)
    short_table(context, found, top, key="top-videos", leave=True)


def _label(found: Breakdown) -> str:
    return tr("Table of {things}", things=dimension(found.by).plural)


def _choice(context: ReportContext, found: Breakdown) -> Choice:
    selection, offered = context.selection, offered_columns(context, found)
    columns = tuple(name for name in offered if name in selection.columns)
    return Choice(
        selection.sort if selection.sort in (NAME, *offered) else found.metrics[0],
        selection.order,
        selection.searched(found.by),
        columns or usual_columns(context, found),
    )


def _head(
    context: ReportContext, found: Breakdown, rows: pd.DataFrame, choice: Choice, key: str
) -> None:
    of, is_video = dimension(found.by), found.by == "video"
    head = Head(
        tr("Search {things}", things=of.plural),
        choice,
        list(offered_columns(context, found).items()),
        gather=tr("Compare {}") if is_video else tr("Filter to {}"),
        least=2 if is_video else 1,
        count=of.count(len(found.rows)),
        found=len(rows),
        thing=of.noun,
        foot=footer(found, rows),
        marked=context.selection.values(found.by),
    )
    table_head(
        head,
        {str(value) for value in found.rows[found.by]},
        key=key,
        on_choose=lambda chosen: _choose(found.by, chosen, usual_columns(context, found)),
        on_gather=lambda values: _gather(found.by, tuple(values)),
    )


def _choose(by: str, chosen: Choice, usual: tuple[str, ...]) -> None:
    def edit(selection: Selection) -> Selection:
        kept = () if chosen.columns == usual else chosen.columns
        selection = replace(selection, sort=chosen.sort, order=chosen.order, columns=kept)
        return selection.searching(by, chosen.search)

    session.change(edit, adds=False)


def _gather(by: str, values: tuple[str, ...]) -> None:
    if by == "video":
        open_videos(values)
    else:
        session.change(lambda s: s.narrowed(by, values))


def _opener(found: Breakdown) -> Callable[[str], None]:
    by = found.by
    if by == "video":
        return lambda value: open_videos((value,))
    if any(by == levels[-1] for levels in HIERARCHIES.values()):
        return lambda value: session.change(lambda s: s.toggled(by, value))
    return lambda value: session.change(lambda s: s.narrowed(by, (value,)))


def footer(found: Breakdown, rows: pd.DataFrame) -> str:
    """The number of rows, and their sums: of all, or of those found by a search."""
    is_whole = len(rows) == len(found.rows)
    amounts = found.total if is_whole else rows.sum(numeric_only=True)
    parts = [_counted(found, len(rows))]
    parts += [
        formats.counted(metric(name), amounts[name])
        for name in ("views", "plays", "watch_time")
        if name in found.metrics
    ]
    if "viewers" not in found.metrics or len(found.rows) < 2:
        return " · ".join(parts)
    if len(rows) == 1 or is_whole:
        viewers = (found.total if is_whole else rows.iloc[0])["viewers"]
        parts.append(formats.counted(metric("viewers"), viewers))
    added, total = int(rows["viewers"].sum()), int(found.total["viewers"])
    return ". ".join(filter(None, [" · ".join(parts), _viewers(added, total, len(rows), is_whole)]))


def _counted(found: Breakdown, rows: int) -> str:
    """How many rows there are, found and shown."""
    every = dimension(found.by).count(len(found.rows))
    if rows > MOST_ROWS and rows < len(found.rows):
        return tr(
            "The first {shown} of {all}, {found} of them found",
            shown=format(MOST_ROWS, ","),
            all=every,
            found=format(rows, ","),
        )
    if rows > MOST_ROWS:
        return tr("The first {shown} of {all}", shown=format(MOST_ROWS, ","), all=every)
    if rows < len(found.rows):
        return tr("{found} of {all}", found=format(rows, ","), all=every)
    return every


def _viewers(added: int, total: int, rows: int, is_whole: bool) -> str:
    """Why viewers do not add up; empty where they do."""
    if is_whole and added > total:
        return tr(
            "Rows add up to more than {number} because a person can appear in several rows.",
            number=format(total, ","),
        )
    if not is_whole and rows > 1:
        return tr("Viewers are not added up because a person can appear in several rows.")
    return ""

"""Embed domains: which are new, gone or unexpected, and how videos play on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from ... import formats
from ...insight.domains import GONE, NEW, RETURNED
from ...query.metrics import metric
from ...query.periods import EARLIEST, ONE_DAY, Period
from ...report.context import ReportContext
from ...report.domains import BY, DomainWatch, has_campaigns, top_domains
from ...report.domains import domain_watch as watched_domains
from ...report.gaps import missing_days
from ...words import tr, trn
from ..blocks.drill import drill
from ..blocks.share_lists import draw_list
from ..clicks import toggle
from ..components.table import Column, Rows, table_rows
from ..layout import caption, card, columns, headed, switch

_LOST = tr("No longer showing your videos")
_HELP = tr(
    "New: no views before this period, as far as we have them. Returned: had views before, none in "
    "the comparison period or since, until this period. No longer showing your videos: had views "
    "in the comparison period, none in this one. Filters only decide which sites are listed, not "
    "which are new or lost."
)
_FIRST_HELP = tr("“By” a day: perhaps earlier, since the day before has not been loaded.")
_HOW_TO_EXPECT = tr(
    "To see sites that are not your own, ask your administrator to list yours in the "
    "setting `DYNTUBE_OWN_DOMAINS`."
)


def domain_watch(context: ReportContext) -> None:
    """The new, gone and unexpected domains, each a filter."""
    found = watched_domains(context)
    context.tables.add(found.sheet)
    new, gone = _new(context, found), _gone(context, found)
    own = context.desk.own_domains
    with card(tr("New and lost sites"), _HELP):
        with st.container(key="domain-lists"):
            left, right = columns(1, 1)
        if own:
            sides = [(left, new), (left, gone), (right, _unexpected(found))]
        else:
            sides = [(left, new), (right, gone)]
        for side, list_ in sides:
            with side:
                _draw(context, list_)
        caption(_history(context, found.days), tr("click a site to filter by it"), key="domains")
        if not own:
            st.caption(_HOW_TO_EXPECT)


@dataclass(frozen=True, eq=False)
class _List:
    """One kind of domains with its `name` in keys, its label and its count.

    `rows` is None if they cannot be known, `count` is the heading's number and `note` its caption;
    `said` is shown without rows. With `gone`, views are those of the comparison.
    """

    name: str
    label: str
    help: str
    rows: pd.DataFrame | None
    said: str
    count: int = 0
    note: str = ""
    gone: bool = False


def _new(context: ReportContext, found: DomainWatch) -> _List:
    help_ = tr("Sites without views before this period, then those that have returned.")
    parts = "new", tr("New"), help_
    if not (found.days["day"] < pd.Timestamp(context.period.start)).any():
        said = tr("No views are stored before this period, so we can't tell which sites are new.")
        return _List(*parts, None, said)
    rows = found.rows
    new, back = rows[rows["status"] == NEW], rows[rows["status"] == RETURNED]
    notes = [_of_views(new["views"], found.all.rows["views"])] if len(new) else []
    if len(back):
        notes.append(
            trn("{number} returned after a pause", "{number} returned after a pause", len(back))
        )
    listed = pd.concat([new, back], ignore_index=True)
    said = tr("No new sites in this period.")
    return _List(*parts, listed, said, len(new), ", ".join(notes))


def _gone(context: ReportContext, found: DomainWatch) -> _List:
    parts = "lost", _LOST, tr("Sites with views in the comparison and none in this period.")
    if context.comparison is None or context.comparison.start >= context.period.start:
        said = tr("Without a comparison, we can't tell which sites are lost.")
        return _List(*parts, None, said)
    gone = found.rows[found.rows["status"] == GONE]
    note = tr(
        "had {share} of views in {period}",
        share=_share(gone["views_before"], found.all.rows["views_before"]),
        period=formats.period(context.comparison),
    )
    return _List(*parts, gone, tr("No lost sites."), len(gone), note, gone=True)


def _unexpected(found: DomainWatch) -> _List:
    rows = found.rows
    others = rows[(rows["own"] == "no") & (rows["views"] > 0)]
    return _List(
        "unexpected",
        tr("Unexpected"),
        tr("Sites with views in this period that are not your own or a subdomain of one."),
        others,
        tr("All sites are your own."),
        len(others),
        _of_views(others["views"], found.all.rows["views"]),
    )


def _of_views(part: pd.Series[float], whole: pd.Series[float]) -> str:
    return tr("{share} of views", share=_share(part, whole))


def _share(part: pd.Series[float], whole: pd.Series[float]) -> str:
    return formats.percent(part.sum() / whole.sum() if whole.sum() else math.nan)


def _draw(context: ReportContext, list_: _List) -> None:
    rows = list_.rows
    count = formats.NONE if rows is None else f"{list_.count:,}"
    with st.container(gap=None):
        st.metric(list_.label, count, help=list_.help)
        st.caption(list_.said if rows is None or rows.empty else list_.note)
    if rows is None or rows.empty:
        return
    table_rows(
        _shown(list_, rows, _days(context, list_, rows)),
        tr("{list}: sites with their views and plays", list=list_.label),
        key=f"domains-{list_.name}",
        on_open=lambda domain: toggle((BY, domain)),
        marked=context.selection.values(BY),
    )


def _days(context: ReportContext, list_: _List, rows: pd.DataFrame) -> list[str]:
    """The last views of lost sites; of others the first, as far back as it is known."""
    if list_.gone:
        return [formats.day(at.date()) for at in rows["last_view"]]
    found = [at.date() for at in rows["first_view"]]
    span = Period(max(EARLIEST, min(found) - ONE_DAY), max(found))
    known = context.known.days(span, context.timezone)
    return [
        formats.day(day) if known.get(day - ONE_DAY) == 1 else tr("by {day}", day=formats.day(day))
        for day in found
    ]


def _shown(list_: _List, rows: pd.DataFrame, days: list[str]) -> Rows:
    names = [str(domain) for domain in rows[BY]]
    columns = [
        Column(name, metric(name).label, metric(name).label, _counts_of(rows, name, list_))
        for name in ("views", "plays")
    ]
    day, label = "first_view", tr("First view")
    if list_.gone:
        day, label = "last_view", tr("Last view")
    columns.append(Column(day, label, label, days, help="" if list_.gone else _FIRST_HELP))
    is_mixed = list_.count < len(rows)  # the rest are back
    marks = [_MARKS[status] for status in rows["status"]] if is_mixed else ()
    return Rows(tr("Site"), names, names, columns, marks=marks)


_MARKS = {NEW: tr("New"), RETURNED: tr("Returned")}


def _counts_of(rows: pd.DataFrame, name: str, list_: _List) -> list[str]:
    side = f"{name}_before" if list_.gone else name
    return [formats.value(metric(name), amount, full=True) for amount in rows[side]]


def _history(context: ReportContext, days: pd.DataFrame) -> str:
    """How far back first and last views are known."""
    first, missing = days["day"].min().date(), 0
    if first < context.period.start:
        before = Period(first, context.period.start - ONE_DAY)
        missing = len(missing_days(before, context.timezone, context.known, context.now))
    if not missing:
        return tr("We only have views since {day}", day=formats.day(first))
    return trn(
        "We only have views since {day}, with {number} day missing",
        "We only have views since {day}, with {number} days missing",
        missing,
        day=formats.day(first),
    )


def campaigns(context: ReportContext) -> None:
    """The drill-down of campaigns; nothing if no view has one."""
    if has_campaigns(context):
        drill(context, "campaign", title=tr("Campaigns"))


def domain_bars(context: ReportContext, metrics: tuple[str, ...]) -> None:
    """One of these metrics, by a switch, for the domains with most views."""
    found = top_domains(context, metrics)
    measure, top = found.metric, found.rows
    context.tables.add(found.sheet)
    box, switches = headed(
        tr("{metric} by site", metric=measure.label), "domain-bars", measure.help
    )
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, measure.name)
    with box:
        draw_list(context, found.all, measure, top, key="list-domains", lines=_counts)
        whole = formats.value(measure, float(found.all.total[measure.name]), full=True)
        st.caption(
            trn(
                "The {number} site with the most views. All sites: {amount}",
                "The {number} sites with the most views. All sites: {amount}",
                len(top),
                amount=whole,
            )
        )


def _counts(row: Mapping[Any, Any]) -> list[str]:
    views = trn("{number} view", "{number} views", int(row["views"]))
    plays = trn("{number} play", "{number} plays", int(row["plays"]))
    return [f"{views}, {plays}"]

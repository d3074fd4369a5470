"""Embed domains: which are new, gone or unexpected, and how videos play on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from ... import formats
from ...insight.domains import BACK, GONE, NEW
from ...query.metrics import metric
from ...query.periods import ONE_DAY, Period
from ...report.context import ReportContext
from ...report.domains import BY, DomainWatch, has_campaigns, top_domains
from ...report.domains import domain_watch as watched_domains
from ...report.gaps import missing_days
from ..blocks.drill import drill
from ..blocks.share_lists import draw_list
from ..clicks import toggle
from ..components.table import Column, Rows, table_rows
from ..layout import caption, card, columns, headed, switch

_LOST = "No longer showing your videos"
_HELP = (
    "New: no stored views before this period. Back: views long ago, none from the start of the "
    "comparison until this period. No longer showing your videos: views in the comparison, none in "
    "this period. Filters only decide which sites are listed, not which are new or lost."
)
_HOW_TO_EXPECT = (
    "To see sites that are not your own, ask your administrator to list yours in the "
    "setting `DYNTUBE_OWN_DOMAINS`."
)


def domain_watch(context: ReportContext) -> None:
    """The new, gone and unexpected domains, each a filter."""
    found = watched_domains(context)
    context.tables.add(found.sheet)
    new, gone = _new(context, found), _gone(context, found)
    own = context.desk.own_domains
    with card("New and lost sites", _HELP):
        left, right = columns(1, 1)
        if own:
            sides = [(left, new), (left, gone), (right, _unexpected(found))]
        else:
            sides = [(left, new), (right, gone)]
        for side, list_ in sides:
            with side:
                _draw(context, list_)
        caption(_history(context, found.days), "click a site to filter by it", key="domains")
        if not own:
            st.caption(_HOW_TO_EXPECT)


@dataclass(frozen=True, eq=False)
class _List:
    """One kind of domains, with its count.

    `rows` is None if they cannot be known, `count` is the heading's number and `note` its caption;
    `said` is shown without rows. With `gone`, views are those of the comparison.
    """

    label: str
    help: str
    rows: pd.DataFrame | None
    said: str
    count: int = 0
    note: str = ""
    gone: bool = False


def _new(context: ReportContext, found: DomainWatch) -> _List:
    name, help_ = "New", "Sites without views before this period, then those that are back."
    if not (found.days["day"] < pd.Timestamp(context.period.start)).any():
        said = "No views are stored before this period, so we can't tell which sites are new."
        return _List(name, help_, None, said)
    rows = found.rows
    new, back = rows[rows["status"] == NEW], rows[rows["status"] == BACK]
    notes = [_share(new["views"], found.all.rows["views"])] if len(new) else []
    notes += [f"{len(back):,} back after a pause"] if len(back) else []
    listed = pd.concat([new, back], ignore_index=True)
    said = "No new sites in this period."
    return _List(name, help_, listed, said, len(new), ", ".join(notes))


def _gone(context: ReportContext, found: DomainWatch) -> _List:
    name, help_ = _LOST, "Sites with views in the comparison and none in this period."
    if context.comparison is None or context.comparison.start >= context.period.start:
        said = "Without a comparison, we can't tell which sites are lost."
        return _List(name, help_, None, said)
    gone = found.rows[found.rows["status"] == GONE]
    share = _share(gone["views_before"], found.all.rows["views_before"])
    note = f"had {share} in {formats.period(context.comparison)}"
    return _List(name, help_, gone, "No lost sites.", len(gone), note, gone=True)


def _unexpected(found: DomainWatch) -> _List:
    rows = found.rows
    others = rows[(rows["own"] == "no") & (rows["views"] > 0)]
    return _List(
        "Unexpected",
        "Sites with views in this period that are not your own or a subdomain of one.",
        others,
        "All sites are your own.",
        len(others),
        _share(others["views"], found.all.rows["views"]),
    )


def _share(part: pd.Series[float], whole: pd.Series[float]) -> str:
    return f"{formats.percent(part.sum() / whole.sum())} of views" if whole.sum() else ""


def _draw(context: ReportContext, list_: _List) -> None:
    rows = list_.rows
    count = formats.NONE if rows is None else f"{list_.count:,}"
    with st.container(gap=None):
        st.metric(list_.label, count, help=list_.help)
        st.caption(list_.said if rows is None or rows.empty else list_.note)
    if rows is None or rows.empty:
        return
    table_rows(
        _shown(list_, rows),
        f"{list_.label}: sites with their views and plays",
        key=f"domains-{list_.label.lower()}",
        on_open=lambda domain: toggle((BY, domain)),
        marked=context.selection.values(BY),
    )


def _shown(list_: _List, rows: pd.DataFrame) -> Rows:
    names = [str(domain) for domain in rows[BY]]
    columns = [
        Column(name, metric(name).label, metric(name).label, _counts_of(rows, name, list_))
        for name in ("views", "plays")
    ]
    day, label = ("last_view", "Last view") if list_.gone else ("first_view", "First view")
    columns.append(Column(day, label, label, [formats.day(at.date()) for at in rows[day]]))
    is_mixed = list_.count < len(rows)  # the rest are back
    marks = [str(status) for status in rows["status"]] if is_mixed else ()
    return Rows("Site", names, names, columns, marks=marks)


def _counts_of(rows: pd.DataFrame, name: str, list_: _List) -> list[str]:
    side = f"{name}_before" if list_.gone else name
    return [formats.value(metric(name), amount, full=True) for amount in rows[side]]


def _history(context: ReportContext, days: pd.DataFrame) -> str:
    """How far back first and last views are known."""
    first = days["day"].min().date()
    text = f"We only have views since {formats.day(first)}"
    if first < context.period.start:
        before = Period(first, context.period.start - ONE_DAY)
        if missing := len(missing_days(before, context.timezone, context.known, context.now)):
            text += f", with {formats.count(missing, 'day')} missing"
    return text


def campaigns(context: ReportContext) -> None:
    """The drill-down of campaigns; nothing if no view has one."""
    if has_campaigns(context):
        drill(context, "campaign", title="Campaigns")


def domain_bars(context: ReportContext, metrics: tuple[str, ...]) -> None:
    """One of these metrics, by a switch, for the domains with most views."""
    found = top_domains(context, metrics)
    measure, top = found.metric, found.rows
    context.tables.add(found.sheet)
    box, switches = headed(f"{measure.label} by site", "domain-bars", measure.help)
    with switches:
        switch("metric", {name: metric(name).label for name in metrics}, measure.name)
    with box:
        draw_list(context, found.all, measure, top, key="list-domains", lines=_counts)
        whole = formats.value(measure, float(found.all.total[measure.name]), full=True)
        st.caption(f"The {len(top):,} sites with the most views. All sites: {whole}")


def _counts(row: Mapping[Any, Any]) -> list[str]:
    return [f"{row['views']:,.0f} views, {row['plays']:,.0f} plays"]

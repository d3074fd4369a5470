"""Quality checks of the selected period and filters, and the views or days behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from ... import formats
from ...errors import EngineError
from ...query.checks import CHECKS
from ...report.context import ReportContext
from ...report.stored import EVERY_CHECK, CheckCounts, check_counts
from ...trust.day_checks import DAY_CHECKS, DayCheck
from ...trust.states import StoredDay
from ...words import tr, trn
from .. import session
from ..blocks.raw_views import ROWS, TIME, page_of, views_table
from ..frame.page import show_error


def quality_checks(context: ReportContext) -> None:
    """Every check with its count; one can be opened to show what it counts."""
    try:
        found = check_counts(context)
    except EngineError as error:  # the rest of the page needs no warehouse
        show_error(error)
        return
    if not found.views and not found.days:
        st.info(
            tr("There are no views to check in this period. Choose another one above."),
            icon=":material/event_busy:",
        )
        return
    st.caption(_scope(context, found))
    _table(found)
    _chooser(context, found)
    chosen = context.selection.check
    if chosen:
        _behind(context, found, chosen)


def _scope(context: ReportContext, found: CheckCounts) -> str:
    period = formats.period(context.period)
    text = trn("{number} view, {period}.", "{number} views, {period}.", found.views, period=period)
    if not context.filters:
        return text
    whole = tr(
        "The checks from “{check}” down cover whole days and ignore the filters.",
        check=next(iter(DAY_CHECKS.values())).label,
    )
    return f"{text} {whole}"


def _table(found: CheckCounts) -> None:
    every = EVERY_CHECK
    counts = [found.counts[check.name] for check in every]
    table = pd.DataFrame(
        {
            "Check": [check.label for check in every],
            "Count": counts,
            "Share": [100 * found.share(check) for check in every],
            "Affects": [check.touched for check in every],
            "How we handle it": [check.help for check in every],
            "Open": [tr("Show") if count else None for count in counts],
        }
    )

    def opened() -> None:
        chosen = every[st.session_state["check-open"].row].name
        session.change(lambda s: replace(s, check=chosen))

    st.dataframe(
        table,
        hide_index=True,
        key="checks",
        height="content",
        placeholder="",
        alt=tr("Quality checks"),
        column_config=_columns(opened),
    )


def _columns(opened: Callable[[], None]) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    affected = tr("Which numbers can be affected")
    share = tr("Share of the views in this period that match the filters")
    return {
        "Check": text(tr("Check"), width=235),
        "Count": number(tr("Count"), format="localized", width=65),
        "Share": number(tr("Share"), format="%.1f%%", width=60, help=share),
        "Affects": text(tr("Affects"), width=300, help=affected),
        "How we handle it": text(tr("How we handle it"), width=300),
        "Open": st.column_config.ButtonColumn(
            tr("Details"), type="tertiary", width=60, key="check-open", on_click=opened
        ),
    }


def _chooser(context: ReportContext, found: CheckCounts) -> None:
    labels = {name: c.label for name, c in (CHECKS | DAY_CHECKS).items()}
    chosen = context.selection.check
    offered = [name for name in labels if found.counts[name] or name == chosen]
    st.session_state["check"] = chosen

    def changed() -> None:
        picked = st.session_state["check"]
        session.change(lambda s: replace(s, check=picked))

    st.selectbox(
        tr("See details of a check"),
        offered,
        index=None,
        format_func=lambda name: f"{labels[name]} · {found.counts[name]:,}",
        key="check",
        placeholder=tr("Choose a check") if offered else tr("No issues found"),
        disabled=not offered,
        on_change=changed,
        width=420,
    )


def _behind(context: ReportContext, found: CheckCounts, chosen: str) -> None:
    total = found.counts[chosen]
    label = (CHECKS.get(chosen) or DAY_CHECKS[chosen]).label
    if not total:
        said = tr("{check}: none in this period.", check=label)
        st.info(said, icon=":material/check_circle:")
        return
    if chosen in CHECKS:
        views = trn("{number} view", "{number} views", total)
        views_table(context, total, f"{label}: {views}", chosen, check=chosen)
    elif chosen == "rejected":
        _rejected(context, found.days, total)
    else:
        _days(context, found.days, DAY_CHECKS[chosen])


def _rejected(context: ReportContext, days: Sequence[StoredDay], total: int) -> None:
    said = trn("{number} view could not be read", "{number} views could not be read", total)
    first = page_of("rejected", total, said)
    records = context.desk.store().rejected(days[0].day, days[-1].day)
    shown = [
        {"Day": formats.day(day), "Reason": record.reason, "Received data": record.raw}
        for day, record in islice(records, first, first + ROWS)
    ]
    st.dataframe(
        shown,
        hide_index=True,
        key="rejected",
        alt=tr("Views that could not be read"),
        column_config={
            "Day": tr("Day"),
            "Reason": tr("Reason"),
            "Received data": tr("Received data"),
        },
    )


def _days(context: ReportContext, days: Sequence[StoredDay], check: DayCheck) -> None:
    wanted = [day for day in reversed(days) if check.amount(day)]
    counted = trn("{number} day", "{number} days", len(wanted))
    first = page_of(check.name, len(wanted), f"{check.label}: {counted}")
    st.dataframe(
        _table_of(wanted, check, ZoneInfo(context.timezone)).iloc[first : first + ROWS],
        hide_index=True,
        key="days",
        alt=check.label,
        column_config={
            "Day": st.column_config.DateColumn(tr("Day"), format="D MMM YYYY"),
            "Why": st.column_config.TextColumn(tr("Why"), width=420),
            "Views stored": tr("Views stored"),
            "Counted by DynTube": tr("Counted by DynTube"),
            "Could not be read": tr("Could not be read"),
            "Fetched": st.column_config.DatetimeColumn(tr("Fetched"), format=TIME),
        },
    )


def _table_of(days: Sequence[StoredDay], check: DayCheck, zone: ZoneInfo) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Day": [day.day for day in days],
            check.label: [check.amount(day) for day in days],
            "Views stored": [day.rows for day in days],
            "Counted by DynTube": [day.counted for day in days],
            "Could not be read": [day.rejected for day in days],
            "Fetched": [_local(day.fetched_at, zone) for day in days],
        }
    )
    if check.counts == "days":
        table = table.drop(columns=check.label)
    if check.why:
        table.insert(1, "Why", list(map(check.why, days)))
    return table


def _local(at: dt.datetime | None, zone: ZoneInfo) -> dt.datetime | None:
    return at.astimezone(zone).replace(tzinfo=None) if at else None

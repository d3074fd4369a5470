"""Quality checks of the selected period and filters, and the views or days behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from zoneinfo import ZoneInfo

import streamlit as st

from ... import formats
from ...errors import EngineError
from ...query.checks import CHECKS, Check
from ...report.context import ReportContext
from ...report.stored import EVERY_CHECK, CheckCounts, check_counts
from ...trust.day_checks import DAY_CHECKS, DayCheck
from ...trust.states import StoredDay
from ...words import tr, trn
from .. import session
from ..blocks.raw_views import ROWS, page_of, views_table
from ..components.table import Column, Rows, column, plain_table, table_rows
from ..frame.entrance import show_error
from ..layout import caption


def quality_checks(context: ReportContext) -> None:
    """The checks that count something, each of which opens what it counts, and the others."""
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
    _found(context, found)
    _passed([check for check in EVERY_CHECK if not found.counts[check.name]])
    if chosen := context.selection.check:
        _behind(context, found, chosen)


def _scope(context: ReportContext, found: CheckCounts) -> str:
    period = formats.period(context.period)
    text = trn("{number} view, {period}.", "{number} views, {period}.", found.views, period=period)
    if not context.filters:
        return text
    whole = tr("Checks of whole days ignore the filters.")
    return f"{text} {whole}"


def _found(context: ReportContext, found: CheckCounts) -> None:
    """The checks that count something; a name opens what it counts, and closes it again."""
    checks = [check for check in EVERY_CHECK if found.counts[check.name]]
    if not checks:
        st.markdown(":green[:material/check_circle:] " + tr("All numbers passed every check."))
        return
    counts = [f"{found.counts[check.name]:,}" for check in checks]
    shares = [formats.percent(found.share(check)) for check in checks]
    share = tr("Share of the views in this period that match the filters")
    columns = [
        column(tr("Count"), counts, "number"),
        column(tr("Share"), shares, "number", share),
        *_about(checks),
    ]
    names = [check.name for check in checks]

    def opened(name: str) -> None:
        session.change(lambda s: replace(s, check=None if s.check == name else name))

    table_rows(
        Rows(tr("Check"), names, [check.label for check in checks], columns),
        tr("Quality checks"),
        key="checks",
        on_open=opened,
        marked=[name for name in names if name == context.selection.check],
    )
    caption(tr("The checks that found something"), tr("click one to see what"), key="checks")


def _passed(checks: Sequence[Check | DayCheck]) -> None:
    """The checks that count nothing, which are asked for; on paper they are always there."""
    number = len(EVERY_CHECK)
    every = st.toggle(tr("Show all {number} checks", number=number), key="checks-every")
    with st.container(key="checks-passed" if every else "paper-checks"):
        plain_table(
            tr("Nothing found"),
            [check.label for check in checks],
            _about(checks),
            tr("Quality checks that found nothing"),
            key="nothing-found",
        )


def _about(checks: Sequence[Check | DayCheck]) -> list[Column]:
    affected = tr("Which numbers can be affected")
    return [
        column(tr("Affects"), [check.touched for check in checks], help=affected),
        column(tr("How we handle it"), [check.help for check in checks]),
    ]


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
    shown = [*islice(records, first, first + ROWS)]
    plain_table(
        tr("Day"),
        [formats.day(day) for day, _ in shown],
        [
            column(tr("Reason"), [record.reason for _, record in shown]),
            column(tr("Received data"), [record.raw for _, record in shown]),
        ],
        tr("Views that could not be read"),
        key="rejected",
    )


def _days(context: ReportContext, days: Sequence[StoredDay], check: DayCheck) -> None:
    wanted = [day for day in reversed(days) if check.amount(day)]
    counted = trn("{number} day", "{number} days", len(wanted))
    first = page_of(check.name, len(wanted), f"{check.label}: {counted}")
    shown = wanted[first : first + ROWS]
    columns = [*_day_columns(shown, check, ZoneInfo(context.timezone))]
    plain_table(
        tr("Day"), [formats.day(day.day) for day in shown], columns, check.label, key="days"
    )


def _day_columns(days: Sequence[StoredDay], check: DayCheck, zone: ZoneInfo) -> Iterator[Column]:
    if check.why:
        yield column(tr("Why"), [*map(check.why, days)])
    if check.counts != "days":
        yield column(check.label, [f"{check.amount(day):,}" for day in days], "number")
    yield column(tr("Views stored"), [f"{day.rows:,}" for day in days], "number")
    yield column(tr("Counted by DynTube"), [f"{day.counted:,}" for day in days], "number")
    yield column(tr("Could not be read"), [f"{day.rejected:,}" for day in days], "number")
    yield column(tr("Fetched"), [_local(day.fetched_at, zone) for day in days])


def _local(at: dt.datetime | None, zone: ZoneInfo) -> str:
    return formats.moment(at.astimezone(zone)) if at else formats.NONE

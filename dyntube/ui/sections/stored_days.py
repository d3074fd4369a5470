"""Stored days: overall health, manual sync, the calendar, days that need attention."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import streamlit as st

from ... import charts, formats
from ...report.context import ReportContext
from ...report.gaps import refused_text
from ...report.stored import days_sheet
from ...trust.states import STATE_LABELS, DayState, StoredDay
from ...words import tr, trn
from ..blocks.chart import show_chart
from ..door import desk
from ..fragments import fragment
from ..frame.freshness import poll_seconds, progress_bar, why_nothing
from ..layout import palette
from .attention import attention_list
from .sync_log import outdated

_WEEKS = 53
_LAST = tr("Last 53 weeks")
_READ = 5000  # journal events
_RECENT = 7  # days
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Health:
    """Whether the stored days can be trusted, in words and as an icon."""

    text: str
    remark: str
    icon: str


_GOOD, _GAPS = ":green[:material/check_circle:]", ":gray[:material/hourglass_empty:]"
_WRONG = ":orange[:material/warning:]"


def health_of(days: Sequence[StoredDay]) -> Health:
    """The state of all days in words."""
    stored = [day for day in days if day.infos]
    wrong = sum(day.needs_attention and day.state != "missing" for day in days)
    missing = [day.day for day in days if day.state == "missing"]
    changing = sum(day.state == "changing" for day in days)
    accepted = sum(day.state == "accepted" for day in days)
    if not days:
        return Health(tr("Nothing is stored yet."), "", _GAPS)
    icon = _WRONG if wrong else _GAPS if missing else _GOOD
    return Health(_health_text(wrong, missing, len(stored)), _remark(changing, accepted), icon)


def _health_text(wrong: int, missing: Sequence[dt.date], stored: int) -> str:
    if wrong and missing:
        return trn(
            "{number} day needs attention, and {missing}.",
            "{number} days need attention, and {missing}.",
            wrong,
            missing=trn(
                "{number} more has not been loaded",
                "{number} more have not been loaded",
                len(missing),
            ),
        )
    if wrong:
        return trn("{number} day needs attention.", "{number} days need attention.", wrong)
    if missing:
        return trn(
            "{first} has not been loaded.",
            "{number} days between {first} and {last} have not been loaded.",
            len(missing),
            first=formats.day(missing[0]),
            last=formats.day(missing[-1]),
        )
    return trn("The one stored day is complete.", "All {number} stored days are complete.", stored)


def _remark(changing: int, accepted: int) -> str:
    said = []
    if changing:
        said.append(
            trn(
                "{number} day may still change: views arrive up to 72 hours late.",
                "{number} days may still change: views arrive up to 72 hours late.",
                changing,
            )
        )
    if accepted:
        said.append(
            trn(
                "{number} day has accepted doubts.",
                "{number} days have accepted doubts.",
                accepted,
            )
        )
    return " ".join(said)


def health(context: ReportContext) -> None:
    """Overall health in a sentence, manual sync, and four numbers about the store."""
    days = context.desk.store().days()
    found = health_of(days)
    with st.container(border=True, key="health"):
        left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with left:
            st.header(f"{found.icon} {found.text}", anchor=False)
            remark = found.remark if days else why_nothing()
            st.caption(" ".join(filter(None, [remark, outdated()])))
        with right:
            busy = desk().sync_state().progress is not None
            fragment(_sync, run_every=poll_seconds(busy))(context, busy)
    if any(day.infos for day in days):
        _facts(context, days)


def _sync(context: ReportContext, was_busy: bool) -> None:
    """Start a sync, or show and cancel the running one."""
    state, external = desk().sync_state(), desk().external
    if (state.progress is not None) != was_busy:
        st.rerun()
    progress_bar(state)
    if external:
        st.caption(tr("New views are fetched on a schedule by your administrator."))
    elif state.elsewhere:
        st.caption(tr("Another program is fetching views; they appear here as they arrive."))
    if state.progress or external:
        return
    _refresh(_choices(context))


def _refresh(choices: dict[str, list[dt.date]]) -> None:
    """The button that fetches days again, with a choice of them if there are several."""
    first, *others = choices
    with st.container(horizontal=True, vertical_alignment="bottom", key="sync"):
        place, chosen = st.container(width="content"), first
        if others:
            chosen = st.selectbox(tr("Days to refresh"), list(choices), key="sync-days")
        place.button(
            tr("Refresh {days}", days=chosen),
            icon=":material/sync:",
            type="primary",
            key="refresh",
            on_click=_sync_now,
            args=(choices[chosen],),
        )


def _sync_now(days: list[dt.date]) -> None:
    desk().store().sync_now(days)


def _choices(context: ReportContext) -> dict[str, list[dt.date]]:
    """What can be fetched, by label: non-final UTC days up to today."""
    today, first = dt.datetime.now(dt.UTC).date(), context.desk.store().empty_from()
    known = {day.day: day for day in context.desk.store().days()}
    fetchable = [day for day in known.values() if not day.is_final]
    period = [
        day
        for day in context.period.utc_days(context.selection.timezone)
        if first <= day <= today and (day not in known or not known[day].is_final)
    ]
    wrong = [day.day for day in fetchable if day.needs_attention]
    changing = [day.day for day in fetchable]
    choices = {
        _period_text(period, today): period,
        trn(
            "{number} day that needs attention", "{number} days that need attention", len(wrong)
        ): wrong,
        trn(
            "{number} day that may still change",
            "{number} days that may still change",
            len(changing),
        ): changing,
    }
    return {text: days for text, days in choices.items() if days} or {tr("today"): [today]}


def _period_text(period: Sequence[dt.date], today: dt.date) -> str:
    if period and period[0] > today - _ONE_DAY * _RECENT:
        return trn("{number} recent day", "{number} recent days", len(period))
    return trn("{number} shown day", "{number} shown days", len(period))


def _facts(context: ReportContext, days: Sequence[StoredDay]) -> None:
    zone = ZoneInfo(context.selection.timezone)
    infos = [info for day in days for info in day.infos]
    stored = [day for day in days if day.infos]
    newest = max((info.newest for info in infos if info.newest), default=None)
    views = sum(info.rows for info in infos)
    with st.grid(4, min_column_width=150, gap="small", key="facts"):
        _moment(tr("Newest view"), newest, zone, context.now)
        _moment(tr("Last sync"), _last_sync(days), zone, context.now)
        since = tr("since {day}", day=formats.day(stored[0].day))
        _fact(tr("Days stored"), f"{len(stored):,}", since)
        per_day = tr("{views} per day", views=format(views / len(stored), ",.0f"))
        _fact(tr("Views stored"), f"{views:,}", per_day)
    if learned := context.desk.store().server_habits():
        st.caption(tr("About your DynTube server: {habits}", habits=" ".join(learned)))
    if refused := refused_text(context.desk):
        st.caption(formats.escape_markdown(refused))


def _last_sync(days: Sequence[StoredDay]) -> dt.datetime | None:
    """When a sync last succeeded."""
    ends = [event for event in desk().store().events(_READ) if event.name == "sync_ended"]
    if ends:
        return next((end.at for end in ends if end.facts.get("outcome") == "done"), None)
    # The archive predates its journal, or was copied without it.
    return max((day.fetched_at for day in days if day.fetched_at), default=None)


def _moment(label: str, at: dt.datetime | None, zone: ZoneInfo, now: dt.datetime) -> None:
    if at is None:
        return _fact(label, formats.NONE, tr("not yet"))
    _fact(label, formats.ago((now - at).total_seconds()), formats.moment(at.astimezone(zone)))


def _fact(label: str, value: str, remark: str) -> None:
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(label, value)
        st.caption(remark)


def stored_days(context: ReportContext) -> None:
    """The calendar of stored days, and the days that need attention."""
    days = context.desk.store().days()
    with st.container(border=True, key="calendar-card"):
        with st.container(horizontal=True, horizontal_alignment="distribute", key="calendar-head"):
            st.header(tr("Stored days"), anchor=False, width="content")
            start, end = _span(days)
        if not days:
            st.info(tr("No days are stored yet."), icon=":material/calendar_month:")
            return
        shown = [day for day in days if start <= day.day <= end]
        counts = Counter(day.state for day in shown)
        with st.container(key="calendar"):
            show_chart(
                charts.calendar(shown, start, end, context.selection.timezone, palette()),
                ", ".join(_counted(state, number) for state, number in counts.items()),
                days_sheet(shown),
                key="calendar-chart",
            )
        st.html(charts.legend(counts, palette()))
    attention_list(days)


def _counted(state: DayState, number: int) -> str:
    days = trn("{number} day", "{number} days", number)
    return f"{STATE_LABELS[state]}: {days}"


def _span(days: Sequence[StoredDay]) -> tuple[dt.date, dt.date]:
    """The first and last day to show; with a choice of years if there are too many."""
    today = dt.datetime.now(dt.UTC).date()
    start = today - _ONE_DAY * (today.weekday() + 7 * (_WEEKS - 1))
    if not days or days[0].day >= start:
        return start, today
    years = [str(year) for year in range(today.year, days[0].day.year - 1, -1)]
    chosen = st.selectbox(
        tr("Year"), [_LAST, *years], key="calendar-year", label_visibility="collapsed", width=160
    )
    if chosen == _LAST:
        return start, today
    return dt.date(int(chosen), 1, 1), min(dt.date(int(chosen), 12, 31), today)

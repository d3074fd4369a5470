"""Names and fields that are missing or unknown, and the sync log."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import streamlit as st

from ... import formats
from ...events import Event
from ...export.table import Sheet
from ...report import stored
from ...report.context import ReportContext
from ...words import tr, trn
from ..components.table import column, plain_table
from ..door import desk

_READ, _SHOWN = 5000, 200  # events
_OUTCOMES = {
    "done": tr("Sync finished"),
    "failed": tr("Sync ended with errors"),
    "cancelled": tr("Sync cancelled"),
    "stopped": tr("Sync stopped"),
}


def missing_names(context: ReportContext) -> None:
    """The keys without a name in the period's views, with their views."""
    known, found = context.desk.names(), stored.missing_names(context)
    if gone := sum(map(len, known.gone.values())):
        st.caption(
            trn(
                "DynTube no longer lists {number} name; we keep showing it.",
                "DynTube no longer lists {number} names; we keep showing them.",
                gone,
            )
        )
    if found is None:
        st.caption(tr("There are no views in this period."))
        return
    if found.rows.empty:
        _fine(tr("All projects, channels and videos have names."))
        return
    if known.fetched_at is None:
        st.caption(tr("Names have not been fetched yet; keys are shown instead."))
    rows = found.rows
    views = column(tr("Views"), [f"{count:,}" for count in rows["views"]], "number")
    columns = [column(tr("Kind"), [*rows["kind"]]), views]
    plain_table(tr("Key"), [*rows["key"]], columns, tr("Keys without a name"), key="missing-names")


def unknown_fields(context: ReportContext) -> None:
    """The fields DynTube sends that this version does not know."""
    _fields(
        stored.unknown_fields(context),
        "unexpected-fields",
        tr("No unexpected fields."),
        tr("Sent by DynTube and stored, but not used in any number."),
    )


def unread_fields(context: ReportContext) -> None:
    """The known fields that could not be read, with the views concerned."""
    _fields(
        stored.unread_fields(context),
        "fields-that-could-not-be-read",
        tr("All fields could be read."),
        tr("Treated as missing. Exports of all views have the original in the column “extra”."),
    )


def outdated() -> str:
    """A sentence on days stored by an older version or other settings; empty without any."""
    count = desk().store().outdated()
    if not count:
        return ""
    return trn(
        "{number} day was stored by an older version or with other settings. All numbers are "
        "right; the next sync updates the files.",
        "{number} days were stored by an older version or with other settings. All numbers are "
        "right; the next sync updates the files.",
        count,
    )


def _fields(found: Sheet, key: str, fine: str, about: str) -> None:
    if not desk().has_days():
        st.caption(tr("No day is stored yet."))
        return
    if found.rows.empty:
        _fine(fine)
        return
    st.caption(about)
    views = column(tr("Views"), [f"{count:,}" for count in found.rows["views"]], "number")
    plain_table(tr("Field"), [*found.rows["field"]], [views], found.title, key=key)


def _fine(text: str) -> None:
    st.markdown(f":green[:material/check_circle:] {text}")


def sync_log(context: ReportContext) -> None:
    """The journal of the store, newest first."""
    events = context.desk.store().events(_READ)
    if not events:
        st.info(tr("No sync yet."), icon=":material/receipt_long:")
        return
    if not st.toggle(tr("Show every stored day"), key="log-every"):
        events = [event for event in events if not _usual(event)]
    events = events[:_SHOWN]
    zone = ZoneInfo(context.selection.timezone)
    times = [formats.moment(event.at.astimezone(zone)) for event in events]
    said = column(tr("What happened"), [*map(sentence, events)])
    plain_table(tr("Time"), times, [said], tr("Sync log"), key="sync-log")


def _usual(event: Event) -> bool:
    return event.name == "day_stored" and event.facts.get("verified") is not False


def sentence(event: Event) -> str:
    """A journal event in plain words; absent facts are left out."""
    facts, day = event.facts, _day(event.facts.get("day"))
    match event.name:
        case "sync_started":
            return tr("Sync started: {days} to fetch.", days=_days(facts))
        case "day_stored":
            return _stored(day, facts)
        case "day_kept":
            return _and_why(tr("{day}: the stored views were kept.", day=day), facts)
        case "days_rewritten":
            return trn(
                "{number} day stored by an older version updated.",
                "{number} days stored by an older version updated.",
                int(_number(facts, "days")),
            )
        case "day_failed":
            return _and_why(tr("{day} could not be fetched.", day=day), facts)
        case "waiting":
            return tr("Waited {seconds} s for DynTube.", seconds=_amount(facts, "seconds"))
        case "audit_differs":
            return tr(
                "{day}: DynTube now counts {views}, but the archive has {stored}.",
                day=day,
                views=_views(facts, "counted"),
                stored=_amount(facts, "stored"),
            )
        case "audit_failed":
            return _and_why(tr("Stored days could not be checked again."), facts)
        case "first_day_not_found":
            text = tr(
                "The day of your first view could not be found, so days before {day} are not "
                "fetched.",
                day=_day(facts.get("asked_from")),
            )
            return _and_why(text, facts)
        case "clock_differs":
            return tr(
                "The clocks of this computer and DynTube differ by {seconds} s.",
                seconds=format(abs(_number(facts, "seconds")), ",.0f"),
            )
        case "sync_ended":
            return _ended(facts)
        case _:
            return event.name.replace("_", " ").capitalize() + "."


def _stored(day: str, facts: Mapping[str, object]) -> str:
    views = _views(facts, "views")
    if facts.get("verified") is not False:
        return tr("{day}: {views} stored.", day=day, views=views)
    return tr(
        "{day}: {views} stored, though DynTube counted {counted}.",
        day=day,
        views=views,
        counted=_views(facts, "total"),
    )


def _ended(facts: Mapping[str, object]) -> str:
    values = {
        "outcome": _OUTCOMES.get(str(facts.get("outcome")), tr("Sync ended")),
        "days": _days(facts),
        "views": _views(facts, "views"),
        "time": formats.hours(_number(facts, "seconds")),
    }
    text = tr("{outcome}: {days}, {views}, in {time}.", **values)
    if _number(facts, "failed"):
        failed = _amount(facts, "failed")
        text = tr(
            "{outcome}: {days}, {views}, {failed} not fetched, in {time}.", failed=failed, **values
        )
    return _and_why(text, facts)


def _and_why(text: str, facts: Mapping[str, object]) -> str:
    return f"{text} {str(facts.get('reason') or '').strip()}".strip()


def _number(facts: Mapping[str, object], name: str) -> float:
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _amount(facts: Mapping[str, object], name: str) -> str:
    return f"{_number(facts, name):,.0f}"


def _days(facts: Mapping[str, object]) -> str:
    return trn("{number} day", "{number} days", int(_number(facts, "days")))


def _views(facts: Mapping[str, object], name: str) -> str:
    return trn("{number} view", "{number} views", int(_number(facts, name)))


def _day(value: object) -> str:
    try:
        return formats.day(dt.date.fromisoformat(str(value)))
    except ValueError:
        return tr("A day")

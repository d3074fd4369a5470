"""Names and fields that are missing or unknown, and the sync log."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from ... import formats
from ...events import Event
from ...export.table import Sheet
from ...report import stored
from ...report.context import ReportContext
from ..door import desk

_READ, _SHOWN = 5000, 200  # events
_OUTCOMES = {
    "done": "Sync finished",
    "failed": "Sync ended with errors",
    "cancelled": "Sync cancelled",
    "stopped": "Sync stopped",
}


def missing_names(context: ReportContext) -> None:
    """The keys without a name in the period's views, with their views."""
    known, found = context.desk.names(), stored.missing_names(context)
    if gone := sum(map(len, known.gone.values())):
        st.caption(f"DynTube no longer lists {formats.count(gone, 'name')}; we keep showing them.")
    if found is None:
        st.caption("There are no views in this period.")
        return
    if found.rows.empty:
        _fine("All projects, channels and videos have names.")
        return
    if known.fetched_at is None:
        st.caption("Names have not been fetched yet; keys are shown instead.")
    st.dataframe(
        found.rows,
        hide_index=True,
        key="missing-names",
        alt="Keys without a name",
        column_config={
            "kind": st.column_config.TextColumn("Kind", width=70),
            "key": st.column_config.TextColumn("Key", width=260),
            "views": st.column_config.NumberColumn("Views", format="localized", width=70),
        },
    )


def unknown_fields(context: ReportContext) -> None:
    """The fields DynTube sends that this version does not know."""
    _fields(
        stored.unknown_fields(context),
        "No unexpected fields.",
        "Sent by DynTube and stored, but not used in any number.",
    )


def unread_fields(context: ReportContext) -> None:
    """The known fields that could not be read, with the views concerned."""
    _fields(
        stored.unread_fields(context),
        "All fields could be read.",
        "Treated as missing. Exports of all views have the original in the column “extra”.",
    )


def outdated() -> str:
    """A sentence on days stored by an older version or other settings; empty without any."""
    count = desk().store().outdated()
    if not count:
        return ""
    are = "was" if count == 1 else "were"
    return (
        f"{formats.count(count, 'day')} {are} stored by an older version or with other settings. "
        "All numbers are right; the next sync updates the files."
    )


def _fields(found: Sheet, fine: str, about: str) -> None:
    if not desk().has_days():
        st.caption("No day is stored yet.")
        return
    if found.rows.empty:
        _fine(fine)
        return
    st.caption(about)
    st.dataframe(
        found.rows,
        hide_index=True,
        key=found.title.lower().replace(" ", "-"),
        alt=found.title,
        column_config={
            "field": st.column_config.TextColumn("Field", width=220),
            "views": st.column_config.NumberColumn("Views", format="localized", width=90),
        },
    )


def _fine(text: str) -> None:
    st.markdown(f":green[:material/check_circle:] {text}")


def sync_log(context: ReportContext) -> None:
    """The journal of the store, newest first."""
    events = context.desk.store().events(_READ)
    if not events:
        st.info("No sync yet.", icon=":material/receipt_long:")
        return
    if not st.toggle("Show every stored day", key="log-every"):
        events = [event for event in events if not _usual(event)]
    events = events[:_SHOWN]
    zone = ZoneInfo(context.selection.timezone)
    table = {
        "Time": [event.at.astimezone(zone).replace(tzinfo=None) for event in events],
        "What happened": [sentence(event) for event in events],
    }
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        key="sync-log",
        alt="Sync log",
        column_config={
            "Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140),
            "What happened": st.column_config.TextColumn(width=700),
        },
    )


def _usual(event: Event) -> bool:
    return event.name == "day_stored" and event.facts.get("verified") is not False


def sentence(event: Event) -> str:
    """A journal event in plain English; absent facts are left out."""
    facts = event.facts
    day, reason = _day(facts.get("day")), str(facts.get("reason") or "").strip()
    match event.name:
        case "sync_started":
            return f"Sync started: {_count(facts, 'days', 'day')} to fetch."
        case "day_stored":
            text = f"{day}: {_count(facts, 'views', 'view')} stored"
            wrong = facts.get("verified") is False
            return text + (
                f", though DynTube counted {_count(facts, 'total', 'view')}." if wrong else "."
            )
        case "day_kept":
            return f"{day}: the stored views were kept. {reason}".strip()
        case "days_rewritten":
            return f"{_count(facts, 'days', 'day')} stored by an older version updated."
        case "day_failed":
            return f"{day} could not be fetched. {reason}".strip()
        case "waiting":
            return f"Waited {_number(facts, 'seconds'):,.0f} s for DynTube."
        case "audit_differs":
            counted = _count(facts, "counted", "view")
            stored = f"{_number(facts, 'stored'):,.0f} are stored"
            return f"{day}: DynTube now counts {counted}, but {stored}."
        case "audit_failed":
            return f"Stored days could not be checked again. {reason}".strip()
        case "first_day_not_found":
            return (
                f"The day of your first view could not be found, so days before "
                f"{_day(facts.get('asked_from'))} are not fetched. {reason}".strip()
            )
        case "clock_differs":
            seconds = _number(facts, "seconds")
            return f"The clocks of this computer and DynTube differ by {abs(seconds):,.0f} s."
        case "sync_ended":
            return _ended(facts)
        case _:
            return event.name.replace("_", " ").capitalize() + "."


def _ended(facts: dict[str, object]) -> str:
    text = _OUTCOMES.get(str(facts.get("outcome")), "Sync ended")
    text += f": {_count(facts, 'days', 'day')}, {_count(facts, 'views', 'view')}"
    if failed := _number(facts, "failed"):
        text += f", {failed:,.0f} not fetched"
    text += f", in {formats.hours(_number(facts, 'seconds'))}."
    return f"{text} {facts.get('reason') or ''}".strip()


def _number(facts: dict[str, object], name: str) -> float:
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _count(facts: dict[str, object], name: str, thing: str) -> str:
    return formats.count(int(_number(facts, name)), thing)


def _day(value: object) -> str:
    try:
        return formats.day(dt.date.fromisoformat(str(value)))
    except ValueError:
        return "A day"

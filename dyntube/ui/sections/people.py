"""The page of administrators about people: who may see what, and why."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...errors import DynTubeError
from ...people.overview import Entry, overview
from ...people.policy import Kind
from ...people.reader import SignedIn
from ...query.access import Access, Role
from ...words import tr, trn
from ..components.table import column, plain_table
from ..door import desk, local_now, see_as
from ..frame.account import account_menu, for_admins
from ..frame.entrance import told
from ..layout import card

ROLES: dict[Role, str] = {
    "reader": tr("Reader: totals only"),
    "analyst": tr("Analyst: also individual views"),
    "analyst-personal": tr("Analyst: also personal columns"),
    "admin": tr("Administrator"),
}
_KINDS: dict[Kind, str] = {
    "people": tr("named in rule {rule}"),
    "groups": tr("group {name}, rule {rule}"),
    "domains": tr("domain {name}, rule {rule}"),
}
_CHOSEN, _DONE, _FAILED = "person-chosen", "person-done", "person-failed"


def people() -> None:
    """All people with what they may see, and what an administrator can do about one."""
    with told():
        _people()


def _people() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", key="head"):
        st.title(tr("People"), anchor=False, width="content")
        account_menu()
    for_admins()
    reader = desk().admin()
    gate = reader.gate
    rules = gate.rules.policy().rules
    said = trn(
        "{number} rule in {file}", "{number} rules in {file}", len(rules), file="access.toml"
    )
    st.caption(said + " · " + tr("read again as soon as the file changes"))
    entries = overview(gate)
    with card(tr("Who may see what")):
        _table(entries)
    with card(tr("One person")):
        _one(entries, reader)


def _table(entries: list[Entry]) -> None:
    if not entries:
        st.caption(tr("Nobody has signed in yet, and no rule names anybody."))
        return
    seen = [_last_seen(entry) for entry in entries]
    columns = [
        column(tr("Role"), [ROLES[e.access.role] if e.access else tr("None") for e in entries]),
        column(tr("Sees"), [_scope(e.access) for e in entries]),
        column(tr("Because"), [_because(e) for e in entries]),
        column(tr("Last sign-in"), seen),
    ]
    names = [entry.label for entry in entries]
    plain_table(tr("Person"), names, columns, tr("Who may see what"), key="people")


def _last_seen(entry: Entry) -> str:
    zone = local_now(desk().timezone).tzinfo
    return f"{entry.last_seen.astimezone(zone):%Y-%m-%d %H:%M}" if entry.last_seen else tr("Never")


def _scope(access: Access | None) -> str:
    if access is None:
        return tr("Nothing")
    if access.all_views:
        return tr("Everything")
    names = desk().names()
    shown = [names.projects.get(key, key) for key in sorted(access.projects)]
    shown += [names.channels.get(key, key) for key in sorted(access.channels)]
    return ", ".join(shown) or tr("Nothing")


def _because(entry: Entry) -> str:
    if entry.kind is None:
        return entry.refusal
    return ", ".join(_KINDS[entry.kind].format(name=name, rule=rule) for name, rule in entry.why)


def _one(entries: list[Entry], reader: SignedIn) -> None:
    by_id = {entry.person.id: entry for entry in entries}
    chosen = st.selectbox(
        tr("Person"),
        by_id,
        format_func=lambda id_: by_id[id_].label,
        key=_CHOSEN,
        index=None,
        placeholder=tr("Choose a person"),
    )
    if done := st.session_state.pop(_DONE, ""):
        st.caption(f":green[:material/check:] {formats.escape_markdown(done)}")
    if failed := st.session_state.pop(_FAILED, ""):
        st.error(formats.escape_markdown(failed), icon=":material/error:")
    if chosen is None or chosen not in by_id:
        return
    entry = by_id[chosen]
    with st.container(horizontal=True, gap="small"):
        if entry.access and st.button(
            tr("See what they see"), key="see-as", icon=":material/visibility:"
        ):
            reader.log("view_as", whose=entry.person.id)
            see_as(entry.person)
            st.switch_page("pages/overview.py")
        if entry.last_seen:
            st.button(
                tr("Sign them out everywhere"),
                key="end-sessions",
                icon=":material/logout:",
                on_click=_end_sessions,
                args=(entry, reader),
            )


def _end_sessions(entry: Entry, reader: SignedIn) -> None:
    try:
        desk().admin().gate.end_sessions(entry.person.id, reader.owner)
    except DynTubeError as error:
        text = tr("No session of {who} was ended. {reason}", who=entry.person.label, reason=error)
        st.session_state[_FAILED] = text
        return
    st.session_state[_DONE] = tr("{who} has to sign in again.", who=entry.person.label)

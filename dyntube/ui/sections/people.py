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
from ..components.table import Rows, column, table_rows
from ..door import desk, local_now, see_as
from ..frame import paper
from ..frame.account import account_menu, for_admins
from ..frame.page import run_page
from ..frame.page_header import head_of_list
from ..layout import card, facts

ROLES: dict[Role, str] = {
    "reader": tr("Reader: totals only"),
    "analyst": tr("Analyst: also individual views"),
    "analyst-personal": tr("Analyst: also personal columns"),
    "admin": tr("Administrator"),
}
_KINDS: dict[Kind, str] = {
    "people": tr("Named in rule {rule}"),
    "groups": tr("Group {name}, rule {rule}"),
    "domains": tr("Domain {name}, rule {rule}"),
}
_CHOSEN, _DONE, _FAILED = "person-chosen", "person-done", "person-failed"


def people() -> None:
    """All people with what they may see, and what an administrator can do about one."""
    run_page(_people)


def _people() -> None:
    menus, line = head_of_list(tr("People"))
    with menus:
        account_menu()
    on_paper = paper.place()
    for_admins()
    reader = desk().admin()
    rules = _rules(reader)
    line.caption(tr("{rules} · a change counts at once", rules=rules))
    entries = overview(reader.gate)
    with card(tr("Who may see what")):
        _table(entries)
    with st.container(key="one-person"), card(tr("One person")):
        _one(entries, reader)
    zone = desk().timezone
    as_of = f"{formats.moment(local_now(zone))} · {zone}"
    paper.head_of_list(on_paper, {tr("As of"): as_of, tr("Rules"): rules})


def _rules(reader: SignedIn) -> str:
    rules = reader.gate.rules
    number, file = len(rules.policy().rules), rules.path.name
    return trn("{number} rule in {file}", "{number} rules in {file}", number, file=file)


def _table(entries: list[Entry]) -> None:
    if not entries:
        st.caption(tr("Nobody has signed in yet, and no rule names anybody."))
        return
    columns = [
        column(tr("Role"), [_role(entry.access) for entry in entries]),
        column(tr("Sees"), [_scope(entry.access) for entry in entries]),
        column(tr("Because"), [_because(entry) for entry in entries]),
        column(tr("Last sign-in"), [_last_seen(entry) for entry in entries]),
    ]
    ids, names = [entry.person.id for entry in entries], [entry.label for entry in entries]
    table_rows(
        Rows(tr("Person"), ids, names, columns),
        tr("Who may see what"),
        key="people",
        on_open=_choose,
        marked=[st.session_state.get(_CHOSEN) or ""],
    )


def _choose(id_: str) -> None:
    st.session_state[_CHOSEN] = id_


def _last_seen(entry: Entry) -> str:
    zone = local_now(desk().timezone).tzinfo
    return formats.moment(entry.last_seen.astimezone(zone)) if entry.last_seen else tr("Never")


def _role(access: Access | None) -> str:
    return ROLES[access.role] if access else tr("None")


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
    return "; ".join(_KINDS[entry.kind].format(name=name, rule=rule) for name, rule in entry.why)


def _one(entries: list[Entry], reader: SignedIn) -> None:
    by_id = {entry.person.id: entry for entry in entries}
    chosen = st.selectbox(
        tr("Person"),
        by_id,
        format_func=lambda id_: by_id[id_].label,
        key=_CHOSEN,
        index=None,
        placeholder=tr("Choose a person"),
        label_visibility="collapsed",
        width=420,
    )
    if done := st.session_state.pop(_DONE, ""):
        st.caption(f":green[:material/check:] {formats.escape_markdown(done)}")
    if failed := st.session_state.pop(_FAILED, ""):
        st.error(formats.escape_markdown(failed), icon=":material/error:")
    if chosen is None or chosen not in by_id:
        st.caption(
            tr("Choose somebody here or in the table, to see what they see or to sign them out.")
        )
        return
    entry = by_id[chosen]
    facts(_facts(entry))
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


def _facts(entry: Entry) -> dict[str, str]:
    """What is known of a person: by what rules can name them, and what these grant."""
    person = entry.person
    found = {
        tr("E-mail"): person.email,
        tr("Name"): person.name,
        tr("Sign-in ID"): person.subject if person.subject != person.email else "",
        tr("Role"): _role(entry.access),
        tr("Sees"): _scope(entry.access),
        tr("Because"): _because(entry),
        tr("Groups"): groups_of(entry),
        tr("Last sign-in"): _last_seen(entry),
    }
    return {name: text for name, text in found.items() if text}


def groups_of(entry: Entry) -> str:
    """Those that the sign-in named; "" of somebody who was never here."""
    if entry.person.groups_left_out:
        return tr("More than their sign-in names")
    return ", ".join(sorted(entry.person.groups)) or (tr("None") if entry.last_seen else "")


def _end_sessions(entry: Entry, reader: SignedIn) -> None:
    try:
        desk().admin().gate.end_sessions(entry.person.id, reader.owner)
    except DynTubeError as error:
        text = tr("No session of {who} was ended. {reason}", who=entry.person.label, reason=error)
        st.session_state[_FAILED] = text
        return
    st.session_state[_DONE] = tr("{who} has to sign in again.", who=entry.person.label)

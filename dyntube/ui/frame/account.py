"""Who is signed in: the menu at the top, and what administrators are told on every page."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...people.gate import Gate
from ...people.reader import SignedIn
from ...words import tr
from ..door import desk, local_now, see_as
from ..layout import icon_key
from ..menu import menu
from .entrance import sign_out_button, sign_out_url

_MENU = icon_key("account")


def account_menu() -> None:
    """The button with the reader's own data; nothing where nobody signs in."""
    if isinstance(desk().reader, SignedIn):
        menu(tr("Account"), _MENU, ":material/account_circle:", _fill)


def _fill() -> None:
    reader = desk().reader
    if not isinstance(reader, SignedIn):
        return
    with st.container(gap=None):
        st.markdown(f"**{formats.escape_markdown(reader.name)}**")
        if reader.person.email not in ("", reader.name):
            st.caption(formats.escape_markdown(reader.person.email))
    st.caption(tr("You stay signed in for up to {hours} hours.", hours=reader.gate.sign_in.hours))
    if sign_out_url(reader) is not None:
        sign_out_button(tr("Sign out everywhere"), icon=":material/logout:")


def for_admins() -> None:
    """A broken access file, and whose eyes an administrator sees with."""
    reader = desk().reader
    if not isinstance(reader, SignedIn):
        return
    if reader.seen_as:
        with st.container(horizontal=True, vertical_alignment="center", key="seen-as"):
            who = formats.escape_markdown(reader.seen_as.label)
            st.info(
                tr("You see what {who} sees. Nothing can be changed.", who=who),
                icon=":material/visibility:",
            )
            st.button(tr("Back to my view"), key="seen-as-stop", on_click=see_as, args=(None,))
    elif reader.access.is_admin:
        _troubles(reader.gate)


def _troubles(gate: Gate) -> None:
    if problem := gate.rules.problem:
        text = tr("The last good rules stay in force.")
        st.error(f"{formats.escape_markdown(problem)} {text}", icon=":material/error:")
    if missed := gate.provider_missed_at:
        zone = local_now(desk().timezone).tzinfo
        text = tr(
            "At {time} somebody could not sign in: the sign-in provider did not answer.",
            time=f"{missed.astimezone(zone):%H:%M}",
        )
        st.error(text, icon=":material/error:")

"""What stands before all pages: whether there is somebody who may see any, and which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from ... import formats
from ...errors import ArchiveError, DynTubeError, NotAllowedError, NotSignedInError
from ...events import unforeseen
from ...people.reader import Reader, SignedIn
from ...report.pages import PAGES
from ...settings.sign_in import OpenId
from ...words import tr
from .. import style
from ..components.theme import follow_theme
from ..door import desk, gate, stop_seeing_as
from ..streamlit_internals import lead_to
from . import paper

PEOPLE = "people"  # the page of administrators about people
_FAILED, _AWAY = "dyntube_sign_in_failed", "away"  # a cookie of ui/server/signing_in.py
_ICON = '<img src="app/static/icon.svg" alt="" width="44" height="44">'


def visible_pages() -> tuple[str, ...]:
    """The names of the pages that the reader may open; none, with the reason shown, if not any."""
    style.apply()
    follow_theme()
    paper.script()
    st.logo(style.LOGO, size="large", icon_image=style.ICON)
    reader: Reader | None = None
    try:
        with st.skeleton(height=600):
            reader = desk().reader
            if isinstance(reader, SignedIn):
                reader.gate.greet(reader.person, reader.address)
            access = reader.access
    except NotSignedInError as error:
        _sign_in(error)
    except NotAllowedError as error:
        if stop_seeing_as():  # an admin no longer, or the other may see nothing any more
            st.rerun()
        _no_access(error)
    except DynTubeError as error:
        show_error(error)
        if isinstance(reader, SignedIn) and sign_out_url(reader) is not None:
            sign_out_button(tr("Sign out"))
    else:
        pages = (name for name in PAGES if access.is_admin or not PAGES[name].for_admins)
        return (*pages, *([PEOPLE] if access.is_admin and isinstance(reader, SignedIn) else ()))
    return ()


@contextmanager
def told() -> Iterator[None]:
    """Show the errors of a page as a sentence; nobody sees a traceback."""
    try:
        yield
    except DynTubeError as error:
        show_error(error)
    except Exception as error:  # the last resort
        show_error(unforeseen(error))


def show_error(error: DynTubeError) -> None:
    """Show an error to the reader."""
    st.error(formats.escape_markdown(str(error)), icon=":material/error:")
    paper.failed(str(error))


def _sign_in(error: NotSignedInError) -> None:
    guard = gate()
    with _entrance(tr("DynTube Analytics"), error):
        if failed := st.context.cookies.get(_FAILED):
            st.warning(_why_not(failed), icon=":material/warning:", width=480)
        way = guard.sign_in.way if guard else None
        if isinstance(way, OpenId):
            st.button(
                tr("Sign in"), type="primary", key="sign-in", width="stretch", on_click=st.login
            )
        elif way and _known():  # their session here is over, and that at the proxy is not
            st.caption(tr("Reload this page to go on as before."), text_alignment="center")
            if way.sign_out_url:
                st.link_button(tr("Sign out there too"), way.sign_out_url, width="stretch")


def _why_not(failed: str) -> str:
    if failed == _AWAY:
        return tr(
            "The service where you sign in does not answer at the moment. Try again in a few "
            "minutes."
        )
    return tr("Signing in did not work. Try again, or ask your administrator.")


def _no_access(error: NotAllowedError) -> None:
    reader = _known()
    with _entrance(tr("Nothing to see yet"), error):
        if reader:
            # Plain text on a line of its own, to be copied: administrators need exactly this.
            with st.container(horizontal_alignment="center", gap=None):
                st.caption(tr("Signed in as"), text_alignment="center")
                st.text(reader.person.label, text_alignment="center")
        if reader is None or sign_out_url(reader) is not None:
            sign_out_button(tr("Sign out"), width="stretch")


@contextmanager
def _entrance(title: str, error: DynTubeError) -> Iterator[None]:
    """A card in place of all pages: why there are none, and then what can be done."""
    with (
        st.container(horizontal_alignment="center", key="entrance"),
        st.container(width=420, horizontal_alignment="center", border=True, key="entrance-card"),
    ):
        st.html(_ICON, width="content")
        st.title(title, anchor=False, text_alignment="center")
        st.markdown(formats.escape_markdown(str(error)), text_alignment="center")
        yield


def _known() -> SignedIn | None:
    """Who has signed in; None if their sign-in does not say."""
    try:
        reader = desk().reader
    except NotAllowedError:
        return None
    return reader if isinstance(reader, SignedIn) else None


def sign_out_url(reader: SignedIn) -> str | None:
    """Where signing out leads: "" to the provider; None if the proxy has no such address."""
    way = reader.gate.sign_in.way
    return "" if isinstance(way, OpenId) else way.sign_out_url or None


def sign_out_button(
    label: str, icon: str | None = None, width: Literal["content", "stretch"] = "content"
) -> None:
    """A button that ends all sessions of this person; where that has failed, the reason, and one
    that ends none but leaves this browser.
    """
    if reason := st.session_state.get(_NOT_ENDED, ""):
        text = tr(
            "You are still signed in, here and in other browsers: that you sign out cannot be "
            "written. {reason} Try again. If it stays like this, sign out of this browser alone, "
            "and have your administrator end the other sessions.",
            reason=reason,
        )
        st.error(formats.escape_markdown(text), icon=":material/error:")
    st.button(label, key="sign-out", icon=icon, width=width, on_click=_sign_out)
    if reason:
        st.button(tr("Sign out of this browser alone"), key="sign-out-here", on_click=_leave)


_NOT_ENDED = "sign-out-failed"


def _sign_out() -> None:
    """End all sessions of this person and leave; for callbacks."""
    if reader := _known():
        try:
            reader.gate.sign_out(reader.person, reader.address)
        except ArchiveError as error:
            st.session_state[_NOT_ENDED] = str(error)
            return
    _go(reader)


def _leave() -> None:
    """Leave this browser, where sessions cannot be ended; for callbacks."""
    if reader := _known():
        reader.gate.leave(reader.person, reader.address)
    _go(reader)


def _go(reader: SignedIn | None) -> None:
    """Go where the provider or the proxy signs out."""
    where = sign_out_url(reader) if reader else ""
    if where:
        lead_to(where)
    elif where == "":
        st.logout()

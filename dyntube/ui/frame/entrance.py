"""What stands before all pages: whether there is somebody who may see any, and which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ... import formats
from ...errors import DynTubeError, NotAllowedError, NotSignedInError
from ...events import unforeseen
from ...people.reader import SignedIn
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


def visible_pages() -> tuple[str, ...]:
    """The names of the pages that the reader may open; none, with the reason shown, if not any."""
    style.apply()
    follow_theme()
    st.logo(style.LOGO, size="large", icon_image=style.ICON)
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
    with st.container(horizontal_alignment="center", key="entrance"):
        st.title(tr("DynTube Analytics"), anchor=False, width="content")
        st.markdown(formats.escape_markdown(str(error)), text_alignment="center")
        if failed := st.context.cookies.get(_FAILED):
            st.warning(_why_not(failed), icon=":material/warning:", width=480)
        way = guard.sign_in.way if guard else None
        if isinstance(way, OpenId):
            st.button(tr("Sign in"), type="primary", key="sign-in", on_click=st.login)
        elif way and _known():  # their session here is over, and that at the proxy is not
            st.caption(tr("Reload this page to go on as before."), width="content")
            if way.sign_out_url:
                st.link_button(tr("Sign out there too"), way.sign_out_url)


def _why_not(failed: str) -> str:
    if failed == _AWAY:
        return tr(
            "The service where you sign in does not answer at the moment. Try again in a few "
            "minutes."
        )
    return tr("Signing in did not work. Try again, or ask your administrator.")


def _no_access(error: NotAllowedError) -> None:
    reader = _known()
    with st.container(horizontal_alignment="center", key="entrance"):
        st.title(tr("Nothing to see yet"), anchor=False, width="content")
        st.markdown(formats.escape_markdown(str(error)), text_alignment="center")
        if reader:
            # Plain text, which is copied as it is: administrators need exactly this.
            st.text(tr("You are signed in as {who}.", who=reader.person.label), width="content")
        if reader is None or sign_out_url(reader) is not None:
            st.button(tr("Sign out"), key="sign-out", on_click=sign_out)


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


def sign_out() -> None:
    """End all sessions of this person, and go where the provider or the proxy signs out; for
    callbacks.
    """
    reader = _known()
    where = sign_out_url(reader) if reader else ""
    try:
        if reader:
            reader.gate.sign_out(reader.person, reader.address)
    finally:
        if where:
            lead_to(where)
        elif where == "":
            st.logout()

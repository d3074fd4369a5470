"""Access to the session's desk and to the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from weakref import WeakSet
from zoneinfo import ZoneInfo

import streamlit as st

from ..account import Account, open_account
from ..desk import Desk
from ..engine.wanted import still_wanted
from ..errors import ConfigError, NotSignedInError
from ..fetch.background import Background
from ..people.gate import Gate
from ..people.person import Person, from_claims, from_headers
from ..people.reader import Anyone, Reader, SignedIn
from ..query.access import EVERYTHING, Access
from ..settings.networks import Network
from ..settings.settings import Settings, read_settings
from ..settings.sign_in import OpenId, SignIn
from ..sharing.people import People
from ..sharing.saved_views import reader_id
from ..thumbnails.thumbnails import Thumbnails
from ..words import tr
from .streamlit_internals import run_is_wanted

COOKIE = "dyntube_reader"  # a random id, to tell readers apart where nobody signs in
_BEGAN, _SEEN_AS = "session-began", "seen-as"


@st.cache_resource(show_spinner=False)
def _account() -> Account:
    """The server's installation; raises ConfigError or UnavailableError."""
    settings = read_settings()
    if _kept is not None and (settings.sign_in, settings.proxies) != _kept:
        raise ConfigError("How people sign in has changed since the start: start the app again.")
    opened = open_account(settings)
    opened.engine.warm()
    _made.add(opened.thumbnails)
    return opened


@st.cache_resource(show_spinner=False)
def _background() -> Background:
    """The server's background sync."""
    external = _operator is not None or _account().settings.sync == "external"
    made = Background(_account().syncer, _account().catalog, external=external)
    _made.add(made)
    return made


_made: WeakSet[Background | Thumbnails] = WeakSet()
# How people sign in, and the proxies: what was started before any page goes by the same.
_kept: tuple[SignIn | None, tuple[Network, ...]] | None = None
_operator: Access | None = None  # what may be shown without sign-in, in a server that prints


def keep_sign_in(settings: Settings) -> None:
    """Open no installation where people sign in otherwise, for the life of this process."""
    global _kept
    _kept = settings.sign_in, settings.proxies


def serve_operator(access: Access) -> None:
    """Show what is stored to whoever started this process, for its life; nobody signs in."""
    global _operator
    _operator = access


def close(seconds: float) -> None:
    """Stop what runs in the background for good, waiting this many seconds for each to end."""
    for made in list(_made):
        made.close(seconds)


@st.cache_resource(show_spinner=False)
def gate() -> Gate | None:
    """What the server knows of people; None if nobody signs in. Raises as `desk`."""
    account = _account()
    sign_in = account.settings.sign_in
    return Gate(sign_in, People(account.state)) if sign_in and _operator is None else None


def desk(reader: Reader | None = None) -> Desk:
    """The desk of a reader, by default the session's; not for threads without a session.

    What is asked there is cancelled once nobody waits. Raises ConfigError, UnavailableError and
    NotSignedInError.
    """
    still_wanted.set(run_is_wanted())
    return Desk(_account(), _background(), reader or _reader())


def reader_of(
    cookies: Mapping[str, str],
    headers: Mapping[str, str],
    claims: Mapping[str, object],
    address: str,
    began: dt.datetime | None = None,
) -> Reader:
    """Whoever sends a request with these cookies, headers and claims, from an address.

    `began` is when a session behind a proxy began. Raises NotSignedInError.
    """
    cookie_owner = reader_id(cookies.get(COOKIE, ""))
    if (guard := gate()) is None:
        return Anyone(cookie_owner, _operator or EVERYTHING)
    person = _person(guard, headers, claims, began or guard.now())
    return SignedIn(person, guard, address, cookie_owner=cookie_owner)


def _person(
    guard: Gate, headers: Mapping[str, str], claims: Mapping[str, object], began: dt.datetime
) -> Person:
    way = guard.sign_in.way
    if isinstance(way, OpenId):
        if not claims:
            raise NotSignedInError(tr("Sign in to see how your videos do."))
        return from_claims(claims, way.groups_claim, guard.now())
    groups = headers.get(way.groups, "") if way.groups else ""
    if person := from_headers(headers.get(way.user, ""), groups, began):
        return person
    raise NotSignedInError(
        tr("Open this dashboard at its usual address: nobody signed you in on the way here.")
    )


def _reader() -> Reader:
    """Whoever sits at this session's browser."""
    context, state = st.context, st.session_state
    if gate() is None:  # pages ask for their reader a hundred times
        return reader_of(dict(context.cookies), {}, {}, "")
    claims = st.user.to_dict() if st.user.get("is_logged_in") else {}
    began = state.setdefault(_BEGAN, dt.datetime.now(dt.UTC))
    address = context.ip_address or ""
    reader = reader_of(context.cookies, context.headers, claims, address, began)
    return reader.seeing_as(state.get(_SEEN_AS)) if isinstance(reader, SignedIn) else reader


def see_as(person: Person | None) -> None:
    """Let this session's admin see as another person does, or as before; for callbacks."""
    st.session_state[_SEEN_AS] = person


def stop_seeing_as() -> bool:
    """Whether this session's admin saw as somebody else, which ends."""
    return st.session_state.pop(_SEEN_AS, None) is not None


def installation() -> Account:
    """The server's installation, for its health and metrics; see `_account` for errors.

    No reader's data goes through here: that is what `desk` is for.
    """
    return _account()


def local_now(timezone: str) -> dt.datetime:
    """The current time in a zone."""
    return dt.datetime.now(ZoneInfo(timezone))

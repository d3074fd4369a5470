"""Access to the session's desk and to the clock."""

from __future__ import annotations

import datetime as dt
from weakref import WeakSet
from zoneinfo import ZoneInfo

import streamlit as st

from ..account import Account, open_account
from ..desk import Desk
from ..engine.wanted import still_wanted
from ..fetch.background import Background
from ..query.access import EVERYTHING
from ..thumbnails.thumbnails import Thumbnails
from .streamlit_internals import run_is_wanted


@st.cache_resource(show_spinner=False)
def _account() -> Account:
    """The server's installation; raises ConfigError or UnavailableError."""
    opened = open_account()
    opened.engine.warm()
    _made.add(opened.thumbnails)
    return opened


@st.cache_resource(show_spinner=False)
def _background() -> Background:
    """The server's background sync."""
    external = _fetches_nothing or _account().settings.sync == "external"
    made = Background(_account().syncer, _account().catalog, external=external)
    _made.add(made)
    return made


_made: WeakSet[Background | Thumbnails] = WeakSet()
_fetches_nothing = False


def fetch_nothing() -> None:
    """Show what is stored, for the life of this process."""
    global _fetches_nothing
    _fetches_nothing = True


def close(seconds: float) -> None:
    """Stop what runs in the background for good, waiting this many seconds for each to end."""
    for made in list(_made):
        made.close(seconds)


def desk() -> Desk:
    """The desk of this session's reader; what is asked there is cancelled once nobody waits."""
    still_wanted.set(run_is_wanted())
    return Desk(_account(), _background(), EVERYTHING)


def installation() -> Account:
    """The server's installation, for its health and metrics; see `_account` for errors.

    No reader's data goes through here: that is what `desk` is for.
    """
    return _account()


def local_now(timezone: str) -> dt.datetime:
    """The current time in a zone."""
    return dt.datetime.now(ZoneInfo(timezone))

"""What pages ask: the installation, the clock, answers."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from ..account import Account, open_account
from ..background import Background
from ..catalog import Names
from ..query import Query


@st.cache_resource(show_spinner=False)
def account() -> Account:
    """The installation that this server shows; raises ConfigError or UnavailableError."""
    return open_account()


@st.cache_resource(show_spinner=False)
def background() -> Background:
    """The one sync of this server."""
    return Background(account().syncer, account().catalog)


def names() -> Names:
    """The names of projects, channels and videos that are known now."""
    return account().catalog.names()


def local_now(timezone: str) -> dt.datetime:
    """The time in a zone. The only place where pages ask the clock."""
    return dt.datetime.now(ZoneInfo(timezone))


def answer(query: Query) -> pd.DataFrame:
    """The answer to a question; see `engine.Engine.answer`. Do not change the frame."""
    return account().engine.answer(query)

"""What pages ask: the installation, the clock, answers."""

from __future__ import annotations

import datetime as dt
from weakref import WeakSet
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from ..account import Account, open_account
from ..archive.coverage import Coverage
from ..fetch.background import Background
from ..fetch.catalog import Names
from ..query.query import ChecksQuery, CountQuery, Query, RowsQuery
from ..trust.states import StoredDay, stored_days


@st.cache_resource(show_spinner=False)
def account() -> Account:
    """The installation that this server shows; raises ConfigError or UnavailableError."""
    opened = open_account()
    opened.engine.memory.keep_loading(opened.settings.memory)
    return opened


@st.cache_resource(show_spinner=False)
def background() -> Background:
    """The one sync of this server."""
    external = account().settings.sync == "external"
    made = Background(account().syncer, account().catalog, external=external)
    _made.add(made)
    return made


_made: WeakSet[Background] = WeakSet()


def close(seconds: float) -> None:
    """End the sync where one runs, and start no more; waits for its end for so long."""
    for made in list(_made):
        made.close(seconds)


def names() -> Names:
    """The names of projects, channels and videos that are known now."""
    return account().catalog.names()


def known() -> Coverage:
    """When views are known. The only place where pages ask the archive for that."""
    return account().coverage()


def local_now(timezone: str) -> dt.datetime:
    """The time in a zone. The only place where pages ask the clock."""
    return dt.datetime.now(ZoneInfo(timezone))


def answer(query: Query, part_of: Query | None = None) -> pd.DataFrame:
    """The answer to a question; see `engine.Engine.answer`. Do not change the frame."""
    return account().engine.answer(query, part_of)


def rows(query: RowsQuery) -> pd.DataFrame:
    """The views themselves; see `engine.Engine.rows`. Do not change the frame."""
    return account().engine.rows(query)


def count(query: CountQuery) -> int:
    """How many views a metric is about."""
    return account().engine.count(query)


def checks(query: ChecksQuery) -> dict[str, int]:
    """The count of all views and of each check of views."""
    found = account().engine.checks(query).iloc[0]
    return {str(name): int(count) for name, count in found.items()}


def days_until_today() -> list[StoredDay]:
    """Every UTC day from the first stored one to today, with its state."""
    archive = account().archive
    damaged = {dt.date.fromisoformat(path.name[:10]) for path in archive.damaged()}
    today = dt.datetime.now(dt.UTC).date()
    empty, trust = account().syncer.empty, account().trust()
    return stored_days(archive.days(), damaged, len(archive.folders), today, empty, trust)

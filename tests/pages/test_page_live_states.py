"""The Live page around midnight, in quiet hours, and where little or nothing is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.archive.archive import Archive
from dyntube.errors import ArchiveError
from dyntube.settings.settings import FetchScope, Settings
from dyntube.ui import door

from .. import odd
from ..clock import set_clock
from ..components import cards
from ..conftest import record
from ..odd import ONE_DAY
from .test_page_live import (
    CHECKED,
    DAY,
    NOW,
    UTC,
    VIEWS,
    chart,
    numbers,
    open_live,
    put,
    stored,
    whole,
    words,
)
from .test_pages import said

__all__ = ["stored"]


def test_after_midnight_the_hour_is_of_two_days(
    stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = dt.datetime.combine(DAY, dt.time(), UTC)
    before = [record(f"b{n}", f"2026-11-18T23:{n}:00Z") for n in (10, 29, 31, 59)]
    odd.put(stored, DAY - ONE_DAY, before)
    put(stored, [record("a", f"{DAY}T00:00:00Z")], midnight + dt.timedelta(minutes=30))
    set_clock(monkeypatch, midnight + dt.timedelta(minutes=30, seconds=5))
    at = whole(open_live())
    assert numbers(at)["Views"] == "3"
    assert sum(chart(at, "Views per minute, 23:31 to 00:30")["y"]) == 3


def test_where_the_day_before_is_not_stored_it_is_said(
    stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = dt.datetime.combine(DAY, dt.time(), UTC)
    put(stored, [record("a", f"{DAY}T00:00:00Z")], midnight + dt.timedelta(minutes=30))
    set_clock(monkeypatch, midnight + dt.timedelta(minutes=30, seconds=5))
    at = whole(open_live())
    assert "not stored yet" in said(at)
    assert numbers(at)["Views"] == "1"


def test_a_quiet_hour_says_when_the_newest_view_was(stored: Archive) -> None:
    put(stored, VIEWS[:1])
    at = whole(open_live())
    assert "No views in the last 60 minutes. The newest is from 19 Nov 2026, 17:32." in said(at)
    assert numbers(at)["Views"] == "0"
    assert numbers(at)["Active now"] == "nobody"
    assert not at.dataframe


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("IT", "in the last 60 minutes. The newest is from 17 Nov 2026, 09:05."),
        ("XX", "in the last 60 minutes, nor in the 7 days before."),
    ],
)
def test_under_filters_a_quiet_hour_says_when_they_last_matched(
    stored: Archive, country: str, text: str
) -> None:
    then = [record("i", "2026-11-17T09:05:00Z", geo={"country": "IT"})]
    odd.put(stored, dt.date(2026, 11, 17), then)
    put(stored, VIEWS)
    at = whole(open_live(f"country={country}"))
    assert f"No views match these filters {text}" in said(at)


def test_an_account_without_views_is_quiet(stored: Archive) -> None:
    put(stored, [])
    at = whole(open_live())
    assert said(at) == "No views in the last 60 minutes."
    assert "No views yet, checked 20 s ago" in words(at)


def test_an_hour_of_which_nothing_is_known_is_not_called_quiet(
    stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stored, VIEWS)
    set_clock(monkeypatch, CHECKED + dt.timedelta(hours=1))
    at = whole(open_live())
    assert "Views were last fetched at 19 Nov 2026, 18:32" in said(at)
    assert "no data for the last 60 minutes" in said(at)
    assert "The newest is from 19 Nov 2026, 18:32." in said(at)
    assert not cards(at)


def test_an_empty_archive_says_what_comes_next(stored: Archive) -> None:
    assert "Nothing is stored yet." in said(whole(open_live()))


def test_of_two_projects_the_one_that_is_behind_ends_the_hour(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = tuple(FetchScope("project", key) for key in ("p", "q"))
    settings = Settings(archive=tmp_path, scopes=scopes)
    folders = [Archive(tmp_path, [settings.folder(scope)]) for scope in scopes]
    put(folders[0], VIEWS)
    put(folders[1], [], CHECKED - dt.timedelta(minutes=3))
    connect(odd.STATS_URL, tmp_path, SYNC="external", PROJECT_KEYS="p,q")
    set_clock(monkeypatch, NOW)
    at = whole(open_live())
    assert "the last 60 minutes, up to 18:29" in words(at)
    assert numbers(at)["Views"] == "4"  # "old" is in it, "d" and "last" are not


def test_a_day_that_cannot_be_read_any_more_is_said_in_a_sentence(
    stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stored, VIEWS)

    def fail(*_: object) -> None:
        raise ArchiveError("A stored day cannot be read. Fetch it again.")

    monkeypatch.setattr(door.desk().account.engine, "answer", fail)
    at = open_live()
    assert "A stored day cannot be read" in said(at)
    assert not at.exception


def test_an_error_while_it_draws_itself_again_is_said_in_a_sentence(
    stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> None:
        import importlib
        from types import SimpleNamespace

        live = importlib.import_module("dyntube.ui.sections.live")
        live._refresh(SimpleNamespace(timezone="UTC"), False, "")

    def fail(*_: object) -> None:
        raise ArchiveError("A stored day cannot be read. Fetch it again.")

    monkeypatch.setattr(door.desk().account.archive, "days", fail)
    at = AppTest.from_function(again).run()
    assert "A stored day cannot be read" in said(at)
    assert not at.exception

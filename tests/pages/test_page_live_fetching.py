"""The Live page while it fetches: new views, not too often, and what happens when that fails."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dyntube.archive.archive import Archive

from ..clock import NOON, set_clock
from ..conftest import record
from ..fetch.test_background import logs_asked
from ..plain import Record
from ..scripted import Answer, Asked, serve
from ..syncing import paged
from .test_page_live import VIEWS, numbers, open_live, put, stored, whole
from .test_pages import said, settle

__all__ = ["stored"]
A_MINUTE_LATER = NOON + dt.timedelta(seconds=61)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, the page gets its views as early as it wants."""
    monkeypatch.setattr("dyntube.fetch.background.EARLY_BACKOFF", 0)


def ago(id_: str, **before: float) -> Record:
    return record(id_, (NOON - dt.timedelta(**before)).isoformat())


def log(views: list[Record]) -> Callable[[Asked], Answer]:
    pages = paged(views)
    return lambda asked: pages(asked) if asked.method == "POST" else Answer(404)


def test_the_first_visit_waits_for_the_views_of_today_and_shows_them(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    with serve(log([ago("a", minutes=3), ago("b", minutes=70)])) as server:
        connect(server.url, tmp_path / "archive")
        at = open_live()
        whole(at)
        at = whole(settle(settle(at)))
        assert numbers(at)["Views"] == "1"


def test_looking_brings_new_views_but_not_more_often_than_once_a_minute(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    views = [ago("a", minutes=3)]
    with serve(log(views)) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(settle(open_live()))
        assert numbers(at)["Views"] == "1"
        views.append(ago("b", seconds=5))
        asked = logs_asked(server)
        assert numbers(settle(at.run()))["Views"] == "1"
        assert logs_asked(server) == asked
        set_clock(monkeypatch, A_MINUTE_LATER)
        assert numbers(settle(at.run()))["Views"] == "2"


def test_when_the_server_fails_what_is_known_stays_and_the_error_is_said(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(log([ago("a", minutes=3)])) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(settle(open_live()))
        server.script = lambda _: Answer(401)
        set_clock(monkeypatch, A_MINUTE_LATER)
        at = settle(at.run())
        assert "DynTube refused the API key" in said(at)
        assert numbers(at)["Views"] == "1"
        asked = logs_asked(server)
        at = settle(at.run())
        assert logs_asked(server) == asked
        server.script = log([ago("a", minutes=3)])
        at.button(key="retry").click().run()
        assert not settle(at).error


def test_a_refused_key_on_the_first_visit_is_said(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    with serve(lambda _: Answer(401)) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(open_live())
        assert not at.exception
        assert "DynTube refused the API key" in said(at)
        assert "Nothing is stored yet" in said(at)


@pytest.mark.parametrize(
    "later", [{"error": "It fails."}, {"fetching": True, "checked": None}], ids=["error", "waiting"]
)
def test_what_the_block_cannot_show_by_itself_draws_the_page_again(
    later: dict[str, object], stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stored, VIEWS)
    module, looks = importlib.import_module("dyntube.ui.sections.live"), []
    look = module.look

    def changing(timezone: str) -> object:
        looks.append(look(timezone))
        return looks[-1] if len(looks) == 1 else replace(looks[-1], **later)

    monkeypatch.setattr(module, "look", changing)
    open_live()
    assert len(looks) == 4  # the page looks, its block looks and gives up, and both do again

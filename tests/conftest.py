"""Fixtures: the vendor's samples, the stand-in as a real server, archives on real disks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.demo import process
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer
from dyntube.reading.parse import read_page
from dyntube.settings import sources
from dyntube.settings.settings import Settings

from .failures import pytest_configure
from .scripted import Answer, Server, in_turn, serve

__all__ = ["pytest_configure"]

hypothesis.settings.register_profile("untimed", deadline=None)  # nothing is timed in tests
hypothesis.settings.load_profile("untimed")
DATA = Path(__file__).parent / "data"
UTC = dt.UTC
SECRET = "canary-key-9876"
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # the stand-in's clock in tests


@pytest.fixture(autouse=True, scope="session")
def nobodys_settings() -> None:
    """Whoever has settings beside this checkout has them for themselves."""
    sources.CHECKOUT = DATA


@pytest.fixture(autouse=True, scope="session")
def nobodys_make() -> None:
    """A `make` that a test runs is not told that it runs within `make test`."""
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def vendor_pages() -> list[dict[str, Any]]:
    """The two answers shown on the vendor's page, as parsed JSON."""
    text = (DATA / "get-video-analytics.txt").read_text("utf-8")
    decoder, pages, start = json.JSONDecoder(), [], 0
    while (start := text.find('{\n    "pager"', start)) >= 0:
        page, length = decoder.raw_decode(text[start:])
        pages.append(page)
        start += length
    return pages


@pytest.fixture(scope="session")
def stand_in() -> Iterator[str]:
    """The address of a stand-in whose clock stands still at NOON."""
    server = process.start(today=f"{NOON:%Y-%m-%dT%H:%M}")
    yield server.url
    server.stop()


@pytest.fixture
def settings(stand_in: str, tmp_path: Path) -> Settings:
    """Settings that point at the stand-in and at an empty archive."""
    return Settings(stats_url=stand_in, api_url=stand_in, archive=tmp_path / "archive")


@pytest.fixture
def archive(settings: Settings) -> Archive:
    """An empty archive."""
    return Archive(settings.archive, [settings.folder(settings.scopes[0])])


@pytest.fixture
def syncer(settings: Settings, archive: Archive) -> Syncer:
    """A syncer at NOON that does not wait between tries."""
    client = Client(settings, sleep=lambda _: None, now=lambda: NOON)
    return Syncer(settings, client, archive, now=lambda: NOON, sleep=lambda _: None)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that a test tells what to answer; until then it fails."""
    with serve(in_turn(Answer(500))) as running:
        yield running


@pytest.fixture
def settings_of_server(server: Server, tmp_path: Path) -> Settings:
    """Settings that point at that server, with pages of two views."""
    return Settings(stats_url=server.url, api_url=server.url, archive=tmp_path / "a", page_size=2)


@pytest.fixture
def scene(server: Server, settings_of_server: Settings) -> Callable[..., Any]:
    """Make a `syncing.Scene` of some views; with settings that are not the usual."""
    from .syncing import Scene

    return lambda views, **known: Scene(
        server, dataclasses.replace(settings_of_server, **known), views
    )


@pytest.fixture
def store(archive: Archive) -> Callable[..., DayInfo]:
    """Put raw records of one day into the archive, as a sync would."""

    def put(day: dt.date, records: list[dict[str, Any]], **known: Any) -> DayInfo:
        body = json.dumps({"pager": pager(len(records)), "views": records}).encode()
        page = read_page(body)
        midnight = dt.datetime.combine(day, dt.time(), UTC)
        info = {
            "day": day,
            "rows": len(page.views),
            "api_total": len(records),
            "verified": True,
            "settled": True,
            "fetched_at": NOON,
            "until": midnight + dt.timedelta(days=1),
            "newest": max(page.views["date"].to_pylist(), default=None),
            "rejected": len(page.rejected),
        } | known
        return archive.write(archive.folders[0], DayInfo(**info), page.views, page.rejected)

    return put


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Set the app up as a person would, through the environment."""
    import streamlit as st

    monkeypatch.chdir(tmp_path)

    def to(url: str, archive: Path, **settings: str) -> None:
        names = {"STATS_URL": url, "API_URL": url, "ARCHIVE": str(archive), "API_KEY": SECRET}
        names["MEMORY"] = "0"  # its thread would outlive the test
        for name, value in (names | settings).items():
            monkeypatch.setenv(f"DYNTUBE_{name}", value)
        st.cache_resource.clear()
        st.cache_data.clear()

    yield to
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(scope="session")
def live() -> Iterator[str]:
    """A stand-in with the clock of this machine, since pages ask it too."""
    server = process.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that the tests of pages fill and share."""
    return tmp_path_factory.mktemp("pages") / "archive"


def pager(total: int) -> dict[str, int]:
    """The pager of an answer with everything on one page."""
    return {"page": 1, "size": 1000, "hits": total, "total": total, "pages": 1}


def record(id_: str, date: str, **fields: Any) -> dict[str, Any]:
    """A valid record; say only what the test is about."""
    return {
        "id": id_,
        "date": date,
        "videoKey": "video-a",
        "projectKey": "project-a",
        "channelKey": "channel-a",
        "viewerId": f"viewer-{id_}",
        "started": True,
        "ended": False,
        "muted": False,
        "duration": 100,
        "watchTime": 50,
    } | fields

"""Fixtures: the vendor's samples, the stand-in as a real server, archives on real disks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from dyntube.account import open_account
from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.demo import process
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer
from dyntube.reading.parse import read_page
from dyntube.settings import sources
from dyntube.settings.settings import Settings

from .browser.fixtures import browser, demo, demo_archive, idle, tab
from .clock import NOON, set_clock
from .failures import pytest_configure
from .scripted import Answer, Server, in_turn, serve

# Fixtures that are imported in two places would be two: a process can have one browser alone.
__all__ = ["browser", "demo", "demo_archive", "idle", "pytest_configure", "tab"]

# Nothing is timed in tests. `make test-faults` asks for more examples of everything.
EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
hypothesis.settings.register_profile("ours", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("ours")
DATA = Path(__file__).parent / "data"
UTC = dt.UTC
SECRET = "canary-key-9876"


@pytest.fixture(autouse=True, scope="session")
def nobodys_settings() -> None:
    """Whoever has settings beside this checkout has them for themselves."""
    sources.CHECKOUT = DATA


@pytest.fixture(autouse=True, scope="session")
def nobodys_make() -> None:
    """A `make` that a test runs is not told that it runs within `make test`."""
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        os.environ.pop(name, None)


@pytest.fixture(autouse=True, scope="session")
def installed_components() -> None:
    """Streamlit looks through all that is installed for each `AppTest`: here once for all."""
    if "streamlit.testing.v1" in sys.modules:
        from streamlit.components.v2 import manifest_scanner as scanner

        scanner.scan_component_manifests = functools.cache(scanner.scan_component_manifests)


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


@contextmanager
def set_up(patch: pytest.MonkeyPatch, home: Path) -> Iterator[Callable[..., None]]:
    """Set the app up as a person would, through the environment; its clock stands still at NOON."""
    import streamlit as st

    patch.chdir(home)
    set_clock(patch, NOON)
    for module in ("archive.archive", "fetch.catalog"):  # what a test writes is seen at once
        patch.setattr(f"dyntube.{module}.FRESH_SECONDS", 0)

    def to(url: str, archive: Path, **settings: str) -> None:
        names = {"STATS_URL": url, "API_URL": url, "ARCHIVE": str(archive), "API_KEY": SECRET}
        names["MEMORY"] = "0"  # its thread would outlive the test
        for name in [name for name in os.environ if name.startswith("DYNTUBE_")]:
            patch.delenv(name)
        for name, value in (names | settings).items():
            patch.setenv(f"DYNTUBE_{name}", value)
        st.cache_resource.clear()
        st.cache_data.clear()

    yield to
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Set the app up for a test, with an address, an archive and other settings."""
    with set_up(monkeypatch, tmp_path) as to:
        yield to


@pytest.fixture(scope="session")
def filled(stand_in: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sync of the stand-in has left at NOON: two periods of 28 days, the days that those
    are compared with of the year before, and now and then a day of the spring and summer."""
    folder = tmp_path_factory.mktemp("filled") / "archive"
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch, NOON)
        account = open_account(Settings(stats_url=stand_in, api_url=stand_in, archive=folder))
        ago = (*range(57), *range(57, 234, 7), 365)
        report = account.syncer.sync([NOON.date() - dt.timedelta(days=n) for n in ago])
        account.catalog.refresh()
    assert report.outcome == "done"
    return folder


@pytest.fixture(scope="module")
def full(stand_in: str, filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The app over that archive, which it only reads: one server for the tests of a file."""
    with (
        pytest.MonkeyPatch.context() as patch,
        set_up(patch, tmp_path_factory.mktemp("home")) as connect,
    ):
        connect(stand_in, filled, SYNC="external")
        yield


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

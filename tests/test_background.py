"""Syncs that pages ask for."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from dyntube.api import Client
from dyntube.archive import Archive
from dyntube.background import CALM, RETRY_SECONDS, Background
from dyntube.catalog import Catalog
from dyntube.config import Settings
from dyntube.errors import AuthError
from dyntube.sync import Syncer

from .conftest import NOON, record
from .scripted import Answer, Asked, Server, in_turn, serve
from .syncing import TODAY, paged

DAYS = [NOON.date() - dt.timedelta(days=n) for n in range(1, 5)]
MINUTE = dt.timedelta(minutes=1)


def build(
    url: str,
    folder: Path,
    clock: Callable[[], float] = time.monotonic,
    *,
    now: Callable[[], dt.datetime] = lambda: NOON,
    external: bool = False,
):
    settings = Settings(stats_url=url, api_url=url, archive=folder)
    client = Client(settings, sleep=lambda _: None, now=now)
    archive = Archive(folder, [settings.folder(settings.scopes[0])])
    syncer = Syncer(settings, client, archive, now=now, sleep=lambda _: None)
    background = Background(syncer, Catalog(client, folder), external=external, clock=clock)
    return background, archive


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it did not happen within 30 s"
        time.sleep(0.01)


def test_asking_for_days_fetches_them_and_the_names(stand_in: str, tmp_path: Path) -> None:
    background, archive = build(stand_in, tmp_path)
    assert background.ensure(DAYS).progress is not None
    wait_until(lambda: background.state.progress is None and (tmp_path / "names.json").exists())
    assert sorted(archive.days()) == sorted(DAYS)
    assert background.state.error is None


def test_many_readers_start_one_sync(stand_in: str, tmp_path: Path) -> None:
    background, archive = build(stand_in, tmp_path)
    for _ in range(20):
        background.ensure(DAYS)
    wait_until(lambda: background.state.progress is None)
    assert {path.name[11:17] for path in archive.files(min(DAYS), max(DAYS))} == {"000001"}


def test_stored_days_start_nothing(stand_in: str, tmp_path: Path) -> None:
    background, _ = build(stand_in, tmp_path)
    background.ensure(DAYS)
    wait_until(lambda: background.state.progress is None)
    assert background.ensure(DAYS).progress is None


def logs_asked(server: Server) -> int:
    return sum(asked.path == "/v1/logs/data" for asked in server.asked)


def test_after_a_failure_it_rests_until_the_time_is_up_or_somebody_asks(tmp_path: Path) -> None:
    clock = [0.0]
    with serve(in_turn(Answer(401))) as server:
        background, _ = build(server.url, tmp_path, lambda: clock[0])

        def attempt() -> int:
            before = logs_asked(server)
            background.ensure(DAYS[:1])
            wait_until(lambda: background.state.progress is None)
            return logs_asked(server) - before

        assert attempt() == 1
        assert isinstance(background.state.error, AuthError)
        assert attempt() == 0
        clock[0] += RETRY_SECONDS * 11
        assert attempt() == 1
        assert attempt() == 0
        background.retry()
        assert attempt() == 1


class Today:
    """A day that goes on, looked at by a page; its clock moves only when a test says so."""

    def __init__(self, server: Server, folder: Path, **known: bool) -> None:
        self.seconds = 0.0
        self.server, self.views = server, paged([record("a", f"{TODAY}T11:59:00Z")])
        server.script = self.log
        self.background, _ = build(server.url, folder, self.clock, now=self.now, **known)

    def log(self, asked: Asked) -> Answer:
        return self.views(asked) if asked.method == "POST" else Answer(404)

    def clock(self) -> float:
        return self.seconds

    def now(self) -> dt.datetime:
        return NOON + dt.timedelta(seconds=self.seconds)

    def look(self, after: float, refresh: dt.timedelta | None) -> bool:
        """Whether a look at today, so many seconds after the last one, asked the API."""
        self.seconds += after
        before = logs_asked(self.server)
        self.background.ensure([TODAY], refresh)
        wait_until(lambda: self.background.state.progress is None)
        return logs_asked(self.server) > before


def test_a_page_gets_today_as_fresh_as_it_wants_it_and_no_fresher(
    server: Server, tmp_path: Path
) -> None:
    today = Today(server, tmp_path)
    assert today.look(0, MINUTE)
    assert not today.look(59, MINUTE)
    assert today.look(1, MINUTE)
    assert not today.look(599, None)
    assert today.look(1, None)


def test_many_looks_of_a_page_that_wants_today_early_ask_once_a_minute(
    server: Server, tmp_path: Path
) -> None:
    today = Today(server, tmp_path)
    assert sum(today.look(5, MINUTE) for _ in range(60)) == 5


def test_a_failure_rests_as_long_for_a_page_that_wants_today_early(
    server: Server, tmp_path: Path
) -> None:
    today = Today(server, tmp_path)
    assert today.look(0, MINUTE)
    server.script = in_turn(Answer(401))
    assert today.look(60, MINUTE)
    assert isinstance(today.background.state.error, AuthError)
    assert not today.look(RETRY_SECONDS * 9, MINUTE)
    assert today.look(RETRY_SECONDS * 2, MINUTE)


def test_where_fetching_takes_long_a_page_gets_today_early_less_often(
    server: Server, tmp_path: Path
) -> None:
    today = Today(server, tmp_path)

    def slow(asked: Asked) -> Answer:
        today.seconds += 30
        return today.log(asked)

    assert today.look(0, MINUTE)
    server.script = slow
    began = today.seconds + 60
    assert today.look(60, MINUTE)
    took = today.seconds - began
    assert took >= 30
    server.script = today.log
    assert not today.look(CALM * took - 1, MINUTE)
    assert today.look(61, MINUTE)
    assert today.look(60, MINUTE)


def test_what_a_scheduler_fetches_nobody_gets_early(server: Server, tmp_path: Path) -> None:
    today = Today(server, tmp_path, external=True)
    assert not today.look(0, MINUTE)
    assert today.background.state.error is None

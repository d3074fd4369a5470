"""Syncs that pages ask for."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from dyntube.api import Client
from dyntube.archive import Archive
from dyntube.background import RETRY_SECONDS, Background
from dyntube.catalog import Catalog
from dyntube.config import Settings
from dyntube.errors import AuthError
from dyntube.sync import Syncer

from .conftest import NOON
from .scripted import Answer, Server, in_turn, serve

DAYS = [NOON.date() - dt.timedelta(days=n) for n in range(1, 5)]


def build(url: str, folder: Path, clock: Callable[[], float] = time.monotonic):
    settings = Settings(stats_url=url, api_url=url, archive=folder)
    client = Client(settings, sleep=lambda _: None)
    archive = Archive(folder, [settings.folder(settings.scopes[0])])
    syncer = Syncer(settings, client, archive, now=lambda: NOON)
    return Background(syncer, Catalog(client, folder), clock=clock), archive


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

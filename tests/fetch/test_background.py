"""Syncs that pages ask for."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.errors import AuthError
from dyntube.fetch.background import EARLY_BACKOFF, Background, SyncStatus
from dyntube.fetch.catalog import Catalog
from dyntube.fetch.client import Client
from dyntube.fetch.status import CANCELLED_SECONDS, RETRY_SECONDS
from dyntube.fetch.sync import Syncer
from dyntube.settings.settings import Settings

from ..conftest import NOON, record
from ..scripted import Answer, Asked, Server, in_turn, serve
from ..syncing import AT_ONCE, TODAY, day_asked, paged

SECOND = dt.timedelta(seconds=1)
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
        background, _ = build(server.url, tmp_path, now=lambda: NOON + clock[0] * SECOND)

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


def test_what_was_cancelled_rests_is_counted_and_goes_on_when_somebody_wants_it(
    tmp_path: Path,
) -> None:
    clock, gate = [0.0], threading.Event()
    log = paged([record(str(day), f"{day}T10:00:00Z") for day in DAYS])

    def script(asked: Asked) -> Answer:
        if asked.method == "POST" and day_asked(asked) <= DAYS[1]:
            gate.wait(30)
        return log(asked) if asked.method == "POST" else Answer(404)

    with serve(script) as server:
        background, archive = build(server.url, tmp_path, now=lambda: NOON + clock[0] * SECOND)
        background.ensure(DAYS)
        wait_until(lambda: (p := background.state.progress) and p.days_done == 1)
        background.cancel()
        wait_until(lambda: background.state.progress is None)
        state = background.state
        assert state.stopped
        assert (state.stopped.days_done, state.stopped.days_total, state.rest) == (1, 4, 600)
        gate.set()
        clock[0] += 599
        assert background.ensure(DAYS).progress is None
        assert background.state.rest == 1
        background.retry()
        assert background.state == SyncStatus()
        assert background.ensure(DAYS[:1]).progress  # all of them, whatever is looked at now
        wait_until(lambda: background.state.progress is None)
        assert sorted(archive.days()) == sorted(DAYS)
        assert background.state == SyncStatus()


def test_what_was_cancelled_goes_on_by_itself_after_its_rest(tmp_path: Path) -> None:
    clock, gate = [0.0], threading.Event()

    def script(asked: Asked) -> Answer:
        gate.wait(30)
        return paged([])(asked) if asked.method == "POST" else Answer(404)

    with serve(script) as server:
        background, _ = build(server.url, tmp_path, now=lambda: NOON + clock[0] * SECOND)
        background.ensure(DAYS)
        background.cancel()
        wait_until(lambda: background.state.progress is None)
        gate.set()
        clock[0] += CANCELLED_SECONDS
        assert background.state == SyncStatus()
        assert background.ensure(DAYS).progress
        wait_until(lambda: background.state.progress is None)


def test_once_it_is_closed_nothing_is_fetched(stand_in: str, tmp_path: Path) -> None:
    background, archive = build(stand_in, tmp_path)
    background.close(30)
    assert background.ensure(DAYS) == background.sync_now(DAYS) == SyncStatus()
    assert not archive.days()


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
        today.seconds += 30 * (asked.method == "POST")
        return today.log(asked)

    assert today.look(0, MINUTE)
    server.script = slow
    began = today.seconds + 60
    assert today.look(60, MINUTE)
    took = today.seconds - began
    assert took >= 30
    server.script = today.log
    assert not today.look(EARLY_BACKOFF * took - 1, MINUTE)
    assert today.look(61, MINUTE)
    assert today.look(60, MINUTE)


def test_what_a_scheduler_fetches_nobody_gets_early(server: Server, tmp_path: Path) -> None:
    today = Today(server, tmp_path, external=True)
    assert not today.look(0, MINUTE)
    assert today.background.state.error is None


# The last line of defence


def fails(*_: object, **__: object) -> NoReturn:
    raise ZeroDivisionError("nobody foresaw this")


def reference(error: object) -> str:
    """The reference in a sentence for the reader."""
    found = re.search(r"Something went wrong on our side. Reference (\w{8}):", str(error))
    assert found, error
    return found[1]


def traces(log: pytest.LogCaptureFixture) -> dict[str, str]:
    """The trace of each bug in the log, by its reference."""
    bugs = [record for record in log.records if record.msg == "bug"]
    return {record.facts["reference"]: record.exc_text or str(record.exc_info) for record in bugs}


def log_requests(server: Server) -> int:
    """How often the log was asked; names are asked for by a thread of their own."""
    return sum(asked.method == "POST" for asked in server.asked)


@pytest.mark.parametrize(
    "broken",
    [
        "dyntube.fetch.sync.Syncer.sync",
        "dyntube.fetch.run.Run._show",
        "dyntube.fetch.run.Run._audit",
        "dyntube.fetch.day.DayFetcher.fetch",
        "dyntube.archive.archive.Archive.write",
    ],
)
def test_a_sync_that_fails_in_a_way_nobody_foresaw_says_so_and_rests(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    today = Today(server, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(broken, fails)
        today.background.ensure([TODAY])
        wait_until(lambda: today.background.state.error)
        assert "ZeroDivisionError" in traces(caplog)[reference(today.background.state.error)]
        before = log_requests(server)
        for _ in range(20):
            assert not today.look(0, MINUTE)
        assert log_requests(server) == before
    assert today.look(RETRY_SECONDS, AT_ONCE)
    assert today.background.state == SyncStatus()


def test_a_day_that_fails_in_a_way_nobody_foresaw_costs_no_other(
    stand_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    background, archive = build(stand_in, tmp_path)
    well = Archive.write

    def write(self: Archive, folder: str, info: DayInfo, *rest: Any) -> DayInfo:
        return well(self, folder, info, *rest) if info.day != DAYS[1] else fails()

    monkeypatch.setattr(Archive, "write", write)
    background.ensure(DAYS)
    wait_until(lambda: background.state.progress is None)
    assert sorted(archive.days()) == sorted({*DAYS} - {DAYS[1]})
    assert reference(background.state.error)


def names_asked(server: Server) -> int:
    return sum(asked.method == "GET" for asked in server.asked)


def test_names_that_fail_in_a_way_nobody_foresaw_rest_and_the_reader_is_told(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    today = Today(server, tmp_path)
    today.look(0, None)
    wait_until(lambda: names_asked(server) == 3)
    today.seconds += RETRY_SECONDS
    with monkeypatch.context() as patch:
        patch.setattr("dyntube.fetch.catalog._merged", fails)
        for _ in range(20):
            today.look(0, None)
        wait_until(lambda: today.background.state.error)
        assert "ZeroDivisionError" in traces(caplog)[reference(today.background.state.error)]
        asked = names_asked(server)
        for _ in range(20):
            today.look(0, None)
        assert names_asked(server) == asked
    today.look(RETRY_SECONDS, None)
    wait_until(lambda: names_asked(server) > asked)
    wait_until(lambda: today.background.state == SyncStatus())


@pytest.mark.parametrize("pages", ['"abc"', "{}", "[1]", "NaN", "1e400", "1e9", "-3"])
def test_a_catalog_whose_pager_makes_no_sense_is_not_asked_at_every_look(
    server: Server, tmp_path: Path, pages: str
) -> None:
    today = Today(server, tmp_path)

    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return today.log(asked)
        kind = asked.path.split("/")[2].split("?")[0]
        body = f'{{"{kind}": [{{"key": "a", "name": "A"}}], "pager": {{"totalPages": {pages}}}}}'
        return Answer(body=body.encode())

    server.script = script
    for _ in range(20):
        today.look(0, None)
    wait_until(lambda: not today.background._names_asked)
    assert names_asked(server) == 6  # of each kind a page, and one more that brings nothing new
    assert today.background.state == SyncStatus()


# What somebody wants while a sync runs


def test_what_another_reader_wants_joins_a_long_sync(tmp_path: Path) -> None:
    year = [NOON.date() - n * dt.timedelta(days=1) for n in range(1, 300)]
    gate, wanted = threading.Event(), NOON.date() - dt.timedelta(days=500)
    log = paged([record(str(day), f"{day}T10:00:00Z") for day in [*year, wanted]])

    def script(asked: Asked) -> Answer:
        if asked.method == "GET":
            return Answer(404)
        if logs_asked(server) > 20:
            gate.wait(30)
        return log(asked)

    with serve(script) as server:
        background, archive = build(server.url, tmp_path)
        background.ensure(year)
        wait_until(lambda: logs_asked(server) > 20)
        total = background.state.progress
        assert total
        background.ensure([wanted])
        wait_until(lambda: (p := background.state.progress) and p.days_total == 300)
        gate.set()
        wait_until(lambda: wanted in archive.days())
        assert len(archive.days()) < 200
        background.cancel()
        wait_until(lambda: background.state.progress is None)

"""One run over several days: how it waits, how it ends early, what it notes."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections.abc import Callable

import pytest

from dyntube.archive.archive import Archive
from dyntube.errors import ArchiveError, AuthError, RequestError, UnavailableError
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Progress, Syncer, SyncResult
from dyntube.settings.settings import Settings

from ..conftest import NOON, record
from ..scripted import Answer, Asked, Server, in_turn, views
from ..syncing import MAY_1, ONE_DAY, MakeScene, Scene, day_asked, hourly, paged

DAYS = [MAY_1 + n * ONE_DAY for n in range(6)]
A_LONG_WAIT = {"Retry-After": "250"}  # which a test that fails would wait


def day_of(asked: Asked) -> int:
    """Which of DAYS a request is for."""
    return DAYS.index(day_asked(asked))


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen within 60 s"
        time.sleep(0.01)


def patient(settings: Settings) -> Syncer:
    """A syncer that really waits."""
    archive = Archive(settings.archive, [settings.folder(scope) for scope in settings.scopes])
    return Syncer(settings, Client(settings, now=lambda: NOON), archive, now=lambda: NOON)


class InAThread:
    """A sync in a thread of its own, so that one that hangs fails the test."""

    def __init__(self, work: Callable[[], SyncResult]) -> None:
        self._found: list[SyncResult | Exception] = []
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], SyncResult]) -> None:
        try:
            self._found.append(work())
        except Exception as error:
            self._found.append(error)

    def result(self) -> SyncResult:
        self._thread.join(60)
        assert self._found, "the sync did not end"
        if isinstance(self._found[0], Exception):
            raise self._found[0]
        return self._found[0]


def test_a_run_that_waits_shows_it_and_is_ended_at_once(
    server: Server, settings_of_server: Settings
) -> None:
    server.script = in_turn(Answer(429, b"", A_LONG_WAIT))
    stop, waits = threading.Event(), []

    def show(progress: Progress) -> None:
        if progress.waiting:
            waits.append(progress.waiting)
            stop.set()

    syncer = patient(settings_of_server)
    report = InAThread(lambda: syncer.sync(DAYS, progress=show, stop=stop)).result()
    assert (report.outcome, report.failed, report.stored) == ("cancelled", {}, [])
    assert all(0 < wait <= 251 for wait in waits)
    server.script = paged([])
    assert syncer.sync(DAYS[:1]).outcome == "done"  # the next run waits for nothing


def test_a_run_that_does_not_wait_says_so(scene: MakeScene) -> None:
    quiet, seen = scene(hourly(3)), []
    quiet.syncer.sync(DAYS, progress=seen.append)
    assert {progress.waiting for progress in seen} == {None}


def test_a_run_that_is_ended_before_it_began_fails_nothing(scene: MakeScene) -> None:
    ended, stop = scene(hourly(3)), threading.Event()
    stop.set()
    report = ended.syncer.sync(DAYS, stop=stop)
    assert (report.cancelled, report.failed) == (True, {})
    assert {event.name for event in ended.events()} >= {"sync_started", "sync_ended"}


def test_three_failed_days_in_a_row_end_a_run(scene: MakeScene) -> None:
    failing = scene([], concurrency=1)
    failing.server.script = in_turn(Answer(400, b'{"message": "No."}'))
    report = failing.syncer.sync(DAYS)
    assert sorted(report.failed) == DAYS[-3:]
    assert {type(error) for error in report.failed.values()} == {RequestError}
    assert {day_asked(asked) for asked in failing.server.asked} == {*DAYS[-3:]}


def test_a_day_that_succeeds_makes_failures_count_anew(scene: MakeScene) -> None:
    now_and_then = scene([], concurrency=1)
    well = paged([])
    now_and_then.server.script = lambda asked: Answer(400) if day_of(asked) % 3 else well(asked)
    report = now_and_then.syncer.sync(DAYS)
    assert len(report.failed) == 4
    assert sorted(info.day for info in report.stored) == [DAYS[0], DAYS[3]]


def test_a_refused_key_ends_those_who_wait_at_once(
    server: Server, settings_of_server: Settings
) -> None:
    told_to_wait, under_way = threading.Event(), threading.Event()

    def script(asked: Asked) -> Answer:
        if day_of(asked) < 5:
            under_way.wait(30)  # or the pause would hold back the request that is refused
            told_to_wait.set()
            return Answer(429, b"", A_LONG_WAIT)
        under_way.set()
        told_to_wait.wait(30)
        return Answer(401)

    server.script = script
    syncer = patient(dataclasses.replace(settings_of_server, concurrency=4))
    report = InAThread(lambda: syncer.sync(DAYS)).result()
    assert {type(error) for error in report.failed.values()} == {AuthError}
    assert len(report.failed) == 4
    assert DAYS[0] not in report.failed


def test_days_under_way_are_finished_when_another_is_unavailable(scene: MakeScene) -> None:
    running = scene(hourly(2, DAYS[4]), concurrency=2)
    well = paged(running.views)

    def script(asked: Asked) -> Answer:
        if day_of(asked) == 5:
            return Answer(503)
        wait_until(lambda: [event for event in running.events() if event.name == "day_failed"])
        return well(asked)

    running.server.script = script
    report = running.syncer.sync(DAYS)
    assert {day: type(error) for day, error in report.failed.items()} == {DAYS[5]: UnavailableError}
    assert [(info.day, info.rows) for info in report.stored] == [(DAYS[4], 2)]
    assert {day_of(asked) for asked in running.server.asked} == {4, 5}


def test_a_wait_that_is_too_long_is_told_with_its_length(scene: MakeScene) -> None:
    busy = scene([])
    busy.server.script = in_turn(Answer(429, b"", {"Retry-After": "86400"}))
    error = busy.sync(MAY_1).failed[MAY_1]
    assert isinstance(error, UnavailableError)
    assert error.wait == 86_400


def date_header(minutes: int) -> dict[str, str]:
    return {"Date": f"Fri, 20 Nov 2026 12:{minutes:02}:00 GMT"}


@pytest.mark.parametrize(("minutes", "noted"), [(0, []), (2, []), (3, [180]), (50, [3000])])
def test_clocks_that_differ_are_noted(minutes: int, noted: list[int], scene: MakeScene) -> None:
    clock = scene([])
    clock.server.script = in_turn(dataclasses.replace(views([]), headers=date_header(minutes)))
    clock.sync(MAY_1)
    events = [event for event in clock.events() if event.name == "clock_differs"]
    assert [event.facts["seconds"] for event in events] == noted


def put_in_the_way(settings: Settings) -> None:
    """A folder where the file of the last of DAYS is to be written."""
    name = f".{DAYS[5]}.000001.parquet.{os.getpid()}.tmp"
    (settings.archive / settings.folder(settings.scopes[0]) / "2026" / name).mkdir(parents=True)


def names(scene: Scene) -> list[str]:
    return [event.name for event in reversed(scene.events())]


def test_the_journal_tells_a_run_from_its_start_to_its_end(scene: MakeScene) -> None:
    told = scene(hourly(5), concurrency=1)
    well, busy = paged(told.views), [Answer(503), Answer(503)]
    told.server.script = lambda asked: busy.pop() if busy else well(asked)
    told.syncer.sync(DAYS[:2])
    assert names(told) == ["sync_started", "day_stored", "day_stored", "sync_ended"]
    ended, first, second, _ = told.events()
    assert [event.facts["day"] for event in (second, first)] == ["2026-05-02", "2026-05-01"]
    of_days = [event.facts["requests"] for event in (second, first)]
    assert len(told.server.asked) == sum(of_days) + 2
    assert (ended.facts["requests"], ended.facts["retries"]) == (sum(of_days), 2)
    assert (ended.facts["days"], ended.facts["views"]) == (2, 5)
    assert ended.at == NOON


def test_the_journal_tells_why_a_run_failed_or_was_ended(scene: MakeScene) -> None:
    failing = scene([])
    failing.server.script = in_turn(Answer(401))
    failing.sync(MAY_1)
    assert names(failing) == ["sync_started", "day_failed", "sync_ended"]
    assert failing.events()[0].facts["outcome"] == "failed"
    stop = threading.Event()
    stop.set()
    failing.syncer.sync([MAY_1], stop=stop)
    assert failing.events()[0].facts["outcome"] == "cancelled"


def test_a_folder_that_cannot_be_written_ends_a_run_and_is_told(scene: MakeScene) -> None:
    blocked = scene(hourly(3))
    put_in_the_way(blocked.settings)
    with pytest.raises(ArchiveError, match="cannot be written"):
        blocked.syncer.sync(DAYS)
    ended = blocked.events()[0]
    assert (ended.name, ended.facts["outcome"]) == ("sync_ended", "stopped")
    assert "cannot be written" in str(ended.facts["reason"])


def test_a_run_that_has_nothing_to_do_notes_nothing(scene: MakeScene) -> None:
    idle = scene(hourly(3))
    idle.sync(MAY_1)
    before = names(idle)
    assert idle.sync(MAY_1).outcome == "done"
    assert names(idle) == before


def test_a_full_disk_ends_those_who_wait_at_once(
    server: Server, settings_of_server: Settings
) -> None:
    told_to_wait, under_way = threading.Event(), threading.Event()
    well = paged(
        [record(f"{n}", f"{DAYS[5]}T{at}Z") for n, at in enumerate(("00:01:00", "23:59:00"))]
    )

    def script(asked: Asked) -> Answer:
        if day_of(asked) < 5:
            under_way.wait(30)
            told_to_wait.set()
            return Answer(429, b"", A_LONG_WAIT)
        under_way.set()
        told_to_wait.wait(30)
        return well(asked)

    server.script = script
    put_in_the_way(settings_of_server)
    syncer = patient(dataclasses.replace(settings_of_server, concurrency=2, page_size=9))
    with pytest.raises(ArchiveError):
        InAThread(lambda: syncer.sync(DAYS)).result()

"""Stored days in memory: what is loaded, when it is let go, and that answers do not change."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.engine import hot_days
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.engine.hot_days import HotDays
from dyntube.engine.sources import HotChunk
from dyntube.errors import ArchiveError
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import ONE_DAY, Period
from dyntube.query.query import Query

from ..conftest import record

DAYS = [dt.date(2026, 5, 1) + dt.timedelta(days=n) for n in range(6)]
NEXT = DAYS[-1] + ONE_DAY
ENOUGH = 100  # megabytes
Store = Callable[..., DayInfo]


@pytest.fixture
def keep(store: Store) -> Store:
    """Store a day of so many views."""

    def put(day: dt.date, views: int = 50, **known: object) -> DayInfo:
        records = [record(f"{day}-{n}", f"{day}T10:{n:02}:00Z") for n in range(views)]
        return store(day, records, **known)

    return put


@pytest.fixture
def runs_of_two_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_days, "CHUNK_VIEWS", 100)


def loaded(archive: Archive, megabytes: int = ENOUGH) -> Engine:
    engine = open_engine(archive)
    engine.backend.hot_days.load(megabytes)
    return engine


def held(archive: Archive, kept: HotDays) -> list[list[int]]:
    """The days of the month that each run holds."""
    files = archive.files(DAYS[0], NEXT + ONE_DAY)
    return [[int(file.name[8:10]) for file in run.files] for run in runs(kept, *files)]


def runs(kept: HotDays, *files: Path) -> list[HotChunk]:
    return list(kept.chunks(DAYS[0], NEXT + ONE_DAY, files))


def views(engine: Engine, first: dt.date = DAYS[0], last: dt.date = DAYS[-1]) -> int:
    engine.forget()
    return int(
        engine.answer(Query(("views",), Period(first, last), access=EVERYTHING))["views"].iloc[0]
    )


def spoil(file: Path) -> None:
    """Whoever reads this file from now on fails."""
    file.write_bytes(bytes(file.stat().st_size))


def test_days_are_loaded_in_runs_newest_first(
    keep: Store, archive: Archive, runs_of_two_days: None
) -> None:
    for day in DAYS[:5]:
        keep(day)
    assert held(archive, open_engine(archive).backend.hot_days) == []
    engine = loaded(archive)
    assert held(archive, engine.backend.hot_days) == [[4, 5], [2, 3], [1]]


def test_a_day_of_more_views_than_a_run_is_a_run(
    keep: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_days, "CHUNK_VIEWS", 10)
    for day in DAYS[:2]:
        keep(day)
    engine = loaded(archive)
    assert held(archive, engine.backend.hot_days) == [[2], [1]]


def test_what_is_in_memory_is_not_read_from_files(keep: Store, archive: Archive) -> None:
    for day in DAYS:
        keep(day)
    engine = loaded(archive)
    for file in archive.files(DAYS[0], DAYS[-1]):
        spoil(file)
    assert views(engine) == 300
    assert views(engine, DAYS[1], DAYS[2]) == 100


def test_days_that_may_still_change_have_a_run_of_their_own(keep: Store, archive: Archive) -> None:
    for day in DAYS[:3]:
        keep(day)
    for day in DAYS[3:]:
        keep(day, settled=False)
    engine = loaded(archive)
    assert held(archive, engine.backend.hot_days) == [[4, 5, 6], [1, 2, 3]]


def test_a_day_that_is_stored_anew_is_read_from_its_file_until_it_is_loaded_again(
    keep: Store, archive: Archive
) -> None:
    for day in DAYS:
        keep(day)
    engine = loaded(archive)
    keep(DAYS[2], views=7)
    assert held(archive, engine.backend.hot_days) == []
    assert views(engine) == 257

    engine.backend.hot_days.load(ENOUGH)
    assert held(archive, engine.backend.hot_days) == [[1, 2, 3, 4, 5, 6]]
    spoil(archive.files(DAYS[2], DAYS[2])[0])
    assert views(engine) == 257


def test_other_days_of_a_run_with_a_replaced_day_are_still_read_from_memory(
    keep: Store, archive: Archive
) -> None:
    for day in DAYS:
        keep(day)
    engine = loaded(archive)
    keep(DAYS[0], views=7)
    spoil(archive.files(DAYS[4], DAYS[4])[0])
    assert views(engine, DAYS[3], DAYS[5]) == 150


def test_a_new_day_joins_the_newest_run(
    keep: Store, archive: Archive, runs_of_two_days: None
) -> None:
    for day in DAYS[:3]:
        keep(day)
    engine = loaded(archive)
    assert held(archive, engine.backend.hot_days) == [[2, 3], [1]]
    for day, expected in ((DAYS[3], [[2, 3], [1], [4]]), (DAYS[4], [[2, 3], [1], [4, 5]])):
        keep(day)
        engine.backend.hot_days.load(ENOUGH)
        assert held(archive, engine.backend.hot_days) == expected
        assert views(engine) == 50 * day.day


def test_only_the_newest_days_stay_when_memory_is_full(
    keep: Store, archive: Archive, runs_of_two_days: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_days, "BYTES_PER_VIEW", 10_000)  # so that a run takes a megabyte
    for day in DAYS[:5]:
        keep(day)
    engine = loaded(archive, megabytes=1)
    assert held(archive, engine.backend.hot_days) == [[4, 5]]
    assert views(engine) == 250

    keep(DAYS[5])
    engine.backend.hot_days.load(1)
    assert held(archive, engine.backend.hot_days) == [[4, 5], [6]]

    keep(NEXT)
    engine.backend.hot_days.load(1)
    keep(NEXT + ONE_DAY)
    engine.backend.hot_days.load(1)
    assert held(archive, engine.backend.hot_days) == [[6, 7], [8]]
    assert views(engine, DAYS[0], NEXT + ONE_DAY) == 400


def test_no_other_days_are_loaded_when_today_is_stored_anew_and_memory_is_full(
    keep: Store, archive: Archive, runs_of_two_days: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_days, "BYTES_PER_VIEW", 10_000)
    for day in DAYS[:5]:
        keep(day)
    keep(DAYS[5], settled=False)
    engine = loaded(archive, megabytes=1)
    before = databases(engine)
    for views_until_now in range(51, 54):
        keep(DAYS[5], views=views_until_now, settled=False)
        engine.backend.hot_days.load(1)
        assert views(engine) == 250 + views_until_now
    assert len(databases(engine).keys() - before.keys()) == 3  # today's, three times


def test_a_run_that_is_no_longer_used_gives_its_memory_back_after_a_while(
    keep: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_days, "GRACE_SECONDS", 0)
    keep(DAYS[0])
    engine = loaded(archive)
    [(first, _)] = databases(engine).items()
    keep(DAYS[0], views=7)
    engine.backend.hot_days.load(ENOUGH)
    assert list(databases(engine)) != [first]
    assert len(databases(engine)) == 1


def databases(engine: Engine) -> dict[str, str]:
    """The databases of runs, by name, with the file that they are in."""
    with engine.backend._database.cursor() as cursor:
        found = cursor.execute("SELECT database_name, path FROM duckdb_databases()").fetchall()
    return {name: path for name, path in found if name.startswith("chunk")}


def test_who_reads_a_run_while_it_is_replaced_gets_an_answer(keep: Store, archive: Archive) -> None:
    keep(DAYS[0])
    engine = loaded(archive)
    query = Query(("views",), Period(DAYS[0], DAYS[0]), access=EVERYTHING)
    before = engine.backend.snapshot(query)
    keep(DAYS[0], views=7)
    engine.backend.hot_days.load(ENOUGH)
    answer = engine.backend.aggregate(query, before)
    assert answer["m_views"].to_pylist() == [50]


def test_a_damaged_day_is_not_loaded_and_the_others_are(keep: Store, archive: Archive) -> None:
    for day in DAYS:
        keep(day)
    file = archive.root / archive.folders[0] / "2026" / f"{DAYS[3]}.000001.parquet"
    content = bytearray(file.read_bytes())
    content[100] ^= 1  # in the views, where a reader need not notice
    file.write_bytes(content)
    engine = loaded(archive)
    assert held(archive, engine.backend.hot_days) == [[1, 2, 3, 5, 6]]
    assert views(engine) == 250


def test_a_day_damaged_since_it_was_checked_is_said_and_nothing_is_lost(
    keep: Store, archive: Archive
) -> None:
    for day in DAYS:
        keep(day)
    spoil(archive.files(DAYS[3], DAYS[3])[0])
    engine = open_engine(archive)
    with pytest.raises(ArchiveError, match="2026-05-01 to 2026-05-06 cannot be loaded"):
        engine.backend.hot_days.load(ENOUGH)
    assert [file.name[:10] for file in archive.damaged()] == [str(DAYS[3])]
    engine.backend.hot_days.load(ENOUGH)
    assert held(archive, engine.backend.hot_days) == [[1, 2, 3, 5, 6]]
    assert len(databases(engine)) == 1
    assert views(engine) == 250


def test_the_server_loads_in_the_background(
    keep: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_days, "FIRST_REST", 0.01)
    keep(DAYS[0])
    engine = open_engine(archive)
    engine.backend.hot_days.keep_loading(ENOUGH)
    wait_until(lambda: held(archive, engine.backend.hot_days) == [[1]])


def test_loading_goes_on_after_an_error_that_nobody_foresaw(
    keep: Store,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(hot_days, "FIRST_REST", 0)
    monkeypatch.setattr(hot_days, "LOOK_EVERY", 0.01)
    keep(DAYS[0])
    engine, failed = open_engine(archive), threading.Event()

    def fail(*_: object) -> bool:
        failed.set()
        raise ZeroDivisionError("nobody foresaw this")

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "current", fail)
        engine.backend.hot_days.keep_loading(ENOUGH)
        assert failed.wait(30)
    wait_until(lambda: held(archive, engine.backend.hot_days) == [[1]])
    assert "bug" in {record.msg for record in caplog.records}


def test_two_who_load_at_once_load_every_day_once(
    keep: Store, archive: Archive, runs_of_two_days: None
) -> None:
    for day in DAYS:
        keep(day)
    engine = open_engine(archive)
    loaders = [
        threading.Thread(target=engine.backend.hot_days.load, args=(ENOUGH,)) for _ in range(4)
    ]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join()
    assert held(archive, engine.backend.hot_days) == [[5, 6], [3, 4], [1, 2]]
    assert views(engine) == 300


def test_no_memory_means_that_nothing_is_loaded(keep: Store, archive: Archive) -> None:
    keep(DAYS[0])
    engine, before = open_engine(archive), threading.active_count()
    engine.backend.hot_days.keep_loading(0)
    assert threading.active_count() == before


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("It did not come true.")


def test_loading_lets_readers_go_first(
    keep: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_days, "FIRST_REST", 0)
    monkeypatch.setattr(hot_days, "REST", 10**9)
    keep(DAYS[0])
    engine = open_engine(archive)
    views(engine)  # somebody asks
    engine.backend.hot_days.keep_loading(ENOUGH)
    time.sleep(0.3)
    assert held(archive, engine.backend.hot_days) == []

    monkeypatch.setattr(hot_days, "QUIET_AFTER", 0)
    other = open_engine(archive)
    other.backend.hot_days.keep_loading(ENOUGH)
    wait_until(lambda: held(archive, other.backend.hot_days) == [[1]])

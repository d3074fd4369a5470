"""What is loaded is what the archive has: whole days, each once, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dyntube.archive.archive import Archive
from dyntube.engine.clickhouse import backend as backend_module
from dyntube.engine.clickhouse import warehouse as tables_module
from dyntube.engine.clickhouse.backend import open_warehouse
from dyntube.engine.clickhouse.warehouse import Load, Tables
from dyntube.engine.engine import Engine
from dyntube.errors import EngineError, SyncRunningError
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query

from .. import odd
from .nodes import Cluster

ROOT = Path(__file__).parents[2]
MONDAY = dt.date(2026, 5, 4)
WEEK = [MONDAY + n * odd.ONE_DAY for n in range(7)]
BY_DAY = Query(("views", "watch_time"), Period(WEEK[0], WEEK[-1]), by=("day",), access=EVERYTHING)
KILLS = int(os.environ.get("KILLS", "50"))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded or stored is seen at once."""
    monkeypatch.setattr(backend_module, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(backend_module, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr("dyntube.archive.archive.FRESH_SECONDS", 0)


@pytest.fixture
def week(tmp_path: Path) -> Archive:
    archive = odd.open_archive(tmp_path / "archive")
    for day in WEEK:
        odd.put(archive, day, odd.views(day))
    return archive


def views_of(engine: Engine) -> list[int]:
    return engine.answer(BY_DAY)["views"].tolist()


def stored(cluster: Cluster, engine: Engine) -> int:
    """The views in the tables of all nodes, read or not."""
    table = f"{engine.backend._server.warehouse.database}.views_of_shard"
    return sum(int(node.ask(f"SELECT count() FROM {table}")) for node in cluster.nodes)


def test_a_replaced_day_is_read_once_and_its_old_views_go_after_a_while(
    cluster: Cluster, week: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = cluster.engine(week)
    assert views_of(engine) == [3] * 7
    odd.put(week, WEEK[2], odd.views(WEEK[2], 5))
    assert views_of(engine) == [3] * 7, "until the new generation is loaded"
    assert [load.day for load in engine.backend.load()] == [WEEK[2]]
    assert views_of(engine) == [3, 3, 5, 3, 3, 3, 3]
    assert stored(cluster, engine) == 26, "a query may still read the old one"
    monkeypatch.setattr(tables_module, "GRACE_SECONDS", 0.0)
    assert engine.backend.load() == []
    assert stored(cluster, engine) == 23
    assert views_of(engine) == [3, 3, 5, 3, 3, 3, 3]


def test_a_day_that_was_never_loaded_is_an_error_and_not_a_hole(
    cluster: Cluster, week: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = cluster.engine(week)
    monkeypatch.setattr(backend_module, "PATIENCE_SECONDS", 0.2)
    later = WEEK[-1] + odd.ONE_DAY
    odd.put(week, later, odd.views(later))
    with pytest.raises(EngineError, match="Not in the warehouse yet: 1 day of this period"):
        engine.answer(Query(("views",), Period(WEEK[0], later), access=EVERYTHING))
    assert views_of(engine) == [3] * 7, "other periods have all they need"
    engine.backend.load()
    assert engine.answer(Query(("views",), Period(later, later), access=EVERYTHING)).size == 1


def test_a_question_waits_for_days_on_their_way(cluster: Cluster, week: Archive) -> None:
    engine = open_warehouse(week, cluster.warehouse(), follow=False)
    engine.backend.tables.create()
    loading = threading.Timer(1, engine.backend.load)
    loading.start()
    assert views_of(engine) == [3] * 7
    loading.join()


def test_what_the_app_stores_is_loaded_by_itself(cluster: Cluster, week: Archive) -> None:
    engine = open_warehouse(week, cluster.warehouse(), follow=True)
    engine.backend.tables.create()
    engine.warm()
    assert views_of(engine) == [3] * 7
    odd.put(week, WEEK[0], odd.views(WEEK[0], 4))
    end = time.monotonic() + 60
    while views_of(engine)[0] == 3:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert views_of(engine) == [4, 3, 3, 3, 3, 3, 3]
    engine.backend.close()


def test_an_archive_that_was_begun_anew_is_loaded_anew(cluster: Cluster, week: Archive) -> None:
    """Its files have the same names."""
    engine = cluster.engine(week)
    for file in week.root.rglob("*.parquet"):
        file.unlink()
    again = odd.open_archive(week.root)
    for day in WEEK:
        odd.put(again, day, odd.views(day, 2), fetched_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    other = open_warehouse(again, engine.backend._server.warehouse, follow=False)
    assert len(other.backend.outdated()) == 7
    other.backend.load()
    assert other.backend.outdated() == set()
    assert views_of(other) == [2] * 7


def test_views_of_a_load_that_was_cut_off_at_its_end_do_not_count_twice(
    cluster: Cluster, week: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = cluster.engine(week)
    odd.put(week, WEEK[0], odd.views(WEEK[0], 5))
    note = Tables._note

    def cut_off(tables: Tables, load: Load, *, done: bool) -> None:
        if done:
            raise EngineError("cut off")
        note(tables, load, done=done)

    with monkeypatch.context() as patch:
        patch.setattr(Tables, "_note", cut_off)
        with pytest.raises(EngineError, match="cut off"):
            engine.backend.load()
    assert stored(cluster, engine) == 26
    assert views_of(engine) == [3] * 7
    engine.backend.load()
    assert views_of(engine) == [5, 3, 3, 3, 3, 3, 3]


def test_a_clock_that_was_set_back_keeps_no_old_day(
    cluster: Cluster, week: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = cluster.engine(week)
    odd.put(week, WEEK[0], odd.views(WEEK[0], 5))
    monkeypatch.setattr(
        tables_module, "_now", lambda: dt.datetime.fromisoformat("2020-01-01T00:00:00")
    )
    engine.backend.load()
    assert views_of(engine) == [5, 3, 3, 3, 3, 3, 3]
    assert engine.backend.load() == []


def test_tables_of_another_cluster_are_not_loaded(cluster: Cluster, week: Archive) -> None:
    at = cluster.warehouse()
    alone = open_warehouse(week, replace(at, cluster=""), follow=False)
    alone.backend.tables.create()
    with pytest.raises(EngineError, match="of another cluster"):
        open_warehouse(week, at, follow=False).backend.load()
    alone.backend.load()
    assert views_of(alone) == [3] * 7


def test_dropped_and_loaded_again_it_gives_the_same(cluster: Cluster, week: Archive) -> None:
    engine = cluster.engine(week)
    before = engine.answer(BY_DAY)
    engine.backend.tables.drop()
    engine.forget()
    with pytest.raises(EngineError, match="no tables yet"):
        engine.answer(BY_DAY)
    engine.backend.tables.create()
    engine.backend.load()
    assert engine.answer(BY_DAY).equals(before)


def test_two_loaders_at_once_load_each_day_once(cluster: Cluster, week: Archive) -> None:
    engine = open_warehouse(week, cluster.warehouse(), follow=False)
    engine.backend.tables.create()

    def load() -> None:
        with suppress(SyncRunningError):
            engine.backend.load()

    loaders = [threading.Thread(target=load) for _ in range(4)]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join()
    engine.backend.load()
    assert stored(cluster, engine) == 21
    assert views_of(engine) == [3] * 7


def test_a_load_killed_anywhere_leaves_no_day_missing_double_or_mixed(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each generation has more views than the one before, all of its own country."""
    archive = odd.open_archive(tmp_path / "archive")
    engine, chance = open_warehouse(archive, cluster.warehouse(), follow=False), random.Random(9)
    engine.backend.tables.create()
    counts = dict.fromkeys(WEEK[:3], 0)
    for day in counts:
        counts[day] = 1
        odd.put(archive, day, odd.views(day, 1, geo={"country": "AA"}))
    engine.backend.load()
    usual = time_to_load(archive, engine)
    over, found = threading.Event(), []
    watcher = threading.Thread(target=lambda: watch(engine, over, found))
    watcher.start()
    loads = 0
    for number in range(KILLS):
        day = chance.choice(list(counts))
        counts[day] = counts[day] % 8 + 1
        country = f"{chr(66 + number % 24)}{counts[day]}"
        odd.put(archive, day, odd.views(day, counts[day], geo={"country": country}))
        loads += load_in_process(archive, engine, usual * chance.uniform(0.2, 1.3))
    over.set()
    watcher.join()
    assert found == []
    assert 0 < loads < KILLS, "some loads are cut off and some are not"
    engine.backend.load()
    assert list(by_day_and_country(engine).values()) == list(counts.values())
    assert stored(cluster, engine) > sum(counts.values()), "what was cut off lies there"
    monkeypatch.setattr(tables_module, "GRACE_SECONDS", 0.0)
    engine.backend.load()
    assert stored(cluster, engine) == sum(counts.values())
    assert list(by_day_and_country(engine).values()) == list(counts.values())


def by_day_and_country(engine: Engine) -> dict[str, int]:
    """The views of each day; fails where a day has those of two generations."""
    engine.forget()
    period = Period(WEEK[0], WEEK[2])
    rows = engine.answer(Query(("views",), period, by=("day", "country"), access=EVERYTHING))
    assert rows["day"].is_unique, f"mixed: {rows}"
    return dict(zip(rows["day"].astype(str), rows["views"].tolist(), strict=True))


def watch(engine: Engine, over: threading.Event, found: list[str]) -> None:
    while not over.is_set():
        try:
            seen = by_day_and_country(engine)
            if len(seen) != 3:
                found.append(f"days are missing: {seen}")
        except Exception as error:
            found.append(repr(error))


_LOAD = """
import sys
from pathlib import Path
from dyntube.engine.clickhouse.backend import open_warehouse
from dyntube.settings.warehouse import warehouse
from tests import odd
archive = odd.open_archive(Path(sys.argv[1]))
engine = open_warehouse(archive, warehouse("", sys.argv[2]), follow=False)
print("ready", flush=True)
engine.backend.load()
"""


def time_to_load(archive: Archive, engine: Engine) -> float:
    """The seconds that a process takes for a day, while somebody asks."""
    odd.put(archive, WEEK[0], odd.views(WEEK[0], 1, geo={"country": "AA"}))
    began = time.monotonic()
    assert load_in_process(archive, engine, 60)
    return time.monotonic() - began


def load_in_process(archive: Archive, engine: Engine, seconds: float) -> bool:
    """Load in a process that is killed after so long; whether it came to its end before."""
    at = engine.backend._server.warehouse
    nodes = "&".join(f"node={host}:{port}" for host, port in at.nodes[1:])
    address = f"clickhouse://127.0.0.1:{at.nodes[0][1]}/{at.database}?cluster=views&{nodes}"
    process = subprocess.Popen(
        [sys.executable, "-c", _LOAD, str(archive.root), address],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        return False
    finally:
        process.communicate()

"""A sync that is killed, at any moment and at every step, costs no day and no file.

KILLS says how many processes are killed, FAULT_SEED repeats a choice of moments.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dyntube.archive.archive import GRACE_SECONDS, Archive, DayInfo
from dyntube.settings.settings import Settings

from ..conftest import record
from ..scripted import Answer, Server, in_turn, serve
from .killing import Point, Run, build, choose, log, paged, patient

KILLS = int(os.environ.get("KILLS") or 12)
SEED = int(os.environ.get("FAULT_SEED") or 0)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")

# Over the turn of a year, since a year is a folder, which has to be made.
NOW = dt.datetime(2027, 1, 3, 12, 0, tzinfo=dt.UTC)
DAYS = [NOW.date() - n * dt.timedelta(days=1) for n in range(6)]
OLD_DAYS = DAYS[1:3]
PAGE_SIZE = 10
OLD_LOG = log(OLD_DAYS, 25, version=1)
SPOILT = record("bad", f"not {DAYS[2]}T08:00:00")
NEW_LOG = [*log(DAYS[:1], 40, version=2), *log(DAYS[1:], 45, version=2), SPOILT]


@dataclass(frozen=True)
class Stored:
    """All that the archive has of a day."""

    info: DayInfo
    views: list[dict[str, object]]
    file: bytes
    rejected: bytes


@dataclass(frozen=True)
class Case:
    """An archive as it is before a sync, what every day of it may be after, and how many requests
    each day takes where nothing goes wrong."""

    run: Run
    old: dict[dt.date, Stored]
    new: dict[dt.date, Stored]
    points: list[Point]
    seconds: float
    asked: Counter[dt.date]

    def elsewhere(self, folder: Path) -> Run:
        """The same sync in a copy of that archive."""
        settings = dataclasses.replace(self.run.settings, archive=folder / "archive")
        if self.run.settings.archive.exists():
            shutil.copytree(self.run.settings.archive, settings.archive)
        return dataclasses.replace(self.run, settings=settings)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with patient(), serve(in_turn(Answer(500))) as running:
        yield running


@pytest.fixture(scope="module")
def cases(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """A sync into nothing, and one that replaces days; four days at once, then one by one."""
    folder = tmp_path_factory.mktemp("cases")
    return [
        prepare(server, folder / f"{name}-{concurrency}", OLD_DAYS * replaces, concurrency)
        for concurrency in (4, 1)
        for name, replaces in (("nothing", 0), ("older", 1))
    ]


def prepare(server: Server, folder: Path, old_days: list[dt.date], concurrency: int) -> Case:
    settings = Settings(
        stats_url=server.url,
        api_url=server.url,
        archive=folder / "archive",
        page_size=PAGE_SIZE,
        concurrency=concurrency,
    )
    if old_days:
        server.script = paged(OLD_LOG)
        assert not Run(settings, old_days, NOW - dt.timedelta(days=1)).here().failed
    server.script = paged(NEW_LOG)
    run = Run(settings, DAYS, NOW)
    case = Case(run, stored(run), {}, [], 0.0, Counter())
    undisturbed = case.elsewhere(folder.with_name(f"{folder.name}-undisturbed"))
    undisturbed = undisturbed.named(f"{folder.name}-undisturbed")
    points, seconds = undisturbed.undisturbed()
    # How far it is, a sync tells by the clock: only the first time is the same each time.
    points = [point for point in points if "sync.json" not in point.step or point.number == 1]
    asked = Counter(undisturbed.asked(server))
    new = stored(undisturbed)
    return dataclasses.replace(case, new=new, points=points, seconds=seconds, asked=asked)


def opened(run: Run) -> Archive:
    return build(run.settings, NOW)[1]


def stored(run: Run) -> dict[dt.date, Stored]:
    """What a reader finds; fails when it cannot read something."""
    archive, found = opened(run), {}
    for day, (info,) in archive.days().items():
        (path,) = archive.files(day, day)
        beside = path.with_suffix(".rejected.jsonl")
        rejected = beside.read_bytes() if beside.exists() else b""
        views = archive.read(day, day).to_pylist()
        found[day] = Stored(info, views, path.read_bytes(), rejected)
    assert archive.damaged() == []
    return found


def leftovers(run: Run) -> list[Path]:
    return sorted(run.settings.archive.rglob("*.tmp"))


def make_old(folder: Path) -> None:
    past = time.time() - GRACE_SECONDS - 60
    for path in folder.rglob("*"):
        os.utime(path, (past, past))


def check_after_kill(run: Run, case: Case) -> None:
    """Every file that a reader would open is whole, each day is the old or the new one."""
    for path in run.settings.archive.rglob("[0-9]*.parquet"):
        pq.read_table(path, page_checksum_verification=True)
    after = stored(run)
    assert after.keys() >= case.old.keys()
    for day, found in after.items():
        assert found in (case.old.get(day), case.new[day]), day
    with opened(run).lock():
        pass


def check_resumed(run: Run, case: Case, server: Server) -> None:
    """The next sync ends where an undisturbed one does, and asks for little again."""
    committed = {day for day, found in stored(run).items() if found == case.new[day]}
    resumed = run.named("resumed")
    assert not resumed.here().failed
    asked = resumed.asked(server)
    again = set(run.asked(server)) & set(asked)
    assert not committed & set(asked)
    assert len(again) <= run.settings.concurrency
    # Whether a day fits on a page with its neighbours, the new run has yet to see.
    assert all(asked.count(day) <= case.asked[day] + 1 for day in again)
    assert stored(run) == case.new


def check_swept(run: Run) -> None:
    """What the kill left behind goes with a later sync."""
    if leftovers(run):
        make_old(run.settings.archive)
        assert not dataclasses.replace(run, refresh=dt.timedelta(0)).here().failed
    assert leftovers(run) == []


def check_kill(run: Run, case: Case, server: Server, what: object) -> None:
    try:
        check_after_kill(run, case)
        check_resumed(run, case, server)
        check_swept(run)
    except BaseException as error:
        error.add_note(f"FAULT_SEED={SEED}, killed {what}, see {run.settings.archive}")
        raise
    shutil.rmtree(run.settings.archive)


def test_an_undisturbed_sync_is_the_same_each_time(cases: list[Case], tmp_path: Path) -> None:
    for case in cases:
        assert len(case.new) == len(DAYS)
        assert {view["watch_time"] for day in case.new.values() for view in day.views} == {2.0}
        assert case.new[DAYS[2]].rejected.count(b"\n") == 1
        assert all(day.info.verified for day in case.new.values())
    older = cases[1]
    assert sorted(older.old) == sorted(OLD_DAYS)
    assert not any(day.info.settled for day in older.old.values())
    again = older.elsewhere(tmp_path / "again")
    again.undisturbed()
    assert stored(again) == older.new


def test_the_steps_of_a_sync_are_found(cases: list[Case]) -> None:
    steps = {point.step.split()[1] for case in cases for point in case.points}
    assert steps >= {"os.mkdir", "os.open", "os.fsync", "os.replace", "os.unlink", "fcntl.flock"}
    assert steps >= {"ParquetWriter.__init__", "ParquetWriter.write_table", "ParquetWriter.close"}


def test_a_kill_at_any_step_costs_nothing(
    cases: list[Case], server: Server, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    points = {case_number: case.points for case_number, case in enumerate(cases)}
    everywhere = [Point(f"{n} {p.step}", p.number) for n, found in points.items() for p in found]
    missed = 0
    for number, chosen in enumerate(choose(everywhere, KILLS - KILLS // 2, chance)):
        case_number, _, step = chosen.step.partition(" ")
        case, point = cases[int(case_number)], Point(step, chosen.number)
        run = case.elsewhere(tmp_path / str(number)).named(f"killed-{number}")
        server.asked.clear()
        if run.killed_at(point):
            check_kill(run, case, server, point)
        else:  # how often a lock is opened differs by how threads meet
            missed += 1
            assert stored(run) == case.new, f"was not killed, nor done: {point}"
    assert missed <= max(1, KILLS // 50)


def test_a_kill_at_a_random_moment_costs_nothing(
    cases: list[Case], server: Server, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    killed = tried = 0
    while killed < KILLS // 2:
        tried += 1
        assert tried < 10 * KILLS, "the syncs are done before they can be killed"
        case = chance.choice(cases)
        run = case.elsewhere(tmp_path / str(tried)).named(f"killed-{tried}")
        server.asked.clear()
        seconds = chance.uniform(0, case.seconds)
        if run.killed_after(seconds):
            killed += 1
            check_kill(run, case, server, f"after {seconds:.4f} s")

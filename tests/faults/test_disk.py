"""The archive on a disk that fails, under readers, beside another sync, with hostile names."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import os
import random
import re
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dyntube.archive.archive import Archive
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.errors import ArchiveError
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query
from dyntube.settings.settings import FetchScope, ScopeKind, Settings

from ..cli.test_command_line import run as command
from ..conftest import record
from ..scripted import Answer, Asked, Server, in_turn, serve
from .killing import Call, Numbered, Point, Run, answer, build, child, log, paged, patient, watch

DAYS = [dt.date(2026, 5, day) for day in (1, 2, 3)]
WHOLE = Period(DAYS[0], DAYS[-1])
UNSETTLED = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
SETTLED = UNSETTLED + dt.timedelta(days=9)
SPOILT = record("bad", f"not {DAYS[0]}T08:00:00")
NOBODY = 65534
HOSTILE = ["..", "../" * 9 + "etc/passwd", "/etc/passwd", "a\0b", "x" * 5000, "é‮☃", ".lock", ""]
Views = dict[dt.date, dict[float, int]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with patient(), serve(in_turn(Answer(500))) as running:
        yield running


def show(server: Server, version: int) -> None:
    """Let the server have this version of all days; its number can be told from the views."""
    server.script = paged([*log(DAYS, 20 + version, version), SPOILT])


def to_sync(server: Server, root: Path, *scopes: FetchScope) -> Run:
    """A sync that fetches all days again, one by one."""
    settings = Settings(
        stats_url=server.url,
        api_url=server.url,
        archive=root,
        page_size=100,  # a day on one page is always fetched whole
        concurrency=1,
        scopes=scopes or (FetchScope(),),
    )
    return Run(settings, DAYS, UNSETTLED, dt.timedelta(0))


def elsewhere(run: Run, folder: Path) -> Run:
    """The same in a copy of the archive."""
    shutil.copytree(run.settings.archive, folder / "archive")
    settings = dataclasses.replace(run.settings, archive=folder / "archive")
    return dataclasses.replace(run, settings=settings)


def found(archive: Archive) -> Views:
    """How many views of which version there are on each day."""
    views = archive.read(WHOLE.start, WHOLE.end).select(["date", "watch_time"]).to_pylist()
    counted = Counter((view["date"].date(), view["watch_time"]) for view in views)
    return {day: {v: n for (d, v), n in counted.items() if d == day} for day, _ in counted}


def stored(run: Run) -> Views:
    return found(build(run.settings, run.now)[1])


def whole(version: int) -> Views:
    return {day: {version: 20 + version} for day in DAYS}


def test_a_file_is_on_the_disk_before_it_gets_its_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(server, 1)
    run = dataclasses.replace(to_sync(server, tmp_path / "archive"), days=DAYS[:1])
    done = calls_of(run, tmp_path, monkeypatch)
    named = [n for n, (what, path) in enumerate(done) if what == "os.replace" and in_year(path)]
    names = [done[n][1].name for n in named]
    assert [re.sub(r"\.\d+\.tmp$", "", name) for name in names] == [
        f".{DAYS[0]}.000001.rejected.jsonl",
        f".{DAYS[0]}.000001.parquet",
    ]
    for place, next_place in zip(named, [named[1], len(done)], strict=True):
        temporary = done[place][1]
        synced = done.index(("os.fsync", temporary))
        assert any(changes(what) and path == temporary for what, path in done[:synced])
        assert not any(changes(what) and path == temporary for what, path in done[synced:])
        assert synced < place < done.index(("os.fsync", temporary.parent), place) < next_place
    for place, (what, path) in enumerate(done):
        if what == "os.mkdir":
            assert ("os.fsync", path.parent) in done[place : named[0]]


def calls_of(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """Which function touched which file below `root`, in their order."""
    calls: list[Call] = []
    with monkeypatch.context() as patch:
        watch(root, calls.append, patch.setattr)
        run.here()
    return [(call.function, call.path) for call in calls if not call.before]


def in_year(path: Path) -> bool:
    """Whether it is the folder of a year or in one."""
    return path.name.isdigit() or path.parent.name.isdigit()


def changes(function: str) -> bool:
    return function == "file.write" or function.startswith("ParquetWriter.")


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=lambda code: errno.errorcode[code]
)
def test_a_fault_of_the_disk_at_any_step_leaves_whole_days_and_names_the_folder(
    code: int, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(server, 1)
    before = dataclasses.replace(to_sync(server, tmp_path / "archive"), days=DAYS[:1])
    before.here()
    show(server, 2)
    points = steps(elsewhere(before, tmp_path / "undisturbed"), monkeypatch)
    assert {point.step.split()[1] for point in points} >= {"os.fsync", "os.replace", "file.write"}
    renamed = max(n for n, point in enumerate(points) if "os.replace" in point.step)
    for number, point in enumerate(points):
        run = elsewhere(before, tmp_path / str(number))
        with pytest.raises(ArchiveError) as raised:
            fail_at(point, code, run, monkeypatch)
        assert str(run.settings.archive) in str(raised.value)
        assert os.strerror(code) in str(raised.value)
        assert list(run.settings.archive.rglob("*.tmp")) == [], point
        now = stored(run)[DAYS[0]]
        assert now == ({1: 21} if number <= renamed else {2: 22}), point
        run.here()
        assert stored(run)[DAYS[0]] == {2: 22}


def steps(run: Run, monkeypatch: pytest.MonkeyPatch) -> list[Point]:
    """The points of a sync, before each call that is about a year's files."""
    points: list[Point] = []
    numbered = Numbered(points.append)
    with monkeypatch.context() as patch:
        watch(
            run.settings.archive,
            lambda call: numbered(call) if call.before and in_year(call.path) else None,
            patch.setattr,
        )
        run.here()
    return points


def fail_at(point: Point, code: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def act(here: Point) -> None:
        if here == point:
            raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        watch(run.settings.archive, Numbered(act), patch.setattr)
        run.here()


def test_a_read_only_archive_can_be_read_and_says_that_it_cannot_be_written(
    server: Server, tmp_path: Path
) -> None:
    show(server, 1)
    run = to_sync(server, tmp_path / "archive")
    run.here()
    make_read_only(run.settings.archive, True)
    tmp_path.chmod(0o755)
    try:
        with child(_read_as_nobody, tmp_path, run) as (_, link):
            views, answered, told = answer(link)
    finally:
        make_read_only(run.settings.archive, False)
    assert views == whole(1)
    assert answered == 3 * 21
    assert re.search(r"folder archive\S* cannot be written", told), told


def make_read_only(folder: Path, read_only: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o555 if path.is_dir() else 0o444) | (0 if read_only else 0o200))


def _read_as_nobody(folder: Path, run: Run, link: Connection) -> None:
    os.chdir(folder)  # since the folders above may be for their owner only
    settings = dataclasses.replace(run.settings, archive=Path(run.settings.archive.name))
    run, question = (
        dataclasses.replace(run, settings=settings),
        Query(("views",), WHOLE, access=EVERYTHING),
    )
    open_engine(build(settings, run.now)[1]).answer(question)  # imports all that it needs
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    link.send(None)
    archive = build(settings, run.now)[1]
    views, answered = found(archive), open_engine(archive).answer(question)["views"].sum()
    try:
        run.here()
        told = "nothing"
    except ArchiveError as error:
        told = str(error)
    link.send((views, int(answered), told))


def test_of_two_syncs_at_once_one_syncs_and_the_other_says_so(
    server: Server, tmp_path: Path
) -> None:
    asked, go_on, known = threading.Event(), threading.Event(), paged(log(DAYS, 21, version=1))

    def script(question: Asked) -> Answer:
        asked.set()
        go_on.wait(60)
        return known(question)

    server.script = script
    arguments = ("sync", "--from", str(DAYS[0]), "--to", str(DAYS[-1]))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(command, *arguments, url=server.url, folder=tmp_path / "archive")
        try:
            assert asked.wait(60)
            second = command(*arguments, url=server.url, folder=tmp_path / "archive")
        finally:
            go_on.set()
    assert "Another sync is running" in second.stdout + second.stderr
    assert second.returncode == 0, second.stderr
    assert first.result().returncode == 0
    assert "63 views" in first.result().stdout
    assert stored(to_sync(server, tmp_path / "archive")) == whole(1)


def test_a_reader_sees_only_whole_days_while_they_are_replaced(
    server: Server, tmp_path: Path
) -> None:
    run, last = to_sync(server, tmp_path / "archive"), 30
    show(server, 1)
    run.here()
    held = {path: path.read_bytes() for path in files(run)}
    with child(_read_all_the_while, run) as (_, link):
        for version in range(2, last + 1):
            show(server, version)
            assert not run.here().failed
        link.send("that was all")
        seen, wrong = answer(link)
    assert wrong == []
    assert seen >= {1, last}
    assert {path: path.read_bytes() for path in held} == held
    assert not set(held) & set(files(run))


def files(run: Run) -> tuple[Path, ...]:
    return build(run.settings, run.now)[1].files(WHOLE.start, WHOLE.end)


def _read_all_the_while(run: Run, link: Connection) -> None:
    archive, seen, wrong = build(run.settings, run.now)[1], set[float](), list[object]()
    engine = open_engine(archive)

    def look() -> None:
        try:
            _look(archive, engine, seen, wrong)
        except Exception as error:
            wrong.append(repr(error))

    look()
    link.send(None)
    while not link.poll():
        look()
    look()
    link.send((seen, wrong))


def _look(archive: Archive, engine: Engine, seen: set[float], wrong: list[object]) -> None:
    """Read and ask once; what is not a whole version of each day is wrong."""
    views = found(archive)
    counts = [count for day in views.values() for count in day.items()]
    seen.update(version for version, _ in counts)
    if len(counts) != len(DAYS) or any(count != 20 + version for version, count in counts):
        wrong.append(views)
    question = Query(("views", "watch_time"), WHOLE, by=("day",), access=EVERYTHING)
    answered = engine.answer(question).to_dict("records")
    sums = [row["watch_time"] == row["views"] * (row["views"] - 20) for row in answered]
    if sums != [True] * len(DAYS):
        wrong.append(answered)


def test_damage_is_noticed_and_the_day_is_fetched_again(server: Server, tmp_path: Path) -> None:
    show(server, 1)
    sound = dataclasses.replace(to_sync(server, tmp_path / "archive"), now=SETTLED)
    sound.here()
    chance = random.Random(1)
    for number in range(40):
        run = elsewhere(sound, tmp_path / str(number))
        (path,) = run.settings.archive.rglob(f"{DAYS[1]}.*.parquet")
        damage(path, chance)
        syncer, archive = build(run.settings, SETTLED)
        others = {day: views for day, views in whole(1).items() if day != DAYS[1]}
        assert found(archive) == others
        assert archive.damaged() == [path]
        assert [info.day for info in syncer.sync(DAYS).stored] == [DAYS[1]]
        assert found(archive) == whole(1)


def damage(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    if chance.random() < 0.3:
        del content[place:]
    else:
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


texts = st.sampled_from(HOSTILE) | st.text(max_size=50)


@given(kind=st.sampled_from(["account", "project", "channel"]), key=texts, url=texts)
def test_the_name_of_a_folder_holds_no_text_from_outside(
    kind: ScopeKind, key: str, url: str
) -> None:
    name = Settings(stats_url=url).folder(FetchScope(kind, key))
    assert re.fullmatch(rf"{kind}-[0-9a-f]{{12}}", name)


def paths(server: Server, scope: FetchScope, *records: dict[str, object]) -> set[str]:
    """What stands where after a sync of these records; a scope's folder is called `*`."""
    server.script = paged(records)
    with tempfile.TemporaryDirectory() as folder:
        run = to_sync(server, Path(folder, "archive"), scope)
        assert not run.here().failed
        places = [str(path.relative_to(folder)) for path in Path(folder).rglob("*")]
        return {place.replace(run.settings.folder(scope), "*") for place in places}


def test_no_key_or_id_becomes_part_of_a_path(server: Server) -> None:
    sound = record("a", f"{DAYS[0]}T10:00:00Z")
    harmless = paths(server, FetchScope(), sound, SPOILT)
    assert len(harmless) >= len(DAYS) + len([".lock", "a scope", "a year", "what is rejected"])

    @examples(max_examples=20, deadline=None)
    @given(key=texts, id_=texts, video=texts, viewer=texts)
    @example(key=HOSTILE[1], id_=HOSTILE[1], video=HOSTILE[2], viewer=HOSTILE[3])
    @example(key=HOSTILE[4], id_=HOSTILE[4], video="\ud800", viewer="\ud800")
    def check(key: str, id_: str, video: str, viewer: str) -> None:
        hostile = sound | {"id": id_, "videoKey": video, "viewerId": viewer}
        of_all = paths(server, FetchScope(), hostile | {"projectKey": key, "channelKey": key})
        of_one = paths(server, FetchScope("project", key), hostile | {"projectKey": None})
        assert of_all | of_one <= harmless

    check()

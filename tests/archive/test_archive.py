"""The day files, on a real disk."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dyntube.archive.archive import GRACE_SECONDS, Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.errors import ArchiveError, SyncRunningError
from dyntube.reading.records import SCHEMA

from ..conftest import record

DAY = dt.date(2026, 5, 1)
NEXT = DAY + dt.timedelta(days=1)
Store = Callable[..., DayInfo]


def rows(count: int, day: dt.date = DAY) -> list[dict[str, Any]]:
    return [record(f"{day}-{n}", f"{day}T10:00:{n:02}Z") for n in range(count)]


def files(archive: Archive) -> list[Path]:
    return sorted(path for path in archive.root.rglob("*") if path.is_file())


def test_a_day_is_one_file_named_by_its_date_and_generation(store: Store, archive: Archive) -> None:
    store(DAY, rows(3))
    (path,) = files(archive)
    assert path == archive.root / archive.folders[0] / "2026" / "2026-05-01.000001.parquet"


def test_what_is_read_is_what_was_written(store: Store, archive: Archive) -> None:
    written = store(DAY, rows(3), duplicates=2, verified=False)
    views = archive.read(DAY, DAY)
    assert views.schema.equals(SCHEMA)
    assert views["id"].to_pylist() == [record["id"] for record in rows(3)]
    assert archive.days() == {DAY: [written]}


def test_the_bookkeeping_is_in_the_day_file_itself(store: Store, archive: Archive) -> None:
    written = store(DAY, rows(1))
    found = duckdb.sql(
        f"SELECT value FROM parquet_kv_metadata('{files(archive)[0]}') WHERE key = 'dyntube'"
    ).fetchall()
    assert DayInfo.from_json(json.loads(found[0][0])) == written


def test_any_tool_that_reads_parquet_reads_a_day(store: Store, archive: Archive) -> None:
    store(DAY, rows(3))
    found = duckdb.sql(f"SELECT count(*), sum(watch_time) FROM '{files(archive)[0]}'").fetchall()
    assert found == [(3, 150.0)]


def test_a_day_written_again_replaces_the_old_for_new_readers_only(
    store: Store, archive: Archive
) -> None:
    store(DAY, rows(1))
    held = archive.files(DAY, DAY)
    before = archive.version()
    store(DAY, rows(2))
    assert archive.version() != before
    assert len(archive.read(DAY, DAY)) == 2
    assert held[0].exists()


def test_a_second_reader_sees_a_change_at_once(store: Store, archive: Archive) -> None:
    reader = Archive(archive.root, archive.folders)
    for count in range(1, 6):
        store(DAY, rows(count))
        assert len(reader.read(DAY, DAY)) == count


def test_replaced_days_and_leftovers_go_after_the_grace_time(
    store: Store, archive: Archive
) -> None:
    store(DAY, [*rows(1), record("x", "no date")])
    store(DAY, rows(2))
    folder = archive.root / archive.folders[0]
    leftover = folder / "2026" / ".2026-05-01.000003.parquet.77.tmp"
    leftover.write_bytes(b"half a file")
    archive.remove_old_generations(archive.folders[0])
    assert len(files(archive)) == 4
    old = time.time() - GRACE_SECONDS - 5
    for path in files(archive):
        os.utime(path, (old, old))
    archive.remove_old_generations(archive.folders[0])
    assert [path.name for path in files(archive)] == ["2026-05-01.000002.parquet"]


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_damaged_day_is_reported_and_the_others_are_read(
    damage: bytes | None, store: Store, archive: Archive
) -> None:
    store(DAY, rows(3))
    store(NEXT, rows(2, NEXT))
    path = files(archive)[0]
    path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    fresh = Archive(archive.root, archive.folders)
    assert fresh.damaged() == [path]
    assert list(fresh.days()) == [NEXT]
    assert len(fresh.read(DAY, NEXT)) == 2


def test_only_the_days_asked_for_are_read(store: Store, archive: Archive) -> None:
    for n in range(5):
        day = DAY + n * dt.timedelta(days=1)
        store(day, rows(1, day))
    found = archive.files(NEXT, NEXT + dt.timedelta(days=1))
    assert [path.name[:10] for path in found] == ["2026-05-02", "2026-05-03"]


def test_other_files_in_the_folder_are_left_alone(store: Store, archive: Archive) -> None:
    store(DAY, rows(1))
    note = archive.root / archive.folders[0] / "2026" / "notes.parquet"
    note.write_text("mine")
    archive.remove_old_generations(archive.folders[0])
    assert list(archive.days()) == [DAY]
    assert note.exists()


def test_the_archive_is_for_its_owner_only(store: Store, archive: Archive) -> None:
    store(DAY, rows(1))
    year = archive.root / archive.folders[0] / "2026"
    assert [path.stat().st_mode & 0o077 for path in (year, year.parent, archive.root)] == [0, 0, 0]


def test_a_write_that_fails_leaves_the_old_day_and_no_leftover(
    store: Store, archive: Archive
) -> None:
    store(DAY, rows(2))
    script = f"""
import datetime as dt, resource, sys
from pathlib import Path
from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.errors import ArchiveError
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
archive = Archive(Path({str(archive.root)!r}), {archive.folders!r})
day = dt.date({DAY.year}, {DAY.month}, {DAY.day})
info = archive.days()[day][0]
try:
    archive.write(archive.folders[0], info, archive.read(day, day))
except ArchiveError as error:
    print(error); sys.exit(7)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "cannot be written" in done.stdout
    assert len(archive.read(DAY, DAY)) == 2
    assert len(files(archive)) == 1


def test_the_lock_is_held_over_processes_and_freed_by_a_kill(archive: Archive) -> None:
    script = f"""
import time
from pathlib import Path
from dyntube.archive.archive import Archive
with Archive(Path({str(archive.root)!r}), {archive.folders!r}).lock():
    print("held", flush=True)
    time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    with pytest.raises(SyncRunningError), archive.lock():
        pass
    child.kill()
    child.wait()
    child.stdout.close()
    with archive.lock():
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_read_is_named(archive: Archive) -> None:
    folder = archive.root / archive.folders[0]
    folder.mkdir(parents=True, mode=0o000)
    with pytest.raises(ArchiveError, match=archive.folders[0]):
        archive.days()


def spoil(path: Path, at: int = 200) -> None:
    """Flip a bit of the data, where nobody who reads only the metadata sees it."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_day_damaged_in_its_data_is_left_out_from_the_first_look_on_and_then_named(
    store: Store, archive: Archive
) -> None:
    for day in (DAY, NEXT):
        store(day, rows(3, day))
    spoil(files(archive)[0])
    fresh = Archive(archive.root, archive.folders)
    assert [path.name[:10] for path in fresh.files(DAY, NEXT)] == [str(NEXT)]
    assert fresh.damaged() == [files(archive)[0]]
    assert fresh.damaged_days(archive.folders[0]) == {DAY}
    assert list(fresh.days()) == [NEXT]
    assert len(fresh.read(DAY, NEXT)) == 3


def test_a_damaged_day_that_is_written_again_is_there_again(store: Store, archive: Archive) -> None:
    store(DAY, rows(3))
    spoil(files(archive)[0])
    assert archive.verify() == [files(archive)[0]]
    store(DAY, rows(4))
    assert archive.damaged() == []
    assert archive.verify() == []
    assert len(archive.read(DAY, DAY)) == 4


def test_verify_reads_every_byte_again_and_names_what_is_damaged(
    store: Store, archive: Archive
) -> None:
    for day in (DAY, NEXT):
        store(day, rows(3, day))
    assert archive.verify() == []
    assert len(archive.files(DAY, NEXT)) == 2
    path = files(archive)[1]
    spoil(path)
    assert archive.verify(days=[DAY]) == []
    assert archive.verify(archive.folders[0], [DAY, NEXT]) == [path]
    assert archive.damaged() == [path]
    assert len(archive.files(DAY, NEXT)) == 1


def test_verify_of_one_scope_leaves_the_others_alone(store: Store, archive: Archive) -> None:
    store(DAY, rows(3))
    both = Archive(archive.root, [*archive.folders, "project-x"])
    other = both.root / "project-x" / "2026"
    other.mkdir(parents=True)
    (other / f"{DAY}.000001.parquet").write_bytes(b"rubbish")
    assert both.verify(archive.folders[0]) == []
    assert both.verify("project-x") == both.verify() == [other / f"{DAY}.000001.parquet"]
    assert both.damaged_days("project-x") == {DAY}
    assert both.damaged_days(archive.folders[0]) == set()


def test_one_day_of_one_scope_can_be_read(store: Store, archive: Archive) -> None:
    store(DAY, rows(3))
    folder = archive.folders[0]
    views = archive.read_day(folder, DAY)
    assert views is not None
    assert views.equals(archive.read(DAY, DAY))
    some = archive.read_day(folder, DAY, ("id", "watch_time"))
    assert some is not None
    assert some.column_names == ["id", "watch_time"]
    assert archive.read_day(folder, NEXT) is None
    assert archive.read_day("another", DAY) is None


@pytest.mark.parametrize("at", [200, -200])
def test_a_damaged_day_cannot_be_read(at: int, store: Store, archive: Archive) -> None:
    store(DAY, rows(3))
    spoil(files(archive)[0], at)
    fresh = Archive(archive.root, archive.folders)
    assert fresh.read_day(archive.folders[0], DAY) is None
    assert fresh.damaged_days(archive.folders[0]) == {DAY}


def test_records_that_could_not_be_read_are_told_by_day(store: Store, archive: Archive) -> None:
    bad = [record("é\n\u2028", "no date"), record("y", f"{DAY}T10:00:00Z") | {"id": ["y"]}]
    store(DAY, [*rows(2), *bad])
    store(NEXT, rows(2, NEXT))
    found = list(archive.rejected(DAY, NEXT))
    assert [(day, json.loads(aside.raw)) for day, aside in found] == [(DAY, one) for one in bad]
    assert "id" in found[1][1].reason
    assert list(archive.rejected(NEXT, NEXT)) == []


def test_rejected_records_go_with_the_generation_they_came_with(
    store: Store, archive: Archive
) -> None:
    store(DAY, [*rows(2), record("x", "no date")])
    store(DAY, rows(3))
    assert list(archive.rejected(DAY, DAY)) == []


def test_left_over_temporary_files_of_any_kind_go_after_the_grace_time(
    store: Store, archive: Archive
) -> None:
    store(DAY, rows(1))
    year = archive.root / archive.folders[0] / "2026"
    old = time.time() - GRACE_SECONDS - 5
    names = (f".{DAY}.000002.rejected.jsonl.7.tmp", ".2026-05-09.000001.parquet.8.tmp", "x.tmp")
    for name in names:
        (year / name).write_bytes(b"half")
        os.utime(year / name, (old, old))
    (year / ".young.9.tmp").write_bytes(b"half")
    archive.remove_old_generations(archive.folders[0])
    assert [path.name for path in files(archive)] == [".young.9.tmp", f"{DAY}.000001.parquet"]

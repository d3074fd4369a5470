"""The archive as plain Parquet for other tools."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.archive.export import Exported, export
from dyntube.errors import ArchiveError
from dyntube.reading.records import VIEW_COLUMNS
from dyntube.settings.settings import FetchScope

from ..conftest import record
from ..plain import Record
from ..syncing import MAY_1, ONE_DAY, MakeScene, hourly, paged

JUNE_1 = dt.date(2026, 6, 1)
ALWAYS = (dt.date.min, dt.date.max)
Store = Callable[..., DayInfo]


@pytest.fixture
def stored(store: Store, archive: Archive) -> Archive:
    """An archive with a day in May that has three views and one in June that has two."""
    store(
        MAY_1, [*hourly(2), record("odd", f"{MAY_1}T05:00:00Z", mood="calm", geo={"city": "Łódź"})]
    )
    store(JUNE_1, hourly(2, JUNE_1))
    return archive


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_days_are_partitioned_by_year_and_month(stored: Archive, tmp_path: Path) -> None:
    to = tmp_path / "out"
    done = list(export(stored, to, *ALWAYS))
    assert files(to) == [
        "year=2026/month=05/2026-05-01.parquet",
        "year=2026/month=06/2026-06-01.parquet",
    ]
    assert done[0] == Exported(to / "year=2026" / "month=05" / "2026-05-01.parquet", 3)
    assert [day.views for day in done] == [3, 2]


def test_duckdb_reads_the_folder_as_one_table(stored: Archive, tmp_path: Path) -> None:
    list(export(stored, tmp_path / "out", *ALWAYS))
    table = f"read_parquet('{tmp_path}/out/*/*/*.parquet', hive_partitioning=true)"
    found = duckdb.sql(f"SELECT year, month, count(*), sum(watch_time) FROM {table} GROUP BY ALL")
    assert sorted(found.fetchall()) == [(2026, "05", 3, 150.0), (2026, "06", 2, 100.0)]
    types = dict(
        duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM {table})").fetchall()
    )
    assert types["video_key"] == types["geo_city"] == types["id"] == "VARCHAR"
    assert types["date"] == "TIMESTAMP WITH TIME ZONE"
    assert not types.keys() & {"slot", "viewer"}


def test_pandas_reads_the_folder_as_one_frame(stored: Archive, tmp_path: Path) -> None:
    list(export(stored, tmp_path / "out", *ALWAYS))
    frame = pd.read_parquet(tmp_path / "out")
    assert list(frame.columns) == [*VIEW_COLUMNS, "extra", "year", "month"]
    assert frame["watch_time"].sum() == 250
    odd = frame.set_index("id").loc["odd"]
    assert odd["geo_city"] == "Łódź"
    assert odd["extra"] == '{"mood": "calm"}'
    assert odd["date"] == pd.Timestamp("2026-05-01T05:00:00Z")


def test_an_exported_file_has_nothing_of_the_archive(stored: Archive, tmp_path: Path) -> None:
    day = next(export(stored, tmp_path / "out", *ALWAYS))
    schema = pq.read_schema(day.path)
    assert schema.names == [*VIEW_COLUMNS, "extra"]
    assert b"dyntube" not in (schema.metadata or {})


def test_only_the_days_asked_for_are_exported(stored: Archive, tmp_path: Path) -> None:
    list(export(stored, tmp_path / "out", MAY_1 + ONE_DAY, JUNE_1))
    assert files(tmp_path / "out") == ["year=2026/month=06/2026-06-01.parquet"]


def test_a_second_export_replaces_the_days_of_the_first_and_leaves_other_files(
    stored: Archive, store: Store, tmp_path: Path
) -> None:
    to = tmp_path / "out"
    list(export(stored, to, *ALWAYS))
    (to / "notes.txt").write_text("mine")
    store(JUNE_1, hourly(7, JUNE_1))
    list(export(stored, to, *ALWAYS))
    assert len(files(to)) == 3
    assert len(pq.read_table(to / "year=2026" / "month=06")) == 7


def test_a_day_without_views_is_exported_as_such(store: Store, archive: Archive, tmp_path) -> None:
    store(MAY_1, [])
    (day,) = export(archive, tmp_path / "out", *ALWAYS)
    assert day.views == len(pq.read_table(day.path)) == 0


def test_all_scopes_are_in_one_file_a_day(scene: MakeScene, tmp_path: Path) -> None:
    two = scene([], scopes=(FetchScope("project", "a"), FetchScope("project", "b")))
    known: dict[str, list[Record]] = {
        key: [record(f"{key}{n}", f"{MAY_1}T0{n}:00:00Z", projectKey=key) for n in range(3)]
        for key in "ab"
    }
    two.server.script = lambda asked: paged(known[asked.json["projectKey"]])(asked)
    two.sync(MAY_1)
    (day,) = export(two.archive, tmp_path / "out", *ALWAYS)
    found = pq.read_table(day.path)
    assert sorted(found["id"].to_pylist()) == ["a0", "a1", "a2", "b0", "b1", "b2"]


@pytest.mark.parametrize("place", ["", ".", "account/sub", "..", "../..", "link"])
def test_a_folder_that_would_mix_with_the_archive_is_refused(
    place: str, stored: Archive, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(stored.root)
    to = tmp_path / "link" if place == "link" else stored.root / place
    before = files(tmp_path)
    with pytest.raises(ArchiveError, match="outside the archive"):
        list(export(stored, to, *ALWAYS))
    assert files(tmp_path) == before


def test_a_folder_beside_the_archive_is_fine(stored: Archive) -> None:
    beside = stored.root.with_name(f"{stored.root.name}-2")
    assert len(list(export(stored, beside, *ALWAYS))) == 2


def test_a_folder_that_cannot_be_written_is_named(stored: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"file.*cannot be written"):
        list(export(stored, tmp_path / "file" / "out", *ALWAYS))


@pytest.mark.parametrize("at", [200, -200])
def test_a_damaged_day_does_not_replace_what_was_exported_of_it(
    at: int, stored: Archive, tmp_path: Path
) -> None:
    to = tmp_path / "out"
    list(export(stored, to, *ALWAYS))
    (path,) = stored.files(MAY_1, MAY_1)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    fresh = Archive(stored.root, stored.folders)
    assert [day.path.name for day in export(fresh, to, *ALWAYS)] == ["2026-06-01.parquet"]
    assert len(pq.read_table(to / "year=2026" / "month=05")) == 3
    assert fresh.damaged() == [path]


def test_a_day_that_one_scope_lacks_by_damage_is_left_out(scene: MakeScene, tmp_path: Path) -> None:
    two = scene([], scopes=(FetchScope("project", "a"), FetchScope("project", "b")))
    two.server.script = paged(hourly(3, projectKey=None))
    two.sync(MAY_1)
    two.archive.files(MAY_1, MAY_1)[1].write_bytes(b"rubbish")
    fresh = Archive(two.archive.root, two.archive.folders)
    assert list(export(fresh, tmp_path / "out", *ALWAYS)) == []


def test_invented_views_have_a_mark_beside_them_that_no_reader_takes_for_views(
    stored: Archive, tmp_path: Path
) -> None:
    to = tmp_path / "out"
    days = list(export(stored, to, *ALWAYS, demo=True))
    assert "Invented demo views" in (to / "_DEMO_DATA.txt").read_text("utf-8")
    views = sum(day.views for day in days)
    assert len(pd.read_parquet(to)) == ds.dataset(to).count_rows() == views > 0
    list(export(stored, tmp_path / "real", *ALWAYS))
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["year=2026"]

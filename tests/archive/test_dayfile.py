"""One day's file: all that is written is read, and no damage goes unnoticed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dyntube.archive.archive import Archive, dayfile
from dyntube.archive.dayfile import ROW_GROUP, DayInfo
from dyntube.archive.doubts import Doubt
from dyntube.demo.draw import SEED, draw_day
from dyntube.demo.views import table as as_table
from dyntube.engine.duckdb_backend import open_engine
from dyntube.errors import ArchiveError
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query
from dyntube.reading.parse import read_page
from dyntube.reading.records import SCHEMA, SCHEMA_VERSION, VIEW_COLUMNS, with_computed

from ..conftest import DATA, NOON, pager, record
from ..plain import Record

DAY = dt.date(2026, 5, 1)
GOLDEN = DATA / "golden" / "v1.parquet"
ALL_KNOWN = DayInfo(
    day=DAY,
    rows=3,
    api_total=9,
    verified=True,
    settled=False,
    fetched_at=NOON,
    until=NOON + dt.timedelta(microseconds=5),
    newest=NOON - dt.timedelta(days=1),
    rejected=1,
    duplicates=2,
    schema=SCHEMA_VERSION,
    outside=5,
    added=6,
    changed=7,
    removed=8,
    whole_at=NOON - dt.timedelta(hours=3),
    unknown_fields={"mood": 3, "geo.planet": 1, 'ö"\\': 2},
    unread_fields={"watchTime": 2},
    rules="shop.example: p",
    filled={"id": 3, "geo.city": 1},
    asked_from=NOON - dt.timedelta(days=2),
    asked_to=NOON + dt.timedelta(days=2),
    api_zone="Europe/Berlin",
    doubts=(Doubt("zone", 'says "nothing"'), Doubt("count", "9 and 3")),
)


def table(records: list[Record]) -> pa.Table:
    return read_page(json.dumps({"pager": pager(len(records)), "views": records}).encode()).views


def rows(count: int) -> pa.Table:
    return table([record(f"id-{n}", f"{DAY}T10:00:{n:02}Z") for n in range(count)])


def write(path: Path, info: DayInfo = ALL_KNOWN, views: pa.Table | None = None) -> Path:
    dayfile.write(path, rows(3) if views is None else views, info)
    return path


def with_metadata(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A sound file whose own metadata says something else."""
    values = ALL_KNOWN.to_json()
    change(values)
    claimed = dataclasses.replace(ALL_KNOWN)
    object.__setattr__(claimed, "to_json", lambda: values)
    return write(path, claimed)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "day.parquet"


def test_all_that_is_known_of_a_day_comes_back(path: Path) -> None:
    fields = {field.name for field in dataclasses.fields(DayInfo)}
    defaults = DayInfo(DAY, 0, 0, False, True, NOON, NOON, None)
    same = {name for name in fields if getattr(ALL_KNOWN, name) == getattr(defaults, name)}
    assert same == {"day", "fetched_at", "schema"}, "say something of every field"
    assert dayfile.read_info(write(path)) == ALL_KNOWN


def test_what_is_not_known_comes_back_as_such(path: Path) -> None:
    info = dataclasses.replace(ALL_KNOWN, newest=None, whole_at=None, unknown_fields={})
    assert dayfile.read_info(write(path, info)) == info


def test_views_come_back_oldest_first_in_the_schema(path: Path) -> None:
    shuffled = rows(9).take(pa.array([4, 1, 8, 0, 2, 7, 5, 3, 6]))
    views = dayfile.read(write(path, views=shuffled))
    assert views.schema.equals(SCHEMA)
    assert views["id"].to_pylist() == [f"id-{n}" for n in range(9)]
    assert dayfile.read(path, ["id", "date"]).column_names == ["id", "date"]


def test_a_big_day_is_written_in_parts_and_read_as_one(path: Path) -> None:
    count = ROW_GROUP + 7
    views = rows(1).take(pa.array([0] * count))
    numbered = views.set_column(0, "id", pc.cast(pa.array(range(count)), pa.string()))
    write(path, dataclasses.replace(ALL_KNOWN, rows=count), numbered)
    assert pq.ParquetFile(path).num_row_groups == 2
    assert pc.count_distinct(dayfile.read(path)["id"]).as_py() == count
    assert dayfile.is_sound(path)
    assert dayfile.read_info(path) is not None


def test_a_day_without_views_is_a_file_too(path: Path) -> None:
    info = dataclasses.replace(ALL_KNOWN, rows=0)
    assert dayfile.read_info(write(path, info, SCHEMA.empty_table())) == info
    assert dayfile.is_sound(path)
    assert len(dayfile.read(path)) == 0


def test_what_a_later_patch_adds_to_the_bookkeeping_is_passed_over(path: Path) -> None:
    with_metadata(path, lambda values: values.update(colour="blue", fetched_by={"x": [1]}))
    assert dayfile.read_info(path) == ALL_KNOWN


def test_bookkeeping_of_an_earlier_patch_is_read(path: Path) -> None:
    def forget(values: dict[str, Any]) -> None:
        for name in ("outside", "added", "changed", "removed", "whole_at", "unknown_fields"):
            del values[name]

    info = dayfile.read_info(with_metadata(path, forget))
    assert info is not None
    assert (info.outside, info.whole_at, info.unknown_fields) == (0, None, {})


def test_a_file_of_a_newer_version_is_said_to_be_one_and_not_damaged(path: Path) -> None:
    write(path, dataclasses.replace(ALL_KNOWN, schema=SCHEMA_VERSION + 1))
    with pytest.raises(ArchiveError, match="newer version") as caught:
        dayfile.read_info(path)
    assert str(path) in str(caught.value)
    assert dayfile.is_sound(path)


@pytest.mark.parametrize(
    "claim",
    [
        {"rows": 4},
        {"rows": "3"},
        {"day": "some day"},
        {"fetched_at": 7},
        {"until": None, "newest": "soon"},
    ],
)
def test_bookkeeping_that_makes_no_sense_means_damage(path: Path, claim: dict[str, Any]) -> None:
    assert dayfile.read_info(with_metadata(path, lambda values: values.update(claim))) is None


def test_a_parquet_file_of_somebody_else_means_damage(path: Path) -> None:
    pq.write_table(rows(3), path)
    assert dayfile.read_info(path) is None
    assert not dayfile.is_sound(path)


@pytest.mark.parametrize("name", ["absent", "folder"])
def test_what_is_no_file_is_not_sound(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    assert dayfile.read_info(tmp_path / name) is None
    assert not dayfile.is_sound(tmp_path / name)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_flipped_bit_is_found(path: Path) -> None:
    content = write(path).read_bytes()
    metadata = 9_000 * 8
    assert metadata < len(content) * 8
    ends = range(len(content) * 8 - metadata, len(content) * 8, 13)
    anywhere = random.Random(1).sample(range(len(content) * 8), 2_000)
    for bit in (*ends, *anywhere):
        path.write_bytes(flipped(content, bit))
        assert not dayfile.is_sound(path), f"bit {bit}"
    path.write_bytes(content)
    assert dayfile.is_sound(path)


def test_a_flipped_bit_in_the_bookkeeping_is_found_before_a_reader_could_crash_on_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(path).read_bytes()
    asked: list[Path] = []
    ask = pq.read_metadata
    monkeypatch.setattr(pq, "read_metadata", lambda file: asked.append(file) or ask(file))
    assert dayfile.read_info(path) == ALL_KNOWN
    length = int.from_bytes(content[-8:-4], "little")
    first = len(content) - 8 - length - 16  # where the checksums stand
    asked.clear()
    for bit in range(first * 8, len(content) * 8, 11):
        path.write_bytes(flipped(content, bit))
        info = dayfile.read_info(path)
        # A flip in the checksum of the data leaves the bookkeeping as it is.
        of_data = first + 8 <= bit // 8 < first + 12
        assert info == (ALL_KNOWN if of_data else None), f"bit {bit}"
    assert len(asked) == sum(
        first + 8 <= bit // 8 < first + 12 for bit in range(first * 8, len(content) * 8, 11)
    )


def test_a_file_that_was_cut_anywhere_is_damaged(path: Path) -> None:
    content = write(path).read_bytes()
    for length in (
        *range(0, 40),
        *range(40, len(content), 97),
        *range(len(content) - 40, len(content)),
    ):
        path.write_bytes(content[:length])
        assert not dayfile.is_sound(path), f"{length} bytes"
        assert dayfile.read_info(path) is None, f"{length} bytes"


def test_a_file_with_more_at_its_end_or_in_its_middle_is_damaged(path: Path) -> None:
    content = write(path).read_bytes()
    for changed in (content + b"\0", content[:99] + b"\0" + content[99:], content * 2):
        path.write_bytes(changed)
        assert not dayfile.is_sound(path)


def test_other_tools_read_a_day_as_any_parquet_file(path: Path) -> None:
    write(path)
    assert pq.read_table(path)["id"].to_pylist() == ["id-0", "id-1", "id-2"]
    found = duckdb.sql(f"SELECT count(*), epoch(max(date)), any_value(video_key) FROM '{path}'")
    assert found.fetchall() == [(3, 1_777_629_602.0, "video-a")]


def test_plain_views_have_the_fields_of_the_api_as_text_and_nothing_of_ours(path: Path) -> None:
    dayfile.write_plain(path, rows(3))
    schema = pq.read_schema(path)
    assert schema.names == [*VIEW_COLUMNS, "extra"]
    assert not [field.name for field in schema if pa.types.is_dictionary(field.type)]
    assert b"dyntube" not in (schema.metadata or {})


def golden_records() -> list[Record]:
    """Thirty invented views with something in every field, and some odd ones."""
    countries = ("Germany", "Côte d’Ivoire", "日本")
    many = [
        record(
            f"view-{n:02}",
            f"2026-05-01T{n % 24:02}:{n * 2:02}:07.25Z",
            **{name: f"{name}-{n % 4}" for name in ("videoKey", "projectKey", "channelKey")},
            accountKey="account-1",
            channelViewId=f"channel-view-{n}",
            clientUserId=f"user-{n % 7}" if n % 3 else "",
            viewerId=f"viewer-{n % 11}",
            viewId=f"v-{n}",
            planType=n % 3,
            region="eu",
            ended=n % 5 == 0,
            muted=n % 2 == 0,
            duration=100 + n,
            watchTime=n * 1.5,
            browser={"family": "Firefox", "major": 140, "minor": n},
            device={"family": "Other", "brand": "Fair", "model": "P", "type": "Mobile"},
            os={"family": "Linux", "major": 6, "processor": "arm"},
            geo={
                "ip": f"192.0.2.{n}",
                "city": "Berlin",
                "country": countries[n % 3],
                "region": "BE",
                "continent": "Europe",
            },
            embed={"url": f"https://example.org/{n}", "domain": "example.org", "type": 1},
            userKey="user-key",
        )
        for n in range(28)
    ]
    bare = {"id": "bare", "date": "2026-05-01T23:59:59.999999+00:00"}
    odd = record("odd", "2026-05-01T00:00:00+00:00", mood="calm", clientUserId="user-0")
    return [*many, bare, odd]


def write_golden(path: Path = GOLDEN) -> None:
    """Write the golden file of this schema; done once for each schema and never again.

    A new schema gets a file of its own beside the old ones:
    `write_golden(GOLDEN.with_name("v2.parquet"))`.
    """
    views = table(golden_records())
    info = dataclasses.replace(ALL_KNOWN, rows=len(views), api_total=36)
    path.parent.mkdir(parents=True, exist_ok=True)
    dayfile.write(path, views, info)


@pytest.fixture(params=range(1, SCHEMA_VERSION + 1))
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An archive with the golden file of a schema in it, as if that version had written it."""
    year = tmp_path / "archive" / "account-x" / "2026"
    year.mkdir(parents=True)
    shutil.copy(GOLDEN.with_name(f"v{request.param}.parquet"), year / f"{DAY}.000001.parquet")
    return Archive(tmp_path / "archive", ["account-x"])


def test_the_golden_file_says_what_it_said_when_it_was_written(golden: Archive) -> None:
    (info,) = golden.days()[DAY]
    then = dataclasses.replace(ALL_KNOWN, rows=30, api_total=36, schema=info.schema)
    later = {"filled": {}, "asked_from": None, "asked_to": None, "api_zone": "", "doubts": ()}
    then = dataclasses.replace(then, **later)
    if info.schema == 1:  # which knew nothing of these
        then = dataclasses.replace(then, unread_fields={}, rules="")
    assert info == then
    assert golden.verify() == []
    views = golden.read(DAY, DAY)
    assert views.schema.equals(SCHEMA)
    assert sorted(views["id"].to_pylist()) == sorted(r["id"] for r in golden_records())


# These are on disks out there: other values would count every known viewer as a new one.
GOLDEN_VIEWERS = {
    "view-00": (-5902117626198113841, 1975104),
    "view-01": (-7719111646396414574, 1975108),
    "view-02": (-4929521603405092568, 1975112),
    "view-03": (4190369197385116504, 1975116),
    "odd": (3852546425468554941, 1975104),
    "bare": (None, 1975199),
}


def test_viewers_and_slots_of_the_golden_file_are_those_of_today(golden: Archive) -> None:
    for views in (golden.read(DAY, DAY), table(golden_records())):
        found = {
            row["id"]: (row["viewer"], row["slot"])
            for row in views.select(["id", "viewer", "slot"]).to_pylist()
        }
        assert {id_: found[id_] for id_ in GOLDEN_VIEWERS} == GOLDEN_VIEWERS


def test_every_field_of_the_golden_file_is_read(golden: Archive) -> None:
    stored = {row["id"]: row for row in golden.read(DAY, DAY).to_pylist()}
    assert stored == {row["id"]: row for row in table(golden_records()).to_pylist()}
    assert stored["odd"]["extra"] == '{"mood": "calm"}'
    assert stored["view-02"]["geo_country"] == "日本"
    assert stored["view-02"]["watch_time"] == 3.0
    assert stored["view-00"]["client_user_id"] is None
    assert stored["bare"]["video_key"] is None


def test_questions_are_answered_from_the_golden_file(golden: Archive) -> None:
    metrics = ("views", "plays", "viewers", "watch_time")
    asked = Query(metrics, Period(DAY, DAY), by=("country",), access=EVERYTHING)
    answer = open_engine(golden).answer(asked).set_index("country")
    raw = golden_records()
    for country, came in (("DE", "Germany"), ("日本", "日本")):
        views = [r for r in raw if r.get("geo", {}).get("country") == came]
        people = {r["clientUserId"] or r["viewerId"] for r in views}
        assert answer.loc[country, "views"] == len(views)
        assert answer.loc[country, "viewers"] == len(people)
        assert answer.loc[country, "watch_time"] == sum(r["watchTime"] for r in views)
    assert answer["views"].sum() == 30


def test_a_view_takes_less_than_80_bytes(tmp_path: Path) -> None:
    views = with_computed(as_table(draw_day(DAY, SEED, 10_000)))
    path = tmp_path / "day.parquet"
    dayfile.write(path, views, dataclasses.replace(ALL_KNOWN, rows=len(views)))

    assert len(views) > 5000
    assert path.stat().st_size / len(views) < 80
    assert dayfile.read(path).sort_by("id").equals(views.sort_by("id"))

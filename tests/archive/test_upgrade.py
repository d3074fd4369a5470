"""Days of an older version: read as this one would have stored them, and rewritten."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.export import export
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.export import raw_views
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer
from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import ChecksQuery, Query, ViewsQuery
from dyntube.reading.addresses import PageRules
from dyntube.reading.records import SCHEMA, SCHEMA_VERSION
from dyntube.settings.settings import Settings

from .. import odd, plain
from ..conftest import DATA, NOON

OLD = DATA / "stored-1"  # written by the version whose schema was 1
DAY, NEXT = dt.date(2026, 5, 1), dt.date(2026, 5, 2)
PERIOD = Period(DAY, DAY)
RAW = [json.loads(line) for line in (OLD / "records.jsonl").read_text("utf-8").splitlines()]
# What the raw records have that is odd, in plain values; the rest is as it came.
PLAIN_FIELDS = {"v303": {"started": True}, "v305": {"watchTime": None}, "v304": {"geo": None}}
PLAIN_FIELDS |= {"v302": {"planType": None}}
READABLE = [view | PLAIN_FIELDS.get(view["id"], {}) for view in RAW if "date" in view]
FOLDER = "account-old"


@pytest.fixture
def old(tmp_path: Path) -> Archive:
    """An archive that an older version filled."""
    shutil.copytree(OLD / FOLDER, tmp_path / "archive" / FOLDER)
    return Archive(tmp_path / "archive", [FOLDER])


@pytest.fixture
def syncer(old: Archive, monkeypatch: pytest.MonkeyPatch) -> Syncer:
    """A syncer of that archive, whose API nobody can reach."""
    settings = Settings(stats_url="http://127.0.0.1:9", archive=old.root)
    monkeypatch.setattr(Settings, "folder", lambda *_: FOLDER)
    client = Client(settings, sleep=lambda _: None)
    return Syncer(settings, client, old, now=lambda: NOON, sleep=lambda _: None)


def counts(engine: Engine, by: str) -> dict[str, int]:
    answer = engine.answer(Query(("views",), PERIOD, by=(by,), access=EVERYTHING))
    return dict(zip(answer[by], answer["views"], strict=True))


def test_every_number_is_as_if_this_version_had_stored_the_day(old: Archive) -> None:
    assert len(READABLE) == 207
    engine, names = open_engine(old), [name for name in METRICS if name != "new_viewers"]
    found = engine.answer(Query(tuple(names), PERIOD, access=EVERYTHING)).iloc[0]
    expected = plain.metrics(READABLE)
    assert {name: found[name] for name in names} == pytest.approx(expected, nan_ok=True)
    assert expected["views"] == 207


@pytest.mark.parametrize(
    "name", [name for name, known in DIMENSIONS.items() if known.kind == "text"]
)
def test_every_dimension_is_as_if_this_version_had_stored_the_day(old: Archive, name: str) -> None:
    value = plain.DIMENSIONS[name]
    versions = {"v306": "Chrome 120"} if name == "browser_version" else {}
    expected = Counter(versions.get(v["id"], value(v, "UTC")) for v in READABLE)
    assert counts(open_engine(old), name) == expected


def test_addresses_of_one_page_are_one_page(old: Archive) -> None:
    assert counts(open_engine(old), "embed_page") == {"example.com/p": 206, "shop.example": 1}
    assert counts(open_engine(old), "campaign_source") == {
        "": 204,
        "facebook": 1,
        "news": 1,
        "google": 1,
    }


def test_only_what_has_no_id_or_date_is_still_set_aside(old: Archive) -> None:
    [(day, aside)] = old.rejected(DAY, NEXT)
    assert day == DAY
    assert json.loads(aside.raw) == {"id": "gone"}


def test_fields_that_could_not_be_read_are_kept_as_they_came(old: Archive) -> None:
    extra = {row["id"]: row["extra"] for row in old.read(DAY, DAY).to_pylist() if row["extra"]}
    assert {id_: json.loads(text) for id_, text in extra.items()} == {
        "v50": {"quality": "4k"},
        "v302": {"planType": "Standard"},
        "v304": {"geo": []},
        "v305": {"watchTime": "12,5"},
    }


# Through every reader


@pytest.fixture
def both(old: Archive) -> Archive:
    """The old day, and the day after it as this version stores it."""
    current = Archive(old.root.parent / "other", [FOLDER])
    odd.put(current, NEXT, odd.views(NEXT, 3))
    [file] = current.files(NEXT, NEXT)
    shutil.copy(file, old.root / FOLDER / "2026" / file.name)
    return Archive(old.root, [FOLDER])


def of_both(**known: Any) -> ViewsQuery:
    return ViewsQuery(Period(DAY, NEXT), limit=None, **known, access=EVERYTHING)


READERS: dict[str, Callable[[Archive], int]] = {
    "questions": lambda a: (
        open_engine(a)
        .answer(Query(("views",), Period(DAY, NEXT), access=EVERYTHING))["views"]
        .iloc[0]
    ),
    "history": lambda a: (
        open_engine(a)
        .answer(
            Query(
                ("new_viewers", "views"),
                Period(DAY, NEXT),
                by=("browser_version",),
                access=EVERYTHING,
            )
        )["views"]
        .sum()
    ),
    "raw views": lambda a: len(open_engine(a).rows(of_both())),
    "checks": lambda a: (
        open_engine(a).checks(ChecksQuery(Period(DAY, NEXT), access=EVERYTHING))["views"].iloc[0]
    ),
    "csv": lambda a: b"".join(raw_views.csv_stream(open_engine(a), of_both())).count(b"\n") - 1,
    "archive": lambda a: len(a.read(DAY, NEXT)),
    "export": lambda a: sum(day.views for day in export(a, a.root.parent / "to", DAY, NEXT)),
}


@pytest.mark.parametrize("reader", READERS)
def test_days_of_both_versions_are_read_together(both: Archive, reader: str) -> None:
    assert READERS[reader](both) == 210


def test_days_of_both_versions_are_read_together_from_memory(both: Archive) -> None:
    engine = open_engine(both)
    engine.backend.hot_days.load(megabytes=100)
    assert (
        engine.answer(Query(("views",), Period(DAY, NEXT), access=EVERYTHING))["views"].iloc[0]
        == 210
    )


def test_parquet_for_other_tools_has_the_new_types(both: Archive, tmp_path: Path) -> None:
    body = b"".join(raw_views.parquet_stream(open_engine(both), of_both()))
    (tmp_path / "views.parquet").write_bytes(body)
    table = pq.read_table(tmp_path / "views.parquet")
    assert len(table) == 210
    assert str(table.schema.field("browser_major").type) == "string"


# Rewriting


def test_a_sync_rewrites_old_days_without_asking_dyntube(old: Archive, syncer: Syncer) -> None:
    before = (
        open_engine(old)
        .answer(Query(("views", "viewers"), PERIOD, access=EVERYTHING))
        .iloc[0]
        .tolist()
    )
    assert len(syncer.outdated) == 1

    syncer.sync([])

    assert syncer.outdated == []
    [info] = old.days()[DAY]
    assert (info.schema, info.rows, info.rejected) == (SCHEMA_VERSION, 207, 1)
    assert info.unread_fields == {"planType": 1, "geo": 1, "watchTime": 1}
    assert (info.api_total, info.fetched_at.day, info.verified) == (208, 6, True)
    [file] = old.files(DAY, DAY)
    assert file.parent == old.root / FOLDER / "2026"  # no copy any longer
    assert pq.read_schema(file).names == SCHEMA.names
    assert old.verify() == []
    assert (
        open_engine(old)
        .answer(Query(("views", "viewers"), PERIOD, access=EVERYTHING))
        .iloc[0]
        .tolist()
        == before
    )


def test_rewriting_ends_when_it_is_stopped_and_goes_on_the_next_time(
    old: Archive, syncer: Syncer
) -> None:
    stop = threading.Event()
    stop.set()
    syncer.sync([], stop=stop)
    assert len(syncer.outdated) == 1
    syncer.sync([])
    assert syncer.outdated == []


def test_a_damaged_old_day_is_left_as_it_is(old: Archive, syncer: Syncer) -> None:
    [file] = (old.root / FOLDER / "2026").glob("*.parquet")
    body = bytearray(file.read_bytes())
    body[200] ^= 1
    file.write_bytes(body)
    syncer.sync([])
    assert file.read_bytes() == bytes(body)
    assert old.damaged() == [file]


def test_other_page_rules_make_the_same_days_outdated(old: Archive, syncer: Syncer) -> None:
    syncer.sync([])
    rules = PageRules((("shop.example", ("p",)),))
    again = Archive(old.root, [FOLDER], rules)
    assert len(again.outdated(FOLDER)) == 1
    assert counts(open_engine(again), "embed_page") == {
        "example.com/p": 206,
        "shop.example?p=12": 1,
    }
    again.rewrite(again.outdated(FOLDER)[0])
    assert again.outdated(FOLDER) == []
    assert counts(open_engine(again), "embed_page")["shop.example?p=12"] == 1


def test_an_archive_that_cannot_be_written_is_read_all_the_same(old: Archive) -> None:
    files = {path: path.read_bytes() for path in old.root.rglob("*") if path.is_file()}
    assert counts(open_engine(old), "country")["DE"] > 190
    assert {p: p.read_bytes() for p in old.root.rglob("*") if p.is_file()} == files

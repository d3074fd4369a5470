"""Faults of what an answer holds: cut, endless, slow, odd, no JSON (F14 to F17, F20 to F22)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dyntube.errors import BadResponseError, NoPageError, UnavailableError
from dyntube.fetch.client import Client, Window
from dyntube.reading.parse import read_page
from dyntube.settings.settings import FetchScope

from .clock import Clock
from .misdeeds import bomb
from .proof import NO_WAIT, build, client_of, equals, settings_for
from .scenes import DAY, always, at, hourly, in_turn, row, undisturbed
from .server import Asking, LogServer, Manner
from .wire import Answer, Framing
from .world import ONE_DAY

WINDOW = Window(at(DAY), at(DAY + ONE_DAY))
MEMORY_KIB = 200 * 1024
DROPS = 200  # of an answer; all together take much longer than it may
CUTS = ["cut", "cut by a reset", "cut, chunked", "cut, up to the end", "cut, gzip"]
NO_JSON = ["HTML", "HTML as JSON", "no body", "deep nesting", "deep nesting in it"]
NO_PAGE = ["NaN for a page", "null", "duplicate keys"]


@pytest.mark.parametrize("name", CUTS + NO_JSON)
def test_an_answer_that_is_cut_or_no_json_is_asked_for_again(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.world = hourly(DAY)
    needed = undisturbed(server, tmp_path, [DAY], concurrency=1)
    server.before = in_turn(None, name)
    syncer, archive = build(server, tmp_path, concurrency=1)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.verified) == (12, True)
    assert len(server.asked) == needed + 1
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("good", range(7))
@pytest.mark.parametrize("name", NO_PAGE)
def test_whole_json_that_is_no_page_fails_its_day_at_once_until_the_next_run(
    server: LogServer, tmp_path: Path, name: str, good: int
) -> None:
    server.world = hourly(DAY)
    assert good < undisturbed(server, tmp_path, [DAY], concurrency=1)
    server.before = in_turn(*[None] * good, name)
    syncer, archive = build(server, tmp_path, concurrency=1)
    assert {type(error) for error in syncer.sync([DAY]).failed.values()} == {NoPageError}
    assert len(server.asked) - (good + 1) in (0, 1)  # the next page is under way meanwhile
    assert not archive.days()
    assert syncer.sync([DAY]).stored[0].verified
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("page_size", [5, 12, 20])
def test_a_count_that_is_missing_once_leaves_no_doubt(
    server: LogServer, tmp_path: Path, page_size: int
) -> None:
    server.world = hourly(DAY)
    for good in range(undisturbed(server, tmp_path, [DAY], page_size=page_size, concurrency=1)):
        server.before = in_turn(*[None] * good, "no pager")
        syncer, archive = build(server, tmp_path / str(good), page_size, concurrency=1)
        (stored,) = syncer.sync([DAY]).stored
        assert (stored.verified, stored.doubts) == (True, ())
        equals(archive, DAY, server.world)


@pytest.mark.parametrize("name", CUTS)
def test_an_answer_that_is_always_cut_is_never_a_short_page(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.world = hourly(DAY)
    server.before = always(name)
    syncer, archive = build(server, tmp_path)
    report = syncer.sync([DAY])
    assert {type(error) for error in report.failed.values()} <= {
        UnavailableError,
        BadResponseError,
    }
    assert report.failed
    assert not archive.days()


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_every_good_framing_is_read(
    server: LogServer, tmp_path: Path, framing: Framing, gzip: bool
) -> None:
    server.start_over(hourly(DAY), Manner(framing=framing, gzip=gzip))
    syncer, archive = build(server, tmp_path)
    assert syncer.sync([DAY]).stored[0].verified
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("name", ["HTML", "HTML as JSON"])
def test_a_page_in_html_is_asked_for_twice_and_then_called_that(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.before = always(name)
    settings = settings_for(server, tmp_path)
    with pytest.raises(BadResponseError, match="proxy or login page"):
        client_of(server, settings).views(FetchScope(), WINDOW, 1)
    assert len(server.asked) == 2


@pytest.mark.parametrize("name", ["JSON as text", "byte order mark"])
def test_a_good_page_in_odd_clothes_is_read_or_refused_and_never_short(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.world = hourly(DAY)
    server.before = always(name)
    syncer, archive = build(server, tmp_path)
    report = syncer.sync([DAY])
    if report.stored:
        equals(archive, DAY, server.world)
    assert bool(report.stored) != bool(report.failed)


ASK_FOR_TWO = """
import datetime, resource, sys
from dyntube.fetch.client import Client, Window
from dyntube.settings.settings import FetchScope, Settings
from dyntube.errors import ApiError
day = datetime.datetime(2025, 5, 1, tzinfo=datetime.UTC)
WINDOW = Window(day, day + datetime.timedelta(days=1))
client = Client(Settings(stats_url=sys.argv[1]), sleep=lambda _: None)
client.views(FetchScope(), WINDOW, 1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    client.views(FetchScope(), WINDOW, 2)
except ApiError as error:
    print(type(error).__name__)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_gzip_bomb_does_not_fill_the_memory(server: LogServer) -> None:
    server.world = hourly(DAY, count=3)
    packed = bomb(300)
    server.before = lambda asked, rng: packed if asked.json["page"] == 2 else None
    done = subprocess.run(
        [sys.executable, "-c", ASK_FOR_TWO, server.url], capture_output=True, text=True, check=True
    )
    error, grown = done.stdout.split()
    assert error in ("BadResponseError", "UnavailableError")
    assert int(grown) < MEMORY_KIB


@pytest.mark.parametrize("slow", ["body", "gzip", "chunked", "head"])
def test_a_dripping_answer_ends_at_the_deadline(
    server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    monkeypatch.setattr("dyntube.fetch.transport.DEADLINE", 0.1)
    framing: Framing = "chunked" if slow == "chunked" else "length"
    server.start_over(hourly(DAY), Manner(gzip=slow == "gzip", framing=framing))
    drops, still = [], threading.Event()

    def drop() -> None:
        drops[-1] += 1
        still.wait(0.01)

    def answer(asking: Asking) -> Answer:
        drops.append(0)
        padding = {"X-Padding": "x" * 60_000} if slow == "head" else {}
        body = json.dumps(asking.page()).encode()
        how = {"between": drop, "pieces": DROPS, "whole": slow == "head"}
        return asking.reply(body, headers=padding, **how)

    server.before = lambda asked, rng: answer
    client = Client(settings_for(server, tmp_path), sleep=lambda _: None)
    with pytest.raises(UnavailableError):
        client.views(FetchScope(), WINDOW, 1, 20)
    server.wire.wait()
    assert max(drops) < 0.75 * DROPS


def test_a_drip_now_and_then_loses_nothing(server: LogServer, tmp_path: Path) -> None:
    server.world = hourly(DAY)
    needed = undisturbed(server, tmp_path, [DAY], concurrency=1)
    server.before = in_turn(None, "drip", None, "drip")
    syncer, archive = build(server, tmp_path, concurrency=1)
    assert syncer.sync([DAY]).stored[0].verified
    assert len(server.asked) == needed + 2
    equals(archive, DAY, server.world)


ODD_FIELDS = [
    {"watchTime": float("nan")},
    {"watchTime": float("inf")},
    {"watchTime": "long"},
    {"duration": [1]},
    {"started": 2},
    {"browser": "Firefox"},
    {"geo": {"country": {}}},
]


@pytest.mark.parametrize("fields", ODD_FIELDS, ids=str)
def test_an_odd_field_costs_itself_and_not_the_view(
    server: LogServer, tmp_path: Path, fields: dict[str, object]
) -> None:
    server.world = hourly(DAY)
    server.world.add(row("odd", at(DAY, 3), **fields))
    syncer, archive = build(server, tmp_path)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.rejected, stored.verified) == (13, 0, True)
    assert sum(stored.unread_fields.values()) == 1
    (extra,) = archive.read(DAY, DAY)["extra"].drop_null().to_pylist()
    [(name, value)] = fields.items()
    kept = json.loads(extra)
    assert kept == {"geo.country": {}} if name == "geo" else kept.keys() == {name}
    assert isinstance(value, float) or name == "geo" or kept[name] == value


BAD_FIELDS = [
    {"id": None},
    {"id": [1]},
    {"date": None},
    {"date": "yesterday"},
    {"date": 1746057600},
]


@pytest.mark.parametrize("fields", BAD_FIELDS, ids=str)
def test_a_record_that_cannot_be_read_is_set_aside_alone(
    server: LogServer, tmp_path: Path, fields: dict[str, object]
) -> None:
    server.world = hourly(DAY)
    server.world.add(row("bad", at(DAY, 3)).spoiled_by(fields))
    syncer, archive = build(server, tmp_path)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.rejected, stored.verified) == (12, 1, True)
    (aside,) = tmp_path.rglob("*.rejected.jsonl")
    assert json.loads(aside.read_text())["reason"]
    equals(archive, DAY, server.world)


def test_a_busy_days_neighbour_of_which_nothing_can_be_read_is_stored_as_that(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = hourly(DAY)
    server.world.add(row("bad", at(DAY + ONE_DAY, 3)).spoiled_by({"date": None}))
    syncer, archive = build(server, tmp_path, concurrency=1)
    report = syncer.sync([DAY, DAY + ONE_DAY])
    assert not report.failed
    assert [(info.rows, info.rejected) for info in report.stored] == [(0, 1), (12, 1)]
    equals(archive, DAY, server.world)


def test_a_record_that_lacks_its_id_or_date_is_set_aside(server: LogServer, tmp_path: Path) -> None:
    for name in ("id", "date"):
        server.start_over(hourly(DAY), Manner())
        bad = row("bad", at(DAY, 3)).spoiled_by({})
        del bad.record[name]
        server.world.add(bad)
        syncer, archive = build(server, tmp_path / name)
        (stored,) = syncer.sync([DAY]).stored
        assert (stored.rows, stored.rejected) == (12, 1)
        equals(archive, DAY, server.world)


def test_a_day_with_too_many_bad_records_is_refused_and_the_old_one_stays(
    server: LogServer, tmp_path: Path
) -> None:
    server.start_over(hourly(DAY), Manner(), Clock(at(DAY + 2 * ONE_DAY)))  # not yet settled
    syncer, archive = build(server, tmp_path)
    syncer.sync([DAY])
    server.world.add(row("bad", at(DAY, 3)).spoiled_by({"id": {}}))
    server.world.add(row("worse", at(DAY, 4)).spoiled_by({"id": {}}))
    report = syncer.sync([DAY], refresh=NO_WAIT)
    assert type(report.failed[DAY]) is BadResponseError
    assert len(archive.read(DAY, DAY)) == 12


def test_a_field_nobody_knew_is_kept_beside_the_view(server: LogServer, tmp_path: Path) -> None:
    more = {"shiny": {"new": [1, "two"]}, "geo": {"country": "FR", "planet": "Earth"}}
    server.start_over(hourly(DAY), Manner(more_fields=more))
    syncer, archive = build(server, tmp_path)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rejected, stored.verified) == (0, True)
    extra = [json.loads(text) for text in archive.read(DAY, DAY)["extra"].to_pylist()]
    assert extra == [{"shiny": {"new": [1, "two"]}, "geo.planet": "Earth"}] * 12
    equals(archive, DAY, server.world)


def test_half_of_a_character_costs_itself_and_not_the_view(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = hourly(DAY)
    server.world.add(row("half", at(DAY, 3), videoKey="a\ud800b", viewerId="\udfff"))
    syncer, archive = build(server, tmp_path)
    assert syncer.sync([DAY]).stored[0].verified
    equals(archive, DAY, server.world)
    assert "a\ufffdb" in archive.read(DAY, DAY)["video_key"].to_pylist()


def test_of_an_id_that_comes_twice_none_is_believed() -> None:
    record = '{"id": "a", "id": "b", "date": "2025-05-01T10:00:00Z"}'
    good = '{"id": "good", "date": "2025-05-01T10:00:00Z"}'
    pager = '{"page": 1, "size": 9, "hits": 2, "total": 2, "pages": 1}'
    page = read_page(f'{{"pager": {pager}, "views": [{good}, {record}]}}'.encode())
    assert page.views["id"].to_pylist() == ["good"]
    assert page.rejected[0].reason

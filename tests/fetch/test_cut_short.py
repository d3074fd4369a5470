"""Servers that give less than was asked for without a word: no short day is taken for a whole one.

Beside `test_variants`, whose servers mean other things by their words; these cut what they give.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import os
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.archive.archive import Archive
from dyntube.fetch.client import Client
from dyntube.fetch.progress import SyncResult
from dyntube.fetch.sync import Syncer
from dyntube.settings.settings import Settings
from dyntube.trust.trust import doubts_of

from ..conftest import NOON, record
from ..plain import Record
from ..scripted import Answer, Asked, Server
from ..syncing import ONE_DAY, TODAY

HOUR = dt.timedelta(hours=1)
Found = Callable[[dt.datetime, dt.datetime], list[Record]]
Cut = Callable[[Found, dt.datetime, dt.datetime], list[Record]]
DAYS = [TODAY - n * ONE_DAY for n in range(9)]


@functools.cache
def world(a_day: int, days: int, *, gaps: bool = False) -> list[Record]:
    """So many views on each of the last days, newest first; of some days none. Only to read."""
    views = []
    for n in range(days):
        midnight = dt.datetime.combine(TODAY - n * ONE_DAY, dt.time(), dt.UTC)
        for i in range(0 if gaps and n % 3 == 1 else a_day):
            at = midnight + ONE_DAY * (i + 0.5) / a_day
            if at < NOON:
                views.append(record(f"{n}-{i}", at.isoformat()))
    return sorted(views, key=lambda view: view["date"], reverse=True)


def at_most(count: int) -> Cut:
    return lambda found, start, end: found(start, end)[:count]


def from_the_start(most: dt.timedelta) -> Cut:
    return lambda found, start, end: found(start, min(end, start + most))


def to_the_end(most: dt.timedelta) -> Cut:
    return lambda found, start, end: found(max(start, end - most), end)


def nothing_beyond(most: dt.timedelta) -> Cut:
    return lambda found, start, end: found(start, end) if end - start <= most else []


def nothing_of_the_future(found: Found, start: dt.datetime, end: dt.datetime) -> list[Record]:
    return found(start, end) if end <= NOON else []


def always_the_last_week(found: Found, start: dt.datetime, end: dt.datetime) -> list[Record]:
    return found(NOON - 7 * ONE_DAY, NOON)


def by_when_it_was_received(found: Found, start: dt.datetime, end: dt.datetime) -> list[Record]:
    """Every tenth view comes four days late."""
    late = 4 * ONE_DAY
    came = [view for view in found(start, end) if not is_late(view)]
    return came + [view for view in found(start - late, end - late) if is_late(view)]


def is_late(view: Record) -> bool:
    return int(view["id"].split("-")[1]) % 10 == 0


CUTS: dict[str, Cut] = {
    "a list of 200": at_most(200),
    "a list of 500": at_most(500),
    "a list of 1500": at_most(1500),
    "24 hours from the start": from_the_start(24 * HOUR),
    "24 hours to the end": to_the_end(24 * HOUR),
    "12 hours from the start": from_the_start(12 * HOUR),
    "48 hours from the start": from_the_start(48 * HOUR),
    "nothing of more than 24 hours": nothing_beyond(24 * HOUR),
    "nothing of more than two days": nothing_beyond(48 * HOUR),
    "nothing of more than a month": nothing_beyond(31 * ONE_DAY),
    "a month from the start": from_the_start(31 * ONE_DAY),
    "a month to the end": to_the_end(31 * ONE_DAY),
    "nothing of the future": nothing_of_the_future,
    "always the last week": always_the_last_week,
    "by when it was received": by_when_it_was_received,
}
NOT_MENDED = {"always the last week", "by when it was received", "12 hours from the start"}
SMALL = [(cut, *of) for cut in sorted(CUTS) for of in ((3, False), (40, False), (40, True))]
LARGE = [(cut, a_day, False) for cut in sorted(CUTS) for a_day in (700, 2300)]
# Days with more views than fit on a page; `make test-faults` has all of them.
SAMPLE = [
    *(("a list of 200", 700, False), ("a list of 1500", 2300, False)),
    *(("24 hours from the start", 2300, False), ("12 hours from the start", 700, False)),
    *(("nothing of more than 24 hours", 700, False), ("a month to the end", 700, False)),
    *(("nothing of the future", 2300, False), ("always the last week", 700, False)),
    ("by when it was received", 700, False),
]


def cutting(views: list[Record], cut: Cut) -> Callable[[Asked], Answer]:
    ages = [NOON - dt.datetime.fromisoformat(view["date"]) for view in views]  # in their order

    def found(start: dt.datetime, end: dt.datetime) -> list[Record]:
        return views[bisect_right(ages, NOON - end) : bisect_right(ages, NOON - start)]

    def script(asked: Asked) -> Answer:
        start, end = (
            dt.datetime.fromisoformat(asked.json[name]).replace(tzinfo=dt.UTC)
            for name in ("from", "to")
        )
        given, page, size = cut(found, start, end), asked.json["page"], asked.json["size"]
        part = given[(page - 1) * size : page * size]
        pages = -(-len(given) // size)
        pager = {"page": page, "size": size, "hits": len(part), "total": len(given), "pages": pages}
        return Answer(body=json.dumps({"pager": pager, "views": part}).encode())

    return script


def synced(
    server: Server, folder: Path, days: list[dt.date], now: dt.datetime = NOON
) -> tuple[Archive, SyncResult]:
    settings = Settings(stats_url=server.url, api_url=server.url, archive=folder, concurrency=2)
    archive = Archive(folder, [settings.folder(scope) for scope in settings.scopes])
    client = Client(settings, sleep=lambda _: None, now=lambda: now)
    syncer = Syncer(settings, client, archive, now=lambda: now, sleep=lambda _: None)
    report = syncer.sync(days)
    client.close()
    return archive, report


def judge(archive: Archive, views: list[Record], days: list[dt.date]) -> dict[str, set[dt.date]]:
    """Which days are right, short and marked, short and not marked, or not stored."""
    found: dict[str, set[dt.date]] = {"right": set(), "marked": set(), "wrong": set(), "no": set()}
    infos = archive.days()
    for day in days:
        if day not in infos:
            found["no"].add(day)
            continue
        truth = sorted(view["id"] for view in views if view["date"][:10] == str(day))
        is_right = sorted(archive.read(day, day)["id"].to_pylist()) == truth
        found["right" if is_right else "marked" if doubts_of(infos[day][0]) else "wrong"].add(day)
    return found


@pytest.mark.parametrize(
    ("cut", "a_day", "gaps"), [*SMALL, *(LARGE if os.environ.get("CUTS") else SAMPLE)]
)
def test_no_day_is_short_and_not_marked(
    server: Server, tmp_path: Path, cut: str, a_day: int, gaps: bool
) -> None:
    views = world(a_day, 14, gaps=gaps)
    server.script = cutting(views, CUTS[cut])
    archive, report = synced(server, tmp_path, DAYS)
    found = judge(archive, views, DAYS)
    assert found["wrong"] == set()
    assert found["no"] <= {*report.failed}
    if cut not in NOT_MENDED and a_day <= 200:
        assert found["right"] == {*DAYS}


@pytest.mark.parametrize("cut", ["nothing of more than a month", "a month from the start"])
def test_a_long_account_is_found_though_long_ranges_are_cut(
    server: Server, tmp_path: Path, cut: str
) -> None:
    days = [TODAY - n * ONE_DAY for n in range(100)]
    views = world(2, 60)
    server.script = cutting(views, CUTS[cut])
    archive, report = synced(server, tmp_path, days)
    assert not report.failed
    assert {day for day, (info,) in archive.days().items() if info.rows} == {*days[:60]}


def spoilt(answer: Answer, first: int, last: int, well: Callable[[Asked], Answer]):
    """The answer to requests of such numbers, and well to all others."""
    numbers = iter(range(10**6))
    return lambda asked: answer if first < next(numbers) <= last else well(asked)


MOVED = {"success": False, "message": "Storage is being moved, try later."}
EMPTY = {"page": 1, "size": 0, "hits": 0, "total": 0, "pages": 0}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, b"<html><title>404 page not found</title></html>"),
        Answer(204),
        Answer(404),
        Answer(200, json.dumps(MOVED | {"pager": EMPTY, "views": []}).encode()),
        Answer(200, json.dumps(MOVED | {"pager": EMPTY, "views": None}).encode()),
    ],
    ids=["page", "204", "404", "empty", "null"],
)
def test_what_a_server_says_while_it_is_moved_is_no_day_for_good(
    server: Server, tmp_path: Path, answer: Answer
) -> None:
    views = world(40, 14)
    well = cutting(views, at_most(10**6))
    server.script = spoilt(answer, 3, 60, well)  # settled days among them
    synced(server, tmp_path, DAYS)
    server.script = well
    archive, report = synced(server, tmp_path, DAYS, NOON + HOUR)
    assert not report.failed
    assert judge(archive, views, DAYS)["right"] == {*DAYS}


def test_the_words_beside_no_views_are_told(server: Server, tmp_path: Path) -> None:
    words = {"success": False, "message": "Your plan does not include the API."}
    server.script = lambda asked: Answer(200, json.dumps(words).encode())
    _, report = synced(server, tmp_path, DAYS)
    (text,) = {str(error) for error in report.failed.values()}
    assert text == "DynTube answered: Your plan does not include the API."


def test_a_pager_that_counts_from_0_is_refused_with_what_it_says(
    server: Server, tmp_path: Path
) -> None:
    well = cutting(world(40, 14), at_most(10**6))

    def script(asked: Asked) -> Answer:
        later = dataclasses.replace(asked, json=asked.json | {"page": asked.json["page"] + 1})
        return well(later)

    server.script = script
    _, report = synced(server, tmp_path, DAYS)
    assert all("views and its first page has none" in str(e) for e in report.failed.values())
    assert len(report.failed) > 1
    assert len(server.asked) < 100

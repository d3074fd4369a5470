"""What servers, clocks and disks do without a word: no wrong number stays unmarked because of it.

Each was found by trying what nobody had thought of.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dyntube.archive.dayfile import DayInfo
from dyntube.errors import ArchiveError, UnavailableError
from dyntube.settings.settings import FetchScope

from ..conftest import NOON, SECRET, record
from ..plain import Record
from ..scripted import Answer, Asked, Script
from ..scripted import views as page_of
from ..syncing import MAY_1, ONE_DAY, TODAY, MakeScene, Scene, day_asked, hourly, ids, moment_of

MONTH = dt.timedelta(days=31)
OLD_DAYS = [TODAY - n * ONE_DAY for n in range(30, 60)]


def kinds(info: DayInfo) -> list[str]:
    return [doubt.kind for doubt in info.doubts]


def around(day: dt.date, count: int = 24, **fields: Any) -> list[Record]:
    """Views of a week around a day, each with an id of its own."""
    return [view for n in range(-3, 4) for view in hourly(count, day + n * ONE_DAY, **fields)]


def changed(script: Script, change: Callable[[dict[str, Any]], object]) -> Script:
    """The same answers, each with a change to its JSON."""

    def answer(asked: Asked) -> Answer:
        body = json.loads(script(asked).body)
        change(body)
        return Answer(body=json.dumps(body).encode())

    return answer


# Ids and dates


@pytest.mark.parametrize("page_size", [10, 50, 1000])
@pytest.mark.parametrize("count", [4, 24])
def test_ids_that_begin_anew_each_day_cost_no_view(
    scene: MakeScene, page_size: int, count: int
) -> None:
    days = [MAY_1 + n * ONE_DAY for n in range(-3, 5)]
    views = [
        record(str(n), f"{day}T{n:02}:07:00Z", watchTime=10 + day.day)
        for day in days
        for n in range(count)
    ]
    log = scene(views, page_size=page_size)
    log.sync(MAY_1)
    assert len(ids(log.archive)) == count
    assert log.stored(MAY_1).doubts


def test_views_dated_in_the_year_1_do_not_show_that_a_day_is_whole(scene: MakeScene) -> None:
    """Of a server that reads times as those of New York, each window has two such views."""
    views = [
        record(f"{minute}", f"{MAY_1 + (minute // 1440) * ONE_DAY}T{at // 60:02}:{at % 60:02}:00Z")
        for minute in range(-2 * 1440, 4 * 1440)
        for at in [minute % 1440]
    ]
    zone = ZoneInfo("America/New_York")

    def script(asked: Asked) -> Answer:
        bounds = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
        start, end = (bound.replace(tzinfo=zone) for bound in bounds)
        found = [view for view in views if start <= moment_of(view) < end][::-1]
        found += [record(f"unset-{start}-{n}", "0001-01-01T00:00:00Z") for n in range(2)]
        page, size = asked.json["page"], asked.json["size"]
        part = found[(page - 1) * size : page * size]
        return page_of(part, page=page, size=size, hits=len(part), total=len(found), pages=9)

    log = scene([], page_size=1000)
    log.server.script = script
    log.sync(MAY_1)
    assert log.stored(MAY_1).rows == 1440


# A moment of nothing


def test_no_views_between_days_with_views_have_to_be_said_by_another_sync(
    scene: MakeScene,
) -> None:
    views = [view for day in OLD_DAYS for view in hourly(24, day)]
    log, outage = scene(views, page_size=100), OLD_DAYS[10:14]
    well, is_out = log.server.script, True

    def script(asked: Asked) -> Answer:
        if is_out and day_asked(asked) in outage:
            return Answer(body=b'{"pager": {"total": 0, "page": 1, "size": 9}, "views": []}')
        return well(asked)

    log.server.script = script
    log.syncer.sync(OLD_DAYS)
    missing = [day for day in OLD_DAYS if not log.stored(day).rows]
    assert missing
    assert all(log.stored(day).doubts and not log.stored(day).final for day in missing)
    is_out = False
    log.now += dt.timedelta(hours=1)
    log.syncer.sync(OLD_DAYS)
    assert sum(len(log.archive.read(day, day)) for day in OLD_DAYS) == len(views)
    assert not any(log.stored(day).doubts for day in OLD_DAYS)


def test_an_empty_day_is_final_once_two_syncs_have_found_it(scene: MakeScene) -> None:
    log = scene(hourly(24, OLD_DAYS[0]) + hourly(24, OLD_DAYS[2]), page_size=100)
    log.sync(OLD_DAYS[1])
    assert not log.stored(OLD_DAYS[1]).settled
    log.sync(OLD_DAYS[1], after=dt.timedelta(hours=1))
    assert log.stored(OLD_DAYS[1]).final


def test_a_stored_day_does_not_become_empty_within_one_sync(scene: MakeScene) -> None:
    log = scene(hourly(12), page_size=100)
    log.views[:] = hourly(12, TODAY - ONE_DAY)
    log.sync(TODAY - ONE_DAY)
    stored, log.views[:] = list(log.views), []
    log.sync(TODAY - ONE_DAY, after=dt.timedelta(minutes=15))
    assert len(ids(log.archive, TODAY - ONE_DAY)) == len(stored)
    assert kinds(log.stored(TODAY - ONE_DAY)) == ["gone"]
    log.sync(TODAY - ONE_DAY, after=dt.timedelta(minutes=15))
    assert log.stored(TODAY - ONE_DAY).rows == 0
    assert kinds(log.stored(TODAY - ONE_DAY)) == ["gone"]
    log.views[:] = stored
    log.sync(TODAY - ONE_DAY, after=dt.timedelta(minutes=15))
    assert len(ids(log.archive, TODAY - ONE_DAY)) == len(stored)
    assert log.stored(TODAY - ONE_DAY).doubts == ()


# Damage


def flipped(log: Scene, day: dt.date) -> None:
    (path,) = log.archive.files(day, day)
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    assert log.archive.verify()


def test_a_damaged_day_that_dyntube_has_forgotten_is_in_doubt_and_its_file_stays(
    scene: MakeScene,
) -> None:
    log, day = scene(around(OLD_DAYS[5]), page_size=100), OLD_DAYS[5]
    log.sync(day)
    flipped(log, day)
    log.views[:] = [view for view in log.views if not view["date"].startswith(f"{day}")]
    for _ in range(2):
        log.sync(day, after=dt.timedelta(hours=1))
        info = log.stored(day)
        assert info.rows == 0
        assert "24 views" in next(doubt.text for doubt in info.doubts if doubt.kind == "gone")
    for path in log.archive.root.rglob("*.parquet"):
        old = log.now.timestamp() - 10**6
        os.utime(path, (old, old))
    log.archive.remove_old_generations(log.archive.folders[0])
    assert list(log.archive.root.rglob(f"{day}.000001.parquet"))


def test_a_damaged_day_that_comes_whole_again_is_not_in_doubt(scene: MakeScene) -> None:
    log, day = scene(around(OLD_DAYS[5]), page_size=100), OLD_DAYS[5]
    log.sync(day)
    flipped(log, day)
    log.sync(day)
    assert (log.stored(day).rows, log.stored(day).doubts) == (24, ())


def test_a_file_that_may_not_be_read_is_not_replaced(
    scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, day = scene(around(OLD_DAYS[5]), page_size=100), OLD_DAYS[5]
    log.sync(day)
    (path,) = log.archive.files(day, day)
    again = scene(around(OLD_DAYS[5]), page_size=100)
    well = Path.open

    def refused(file: Path, *arguments: Any, **named: Any) -> Any:
        if file == path:  # root may read all
            raise PermissionError(13, "Permission denied")
        return well(file, *arguments, **named)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(ArchiveError, match=rf"The file {path} cannot be read: Permission denied"):
        again.sync(day)
    monkeypatch.undo()
    assert path.exists()


# Clocks


@pytest.mark.parametrize("dated", [True, False])
def test_days_fetched_by_a_clock_that_was_fast_are_fetched_again(
    scene: MakeScene, dated: bool
) -> None:
    log = scene(
        [view for n in range(-3, 7) for view in hourly(24, TODAY + n * ONE_DAY)], page_size=100
    )
    well, truth = log.server.script, log.now

    def script(asked: Asked) -> Answer:
        came = json.loads(well(asked).body)
        came["views"] = [v for v in came["views"] if v["date"] <= truth.isoformat()]
        came["pager"]["total"] = came["pager"]["hits"] = len(came["views"])
        headers = {"Date": f"{truth:%a, %d %b %Y %H:%M:%S GMT}"} if dated else {}
        return Answer(body=json.dumps(came).encode(), headers=headers)

    log.server.script = script
    days = [TODAY + n * ONE_DAY for n in range(-2, 6)]
    log.now = truth + dt.timedelta(days=5)
    log.syncer.sync(days)
    for hours in (1, 30, 60, 90):
        log.now = truth = NOON + dt.timedelta(hours=hours)
        log.syncer.sync([day for day in days if day <= truth.date()])
        stored = sum(info.rows for infos in log.archive.days().values() for info in infos)
        begun = [v for v in log.views if days[0].isoformat() <= v["date"] <= truth.isoformat()]
        assert stored == len(begun), hours


@pytest.mark.parametrize("ahead", [dt.timedelta(hours=2), dt.timedelta(hours=30)])
def test_a_clock_that_is_fast_makes_no_hour_known_that_has_not_come(
    scene: MakeScene, ahead: dt.timedelta
) -> None:
    an_hour_ago = NOON - dt.timedelta(hours=1)
    log = scene([view for view in hourly(24, TODAY) if moment_of(view) <= an_hour_ago])
    well, date = log.server.script, f"{NOON:%a, %d %b %Y %H:%M:%S GMT}"
    log.server.script = lambda asked: replace(well(asked), headers={"Date": date})
    log.now = NOON + ahead
    log.syncer.sync([TODAY])
    assert log.stored(TODAY).until == NOON


@pytest.mark.parametrize("behind", [dt.timedelta(minutes=10), dt.timedelta(days=4)])
def test_a_server_whose_clock_is_slow_does_not_hide_the_views_it_gives(
    scene: MakeScene, behind: dt.timedelta
) -> None:
    views = [view for n in range(-3, 1) for view in hourly(24, TODAY + n * ONE_DAY)]
    log = scene([view for view in views if moment_of(view) <= NOON], page_size=100)
    well, date = log.server.script, f"{NOON - behind:%a, %d %b %Y %H:%M:%S GMT}"
    log.server.script = lambda asked: replace(well(asked), headers={"Date": date})
    log.syncer.sync([TODAY - ONE_DAY, TODAY])
    assert log.stored(TODAY - ONE_DAY).until == NOON.replace(hour=0)
    assert NOON - dt.timedelta(hours=1) < log.stored(TODAY).until <= NOON  # its newest view


# Audits


def test_a_day_that_an_audit_found_different_is_due_until_it_was_fetched_again(
    scene: MakeScene,
) -> None:
    log = scene(hourly(5, OLD_DAYS[0]), page_size=100)
    log.sync(OLD_DAYS[0])
    log.views[:] = hourly(20, OLD_DAYS[0])
    well = log.server.script

    def failing(asked: Asked) -> Answer:
        is_old = asked.json["from"] < f"{OLD_DAYS[0] + 2 * ONE_DAY}"
        return Answer(500) if is_old and asked.json["size"] > 1 else well(asked)

    log.server.script = failing
    log.now += MONTH
    log.sync(log.now.date())
    assert log.stored(OLD_DAYS[0]).rows == 5
    log.server.script = well
    log.sync(log.now.date(), after=dt.timedelta(hours=1))
    assert log.stored(OLD_DAYS[0]).rows == 20


# What an answer says of itself


@pytest.mark.parametrize(
    "says",
    [
        {"success": False, "error": "2 of 5 shards failed"},
        {"errors": ["a shard timed out"]},
        {"status": "error"},
        {"partial": True},
        {"timed_out": True},
        {"isPartial": "true"},
        {"partial_results": True},
        {"TimedOut": True},
        {"_shards": {"total": 5, "failed": 2}},
    ],
)
def test_an_answer_that_says_it_is_not_whole_is_asked_for_again_and_not_stored(
    scene: MakeScene, says: dict[str, Any]
) -> None:
    log = scene(hourly(5), page_size=100)
    log.server.script = changed(log.server.script, lambda body: body.update(says))
    report = log.sync(MAY_1)
    assert "not all" in str(report.failed[MAY_1])
    assert not log.archive.days()
    assert len(log.server.asked) > 1


def test_fields_of_an_answer_never_bring_the_key_into_an_error(scene: MakeScene) -> None:
    log = scene([], api_key=SECRET)
    log.server.script = lambda _: Answer(
        body=json.dumps({f"Bearer {SECRET}": {}, SECRET: 1}).encode()
    )
    report = log.sync(MAY_1)
    assert report.failed
    written = [path.read_text() for path in log.archive.root.rglob("*.json*")]
    assert not any(SECRET in text for text in [str(report.failed), *written])


@pytest.mark.parametrize("location", ["http://[::bad/", "//", "http://%00/", "\xff\xfe"])
def test_a_redirect_is_no_answer_whatever_it_points_to(scene: MakeScene, location: str) -> None:
    log = scene([])
    log.server.script = lambda _: Answer(302, b"x" * 9999, headers={"Location": location})
    assert "redirects elsewhere" in str(log.sync(MAY_1).failed[MAY_1])


@pytest.mark.parametrize(("wait", "said"), [("9" * 400, "a year or more"), ("7200", "120 minutes")])
def test_a_wait_of_any_length_is_a_sentence(scene: MakeScene, wait: str, said: str) -> None:
    log = scene([])
    log.server.script = lambda _: Answer(429, headers={"Retry-After": wait})
    error = log.sync(MAY_1).failed[MAY_1]
    assert isinstance(error, UnavailableError)
    assert said in str(error)


# Projects and values


def test_views_without_the_key_that_was_asked_for_are_in_doubt(scene: MakeScene) -> None:
    views = [{**view, "projectKey": None} for view in hourly(24)]
    log = scene(
        views, page_size=100, scopes=(FetchScope("project", "a"), FetchScope("project", "b"))
    )
    log.sync(MAY_1)
    for info in log.archive.days()[MAY_1]:
        assert ["projectKey is missing in 24 of 24 views" in d.text for d in info.doubts] == [True]


@pytest.mark.parametrize(
    ("watched", "in_doubt"),
    [(1764000000, True), (-50, True), (50_000, True), (150, False), (50, False), (None, False)],
)
def test_watch_times_that_cannot_be_put_a_day_in_doubt(
    scene: MakeScene, watched: float | None, in_doubt: bool
) -> None:
    views = hourly(24, watchTime=watched)
    views[0]["watchTime"] = 10
    log = scene(views, page_size=100)
    log.sync(MAY_1)
    assert ("field" in kinds(log.stored(MAY_1))) is in_doubt

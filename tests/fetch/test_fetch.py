"""One day fetched: what of it is asked for, and when it replaces what is stored."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from dyntube.archive.archive import Archive
from dyntube.errors import BadResponseError
from dyntube.events import FILE_NAME, EventLog
from dyntube.settings.settings import FetchScope, Settings

from ..conftest import NOON, record
from ..plain import Record
from ..scripted import Answer, Asked, Script
from ..syncing import (
    MAY_1,
    ONE_DAY,
    TODAY,
    MakeScene,
    Scene,
    build,
    hourly,
    ids,
    paged,
    with_a_ghost,
)

YESTERDAY = TODAY - ONE_DAY
MINUTE = dt.timedelta(minutes=1)


WHOLE_TODAY = "2026-11-18T23:59:59"  # with the day before; a second early: `from` may be exclusive
NEWEST_TODAY = "2026-11-20T07:59:59"  # an hour and a second before the newest of ten views


def test_of_a_busy_today_the_newest_hours_are_fetched_and_all_is_counted(scene: MakeScene) -> None:
    today = scene(hourly(10, TODAY))
    today.sync()
    assert WHOLE_TODAY in today.asked_from()
    today.views += [record("new", "2026-11-20T11:59:00Z")]
    today.views[9] |= {"watchTime": 99, "ended": True}
    (stored,) = today.sync(after=10 * MINUTE).stored
    assert today.asked_from() == {NEWEST_TODAY}
    (count,) = (asked.json for asked in today.server.asked if asked.json["size"] == 1)
    assert count["from"] == WHOLE_TODAY
    assert (stored.rows, stored.api_total, stored.verified) == (11, 11, True)
    assert (stored.added, stored.changed, stored.removed) == (1, 1, 0)
    assert (stored.fetched_at, stored.whole_at) == (NOON + 10 * MINUTE, NOON)


def test_a_day_fetched_in_parts_equals_one_that_was_fetched_whole(
    scene: MakeScene, settings_of_server: Settings
) -> None:
    today = scene(hourly(10, TODAY))
    today.sync()
    for n in range(1, 6):
        at = today.now + 5 * MINUTE
        today.views += [record(f"new-{n}", at.isoformat(), watchTime=n)]
        today.views[-2] |= {"watchTime": 100 + n}
        (stored,) = today.sync(after=6 * MINUTE).stored
        assert WHOLE_TODAY not in today.asked_from()
    elsewhere = dataclasses.replace(settings_of_server, archive=settings_of_server.archive / "b")
    syncer, whole = build(elsewhere, today.now)
    (at_once,) = syncer.sync([TODAY]).stored
    assert today.archive.read(TODAY, TODAY).equals(whole.read(TODAY, TODAY))
    for name in ("rows", "api_total", "verified", "newest", "until"):
        assert getattr(stored, name) == getattr(at_once, name)


def test_the_newest_hours_are_enough_beside_the_views_of_the_day_before(scene: MakeScene) -> None:
    today = scene([*hourly(10, TODAY), *hourly(5, YESTERDAY)])
    today.sync()
    assert today.stored().outside == 5
    today.views += [record("new", "2026-11-20T11:59:00Z")]
    (stored,) = today.sync(after=10 * MINUTE).stored
    assert today.asked_from() == {NEWEST_TODAY}
    assert (stored.rows, stored.verified, stored.added) == (11, True, 1)


def test_a_small_day_is_always_fetched_whole(scene: MakeScene) -> None:
    today = scene(hourly(4, TODAY))
    today.sync()
    today.sync(after=MINUTE)
    assert WHOLE_TODAY in today.asked_from()


def test_once_an_hour_a_busy_day_is_fetched_whole(scene: MakeScene) -> None:
    today = scene(hourly(10, TODAY))
    today.sync()
    today.views[0] |= {"watchTime": 99}
    today.sync(after=59 * MINUTE)
    assert today.stored().changed == 0
    (stored,) = today.sync(after=MINUTE).stored
    assert WHOLE_TODAY in today.asked_from()
    assert stored.changed == 1
    assert stored.whole_at == today.now


def late(today: Scene) -> None:
    today.views += [record("late", "2026-11-20T03:00:00Z")]


def gone(today: Scene) -> None:
    del today.views[2]


def unreadable(today: Scene) -> None:
    today.views += [record("odd", "2026-11-20T11:00:00Z") | {"id": []}]


@pytest.mark.parametrize("change", [late, gone, unreadable])
def test_a_newest_part_that_does_not_add_up_is_fetched_whole(
    change: Callable[[Scene], None], scene: MakeScene
) -> None:
    today = scene(hourly(10, TODAY))
    today.sync()
    change(today)
    today.sync(after=MINUTE)
    assert today.asked_from() >= {WHOLE_TODAY, NEWEST_TODAY}
    readable = [view["id"] for view in today.views if view["id"] != []]
    assert ids(today.archive, TODAY) == sorted(readable)
    assert today.stored().verified


def test_a_newest_part_is_not_believed_while_the_stored_file_is_damaged(scene: MakeScene) -> None:
    today = scene(hourly(10, TODAY))
    today.sync()
    (path,) = today.archive.files(TODAY, TODAY)
    content = bytearray(path.read_bytes())
    content[99] ^= 1
    path.write_bytes(content)
    today.syncer, today.archive = build(today.settings, lambda: today.now)
    today.sync(after=MINUTE)
    assert WHOLE_TODAY in today.asked_from()
    assert len(ids(today.archive, TODAY)) == 10


def test_a_day_that_shrank_is_believed_when_two_sweeps_agree(scene: MakeScene) -> None:
    day = scene(hourly(8, YESTERDAY))
    day.sync(YESTERDAY)
    del day.views[2:5]
    report = day.sync(YESTERDAY, after=90 * MINUTE)
    whole = [
        a for a in day.server.asked if (a.json["page"], a.json["from"][:10]) == (1, "2026-11-17")
    ]
    assert len(whole) == 2
    assert (report.stored[0].rows, report.stored[0].removed, report.kept) == (5, 3, {})
    assert len(ids(day.archive, YESTERDAY)) == 5


def disagreeing(views: list[Record]) -> Script:
    """Each sweep lacks another view; each adds up."""
    sweeps = iter(range(99))
    shown: list[Record] = []

    def script(asked: Asked) -> Answer:
        if asked.json["page"] == 1:
            lacking = next(sweeps)
            shown[:] = views[:lacking] + views[lacking + 1 :]
        return paged(shown)(asked)

    return script


def up_to_midnight(day: dt.date) -> list[Record]:
    """Views of a day that show by themselves that it is all of the day."""
    return [*hourly(8, day), record(f"{day}-last", f"{day}T23:59:30+00:00")]


def test_a_day_that_shrank_is_kept_when_two_sweeps_do_not_agree(scene: MakeScene) -> None:
    day = scene(up_to_midnight(YESTERDAY))
    day.sync(YESTERDAY)
    before = day.stored(YESTERDAY)
    day.server.script = disagreeing(day.views)
    report = day.sync(YESTERDAY, after=90 * MINUTE)
    folder = day.archive.folders[0]
    assert report.stored == []
    assert report.failed == {}
    assert "two fetches did not agree" in report.kept[folder, YESTERDAY]
    assert day.stored(YESTERDAY) == before
    assert len(ids(day.archive, YESTERDAY)) == 9
    _, kept, _ = EventLog(day.archive.root / folder / FILE_NAME).read(3)
    assert (kept.name, kept.facts["day"]) == ("day_kept", str(YESTERDAY))


def test_a_day_that_was_kept_rests_until_it_is_due_again(scene: MakeScene) -> None:
    day = scene(up_to_midnight(YESTERDAY))
    day.sync(YESTERDAY)
    day.server.script = disagreeing(day.views)
    day.now += 90 * MINUTE
    assert day.syncer.due([YESTERDAY]) != []
    assert day.syncer.sync([YESTERDAY]).kept
    day.now += 9 * MINUTE
    assert day.syncer.due([YESTERDAY]) == []
    day.now += MINUTE
    assert day.syncer.due([YESTERDAY]) != []


def test_a_fetch_that_does_not_add_up_never_takes_views_from_one_that_did(
    scene: MakeScene,
) -> None:
    day = scene(hourly(8, YESTERDAY))
    day.sync(YESTERDAY)
    more = hourly(14, YESTERDAY)[1:]
    day.server.script = with_a_ghost(more)
    report = day.sync(YESTERDAY, after=90 * MINUTE)
    assert "did not add up" in report.kept[day.archive.folders[0], YESTERDAY]
    assert len(ids(day.archive, YESTERDAY)) == 8
    day.server.script = with_a_ghost([*day.views, *more[8:]])
    (stored,) = day.sync(YESTERDAY).stored  # nothing is lost by it
    assert (stored.verified, stored.removed) == (False, 0)


def test_of_two_fetches_that_do_not_add_up_the_fuller_is_kept(scene: MakeScene) -> None:
    day = scene(hourly(8, YESTERDAY))
    day.server.script = with_a_ghost(day.views)
    day.sync(YESTERDAY)
    day.server.script = with_a_ghost(hourly(9, YESTERDAY)[1:])
    assert day.sync(YESTERDAY).kept
    day.server.script = with_a_ghost(hourly(11, YESTERDAY)[1:])
    (stored,) = day.sync(YESTERDAY).stored
    assert (stored.rows, stored.added, stored.removed) == (10, 3, 1)


def test_a_day_settles_only_when_nothing_has_changed_since_it_was_stored(
    scene: MakeScene,
) -> None:
    day = scene(hourly(8, YESTERDAY))
    day.sync(YESTERDAY)
    day.views[3] |= {"watchTime": 77}
    (stored,) = day.sync(YESTERDAY, after=4 * ONE_DAY).stored
    assert (stored.changed, stored.settled) == (1, False)
    (stored,) = day.sync(YESTERDAY, after=MINUTE).stored
    assert (stored.changed, stored.settled) == (0, True)
    assert day.sync(YESTERDAY, after=ONE_DAY).stored == []
    assert day.server.asked == []


def test_a_day_first_fetched_long_after_its_end_settles_at_once(scene: MakeScene) -> None:
    assert scene(hourly(3)).sync(MAY_1).stored[0].settled


@pytest.fixture
def many() -> list[Record]:
    """250 views of a day, a few minutes apart."""
    midnight = dt.datetime.combine(MAY_1, dt.time(), dt.UTC)
    return [record(f"v{n}", (midnight + n * 5 * MINUTE).isoformat()) for n in range(250)]


def spoil(views: list[Record], count: int) -> None:
    for view in views[:count]:
        view["id"] = [view["id"]]


@pytest.mark.parametrize(("count", "bad"), [(1, 1), (2, 1), (250, 2)])
def test_some_odd_records_cost_only_themselves(
    count: int, bad: int, many: list[Record], scene: MakeScene
) -> None:
    spoil(many, bad)
    (stored,) = scene(many[:count], page_size=1000).sync(MAY_1).stored
    assert (stored.rows, stored.rejected) == (count - bad, bad)


def test_a_day_with_too_many_odd_records_is_refused_and_the_stored_one_stays(
    many: list[Record], scene: MakeScene
) -> None:
    day = scene(many, page_size=1000)
    day.now = NOON.replace(month=5, day=2)
    day.sync(MAY_1)
    before = day.stored(MAY_1)
    spoil(day.views, 3)
    report = day.sync(MAY_1)
    error = report.failed[MAY_1]
    assert isinstance(error, BadResponseError)
    assert "3 of 250 records of 2026-05-01 cannot be read" in str(error)
    assert "id is not text" in str(error)
    assert day.stored(MAY_1) == before
    assert list(day.archive.rejected(MAY_1, MAY_1)) == []


def test_fields_that_nobody_knew_are_counted(scene: MakeScene) -> None:
    views = [
        *hourly(2),
        record("x", f"{MAY_1}T20:00:00Z", mood="calm", geo={"country": "Peru", "planet": "Mars"}),
        record("y", f"{MAY_1}T21:00:00Z", mood=None),
    ]
    (stored,) = scene(views).sync(MAY_1).stored
    assert stored.unknown_fields == {"mood": 2, "geo.planet": 1}


def of(key: str, count: int) -> list[Record]:
    return [record(f"{key}-{n}", f"{MAY_1}T0{n}:00:00Z", channelKey=key) for n in range(count)]


def test_views_of_another_channel_are_refused_with_the_setting_to_look_at(
    scene: MakeScene,
) -> None:
    day = scene([*of("ours", 2), *of("theirs", 2)], scopes=(FetchScope("channel", "ours"),))
    report = day.sync(MAY_1)
    assert "DYNTUBE_CHANNEL_KEYS" in str(report.failed[MAY_1])
    assert "theirs" not in str(report.failed[MAY_1])
    assert day.archive.days() == {}


def test_what_two_scopes_fetch_of_a_day_stays_apart(scene: MakeScene) -> None:
    scopes = (FetchScope("channel", "a"), FetchScope("channel", "b"))
    day = scene([], scopes=scopes)
    known = {"a": of("a", 3), "b": of("b", 2)}
    day.server.script = lambda asked: paged(known[asked.json["channelKey"]])(asked)
    assert sorted(info.rows for info in day.sync(MAY_1).stored) == [2, 3]
    assert len(ids(day.archive)) == 5
    for folder, count in zip(day.archive.folders, (3, 2), strict=True):
        assert len(ids(Archive(day.archive.root, [folder]))) == count

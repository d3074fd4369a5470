"""Nothing is asked for before an account's first view, which is looked for rarely."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.account import open_account
from dyntube.archive.archive import Archive
from dyntube.errors import AuthError, RequestError, UnavailableError
from dyntube.events import FILE_NAME, EventLog
from dyntube.fetch.beginning import (
    FALLBACK_DAYS,
    LONG_AGO,
    MAX_UNSEARCHED_DAYS,
    MIN_DATE,
    Beginning,
    SearchResult,
)
from dyntube.fetch.client import Client
from dyntube.fetch.day import Task
from dyntube.fetch.queue import DayQueue
from dyntube.fetch.sync import Syncer
from dyntube.query.periods import Period
from dyntube.settings.settings import FetchScope, Settings
from dyntube.trust.states import stored_days

from ..clock import set_clock
from ..conftest import NOON
from ..scripted import Answer, Asked, Server
from ..syncing import AT_ONCE, MAY_1, ONE_DAY, TODAY, MakeScene, Scene, day_asked, hourly, paged

DAY = dt.timedelta(days=1)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


DECADE = days_between(dt.date(2010, 1, 1), TODAY)


def days_asked(scene: Scene) -> list[dt.date]:
    """The days that were asked for, other than to count."""
    return sorted(day_asked(asked) for asked in scene.server.asked if asked.json["size"] > 1)


def counted(scene: Scene) -> int:
    return sum(asked.json["size"] == 1 for asked in scene.server.asked)


@pytest.fixture
def young(scene: MakeScene) -> Scene:
    """An account whose first view is twenty days old."""
    return scene(hourly(3, TODAY - 20 * ONE_DAY))


def test_nothing_is_asked_for_before_the_first_view(young: Scene) -> None:
    first = TODAY - 20 * ONE_DAY
    report = young.syncer.sync(DECADE)
    assert sorted(info.day for info in report.stored) == days_between(first, TODAY)
    assert set(days_asked(young)) == {*days_between(first, TODAY)}
    assert counted(young) <= 14
    assert young.syncer.due(DECADE) == []
    assert young.syncer.empty == ((MIN_DATE, first),)


def test_the_first_view_is_looked_for_once_and_kept(young: Scene) -> None:
    young.syncer.sync(DECADE)
    young.server.asked.clear()
    other = Syncer(young.settings, young.syncer._client, young.archive, now=lambda: young.now)
    other.sync(DECADE, refresh=AT_ONCE)
    assert counted(young) == 0
    assert other.first_day() == TODAY - 20 * ONE_DAY
    assert counted(young) == 0


def test_an_account_without_views_is_asked_for_what_is_new_only(scene: MakeScene) -> None:
    empty = scene([])
    empty.syncer.sync(DECADE)
    assert set(days_asked(empty)) == {TODAY}
    assert counted(empty) == 12  # a range of years, whether it is cut short, and today
    assert empty.syncer.due(DECADE) == []


def test_a_few_days_are_asked_for_without_a_look(scene: MakeScene) -> None:
    few = scene(hourly(3))
    few.syncer.sync([MAY_1 + n * ONE_DAY for n in range(MAX_UNSEARCHED_DAYS)])
    assert counted(few) == 0


@pytest.mark.parametrize("first", [dt.date(2020, 2, 3), TODAY - 56 * ONE_DAY])
def test_where_there_are_views_before_all_that_is_wanted_one_request_says_so(
    scene: MakeScene, first: dt.date
) -> None:
    old = scene([*hourly(3, first), *hourly(3, TODAY)])
    old.syncer.sync(days_between(TODAY - 56 * ONE_DAY, TODAY))
    assert (counted(old), len(old.archive.days())) == (1, 57)
    assert old.syncer.empty == ((MIN_DATE, LONG_AGO),)
    assert old.syncer.first_day() == first
    assert old.syncer.empty == ((MIN_DATE, first),)


def test_days_after_a_stored_view_need_no_look(young: Scene) -> None:
    young.sync(TODAY - 20 * ONE_DAY)
    young.syncer.sync(days_between(TODAY - 20 * ONE_DAY, TODAY))
    assert counted(young) == 0


def test_views_that_appear_before_the_beginning_are_found_a_day_later(young: Scene) -> None:
    young.syncer.sync(DECADE)
    young.views += hourly(2, MAY_1)
    young.sync(MAY_1)
    assert (counted(young), min(young.archive.days())) == (0, TODAY - 20 * ONE_DAY)
    young.now += DAY
    young.server.asked.clear()
    young.syncer.sync(days_between(MAY_1 - 9 * ONE_DAY, TODAY))
    assert min(young.archive.days()) == MAY_1
    assert young.stored(MAY_1).rows == 2


def test_a_look_again_that_finds_nothing_costs_two_requests(young: Scene) -> None:
    young.syncer.sync(DECADE)
    young.now += DAY
    young.server.asked.clear()
    young.syncer.sync(DECADE)
    assert counted(young) == 2


def test_days_stored_before_the_beginning_stay(young: Scene) -> None:
    young.views += hourly(2, MAY_1)
    young.sync(MAY_1)
    young.views[:] = hourly(3, TODAY - 20 * ONE_DAY)  # DynTube forgets
    young.now += 90 * DAY
    young.syncer.sync(DECADE)
    assert young.stored(MAY_1).rows == 2


def refuses(scene: Scene, days: int, since: dt.date = LONG_AGO, status: int = 400) -> None:
    """Have the server refuse ranges of more days, or that begin before a day."""
    well = scene.server.script

    def script(asked: Asked) -> Answer:
        start, end = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
        refused = end - start > dt.timedelta(days=days, seconds=1) or start.date() < since
        words = f'{{"message": "At most {days} days, since {since}."}}'
        return Answer(status, words.encode()) if refused else well(asked)

    scene.server.script = script


@pytest.mark.parametrize("days", [7, 31])
def test_a_server_that_refuses_long_ranges_is_asked_by_weeks_for_the_first_view(
    young: Scene, days: int
) -> None:
    refuses(young, days)
    report = young.syncer.sync(DECADE)
    assert not report.failed
    assert min(young.archive.days()) == TODAY - 20 * ONE_DAY
    assert young.syncer.first_day() == TODAY - 20 * ONE_DAY


@pytest.mark.parametrize(("days", "status"), [(31, 400), (7, 400), (9999, 400), (9999, 403)])
def test_what_a_server_no_longer_gives_is_not_asked_for_and_the_rest_is_stored(
    young: Scene, days: int, status: int
) -> None:
    given_from, first = TODAY - 90 * ONE_DAY, TODAY - 60 * ONE_DAY
    young.views += hourly(3, TODAY - 300 * ONE_DAY) + hourly(2, first)
    refuses(young, days, given_from - 2 * DAY, status)  # a day is asked for with its neighbours
    report = young.syncer.sync(DECADE)
    assert not report.failed
    stored = {day for day, (info,) in young.archive.days().items() if info.rows}
    assert stored == {first, TODAY - 20 * ONE_DAY}
    assert young.syncer.empty == ((given_from, first),)
    since, words = young.syncer.refused_before
    assert since == given_from
    assert f"At most {days} days, since {given_from - 2 * DAY}." in words


def test_what_a_server_no_longer_gives_is_not_known_to_be_empty(young: Scene) -> None:
    refuses(young, 9999, since=TODAY - 92 * ONE_DAY)
    young.syncer.sync(DECADE)
    account = open_account(young.settings)
    known = account.coverage()
    assert known.is_whole(*Period(TODAY - 90 * ONE_DAY, TODAY - ONE_DAY).bounds("UTC"))
    assert not known.within(*Period(LONG_AGO, TODAY - 91 * ONE_DAY).bounds("UTC"))


def test_the_oldest_day_that_is_given_is_stored(young: Scene) -> None:
    for day in days_between(TODAY - 100 * ONE_DAY, TODAY - 80 * ONE_DAY):
        young.views += hourly(3, day)
    refuses(young, 9999, since=TODAY - 90 * ONE_DAY)
    assert not young.syncer.sync(DECADE).failed
    assert min(young.archive.days()) == TODAY - 88 * ONE_DAY


def test_a_day_later_what_is_refused_is_refused_again_and_nothing_is_lost(young: Scene) -> None:
    refuses(young, 9999, since=TODAY - 90 * ONE_DAY)
    young.syncer.sync(DECADE)
    known = young.syncer.empty, young.syncer.refused_before
    young.now += DAY
    assert not young.syncer.sync(DECADE).failed
    assert (young.syncer.empty, young.syncer.refused_before) == known


def test_where_no_look_succeeds_days_are_asked_for_within_a_bound_which_is_said(
    young: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = 60 * ONE_DAY
    for module in ("beginning", "run"):
        monkeypatch.setattr(f"dyntube.fetch.{module}.FALLBACK_DAYS", bound)
    refuses(young, 4)
    report = young.syncer.sync(DECADE)
    assert not report.failed
    assert min(young.archive.days()) == TODAY - bound
    event_log = EventLog(young.archive.root / young.archive.folders[0] / FILE_NAME)
    (event,) = [event for event in event_log.read(9999) if event.name == "first_day_not_found"]
    assert "At most 4 days" in str(event.facts["reason"])
    assert event.facts["asked_from"] == str(TODAY - bound)
    assert young.syncer.empty == ((MIN_DATE, LONG_AGO),)
    assert young.syncer.due(DECADE) == []
    with pytest.raises(RequestError):
        young.syncer.first_day()


def test_all_time_begins_with_what_is_asked_for_where_no_look_succeeds(
    young: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(young, 4)
    account = open_account(young.settings)
    set_clock(monkeypatch, NOON)
    assert account.first_day() == TODAY - FALLBACK_DAYS
    account.syncer.sync([TODAY - 20 * ONE_DAY])
    assert account.first_day() == TODAY - 20 * ONE_DAY
    young.server.script = lambda asked: Answer(401)
    assert account.first_day() == TODAY - 20 * ONE_DAY


def test_while_dyntube_is_away_a_look_ends_the_run_and_the_next_one_does_not_look(
    young: Scene,
) -> None:
    well = young.server.script

    def away(asked: Asked) -> Answer:
        return well(asked) if day_asked(asked) == TODAY else Answer(503)

    young.server.script = away
    report = young.syncer.sync(DECADE)
    assert {type(error) for error in report.failed.values()} == {UnavailableError}
    assert list(young.archive.days()) == [TODAY]
    young.server.script = well
    young.server.asked.clear()
    young.syncer.sync(DECADE[-30:])
    assert counted(young) == 0
    assert len(young.archive.days()) == 30


def test_a_refused_key_is_told_and_nothing_is_known_of_the_beginning(young: Scene) -> None:
    young.server.script = lambda asked: Answer(401)
    assert isinstance(next(iter(young.syncer.sync(DECADE).failed.values())), AuthError)
    assert young.syncer.empty == ((MIN_DATE, LONG_AGO),)
    with pytest.raises(AuthError):
        young.syncer.first_day()


def test_a_run_that_is_ended_while_it_looks_ends_at_once(young: Scene) -> None:
    stop, well = threading.Event(), young.server.script

    def script(asked: Asked) -> Answer:
        if asked.json["size"] == 1:
            stop.set()
            return Answer(429, b"", {"Retry-After": "200"})
        return well(asked)

    young.server.script = script
    client = Client(young.settings, now=lambda: NOON)  # which really waits
    patient = Syncer(young.settings, client, young.archive, now=lambda: NOON)
    report = patient.sync(DECADE, stop=stop)
    assert report.cancelled
    assert not report.failed


def test_each_scope_begins_on_its_own_day(server: Server, settings_of_server: Settings) -> None:
    scopes = (FetchScope("project", "a"), FetchScope("project", "b"))
    settings = dataclasses.replace(settings_of_server, scopes=scopes)
    firsts = {"a": TODAY - 40 * ONE_DAY, "b": TODAY - 5 * ONE_DAY}

    def script(asked: Asked) -> Answer:
        key = asked.json["projectKey"]
        return paged(hourly(2, firsts[key], projectKey=key))(asked)

    server.script = script
    account = open_account(settings)
    account.syncer._now = lambda: NOON
    account.syncer.sync(DECADE)
    assert account.syncer.empty == ((MIN_DATE, firsts["a"]), (MIN_DATE, firsts["b"]))
    assert account.empty() == (MIN_DATE, firsts["a"])
    for key, scope in zip("ab", scopes, strict=True):
        stored = account.archive.days(settings.folder(scope))
        assert min(stored) == firsts[key]
    days = stored_days(account.archive.days(), (), 2, TODAY, account.syncer.empty)
    assert {day.state for day in days} == {"final", "changing"}
    assert "missing" in {d.state for d in stored_days(account.archive.days(), (), 2, TODAY)}


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"day": "x"}', '{"day": "2026-01-01", "at": "2026-01-01T00:00"}']
)
def test_a_beginning_that_cannot_be_read_is_looked_for(young: Scene, content: str) -> None:
    folder = young.archive.root / young.archive.folders[0]
    folder.mkdir(parents=True)
    (folder / "beginning.json").write_text(content)
    assert Beginning(folder).last() is None
    assert young.syncer.first_day() == TODAY - 20 * ONE_DAY
    kept = json.loads((folder / "beginning.json").read_text())
    assert kept["day"] == str(TODAY - 20 * ONE_DAY)
    assert Beginning(folder).last() == SearchResult(TODAY - 20 * ONE_DAY, young.now)


# What somebody wants while a sync runs


def test_a_short_wish_is_not_kept_waiting_by_a_long_one(scene: MakeScene) -> None:
    month = days_between(TODAY - 30 * ONE_DAY, TODAY)
    busy = scene([view for day in month for view in hourly(1, day)], concurrency=1)
    wishes: list[list[dt.date]] = [[], [], [MAY_1, MAY_1 + ONE_DAY]]

    def more() -> list[tuple[list[dt.date], None]]:
        return [(days, None)] if wishes and (days := wishes.pop(0)) else []

    report = busy.syncer.sync(month, more=more)
    order = [info.day for info in report.stored]
    assert order[0] == TODAY
    assert order.index(MAY_1) < 6
    assert len(order) == len(set(order)) == len({*month, MAY_1, MAY_1 + ONE_DAY})


def task(day: dt.date, *, sure: bool = True) -> Task:
    return Task(FetchScope(), day, None, sure)


def drain(wishes: DayQueue) -> list[dt.date]:
    order = []
    while taken := wishes.take():
        order.append(taken.day)
        wishes.finish(taken, give_up=False)
    return order


def test_the_shortest_wish_goes_first_and_no_day_twice() -> None:
    wishes, days = DayQueue(), [MAY_1 - n * ONE_DAY for n in range(9)]
    wishes.add(task(day) for day in days[:6])
    wishes.add(task(day) for day in days[4:8])
    assert (wishes.left, wishes.total) == (8, 8)
    assert drain(wishes) == [*days[6:8], *days[:6]]
    assert (wishes.done, wishes.total) == (8, 8)


def test_a_day_that_was_given_up_is_not_taken_again_in_the_same_run() -> None:
    wishes = DayQueue()
    for give_up, again in ((False, True), (True, False)):
        wishes.add([task(MAY_1)])
        taken = wishes.take()
        assert taken
        wishes.finish(taken, give_up=give_up)
        wishes.add([task(MAY_1)])
        assert bool(wishes.left) == again
    assert wishes.take() is None


def test_days_that_are_not_sure_wait_and_those_before_the_beginning_go() -> None:
    wishes, days = DayQueue(), [MAY_1 - n * ONE_DAY for n in range(6)]
    wishes.add([task(day, sure=n < 2) for n, day in enumerate(days)])
    assert drain(wishes) == days[:2]
    assert wishes.unsure() == {FetchScope(): days[5]}
    wishes.begin(FetchScope(), days[4], days[2])
    assert drain(wishes) == days[2:3]
    wishes.begin(FetchScope(), days[4], days[4])
    assert drain(wishes) == days[3:5]
    assert (wishes.total, wishes.unsure()) == (5, {})


def test_days_before_the_first_view_are_not_missing_on_a_page(
    stand_in: str, tmp_path: Path, connect: Callable[..., None]
) -> None:
    from dyntube.report import gaps
    from dyntube.ui import door

    connect(stand_in, tmp_path / "archive")
    first = door.desk().account.first_day()
    assert first
    span = Period(first - 40 * ONE_DAY, first)
    known, now = door.desk().known(), door.local_now("UTC")
    assert gaps.missing_days(span, "UTC", known, now) == [first]


def test_an_archive_with_days_of_no_view_does_not_begin_there(
    archive: Archive, store: Callable[..., object], settings: Settings
) -> None:
    store(dt.date(2016, 1, 1), [])
    account = open_account(dataclasses.replace(settings, sync="external"))
    assert account.first_day() is None

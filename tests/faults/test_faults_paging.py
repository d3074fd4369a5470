"""Faults of paging: the log changes, caps, short and wrong pages (F1 to F8, F23, F27, F28)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from dyntube.errors import BadResponseError

from .clock import Clock
from .misdeeds import MISDEEDS
from .proof import NO_WAIT, build, equals
from .scenes import DAY, always, at, days, hourly, many, of_day, once, page, row
from .server import Asking, CapStyle, LogServer, Manner
from .wire import Answer
from .world import ONE_DAY, OURS, THEIRS, World

PAGE_MISDEEDS = ["wrong page", "page twice", "short page", "short page, as if whole"]
PAGE_MISDEEDS += ["empty page", "other size", "first page", "no pager"]
ALL_COMES = ["wrong page", "page twice", "other size", "first page", "no pager"]
CAP_STYLES: list[CapStyle] = ["stuck", "refuse", "empty"]
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("change", ["arrive", "late", "delete", "update"])
def test_a_log_that_changes_while_it_is_paged_is_read_again(
    server: LogServer, tmp_path: Path, change: str, number: int
) -> None:
    server.world = world = hourly(DAY)
    changes = {
        "arrive": lambda: world.add(row("new", at(DAY, 23))),
        "late": lambda: world.add(row("late", at(DAY, 4))),
        "delete": lambda: world.delete(f"{DAY}-07"),
        "update": lambda: world.update(f"{DAY}-00", 30),
    }
    server.before = once(page(number), None, do=changes[change])
    syncer, archive = build(server, tmp_path, concurrency=1)
    (stored,) = syncer.sync([DAY]).stored
    assert stored.verified
    equals(archive, DAY, world)


def test_as_many_that_come_as_go_are_found_before_the_day_settles(
    server: LogServer, tmp_path: Path
) -> None:
    world = hourly(DAY, count=10)
    server.start_over(world, Manner(), Clock(at(DAY + 2 * ONE_DAY)))

    def come_and_go() -> None:
        world.delete(f"{DAY}-09")
        world.add(row("late", at(DAY, 0, 1)))

    server.before = once(page(2), None, do=come_and_go)
    syncer, archive = build(server, tmp_path, concurrency=1)
    while syncer.due([DAY], refresh=NO_WAIT):
        syncer.sync([DAY], refresh=NO_WAIT)
        server.clock.jump_to(server.clock.now() + 20 * HOUR)
    equals(archive, DAY, world)


def test_ties_in_another_order_on_every_request_lose_nothing(
    server: LogServer, tmp_path: Path
) -> None:
    tied = [row(f"tied-{n}", at(DAY, 5)) for n in range(3)]
    world = World([*hourly(DAY, count=9).rows(), *tied])
    for seed in range(8):
        server.start_over(world, Manner(shuffle_ties=True), seed=seed)
        syncer, archive = build(server, tmp_path / str(seed), page_size=6)
        (stored,) = syncer.sync([DAY]).stored
        if stored.verified:
            equals(archive, DAY, world)
        else:
            assert syncer.due([DAY], refresh=NO_WAIT)


@pytest.mark.parametrize("count", [1002, 1300])
@pytest.mark.parametrize("cap_style", CAP_STYLES)
def test_a_server_that_does_not_serve_deep_pages_is_asked_for_less_at_once(
    server: LogServer, tmp_path: Path, cap_style: CapStyle, count: int
) -> None:
    server.start_over(many(count), Manner(cap=1000, cap_style=cap_style))
    syncer, archive = build(server, tmp_path, page_size=100, concurrency=4)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.verified) == (count, True)
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("cap_style", CAP_STYLES)
def test_more_views_in_a_moment_than_the_server_gives_are_never_called_all(
    server: LogServer, tmp_path: Path, cap_style: CapStyle
) -> None:
    world = many(1100, within=dt.timedelta(seconds=1))
    server.start_over(world, Manner(cap=1000, cap_style=cap_style))
    syncer, _ = build(server, tmp_path, page_size=100, concurrency=4)
    report = syncer.sync([DAY])
    assert report.failed or not report.stored[0].verified
    assert syncer.due([DAY], refresh=NO_WAIT)


def test_a_round_number_of_views_is_doubted_and_then_believed(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = many(1024)
    syncer, archive = build(server, tmp_path, page_size=200)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.verified) == (1024, True)
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", PAGE_MISDEEDS)
def test_a_page_that_is_not_as_asked_loses_nothing(
    server: LogServer, tmp_path: Path, name: str, number: int
) -> None:
    server.world = hourly(DAY)
    server.before = once(page(number), MISDEEDS[name])
    syncer, archive = build(server, tmp_path)
    (stored,) = syncer.sync([DAY]).stored
    assert stored.verified
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("name", PAGE_MISDEEDS)
def test_pages_that_are_never_as_asked_are_never_called_all(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.world = hourly(DAY)
    server.before = always(name)
    syncer, archive = build(server, tmp_path)
    report = syncer.sync([DAY])
    whole = report.stored and report.stored[0].verified
    if whole:  # in another order, in smaller pages, or as first pages of smaller windows
        equals(archive, DAY, server.world)
        assert bool(report.stored[0].doubts) == (name == "no pager")
    assert bool(whole) == (name in ALL_COMES)


def test_a_server_that_sends_everything_on_every_page_is_refused_after_the_first(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = many(5000)
    server.before = always("everything")
    syncer, archive = build(server, tmp_path, page_size=100, concurrency=4)
    report = syncer.sync([DAY])
    assert [type(error) for error in report.failed.values()] == [BadResponseError]
    assert "asked for 100 views and sent 5,000 on page 1" in str(report.failed[DAY])
    assert len(server.asked) == 1
    assert archive.days() == {}
    server.before = lambda asked, rng: None
    assert syncer.sync([DAY]).stored[0].verified


def test_more_views_than_are_counted_are_refused(server: LogServer, tmp_path: Path) -> None:
    server.world = many(9000)

    def ever_more(asking: Asking) -> Answer:
        """Pages that are a half too large, of a day that is said to be half as long."""
        page = asking.page()
        views = asking.page(asking.number + 1)["views"]
        page["views"] += views[: len(views) // 2]
        return asking.reply(json.dumps(page).encode())

    server.before = lambda asked, rng: ever_more
    syncer, archive = build(server, tmp_path, page_size=100, concurrency=4)
    error = syncer.sync([DAY]).failed[DAY]
    assert "counts 9,000 views and sends more than 10,000" in str(error)
    assert archive.days() == {}


def test_a_page_that_is_a_little_larger_than_asked_is_read(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = many(140)

    def rounded(asking: Asking) -> Answer:
        """Pages of 50, whatever is asked for."""
        asking.asked.json["size"] = 50
        return asking.reply(json.dumps(asking.page()).encode())

    server.before = lambda asked, rng: rounded
    syncer, archive = build(server, tmp_path, page_size=20)
    assert syncer.sync([DAY]).stored[0].verified
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_server_that_knows_only_first_pages_is_asked_for_less_at_once(
    server: LogServer, tmp_path: Path, concurrency: int
) -> None:
    server.world = many(700)
    server.before = always("first page")
    syncer, archive = build(server, tmp_path, page_size=100, concurrency=concurrency)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.verified) == (700, True)
    equals(archive, DAY, server.world)


def test_first_pages_of_windows_that_cannot_be_halved_are_an_error(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = many(700, within=dt.timedelta(seconds=1))
    server.before = always("first page")
    syncer, archive = build(server, tmp_path, page_size=100)
    error = syncer.sync([DAY]).failed[DAY]
    assert "the same views whatever page is asked for" in str(error)
    assert archive.days() == {}


def test_a_bad_record_that_comes_twice_does_not_stand_for_a_good_one(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = many(300)  # so many that a bad one or two are no reason to refuse the day
    server.world.add(bad := row("bad", at(DAY, 12)).spoiled_by({"id": ["bad"]}))

    def tie_turned(asking: Asking) -> Answer:
        answer = asking.page()
        answer["views"][:1] = [bad.record] * min(1, len(answer["views"]))
        return asking.reply(json.dumps(answer).encode())

    server.before = lambda asked, rng: tie_turned if page(1)(asked) else None
    syncer, archive = build(server, tmp_path, page_size=100)
    report = syncer.sync([DAY])
    assert len(archive.read(DAY, DAY)) < 300
    assert report.failed or not report.stored[0].verified


@pytest.mark.parametrize("to_inclusive", [True, False])
@pytest.mark.parametrize("from_inclusive", [True, False])
def test_a_view_at_midnight_is_on_its_own_day_whatever_from_and_to_mean(
    server: LogServer, tmp_path: Path, from_inclusive: bool, to_inclusive: bool
) -> None:
    tick = dt.timedelta(microseconds=1)
    midnights = [at(day) for day in days(4)]
    moments = [m + d * tick for m in midnights for d in (-1_000_001, -1_000_000, -1, 0, 1)]
    world = World(row(f"view-{n}", moment) for n, moment in enumerate(moments))
    server.start_over(world, Manner(from_inclusive=from_inclusive, to_inclusive=to_inclusive))
    syncer, archive = build(server, tmp_path)
    wanted = [DAY - ONE_DAY, *days(4)]
    assert all(info.verified for info in syncer.sync(wanted).stored)
    for day in wanted:
        equals(archive, day, world)
    assert len(archive.read(wanted[0], wanted[-1])) == len(moments)


@pytest.fixture
def unsettled(server: LogServer) -> World:
    """A day of ten views that ended a day ago."""
    world = hourly(DAY, count=10)
    server.start_over(world, Manner(), Clock(at(DAY + 2 * ONE_DAY)))
    return world


def test_views_that_are_gone_go_here_too(
    server: LogServer, tmp_path: Path, unsettled: World
) -> None:
    syncer, archive = build(server, tmp_path)
    syncer.sync([DAY])
    unsettled.delete(f"{DAY}-03")
    unsettled.delete(f"{DAY}-08")
    server.clock.jump_to(server.clock.now() + HOUR)
    syncer.sync([DAY], refresh=NO_WAIT)
    equals(archive, DAY, unsettled)


def test_views_that_are_gone_for_a_moment_stay(
    server: LogServer, tmp_path: Path, unsettled: World
) -> None:
    syncer, archive = build(server, tmp_path, page_size=20)
    syncer.sync([DAY])
    server.before = once(page(1), lambda asking: shrunk(asking, unsettled))
    server.clock.jump_to(server.clock.now() + HOUR)
    syncer.sync([DAY], refresh=NO_WAIT)
    equals(archive, DAY, unsettled)


def shrunk(asking: Asking, world: World) -> Answer:
    """A page that knows of three views only, as from a replica that lags behind."""
    asking.server.world = World(world.rows()[:3])
    answer = asking.page()
    asking.server.world = world
    return asking.reply(json.dumps(answer).encode())


def test_views_of_another_project_fail_the_day_and_are_not_stored(
    server: LogServer, tmp_path: Path
) -> None:
    theirs = [row(f"their-{n}", at(DAY, n), projectKey=THEIRS) for n in range(5)]
    server.world = World([*hourly(*days(2), count=3).rows(), *theirs])
    syncer, archive = build(server, tmp_path, project=OURS)
    server.before = once(of_day(DAY), MISDEEDS["filter ignored"])
    report = syncer.sync(days(2))
    assert {day: type(error) for day, error in report.failed.items()} == {DAY: BadResponseError}
    assert list(archive.days()) == [DAY + ONE_DAY]
    assert not syncer.sync(days(2)).failed
    equals(archive, DAY, server.world)


def test_views_without_a_project_are_tolerated(server: LogServer, tmp_path: Path) -> None:
    server.start_over(hourly(DAY, count=3), Manner(filters=False))
    for view in server.world.rows():
        view.record["projectKey"] = None
    syncer, archive = build(server, tmp_path, project=OURS)
    assert syncer.sync([DAY]).stored
    assert len(archive.read(DAY, DAY)) == 3

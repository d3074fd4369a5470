"""Clocks that are wrong, ours or the server's, and days near their ends (F25)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from .clock import Clock
from .proof import NO_WAIT, build, equals
from .scenes import DAY, at, hourly, row
from .schedule import SETTLES_AFTER
from .server import LogServer, Manner
from .world import ONE_DAY, World

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
END = at(DAY + ONE_DAY)
SKEWS = [10 * MINUTE, -10 * MINUTE, 4 * ONE_DAY, -4 * ONE_DAY]


@pytest.mark.parametrize("clock_skew", [dt.timedelta(0), *SKEWS], ids=str)
def test_no_clock_makes_a_day_settle_early(
    server: LogServer, tmp_path: Path, clock_skew: dt.timedelta
) -> None:
    early = END + SETTLES_AFTER - MINUTE
    server.start_over(hourly(DAY), Manner(clock_skew=clock_skew), Clock(early))
    syncer, archive = build(server, tmp_path)
    syncer.sync([DAY])
    assert not archive.days()[DAY][0].settled
    assert syncer.due([DAY], refresh=NO_WAIT)


@pytest.mark.parametrize("clock_skew", [-10 * MINUTE, -4 * ONE_DAY], ids=str)
def test_our_clock_that_is_ahead_does_not_make_a_day_settle_early(
    server: LogServer, tmp_path: Path, clock_skew: dt.timedelta
) -> None:
    server.start_over(
        hourly(DAY), Manner(clock_skew=clock_skew), Clock(END + SETTLES_AFTER + MINUTE)
    )
    syncer, archive = build(server, tmp_path)
    syncer.sync([DAY])
    assert not archive.days()[DAY][0].settled
    server.world.add(row("late", at(DAY, 20)))
    server.clock.jump_to(server.clock.now() - clock_skew)
    while syncer.due([DAY], refresh=NO_WAIT):
        syncer.sync([DAY], refresh=NO_WAIT)
        server.clock.jump_to(server.clock.now() + HOUR)
    equals(archive, DAY, server.world)


def test_a_day_that_changed_since_it_was_stored_settles_one_fetch_later(
    server: LogServer, tmp_path: Path
) -> None:
    server.start_over(hourly(DAY), Manner(), Clock(END + HOUR))
    syncer, archive = build(server, tmp_path)
    syncer.sync([DAY])
    server.world.add(row("late", at(DAY, 20)))
    server.clock.jump_to(END + SETTLES_AFTER + HOUR)
    syncer.sync([DAY], refresh=NO_WAIT)
    assert syncer.due([DAY], refresh=NO_WAIT)
    server.world.add(row("later", at(DAY, 21)))
    for _ in range(2):
        server.clock.jump_to(server.clock.now() + HOUR)
        syncer.sync([DAY], refresh=NO_WAIT)
    assert syncer.due([DAY], refresh=NO_WAIT) == []
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("clock_skew", [dt.timedelta(0), *SKEWS], ids=str)
@pytest.mark.parametrize("dated", [True, False])
def test_an_old_day_settles_and_is_left_alone(
    server: LogServer, tmp_path: Path, dated: bool, clock_skew: dt.timedelta
) -> None:
    manner = Manner(clock_skew=clock_skew, dated=dated)
    server.start_over(hourly(DAY), manner, Clock(END + SETTLES_AFTER + 5 * ONE_DAY))
    syncer, archive = build(server, tmp_path)
    syncer.sync([DAY])
    assert syncer.due([DAY], refresh=NO_WAIT) == []
    equals(archive, DAY, server.world)


@pytest.mark.parametrize("clock_skew", [dt.timedelta(0), 10 * MINUTE, -10 * MINUTE], ids=str)
@pytest.mark.parametrize("seconds", [0, 1, 3, 299, 301, 4000])
def test_a_day_that_has_just_begun_is_fetched_without_harm(
    server: LogServer, tmp_path: Path, seconds: int, clock_skew: dt.timedelta
) -> None:
    now = at(DAY) + dt.timedelta(seconds=seconds)
    world = World(row(f"view-{n}", now - n * MINUTE) for n in range(30))
    server.start_over(world, Manner(clock_skew=clock_skew), Clock(now))
    syncer, archive = build(server, tmp_path)
    report = syncer.sync([DAY - ONE_DAY, DAY])
    assert not report.failed
    assert report.stored
    equals_up_to_the_end(archive, world)
    server.clock.jump_to(at(DAY + ONE_DAY) + HOUR)
    syncer.sync([DAY - ONE_DAY, DAY], refresh=NO_WAIT)
    for day in (DAY - ONE_DAY, DAY):
        equals(archive, day, world)


def equals_up_to_the_end(archive, world: World) -> None:
    for day, (info,) in archive.days().items():
        here = {id_ for id_, row in world.of_day(day).items() if row.moment < info.until}
        assert set(archive.read(day, day)["id"].to_pylist()) == here

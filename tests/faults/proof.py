"""Runs a schedule with the real syncer over real HTTP, and what must hold after every run."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from dyntube.archive.archive import Archive, DayInfo
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer, SyncResult
from dyntube.settings.settings import FetchScope, Settings

from .clock import Clock
from .schedule import HOUR, SETTLES_AFTER, Mischief, Plan, plan_of, world_of
from .server import LogServer
from .world import ONE_DAY, World

RUNS_TO_SETTLE = 8
KEY = "canary-key-1234"
NO_WAIT = dt.timedelta(0)
PAUSES = [dt.timedelta(minutes=10), dt.timedelta(minutes=40), 2 * HOUR, 5 * HOUR, 20 * HOUR]

Views = list[dict[str, Any]]

_CLIENTS: list[Client] = []


def settings_for(
    server: LogServer, folder: Path, page_size: int = 5, concurrency: int = 2, project: str = ""
) -> Settings:
    """Settings that point at the server."""
    return Settings(
        api_key=KEY,
        stats_url=server.url,
        api_url=server.url,
        archive=folder,
        page_size=page_size,
        concurrency=concurrency,
        scopes=(FetchScope("project", project) if project else FetchScope(),),
    )


def client_of(server: LogServer, settings: Settings) -> Client:
    """A client that lives by the server's clock."""
    clock = server.clock
    client = Client(settings, clock=clock.seconds, sleep=clock.sleep, now=clock.now)
    _CLIENTS.append(client)
    return client


def close_clients() -> None:
    """End the connections of every client, which would else be left to the garbage collector."""
    while _CLIENTS:
        _CLIENTS.pop().close()


def build(
    server: LogServer, folder: Path, page_size: int = 5, concurrency: int = 2, project: str = ""
) -> tuple[Syncer, Archive]:
    """A syncer and its archive that live by the server's clock."""
    settings = settings_for(server, folder, page_size, concurrency, project)
    archive = Archive(folder, [settings.folder(scope) for scope in settings.scopes])
    client, clock = client_of(server, settings), server.clock
    return Syncer(settings, client, archive, now=clock.now, sleep=clock.sleep), archive


class Trial:
    """One schedule from beginning to end."""

    def __init__(self, server: LogServer, folder: Path, seed: int) -> None:
        self.plan: Plan = plan_of(seed)
        self.world: World = world_of(self.plan)
        self.clock = Clock(self.plan.start)
        self._server, self._rng, self._number = server, random.Random(f"trial {seed}"), 0
        server.start_over(self.world, self.plan.manner, self.clock, seed)
        self._mischief = Mischief(self.plan, self.world, self.clock)
        server.before = self._mischief.before
        self._syncer, self.archive = build(
            server, folder, self.plan.page_size, self.plan.concurrency, self.plan.project
        )
        self._shelf = Shelf(self.archive)

    def check(self) -> None:
        """Run it all; raises AssertionError."""
        for _ in range(self.plan.runs_while_changing):
            self._run()
            self.clock.jump_to(self.clock.now() + self._rng.choice(PAUSES))
            self._mischief.between_runs(self._rng)
        self.clock.jump_to(self.plan.old_from + self._rng.randrange(1, 9) * HOUR)
        for _ in range(self.plan.runs_while_calm):
            self._run()
            self.clock.jump_to(self.clock.now() + HOUR)
        self._calm_down()
        for _ in range(RUNS_TO_SETTLE):
            if not self._due():
                break
            self._run()
            # By days, since a server whose clock is behind makes days settle later.
            self.clock.jump_to(self.clock.now() + ONE_DAY)
        assert not self._due(), f"still due: {self._due()}"
        self._is_whole()

    def _calm_down(self) -> None:
        self._mischief.over = True
        # Where ties are shuffled for ever, whether a day ever adds up is luck.
        self._server.manner = replace(self.plan.manner, shuffle_ties=False)

    def _due(self) -> list[dt.date]:
        return [day for _, day in self._syncer.due(self.plan.days, refresh=NO_WAIT)]

    def _run(self) -> None:
        self._number += 1
        self._mischief.next_run(self._number)
        began, before, due = self.clock.now(), self.world.ids(), self._due()
        report = self._syncer.sync(self.plan.days, refresh=NO_WAIT)
        stayed = before & self.world.ids()
        none_is_missing(due, report, self.archive)
        for day, (info,) in self.archive.days().items():
            views = self._shelf.views(day)
            is_clean(views, day, self.world)
            if info.settled and info.verified:
                self._may_be_settled(info, views)
            if info.fetched_at >= began and info.verified and not self.plan.balanced:
                is_not_short(views, info, self.world, stayed)
        assert self._server.elsewhere.asked == [], "a redirect was followed"

    def _may_be_settled(self, info: DayInfo, views: Views) -> None:
        end = dt.datetime.combine(info.day, dt.time(), dt.UTC) + ONE_DAY
        assert info.until == end, f"{info.day} settled without its end"
        assert self.clock.now() >= end + SETTLES_AFTER, f"{info.day} settled early"
        are_equal(views, info.day, self.world)

    def _is_whole(self) -> None:
        stored = self.archive.days()
        assert list(stored) == list(self.plan.days)
        for day, (info,) in stored.items():
            are_equal(self._shelf.views(day), day, self.world)
            # A bad record counts on the day of its date; without one, on each it was sent for.
            bad = self.world.bad_of(day, info.asked_from, info.asked_to)
            assert info.rejected == bad, f"{day}: {info}"
        ids = [view["id"] for day in stored for view in self._shelf.views(day)]
        assert len(ids) == len(set(ids)), "a view is on two days"


class Shelf:
    """The views of an archive, each file read once: a file never changes under its name."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._known = archive, {}

    def views(self, day: dt.date) -> Views:
        """What is stored of a day, of each view what is compared."""
        files = self._archive.files(day, day)
        if files not in self._known:
            table = self._archive.read(day, day).select(["id", "date", "watch_time"])
            self._known[files] = table.to_pylist()
        return self._known[files]


def equals(archive: Archive, day: dt.date, world: World) -> None:
    """A stored day is what the server has."""
    are_equal(Shelf(archive).views(day), day, world)


def none_is_missing(due: Collection[dt.date], report: SyncResult, archive: Archive) -> None:
    """Each day asked for is stored, or the report says why not, or why the run ended early."""
    stored = {info.day for info in report.stored}
    kept = {day for _, day in report.kept}
    assert stored | kept <= set(archive.days()), "a day reported as stored is not there"
    missing = set(due) - stored - kept - set(report.failed)
    assert not missing or report.failed, f"silently missing: {sorted(missing)}"


def is_clean(views: Views, day: dt.date, world: World) -> None:
    """No view twice, none of another day, none that never was."""
    ids = [view["id"] for view in views]
    assert len(ids) == len(set(ids)), f"{day} has a view twice"
    assert set(ids) <= world.ever, f"{day} has views that never were"
    assert {view["date"].date() for view in views} <= {day}, f"{day} has views of others"


def is_not_short(views: Views, info: DayInfo, world: World, stayed: set[str]) -> None:
    """A verified day has every view that was there from the run's beginning to its end."""
    here = {id_ for id_, row in world.of_day(info.day).items() if row.moment < info.until}
    lacking = (here & stayed) - {view["id"] for view in views}
    assert not lacking, f"{info.day} is verified and short of {sorted(lacking)}: {info}"


def are_equal(views: Views, day: dt.date, world: World) -> None:
    """No view more or less than the server has, and the latest values."""
    stored = {view["id"]: (view["date"], view["watch_time"]) for view in views}
    rows = world.of_day(day).values()
    truth = {row.id: (row.moment, float(row.record["watchTime"])) for row in rows}
    lost, extra = sorted(truth.keys() - stored.keys()), sorted(stored.keys() - truth.keys())
    assert not lost, f"{day} has lost {lost}"
    assert not extra, f"{day} has {extra} too many"
    assert stored == truth, f"{day} has old values"

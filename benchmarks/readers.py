"""How long many readers wait, and what their sessions take of memory.

`python -m benchmarks.readers --views 300000 --readers 1 10 50 --seconds 120`, with one process of
the app; with `--processes 2`, two of them behind nginx, and with `--kill` one of these is killed in
the middle: its readers open their page again at once. With `--beside-sync` syncs run meanwhile, in
processes of their own. Behind nginx each reader has signed in, as somebody else.

Each reader opens a page in a tab, looks 5 to 15 seconds at it, then chooses another page, another
period or another filter, and so on; all pages are as likely. What is filtered by is drawn as often
as it is viewed: readers share what is popular, and rarely meet in the rest. Parts of a page that
draw themselves again while somebody looks do so, and nobody waits for them. The readers work on the
same machine, but draw nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from dyntube.account import open_account
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import DEFAULT_PRESET, PRESETS
from dyntube.query.query import Query

from . import archive
from .growth import Column, table
from .questions import page_files
from .session import (
    DROPPED,
    PATIENCE,
    Broken,
    Session,
    apps,
    memory,
    served,
    server,
    syncing,
    until_loaded,
    work,
)

READERS = (1, 10, 50)
SECONDS = 120.0
SHORTEST, LONGEST = 5.0, 15.0  # seconds that somebody looks at a page
FORGOTTEN = 125.0  # seconds; Streamlit keeps the session of a closed tab for 120
PATHS = tuple("" if file.stem == "overview" else file.stem for file in page_files())
PERIODS = ("last-7-days", DEFAULT_PRESET, "last-90-days")
LIBRARY = ("project", "channel", "video")  # a reader filters by one of these at a time
VALUES = 300  # of a dimension, at most, that are filtered by
TARGETS = "Targets for 50 readers: p95 1,000 ms, p99 2,000 ms, no errors, 2 MB a session."

Values = dict[str, tuple[list[str], list[int]]]  # by dimension, and the views of each


@dataclass(frozen=True)
class Request:
    """What a reader did, on which page, and how long that took: PATIENCE where it broke."""

    act: str
    path: str
    seconds: float


@dataclass(frozen=True)
class Load:
    """What so many readers saw. Memory is in MB, work in processor seconds.

    `redraws` are those of parts of a page by themselves; the app works for them, too.
    """

    readers: int
    seconds: float
    requests: list[Request]
    errors: list[str]
    redraws: int
    spread: list[int]  # readers of each process
    before: float
    during: float
    after: float
    app_work: float
    readers_work: float

    @property
    def a_session(self) -> float:
        """By how many MB the app grew for each reader; what it learned meanwhile is in it."""
        return (self.during - self.before) / self.readers


@dataclass
class Reader:
    """Somebody with a tab; the same `chance` chooses the same."""

    url: str
    values: Values
    chance: random.Random
    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    session: Session | None = None
    period: str = DEFAULT_PRESET
    filters: dict[str, str] = field(default_factory=dict)
    user: str = ""

    async def read(self, end: float) -> None:
        """Read until then, and leave the tab open; begin in a new one where it breaks."""
        await asyncio.sleep(self.chance.uniform(0, LONGEST))
        while (left := end - time.monotonic()) > 0:
            try:
                session = await self._next()
                await session.look(min(self.chance.uniform(SHORTEST, LONGEST), left))
            except Broken as error:
                whose = f" (process {self.session.process})" if self.session else ""
                self.errors.append(f"{error}{whose}")
                await self.leave()
                if str(error) != DROPPED:
                    await asyncio.sleep(SHORTEST)

    async def leave(self) -> None:
        """Close the tab."""
        if self.session:
            await self.session.close()
        self.session = None

    async def _next(self) -> Session:
        act = self.chance.choice(("page", "period", "filter"))
        if not self.session:
            act = "reconnect" if self.requests else "open"
        began, seconds = time.perf_counter(), PATIENCE  # where it breaks
        try:
            self.session = self.session or await Session.connect(self.url, self.user)
            await self._do(act, self.session)
            seconds = time.perf_counter() - began
        finally:
            path = self.session.path if self.session else ""
            self.requests.append(Request(act, path, seconds))
        return self.session

    async def _do(self, act: str, session: Session) -> None:
        match act:
            case "reconnect":
                await session.open(self.requests[-1].path, self._address)
            case "open":
                await session.open(self.chance.choice(PATHS), self._address)
            case "page":
                await session.visit(self._other(PATHS, session.path))
            case "period":
                self.period = self._other(PERIODS, self.period)
                await session.ask(self._address)
            case "filter":
                self._choose_filter()
                await session.ask(self._address)

    def _other(self, offered: Sequence[str], shown: str) -> str:
        return self.chance.choice([one for one in offered if one != shown])

    def _choose_filter(self) -> None:
        if self.filters and self.chance.random() < 0.25:
            self.filters.clear()
            return
        dimension = self.chance.choice(list(self.values))
        for other in LIBRARY if dimension in LIBRARY else ():
            self.filters.pop(other, None)
        self.filters[dimension] = self.chance.choices(*self.values[dimension])[0]

    @property
    def _address(self) -> str:
        return _query_string(self.period, self.filters)


def main(
    views: int = archive.USUAL,
    readers: Sequence[int] = READERS,
    seconds: float = SECONDS,
    forgotten: float = FORGOTTEN,
    processes: int = 0,
    kill: bool = False,
    beside_sync: bool = False,
) -> None:
    """Print the tables of each number of readers, each with a server of its own."""
    folder = archive.kept(views)
    how = seconds, forgotten, processes, kill
    with syncing() if beside_sync else nullcontext():
        loads = [measure(folder, count, *how) for count in readers]
    _print(loads, views)
    _print_parts(loads[-1])
    if not processes:
        unused = _unused(folder, max(readers))
        print(f"\nA tab that shows what the server has shown before takes {unused:.2f} MB.")


def measure(
    folder: Path,
    readers: int,
    seconds: float,
    forgotten: float,
    processes: int = 0,
    kill: bool = False,
) -> Load:
    """Let so many read an archive for so long; behind nginx, if there are `processes`."""
    values = _values(folder)
    with served(folder, processes) if processes else server(folder) as (url, process):
        return asyncio.run(
            _load(url, process, values, readers, seconds, forgotten, processes, kill)
        )


async def _load(
    url: str,
    process: int,
    values: Values,
    readers: int,
    seconds: float,
    forgotten: float,
    processes: int,
    kill: bool,
) -> Load:
    for _ in range(max(processes, 1)):  # newcomers go to each process in turn
        await _see_everything(url, process)
    before, worked, own = memory(process), work(process), time.process_time()
    began = time.monotonic()
    everybody = [
        Reader(url, values, random.Random(number), user=f"reader-{number}@acme.com")
        for number in range(readers)
    ]
    killing = asyncio.create_task(_kill_one(process, seconds / 2)) if kill else None
    await asyncio.gather(*(reader.read(began + seconds) for reader in everybody))
    took, during = time.monotonic() - began, memory(process)
    if killing:
        await killing
    worked, own = work(process) - worked, time.process_time() - own
    requests = [request for reader in everybody for request in reader.requests]
    errors = [error for reader in everybody for error in reader.errors]
    sessions = [reader.session for reader in everybody if reader.session]
    redraws = sum(session.redraws for session in sessions)
    spread = sorted(Counter(session.process for session in sessions).values(), reverse=True)
    await asyncio.gather(*(reader.leave() for reader in everybody))
    await asyncio.sleep(forgotten)
    # When its tab closes, the server forgets those closed long ago.
    await _see_everything(url, process)
    memories = before, during, memory(process)
    return Load(readers, took, requests, errors, redraws, spread, *memories, worked, own)


async def _kill_one(process: int, after: float) -> None:
    """Kill the first app process of a parent."""
    await asyncio.sleep(after)
    os.kill(min(apps(process)), signal.SIGKILL)


async def _see_everything(url: str, process: int) -> None:
    """Every page with every period: libraries, the usual answers and the newest days are there."""
    tab = await Session.connect(url)
    await tab.open("", "")
    for path in PATHS:
        await tab.visit(path)
        for period in PERIODS:
            await tab.ask(_query_string(period, {}))
    await tab.close()
    until_loaded(process)


def _unused(folder: Path, tabs: int) -> float:
    """The MB of a tab that shows a page everybody knows: it brings no new answers."""

    async def opened(url: str, process: int) -> float:
        await _see_everything(url, process)
        before, kept = memory(process), []
        for number in range(tabs):
            kept.append(await Session.connect(url))
            await kept[-1].open(PATHS[number % len(PATHS)], "")
        grown = memory(process) - before
        await asyncio.gather(*(tab.close() for tab in kept))
        return grown / tabs

    with server(folder) as (url, process):
        return asyncio.run(opened(url, process))


def _values(folder: Path) -> Values:
    """What there is to filter by in the last 28 days."""
    engine = open_account(archive.settings(folder)).engine
    period = PRESETS[DEFAULT_PRESET].period(dt.datetime.now(dt.UTC).date())
    found = {}
    for name in (*LIBRARY, "country"):
        query = Query(
            ("views",), period, by=(name,), order_by="views", limit=VALUES, access=EVERYTHING
        )
        answer = engine.answer(query)
        found[name] = answer[name].tolist(), answer["views"].tolist()
    return found


def _query_string(period: str, filters: dict[str, str]) -> str:
    return urlencode(({"period": period} if period != DEFAULT_PRESET else {}) | filters)


def _waited(requests: Sequence[Request], percent: float) -> float:
    """In milliseconds: so many percent of them took no longer."""
    return float(np.percentile([one.seconds for one in requests], percent)) * 1000


def _print(loads: Sequence[Load], views: int) -> None:
    def column(name: str, value: Callable[[Load], float], form: str = "{:,.0f}") -> Column:
        return Column(name, [value(load) for load in loads], form)

    table(
        f"Readers of a year of {views:,} views, for {loads[0].seconds:.0f} seconds. {TARGETS}",
        "readers",
        [load.readers for load in loads],
        [
            column("requests", lambda load: len(load.requests)),
            column("a second", lambda load: len(load.requests) / load.seconds, "{:.2f}"),
            column("errors", lambda load: len(load.errors)),
            column("p50, ms", lambda load: _waited(load.requests, 50)),
            column("p95, ms", lambda load: _waited(load.requests, 95)),
            column("p99, ms", lambda load: _waited(load.requests, 99)),
            column("before, MB", lambda load: load.before),
            column("during, MB", lambda load: load.during),
            column("after, MB", lambda load: load.after),
            column("MB a session", lambda load: load.a_session, "{:.1f}"),
            column("redraws", lambda load: load.redraws),
            column("work a request, ms", lambda load: load.app_work / len(load.requests) * 1000),
            column("cores busy", lambda load: load.app_work / load.seconds, "{:.2f}"),
            column("by readers", lambda load: load.readers_work / load.seconds, "{:.2f}"),
        ],
    )
    print(f"Readers of each process: {'; '.join(f'{load.spread}' for load in loads)}")
    for load in loads:
        for error, times in Counter(load.errors).most_common():
            print(f"{load.readers} readers, {times} times: {error}")


def _print_parts(load: Load) -> None:
    """How long what was waited for: by what readers did, and by where they were then."""
    print(f"\n**{load.readers} readers**\n\n| | requests | p50, ms | p95, ms |\n|---|---|---|---|")
    parts: dict[str, list[Request]] = {}
    for request in load.requests:
        parts.setdefault(f"did: {request.act}", []).append(request)
        parts.setdefault(f"on: {request.path or 'overview'}", []).append(request)
    for name, found in sorted(parts.items()):
        p50, p95 = _waited(found, 50), _waited(found, 95)
        print(f"| {name} | {len(found):,} | {p50:,.0f} | {p95:,.0f} |")


def _command_line() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    parser.add_argument("--views", type=int, default=archive.USUAL)
    parser.add_argument("--readers", type=int, nargs="+", default=READERS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--processes", type=int, default=0, help="behind nginx; 0: one, without")
    parser.add_argument("--kill", action="store_true", help="one process, in the middle")
    parser.add_argument("--beside-sync", action="store_true", help="syncs run meanwhile")
    parser.add_argument("--forgotten", type=float, default=FORGOTTEN, help="seconds after the end")
    main(**vars(parser.parse_args()))


if __name__ == "__main__":
    _command_line()

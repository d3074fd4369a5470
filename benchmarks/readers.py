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
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from . import archive
from .growth import Column, table
from .processes import apps, memory, served, server, syncing, until_loaded, work
from .reader import PATHS, PERIODS, Reader, Request, query_string, values_of
from .session import Session

READERS = (1, 10, 50)
SECONDS = 120.0
MINUTE = 60.0
FORGOTTEN = 125.0  # seconds; Streamlit keeps the session of a closed tab for 120
TARGETS = "Targets for 50 readers: p95 1,000 ms, p99 2,000 ms, no errors, 2 MB a session."


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
    by_minute: list[float]
    during: float
    after: float
    app_work: float
    readers_work: float

    @property
    def a_session(self) -> float:
        """By how many MB the app grew for each reader; what it learned meanwhile is in it."""
        return (self.during - self.before) / self.readers


@dataclass(frozen=True)
class How:
    """How readers read: for so many `seconds`, and `forgotten` is waited for after the end.

    With `processes` these are behind nginx, and `kill` kills one of them in the middle. All of that
    `rounds` times; with `acts`, each reads so many pages then, and the same each time: what grows
    after the first round is not for new answers.
    """

    seconds: float = SECONDS
    forgotten: float = FORGOTTEN
    processes: int = 0
    kill: bool = False
    rounds: int = 1
    acts: int = 0


def main(
    views: int = archive.USUAL,
    readers: Sequence[int] = READERS,
    beside_sync: bool = False,
    how: How | None = None,
) -> None:
    """Print the tables of each number of readers, each with a server of its own."""
    folder, how = archive.kept(views), how or How()
    with syncing() if beside_sync else nullcontext():
        rounds = [measure(folder, count, how) for count in readers]
    loads = [first for first, *_ in rounds]
    _print(loads, views)
    _print_rounds(rounds)
    _print_parts(loads[-1])
    if not how.processes:
        unused = _unused(folder, max(readers))
        print(f"\nA tab that shows what the server has shown before takes {unused:.2f} MB.")


def measure(folder: Path, readers: int, how: How) -> list[Load]:
    """Let so many read an archive: what each round saw."""
    values, many = values_of(folder), how.processes
    with served(folder, many) if many else server(folder) as (url, process):

        def read() -> Load:
            everybody = [
                Reader(url, values, random.Random(number), user=f"reader-{number}@acme.com")
                for number in range(readers)
            ]
            return asyncio.run(_load(url, process, everybody, how))

        for _ in range(max(many, 1)):  # newcomers go to each process in turn
            asyncio.run(_see_everything(url, process))
        return [read() for _ in range(how.rounds)]


async def _load(url: str, process: int, everybody: Sequence[Reader], how: How) -> Load:
    before, worked, own = memory(process), work(process), time.process_time()
    began, by_minute = time.monotonic(), list[float]()
    async with asyncio.TaskGroup() as beside:
        if how.kill:
            beside.create_task(_kill_one(process, how.seconds / 2))
        watching = beside.create_task(_watch(process, by_minute))
        await asyncio.gather(*(reader.read(began + how.seconds, how.acts) for reader in everybody))
        watching.cancel()
    took, during = time.monotonic() - began, memory(process)
    worked, own = work(process) - worked, time.process_time() - own
    sessions = [reader.session for reader in everybody if reader.session]
    await asyncio.gather(*(reader.leave() for reader in everybody))
    await asyncio.sleep(how.forgotten)
    # When its tab closes, the server forgets those closed long ago.
    await _see_everything(url, process)
    return Load(
        len(everybody),
        took,
        [request for reader in everybody for request in reader.requests],
        [error for reader in everybody for error in reader.errors],
        sum(session.redraws for session in sessions),
        sorted(Counter(session.process for session in sessions).values(), reverse=True),
        before,
        by_minute,
        during,
        memory(process),
        worked,
        own,
    )


async def _watch(process: int, by_minute: list[float]) -> None:
    """Add the memory after each minute."""
    while True:
        await asyncio.sleep(MINUTE)
        by_minute.append(memory(process))


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
            await tab.ask(query_string(period, {}))
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
        minutes = " ".join(f"{one:,.0f}" for one in load.by_minute)
        print(f"MB after each minute with {load.readers} readers: {minutes}")
        for error, times in Counter(load.errors).most_common():
            print(f"{load.readers} readers, {times} times: {error}")


def _print_rounds(rounds: Sequence[Sequence[Load]]) -> None:
    for loads in rounds:
        after = " ".join(f"{load.after:,.0f}" for load in loads)
        print(f"MB after each round of {loads[0].readers} readers, who are gone: {after}")


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
    parser.add_argument("--rounds", type=int, default=1, help="of the same, for the memory")
    parser.add_argument("--acts", type=int, default=0, help="of each reader, at most; 0: any")
    parser.add_argument("--beside-sync", action="store_true", help="syncs run meanwhile")
    parser.add_argument("--forgotten", type=float, default=FORGOTTEN, help="seconds after the end")
    asked = vars(parser.parse_args())
    how = How(**{field.name: asked.pop(field.name) for field in fields(How)})
    main(**asked, how=how)


if __name__ == "__main__":
    _command_line()

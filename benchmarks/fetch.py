"""How fast one process fetches, verifies and stores, with the stand-in on the same machine.

Beside it, by turns: the vendor's sample in a loop over the same pages, and only receiving or only
parsing the same bytes, which is the limit. `python -m benchmarks.fetch --columns FOLDER` says
instead which columns of an archive's day files take how many bytes a view.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq
import requests

from dyntube.account import open_account
from dyntube.demo import process
from dyntube.reading.parse import read_page
from dyntube.reading.parse_fast import _PARSE
from dyntube.settings.settings import Settings

from . import delay, sample
from .machine import row

LAST = dt.date(2026, 11, 10)
ONE_DAY = dt.timedelta(days=1)
USUAL = 20_000  # views a day on average, which is 7 million a year
BIG_DAY = 813_000  # views a day on average, which makes a million of that Tuesday
# What the columns of a day file are about, by how their names begin.
GROUPS = {
    "ids of the view": ("id", "view_id", "channel_view_id"),
    "who watched": ("viewer", "client_user_id", "user_key"),
    "where": ("geo_", "region"),
    "on what": ("browser_", "device_", "os_"),
    "which video": ("video_", "channel_", "project_", "account_", "plan_type", "duration"),
    "how long": ("watch_time", "started", "ended", "muted"),
    "when": ("date", "slot"),
    "on which page": ("embed_",),
}
AT_A_TIME = "parsing alone, one page after the other"
AT_ONCE = "parsing alone, as many at once as in a fetch"
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """So many days of a server that takes so long for each request, measured so often."""

    milliseconds: int
    days: int
    times: int


# The sample needs many seconds of a slow server, so there it gets fewer days and turns.
CASES = (Case(0, 6, 5), Case(50, 2, 5), Case(200, 1, 3))


@dataclass(frozen=True)
class Cost:
    """What storing `views` took: seconds, those of its process's own work, and its peak memory.

    `loop` are the seconds until all views were there, `stored` the bytes that they take on disk.
    """

    views: int
    seconds: float
    loop: float
    work: float
    memory: float
    stored: int

    @property
    def rate(self) -> float:
        """Views a second."""
        return self.views / self.seconds

    @property
    def work_a_million(self) -> float:
        """Seconds of the processor for a million views."""
        return self.work / self.views * 1e6


@dataclass(frozen=True)
class Turn:
    """The sync, the sample and the least there is to do, one after the other."""

    ours: Cost
    theirs: Cost
    least: dict[str, float]


def main(views_per_day: int = USUAL, cases: Sequence[Case] = CASES, big_day: int = BIG_DAY) -> None:
    with delay.running(views_per_day) as url:
        # Each day is drawn and rendered by the first fetch.
        _alone(sync, f"{url}/0", max(case.days for case in cases))
        for case in cases:
            # By turns, since machines drift.
            turns = [_turn(f"{url}/{case.milliseconds}", case) for _ in range(case.times)]
            _compare(case, turns)
            if turns[0].least:
                _compare_with_least(turns)
    memory, views, bytes_a_view = _a_big_day(big_day)
    row(f"peak memory while fetching a day of {views:,} views", f"{memory:,.0f} MB", "600 MB")
    row("on disk", f"{bytes_a_view:.0f} bytes a view", "80 bytes")


def _turn(url: str, case: Case) -> Turn:
    ours, theirs = (_alone(do, url, case.days) for do in (sync, sample_loop))
    if ours.views != theirs.views:
        sys.exit(f"The sync has {ours.views:,} views, the sample {theirs.views:,}.")
    # The work for the same bytes is the same, however long they take.
    return Turn(ours, theirs, {} if case.milliseconds else _alone(least, url))


def _compare(case: Case, turns: Sequence[Turn]) -> None:
    far, views = f"{case.milliseconds} ms a request", turns[0].ours.views
    row(
        f"fetch, verify and store {views:,} views, {far}",
        _costs([turn.ours for turn in turns]),
        "" if case.milliseconds else "100,000 views/s",
    )
    row(f"the vendor's sample in a loop, {far}", _costs([turn.theirs for turn in turns]), "")
    whole = _median(turn.ours.rate / turn.theirs.rate for turn in turns)
    loop = _median(turn.theirs.loop / turn.ours.seconds for turn in turns)
    row(
        f"the fetch against the sample, {far}, median of {case.times}",
        f"{whole:.1f} times as fast ({loop:.1f} times as its loop before it stores anything)",
        "4 times" if case.milliseconds == 50 else "",
    )


def _compare_with_least(turns: Sequence[Turn]) -> None:
    for name in turns[0].least:
        work = _median(turn.least[name] for turn in turns)
        row(name, f"{work:.1f} CPU s a million views", "")
    for name, target in ((AT_A_TIME, "1.8 times"), (AT_ONCE, "")):
        ratio = _median(turn.ours.work_a_million / turn.least[name] for turn in turns)
        row(f"CPU time of the fetch against {name}", f"{ratio:.2f} times", target)


def least(url: str) -> dict[str, float]:
    """Seconds of the processor for a million views, of parts of the work alone."""
    with requests.Session() as session:
        first = read_page(_ask(session, url, 1)).pager
        numbers = range(1, first.pages + 1)
        bodies = [_ask(session, url, number) for number in numbers]
        work = {
            "only receiving the same bytes": _work(partial(_ask, session, url), numbers),
            "only json.loads": _work(json.loads, bodies),
            "only pyarrow's JSON reader": _work(_read, bodies),
            AT_A_TIME: _work(read_page, bodies),
            AT_ONCE: _work(read_page, bodies, threads=Settings().concurrency),
        }
    return {name: seconds / first.total * 1e6 for name, seconds in work.items()}


def _ask(session: requests.Session, url: str, number: int) -> bytes:
    asked = {
        "from": f"{LAST}",
        "to": f"{LAST + ONE_DAY}",
        "size": Settings().page_size,
        "page": number,
    }
    return session.post(f"{url}/v1/logs/data", json=asked, timeout=60).content


def _read(body: bytes) -> pa.Table:
    options = pj.ReadOptions(use_threads=False, block_size=len(body) + 1)
    return pj.read_json(pa.BufferReader(body), options, _PARSE[False])


def _work(do: Callable[[Any], object], inputs: Iterable[object], threads: int = 1) -> float:
    """The seconds that the processor works for all of them; what comes of it is thrown away."""
    began = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda one: bool(do(one)), inputs))
    return time.process_time() - began


def _a_big_day(views_per_day: int) -> tuple[float, int, float]:
    server = process.start(views_per_day=views_per_day)
    try:
        cost = _alone(sync, server.url, 1)
    finally:
        server.stop()
    return cost.memory, cost.views, cost.stored / cost.views


def _alone(do: Callable[..., T], *arguments: object) -> T:
    """Do it in a process of its own, so that peak memory and work are its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(do, arguments)


def sync(url: str, days: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        account = open_account(Settings(stats_url=url, api_url=url, archive=Path(folder)))
        began, worked = time.perf_counter(), time.process_time()
        report = account.syncer.sync([LAST - ONE_DAY * n for n in range(days)])
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        if report.failed or not all(info.verified for info in report.stored):
            raise RuntimeError(f"The sync failed: {report.failed}")  # an exit would hang the pool
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    return Cost(report.views, seconds, seconds, work, _peak(), stored)


def sample_loop(url: str, days: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "views.parquet"
        began, worked = time.perf_counter(), time.process_time()
        views = sample.fetch(url, LAST - ONE_DAY * (days - 1), LAST, Settings().page_size)
        loop = time.perf_counter() - began
        rows = sample.store(views, path)
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        return Cost(rows, seconds, loop, work, _peak(), path.stat().st_size)


def _peak() -> float:
    """This process's peak memory in MB; `getrusage` would count that of who started it as well."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _costs(costs: Sequence[Cost]) -> str:
    return (
        f"{_median(cost.rate for cost in costs):,.0f} views/s, "
        f"{_median(cost.work_a_million for cost in costs):.1f} CPU s a million views, "
        f"{_median(cost.memory for cost in costs):,.0f} MB"
    )


def _median(numbers: Iterable[float]) -> float:
    return statistics.median(numbers)


def column_bytes(folder: Path) -> tuple[dict[str, float], int]:
    """The bytes a view of each column in the day files of a folder, and how many views they have.

    "metadata" is what no column has.
    """
    views, found = 0, Counter[str]()
    for path in folder.rglob("*.parquet"):
        metadata = pq.read_metadata(path)
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        views, before = views + metadata.num_rows, found.total()
        for column in (group.column(n) for group in groups for n in range(group.num_columns)):
            found[column.path_in_schema] += column.total_compressed_size
        found["metadata"] += path.stat().st_size - (found.total() - before)
    return {name: size / views for name, size in found.items()}, views


def list_columns(folder: Path) -> None:
    """Print a row for each group of columns, the largest first."""
    found, views = column_bytes(folder)
    groups: dict[str, dict[str, float]] = {}
    for name, size in sorted(found.items(), key=lambda item: -item[1]):
        groups.setdefault(_group(name), {})[name] = size
    print(f"| {views:,} views | bytes a view | of which |\n|---|---|---|")
    for group, columns in sorted(groups.items(), key=lambda item: -sum(item[1].values())):
        of_which = ", ".join(f"{name} {size:.2f}" for name, size in columns.items())
        row(group, f"{sum(columns.values()):.2f}", of_which)
    row("all", f"{sum(found.values()):.2f}", "")


def _group(name: str) -> str:
    """The group whose listed beginning fits best."""
    fits = [(len(s), g) for g, starts in GROUPS.items() for s in starts if name.startswith(s)]
    return max(fits, default=(0, "the rest"))[1]


def _command_line() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fetch", description=__doc__)
    parser.add_argument("--views-per-day", type=int, default=USUAL)
    parser.add_argument("--big-day", type=int, default=BIG_DAY, help="views a day on average")
    parser.add_argument("--columns", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.columns:
        list_columns(options.columns)
    else:
        main(options.views_per_day, big_day=options.big_day)


if __name__ == "__main__":
    _command_line()

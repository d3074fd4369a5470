"""How fast one process fetches, verifies and stores, with the stand-in on the same machine.

Beside it, by turns: only receiving or only parsing the same bytes, which is the limit.
`python -m benchmarks.fetch --columns FOLDER` says instead which columns of an archive's day files
take how many bytes a view. `benchmarks.rivals.fetch` compares with the vendor's sample.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import statistics
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

from . import delay
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
DAYS, TIMES = 6, 5
T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What storing `views` took: seconds, those of its process's own work, and its peak memory.

    `stored` are the bytes that they take on disk.
    """

    views: int
    seconds: float
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
    """A sync and the least there is to do, one after the other."""

    sync: Cost
    least: dict[str, float]


def main(views_per_day: int = USUAL, big_day: int = BIG_DAY) -> None:
    with delay.running(views_per_day) as url:
        address = f"{url}/0"
        alone(sync, address, DAYS)  # each day is drawn and rendered by the first fetch
        # By turns, since machines drift.
        turns = [Turn(alone(sync, address, DAYS), alone(least, address)) for _ in range(TIMES)]
    fetched = f"fetch, verify and store {turns[0].sync.views:,} views, 0 ms a request"
    row(fetched, costs([turn.sync for turn in turns]), "100,000 views/s")
    _compare_with_least(turns)
    memory, views, bytes_a_view = _a_big_day(big_day)
    row(f"peak memory while fetching a day of {views:,} views", f"{memory:,.0f} MB", "600 MB")
    row("on disk", f"{bytes_a_view:.0f} bytes a view", "80 bytes")


def _compare_with_least(turns: Sequence[Turn]) -> None:
    for name in turns[0].least:
        work = median(turn.least[name] for turn in turns)
        row(name, f"{work:.1f} CPU s a million views", "")
    for name, target in ((AT_A_TIME, "1.8 times"), (AT_ONCE, "")):
        ratio = median(turn.sync.work_a_million / turn.least[name] for turn in turns)
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
    return pj.read_json(pa.BufferReader(body), options, _PARSE[False][0])


def _work(do: Callable[[Any], object], inputs: Iterable[object], threads: int = 1) -> float:
    """The seconds that the processor works for all of them; what comes of it is thrown away."""
    began = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda one: bool(do(one)), inputs))
    return time.process_time() - began


def _a_big_day(views_per_day: int) -> tuple[float, int, float]:
    server = process.start(views_per_day=views_per_day)
    try:
        cost = alone(sync, server.url, 1)
    finally:
        server.stop()
    return cost.memory, cost.views, cost.stored / cost.views


def alone(do: Callable[..., T], *arguments: object) -> T:
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
    return Cost(report.views, seconds, work, peak(), stored)


def peak() -> float:
    """This process's peak memory in MB; `getrusage` would count that of who started it as well."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def costs(found: Sequence[Cost]) -> str:
    return (
        f"{median(cost.rate for cost in found):,.0f} views/s, "
        f"{median(cost.work_a_million for cost in found):.1f} CPU s a million views, "
        f"{median(cost.memory for cost in found):,.0f} MB"
    )


def median(numbers: Iterable[float]) -> float:
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

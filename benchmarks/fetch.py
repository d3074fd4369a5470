"""How fast one process fetches, verifies and stores, with the stand-in on the same machine."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from dyntube.account import open_account
from dyntube.config import Settings
from dyntube.demo import process
from dyntube.parse import read_page

from .machine import median_seconds, row

LAST = dt.date(2026, 11, 10)
BIG_DAY = 813_000  # views a day on average, which makes a million of that Tuesday


def main() -> None:
    rate, parsing = _throughput(views_per_day=40_000, days=8, times=5)
    row("fetch, verify and store 8 days, one process", f"{rate:,.0f} views/s", "100,000 views/s")
    row("only parsing the same pages, one core", f"{parsing:,.0f} views/s", "")
    memory, views, bytes_a_view = _a_big_day(views_per_day=BIG_DAY)
    row(f"peak memory while fetching a day of {views:,} views", f"{memory:,.0f} MB", "600 MB")
    row("on disk", f"{bytes_a_view:.0f} bytes a view", "")


def _throughput(views_per_day: int, days: int, times: int) -> tuple[float, float]:
    """Views a second of the whole, and of parsing alone: by turns, since machines drift."""
    server = process.start(views_per_day=views_per_day)
    asked = {"from": f"{LAST}", "to": f"{LAST + dt.timedelta(days=1)}", "size": 1000}
    rates, parsing = [], []
    try:
        _fetch(server.url, days)  # the stand-in draws and renders each day once
        body = requests.post(f"{server.url}/v1/logs/data", json=asked, timeout=60).content
        for _ in range(times):
            result = _fetch(server.url, days)
            rates.append(result["views"] / result["seconds"])
            parsing.append(1000 / median_seconds(lambda: read_page(body), 50))
    finally:
        server.stop()
    return statistics.median(rates), statistics.median(parsing)


def _a_big_day(views_per_day: int) -> tuple[float, int, float]:
    server = process.start(views_per_day=views_per_day)
    try:
        result = _fetch(server.url, 1)
    finally:
        server.stop()
    return result["memory"], result["views"], result["bytes"] / result["views"]


def _fetch(url: str, days: int) -> dict[str, Any]:
    """Sync in a process of its own, so that its peak memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(sync, (url, days))


def sync(url: str, days: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        account = open_account(Settings(stats_url=url, api_url=url, archive=Path(folder)))
        began = time.perf_counter()
        report = account.syncer.sync([LAST - dt.timedelta(days=n) for n in range(days)])
        seconds = time.perf_counter() - began
        if report.failed or not all(info.verified for info in report.stored):
            sys.exit(f"The sync failed: {report.failed}")
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"views": report.views, "seconds": seconds, "memory": peak, "bytes": stored}


if __name__ == "__main__":
    main()

"""ClickHouse beside DuckDB: loading, and the questions of each page over 28 days.

`python -m benchmarks.warehouse --views 10000000`: two nodes of a cluster, the app and DuckDB share
this machine, so it shows what the detour costs, not what a cluster can do.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from dyntube.account import open_account
from dyntube.settings.warehouse import warehouse
from tests.cluster.nodes import Cluster, two_nodes

from . import archive
from .machine import describe
from .questions import cold, page_files, period, recording

TIMES = 3
TARGET = 3.0  # times DuckDB


def main(views: int = archive.USUAL) -> None:
    """Print the two tables."""
    folder = archive.kept(views)
    with tempfile.TemporaryDirectory() as nodes, two_nodes(Path(nodes)) as cluster:
        address = cluster.address("benchmark")
        print(f"{describe()}; {views:,} views over a year, two nodes\n")
        _load(folder, address, cluster)
        _ask(folder, address)


def _load(folder: Path, address: str, cluster: Cluster) -> None:
    account = open_account(archive.settings(folder, warehouse("DYNTUBE_ENGINE", address)))
    backend = account.warehouse
    backend.tables.create()
    began = time.perf_counter()
    rows = sum(load.rows for load in backend.load())
    seconds = time.perf_counter() - began
    size = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'views_of_shard'"
    held = sum(int(node.ask(size)) for node in cluster.nodes)
    print(f"Loading: {rows / seconds:,.0f} views/s, {held / rows:.0f} bytes a view\n")


def _ask(folder: Path, address: str) -> None:
    print("| page, 28 days | DuckDB, ms | ClickHouse, ms | ratio |\n|---|---|---|---|")
    times: dict[str, dict[str, float]] = {"": {}, address: {}}
    for engine, found in times.items():
        with recording(folder, **({"ENGINE": engine} if engine else {})) as recorder:
            for file in page_files():
                cold(recorder, file, period(28))
                seconds = (cold(recorder, file, period(28)) for _ in range(TIMES))
                found[file.stem] = statistics.median(seconds)
    for page, duckdb in times[""].items():
        clickhouse = times[address][page]
        print(
            f"| {page} | {duckdb * 1000:,.0f} | {clickhouse * 1000:,.0f} "
            f"| {clickhouse / duckdb:.1f} |"
        )
    in_all = [sum(found.values()) for found in times.values()]
    print(f"\nAll pages: {in_all[1] / in_all[0]:.1f} times DuckDB; target: at most {TARGET:g}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warehouse", description=__doc__)
    parser.add_argument("--views", type=int, default=archive.USUAL)
    main(parser.parse_args().views)

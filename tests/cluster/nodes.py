"""Two ClickHouse nodes of one cluster, as processes on this machine."""

from __future__ import annotations

import itertools
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dyntube.archive.archive import Archive
from dyntube.engine.clickhouse.backend import open_warehouse
from dyntube.engine.engine import Engine
from dyntube.settings.warehouse import Warehouse, warehouse

HERE = Path(__file__).parent
LIBRARY = HERE / "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"
_names = itertools.count()


@dataclass
class Node:
    """One node; it can be stopped and started again with what it holds."""

    folder: Path
    http: int
    tcp: int
    all_tcp: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        command = [sys.executable, str(HERE / "node.py"), str(LIBRARY), str(self.folder)]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.http), str(self.tcp), self.all_tcp], stdout=log, stderr=log
            )
        end = time.monotonic() + 60
        while not self.answers():
            assert time.monotonic() < end, "the node does not answer"
            time.sleep(0.1)

    def answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/ping", timeout=5) as answer:
            return answer.read() == b"Ok.\n"
        return False

    def ask(self, sql: str) -> str:
        """What the node itself answers, whatever we would ask it."""
        with urllib.request.urlopen(self.url, data=sql.encode(), timeout=60) as answer:
            return answer.read().decode()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(60)
        self.process = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"


@dataclass
class Cluster:
    """The nodes, by which each test module has a database of its own."""

    nodes: list[Node]

    def address(self, database: str) -> str:
        first, *others = self.nodes
        options = "&".join(["cluster=views", *(f"node=127.0.0.1:{one.http}" for one in others)])
        return f"clickhouse://127.0.0.1:{first.http}/{database}?{options}"

    def warehouse(self) -> Warehouse:
        """A new one."""
        return warehouse("DYNTUBE_ENGINE", self.address(f"test{next(_names)}"))

    def engine(self, archive: Archive) -> Engine:
        """An engine over a new warehouse that has all of an archive."""
        made = open_warehouse(archive, self.warehouse(), follow=False)
        made.backend.tables.create()
        made.backend.load()
        return made


@contextmanager
def two_nodes(folder: Path) -> Iterator[Cluster]:
    """The nodes, with what they hold in a folder; npm brings ClickHouse if it is not there."""
    if not LIBRARY.exists():
        npm = shutil.which("npm")
        assert npm, "npm is needed: it brings ClickHouse for these tests"
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=HERE, check=True, timeout=600)
    ports = iter(free_ports(4))
    nodes = [Node(folder / f"node{n}", next(ports), next(ports)) for n in (1, 2)]
    try:
        for node in nodes:
            node.all_tcp = ",".join(str(one.tcp) for one in nodes)
            node.start()
        yield Cluster(nodes)
    finally:
        for node in nodes:
            node.stop()


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports

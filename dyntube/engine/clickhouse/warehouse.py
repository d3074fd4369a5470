"""The tables of a warehouse, and their loading from the archive, which stays the truth.

Each view carries the number of the load it came with, its generation. The table `loads` has a row
when one begins and another when it is done, and only then is it read: so a half-loaded day is never
seen, and a replaced one never twice. A load that was cut off is begun anew under another number,
since the server may still be storing what it was sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ...archive import dayfile
from ...archive.archive import Archive
from ...archive.generations import day_of
from ...archive.lock import hold
from ...errors import EngineError
from ...reading.records import (
    CATEGORY,
    COUNT,
    FLAG,
    INSTANT,
    SCHEMA,
    SCHEMA_VERSION,
    SECONDS,
    TEXT,
)
from .server import Server
from .sql import COMPUTED_SQL

BATCH = 100_000  # views per insert
GRACE_SECONDS = 600.0  # for queries that still read a replaced generation
_TYPES = {
    TEXT: "Nullable(String)",
    CATEGORY: "LowCardinality(Nullable(String))",
    COUNT: "Nullable(Int32)",
    SECONDS: "Nullable(Float64)",
    FLAG: "Nullable(Bool)",
    INSTANT: "DateTime64(6, 'UTC')",
    pa.int32(): "Nullable(Int32)",
    pa.int64(): "Nullable(Int64)",
}
_COMPUTED_TYPES = {"has_length": "Bool", "watched_percent": "Int32"}
_SHARD = "cityHash64(ifNull(viewer, 0))"  # new viewers are found within a shard
_ORDER = "PARTITION BY toYYYYMM(day) ORDER BY (day, project_key, video_key)"


@dataclass(frozen=True)
class Load:
    """A load of a day of a scope. `file` numbers the day file; `at` is in UTC without a zone."""

    folder: str
    day: dt.date
    file: int
    generation: int
    rows: int
    at: dt.datetime


class Tables:
    """The tables in the warehouse's database."""

    def __init__(self, server: Server) -> None:
        at = server.warehouse
        self._server, self._database = server, at.database
        self._views, self._loads = f"{at.database}.views", f"{at.database}.loads"
        self._stored = f"{at.database}.views_of_shard" if at.cluster else self._views

    def create(self) -> None:
        """Create what is missing."""
        cluster = self._server.warehouse.cluster
        columns = [f"{f.name} {'Int32' if f.name == 'slot' else _TYPES[f.type]}" for f in SCHEMA]
        columns += ["generation UInt64", "day Date"]
        columns += [
            f"{name} {_COMPUTED_TYPES.get(name, 'Nullable(Float64)')} MATERIALIZED {sql}"
            for name, sql in COMPUTED_SQL.items()
        ]
        create = f"CREATE TABLE IF NOT EXISTS {self._stored} ({', '.join(columns)})"
        self._server.everywhere(f"CREATE DATABASE IF NOT EXISTS {self._database}")
        self._server.everywhere(
            f"{create} ENGINE = MergeTree {_ORDER} SETTINGS allow_nullable_key = 1"
        )
        if cluster:
            table = self._stored.partition(".")[2]
            self._server.everywhere(
                f"CREATE TABLE IF NOT EXISTS {self._views} AS {self._stored} "
                f"ENGINE = Distributed({cluster}, {self._database}, {table}, {_SHARD})"
            )
        self._server.everywhere(
            f"CREATE TABLE IF NOT EXISTS {self._loads} (folder String, day Date, file UInt64, "
            "generation UInt64, rows UInt64, at DateTime64(6, 'UTC'), done Bool) "
            "ENGINE = MergeTree ORDER BY (folder, day)"
        )

    def check(self) -> None:
        """Raise EngineError if the tables were made for another cluster, or for none."""
        named = "SELECT engine_full FROM system.tables WHERE database = {name:String} AND name = "
        found = self._server.query(f"{named}'views'", {"name": self._database}, quick=True)
        cluster = self._server.warehouse.cluster
        wanted = f"Distributed('{cluster}'," if cluster else "MergeTree"
        if found and not found["engine_full"][0].as_py().startswith(wanted):
            raise EngineError(
                "The tables of the warehouse are of another cluster than DYNTUBE_ENGINE names: "
                "drop them, then init and load again."
            )

    def drop(self) -> None:
        """Remove the tables and all that is loaded; the archive still has it."""
        for table in (self._loads, self._views, self._stored):
            self._server.everywhere(f"DROP TABLE IF EXISTS {table}")

    def newest(self, folders: tuple[str, ...]) -> list[Load]:
        """The newest load of each day of these scopes that is done, oldest day first."""
        return self._loads_of(folders, "AND done ORDER BY at DESC LIMIT 1 BY folder, day")

    def _loads_of(self, folders: tuple[str, ...], which: str) -> list[Load]:
        columns = "folder, day, file, generation, rows, at"
        found = self._server.query(
            f"SELECT {columns} FROM (SELECT {columns} FROM loads "
            f"WHERE has({{folders:Array(String)}}, folder) {which}) ORDER BY day, folder, at",
            {"folders": list(folders)},
            quick=True,
        )
        return [Load(**row | {"day": row["day"].date()}) for row in found.to_pylist()]

    def insert(self, views: pa.Table, load: Load) -> None:
        """Load the views of a day; queries read them from then on."""
        self._note(load, done=False)
        for start in range(0, len(views), BATCH):
            part = views.slice(start, BATCH)
            columns = {
                name: pc.cast(part[name], TEXT) if part[name].type == CATEGORY else part[name]
                for name in part.column_names
            }
            columns["generation"] = pa.array([load.generation] * len(part), pa.uint64())
            columns["day"] = pa.array([load.day] * len(part), pa.date32())
            self._server.insert("views", pa.table(columns))
        self._note(load, done=True)

    def _note(self, load: Load, *, done: bool) -> None:
        row = {
            "folder": pa.array([load.folder]),
            "day": pa.array([load.day], pa.date32()),
            "file": pa.array([load.file], pa.uint64()),
            "generation": pa.array([load.generation], pa.uint64()),
            "rows": pa.array([load.rows], pa.uint64()),
            "at": pa.array([load.at], pa.timestamp("us")).cast(INSTANT),
            "done": pa.array([done]),
        }
        self._server.insert("loads", pa.table(row))

    def remove_unread(self, folders: tuple[str, ...], before: dt.datetime) -> None:
        """Remove loads of these scopes that were replaced or cut off before a moment in UTC."""
        newest = {(load.folder, load.day): load for load in self.newest(folders)}
        days, numbers = set(), set()
        read = {load.generation for load in newest.values()}
        for load in self._loads_of(folders, ""):
            current = newest.get((load.folder, load.day), load)
            if load.generation not in read and max(load.at, current.at) < before:
                days.add(f"'{load.day}'")
                numbers.add(str(load.generation))
        if numbers:
            which = f"generation IN ({', '.join(numbers)})"
            self._server.everywhere(self._delete(f"day IN ({', '.join(days)}) AND {which}"))
            self._server.everywhere(f"DELETE FROM {self._loads} WHERE {which}")

    def _delete(self, which: str) -> str:
        return f"DELETE FROM {self._stored} WHERE {which}"


def numbered_files(archive: Archive) -> dict[Path, int]:
    """The newest day files and a number of each: the same for the same fetch, as stored today."""
    infos, found = archive.infos(), {}
    for path in archive.files(dt.date.min, dt.date.max):
        info = infos.get(path) or dayfile.read_info(path)
        fetched = info and (info.fetched_at, info.rows)
        name = f"{path.parent.parent.name}/{path.name}/{fetched}/{SCHEMA_VERSION}/{archive.rules}"
        digest = hashlib.sha256(name.encode()).digest()
        found[path] = int.from_bytes(digest[:8], "big") >> 1  # an int64
    return found


def load(archive: Archive, tables: Tables) -> Iterator[Load]:
    """Load what the archive has and the warehouse has not, newest day first.

    Raises SyncRunningError while another process loads, EngineError and ArchiveError.
    """
    folders = tuple(archive.folders)
    with hold(archive.root / f".{folders[0]}.warehouse.lock", [archive.root], 0):
        tables.check()
        known = {(load.folder, load.day): load for load in tables.newest(folders)}
        files = numbered_files(archive)
        for path in sorted(files, key=day_of, reverse=True):
            folder, day, file = path.parent.parent.name, day_of(path), files[path]
            before = known.get((folder, day))
            if before and before.file == file:
                continue
            at = max(_now(), before.at + dt.timedelta(microseconds=1)) if before else _now()
            views = dayfile.read(path)
            made = Load(folder, day, file, secrets.randbits(63), len(views), at)
            tables.insert(views, made)
            yield made
        tables.remove_unread(folders, _now() - dt.timedelta(seconds=GRACE_SECONDS))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)

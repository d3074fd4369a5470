"""The `Backend` that asks ClickHouse. A snapshot is the generations that a query reads."""

from __future__ import annotations

import atexit
import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa

from ...archive.archive import Archive
from ...archive.generations import day_of
from ...errors import DynTubeError, EngineError, SyncRunningError
from ...events import event, unforeseen
from ...formats import count
from ...query.query import ChecksQuery, CountQuery, Query, Question, ViewsQuery
from ...settings.warehouse import Warehouse
from ..engine import Engine
from .server import Server
from .sql import Statements
from .warehouse import Load, Tables, load, numbered_files

FRESH_SECONDS = 1.0  # that the list of loads is believed
AWAY_SECONDS = 1.0  # that a failure is believed: a page asks for dozens of answers
FOLLOW_SECONDS = 2.0  # between two looks for days to load
LONGEST_PAUSE = 60.0  # seconds between two looks after failures
PATIENCE_SECONDS = 5.0  # that a query waits for days on their way
Snapshot = tuple[tuple[int, ...], tuple[int, ...]]  # generations of the period, and up to its end


def open_warehouse(archive: Archive, warehouse: Warehouse, *, follow: bool) -> Engine:
    """An engine over a warehouse; with `follow`, `warm` keeps loading what the archive stores."""
    return Engine(ClickHouse(archive, Server(warehouse), follow=follow))


class ClickHouse:
    """Queries of an archive's views in a warehouse; thread-safe. Raises EngineError."""

    def __init__(self, archive: Archive, server: Server, *, follow: bool = False) -> None:
        self._archive, self._server, self._follow = archive, server, follow
        self.tables = Tables(server)
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._known: tuple[float, list[Load]] = (float("-inf"), [])
        self._failed: tuple[float, EngineError] | None = None

    def warm(self) -> None:
        """Load what the archive stores, in the background."""
        if self._follow:
            threading.Thread(target=self._load_always, daemon=True).start()
            atexit.register(self.close)

    def close(self) -> None:
        """Load no more."""
        self._closed.set()

    def loaded(self) -> list[Load]:
        """What is loaded of each day and scope, oldest day first."""
        return self.tables.newest(tuple(self._archive.folders))

    def outdated(self) -> set[dt.date]:
        """The days that are stored and not loaded, or loaded as they were before."""
        known = {load.file for load in self.loaded()}
        files = numbered_files(self._archive)
        return {day_of(path) for path, number in files.items() if number not in known}

    def load(self) -> list[Load]:
        """Load what is missing; raises SyncRunningError while another process does."""
        return list(load(self._archive, self.tables))

    def days(self) -> tuple[dt.date, dt.date] | None:
        """The first and last loaded UTC day."""
        loads = self._loads()
        return (loads[0].day, loads[-1].day) if loads else None

    def snapshot(self, asked: Question) -> Snapshot:
        """The newest loaded generations of a query's days.

        Waits for days that are stored but were never loaded; then raises EngineError.
        """
        days = asked.period.utc_days(asked.timezone)
        first = dt.date.min if asked.needs_history else days[0]
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            loads = [load for load in self._loads() if first <= load.day <= days[-1]]
            missing = self._stored(first, days[-1]) - {(load.folder, load.day) for load in loads}
            if not missing:
                break
            if time.monotonic() > end:
                left = count(len({day for _, day in missing}), "day")
                raise EngineError(f"Not in the warehouse yet: {left} of this period. {_LATER}")
            time.sleep(FRESH_SECONDS / 2)
        read = tuple(load.generation for load in loads if load.day >= days[0])
        history = tuple(load.generation for load in loads) if asked.needs_history else ()
        return read, history

    def aggregate(self, query: Query, at: Snapshot) -> pa.Table:
        """The sums over views, by a query's dimensions."""
        made = Statements(query, *at)
        return self._ask(made, made.sums(query))

    def distinct(self, query: Query, at: Snapshot) -> tuple[pa.Table, Callable[[], int]]:
        """The distinct counts of its metric, by row and in total."""
        whole = replace(query, by=(), top_values=None)
        rows = self._distinct(query, at) if query.by else pa.table({})
        return rows, lambda: int(self._distinct(whole, at)[0][0].as_py())

    def _distinct(self, query: Query, at: Snapshot) -> pa.Table:
        made = Statements(query, *at)
        return self._ask(made, made.distinct(query))

    def rows(self, query: ViewsQuery, at: Snapshot) -> pa.Table:
        """Raw views."""
        made = Statements(query, *at)
        return self._ask(made, made.rows(query))

    def counts(self, query: ChecksQuery | CountQuery, at: Snapshot) -> pa.Table:
        """How many views there are, or fail each check."""
        made = Statements(query, *at)
        return self._ask(made, made.counts(query))

    def _ask(self, made: Statements, sql: str) -> pa.Table:
        return self._server.query(sql, made.parameters)

    def _stored(self, first: dt.date, last: dt.date) -> set[tuple[str, dt.date]]:
        return {
            (path.parent.parent.name, info.day)
            for path, info in self._archive.infos().items()
            if first <= info.day <= last
        }

    def _loads(self) -> list[Load]:
        # Asked outside of the lock, so that a server that hangs holds up nobody twice.
        with self._lock:
            (at, loads), failed, now = self._known, self._failed, time.monotonic()
        if failed and now - failed[0] < AWAY_SECONDS:
            raise failed[1]
        if now - at < FRESH_SECONDS:
            return loads
        try:
            known, failed = (time.monotonic(), self.loaded()), None
        except EngineError as error:
            known, failed = self._known, (time.monotonic(), error)
            raise
        finally:
            with self._lock:
                self._known, self._failed = known, failed
        return known[1]

    def _load_always(self) -> None:
        version, pause, reason = "", FOLLOW_SECONDS, ""
        while not self._closed.wait(pause):
            try:
                if (now := self._archive.version()) != version:
                    self.load()
                    version = now
                pause, reason = FOLLOW_SECONDS, ""
            except SyncRunningError:
                pass  # look again: it may be killed
            except DynTubeError as error:
                if str(error) != reason:
                    event("warehouse_not_loaded", reason=str(error))
                pause, reason = min(2 * pause, LONGEST_PAUSE), str(error)
            except Exception as error:  # the last line of defence: the next round retries
                unforeseen(error)


_LATER = "Try again in a moment."

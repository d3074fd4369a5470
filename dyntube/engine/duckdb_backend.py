"""DuckDB over the day files, the newest of which may be held in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

import duckdb
import pyarrow as pa

from ..archive.archive import Archive
from ..errors import ArchiveError
from ..query.metrics import metric
from ..query.periods import calendar
from ..query.query import ChecksQuery, CountQuery, Query, Question, ViewsQuery
from ..reading.records import SCHEMA
from . import results
from .backend import SnapshotError
from .distinct import DistinctCounter
from .engine import Engine
from .hot_days import HotDays
from .sources import SourceFiles
from .sql import Statement, dimensions_of, distinct_values, statement


def open_engine(archive: Archive, megabytes: int = 0) -> Engine:
    """An engine over an archive; `warm` loads the newest days into memory."""
    return Engine(DuckDB(archive, megabytes))


class DuckDB:
    """The `Backend` that reads the day files. A snapshot is the files that a query reads.

    `hot_days` is empty until `warm`.
    """

    def __init__(self, archive: Archive, megabytes: int = 0) -> None:
        self._archive, self._megabytes = archive, megabytes
        self._database = duckdb.connect()
        # GLOBAL, so that cursors inherit it. A day file never changes under its name, so its cached
        # metadata stays valid.
        self._database.execute("SET GLOBAL TimeZone = 'UTC'")
        self._database.execute("SET GLOBAL parquet_metadata_cache = true")
        # Otherwise the memory used by loading, or by a query over a year, is kept for the next one.
        self._database.execute("SET GLOBAL allocator_bulk_deallocation_flush_threshold = '16MB'")
        self._database.execute("SET GLOBAL allocator_background_threads = true")
        self._database.register("no_views_arrow", SCHEMA.empty_table())
        self._database.execute("CREATE TABLE no_views AS FROM no_views_arrow")
        self._database.execute("CREATE TABLE no_first_views(viewer BIGINT, first_date TIMESTAMPTZ)")
        self._database.execute("CREATE TABLE viewers(viewer BIGINT, number INTEGER)")
        self.hot_days = HotDays(self._database, archive)

    def warm(self) -> None:
        """Load the newest days in the background."""
        self.hot_days.keep_loading(self._megabytes)

    def days(self) -> tuple[dt.date, dt.date] | None:
        """The first and last stored UTC day."""
        stored = list(self._archive.days())
        return (stored[0], stored[-1]) if stored else None

    def snapshot(self, asked: Question) -> SourceFiles:
        """The files that a query reads, and which of them are in memory."""
        days = asked.period.utc_days(asked.timezone)
        whole = asked.period.whole_utc_days(asked.timezone)
        ends = dict.fromkeys([days[0], days[-1]])
        cut = chain(*(self._archive.files(day, day) for day in ends if day not in whole))
        history = self._archive.files(dt.date.min, days[-1]) if asked.needs_history else ()
        inside = self._archive.files(whole[0], whole[-1]) if whole else ()
        files = SourceFiles(inside, tuple(cut), history)
        # Hot days have no ids, which raw views and checks need. First views are sought in all files
        # at once, not chunk by chunk.
        if not isinstance(asked, Query) or asked.needs_history:
            return files
        chunks = self.hot_days.chunks(days[0], days[-1], files.whole + files.cut)
        return replace(files, chunks=chunks)

    def aggregate(self, query: Query, at: SourceFiles) -> pa.Table:
        """The sums over views, by a query's dimensions."""
        return self._run(query, statement(query, at), at)

    def distinct(self, query: Query, at: SourceFiles) -> tuple[pa.Table, Callable[[], int]]:
        """The distinct counts of its metric, by row and in total."""
        [name] = query.metrics
        counter = DistinctCounter()
        for place in at.by_location():
            values = distinct_values(query, metric(name), place, bool(at.chunks))
            counter.add(self._run(query, values, at))
        total = counter.total()
        if not query.by:
            return pa.table({}), lambda: total
        named = self._run(query, dimensions_of(query), at, groups=counter.groups())
        rows, counts = counter.counts_by_row(results.keep_top(named, query.top_values))
        return rows.append_column(f"m_{name}", pa.array(counts)), lambda: total

    def rows(self, query: ViewsQuery, at: SourceFiles) -> pa.Table:
        """Raw views."""
        return self._run(query, statement(query, at), at)

    def counts(self, query: ChecksQuery | CountQuery, at: SourceFiles) -> pa.Table:
        """How many views there are, or fail each check."""
        return self._run(query, statement(query, at), at)

    def _run(
        self, asked: Question, found: Statement, at: SourceFiles, **tables: pa.Table
    ) -> pa.Table:
        try:
            with self._cursor(asked, found) as cursor:
                for name, table in tables.items():
                    cursor.register(name, table)
                return cursor.sql(found.sql, params=found.parameters).to_arrow_table()
        except duckdb.Error as error:
            # A sound file may have been damaged since; the others still answer.
            self._archive.verify_files({*at.whole, *at.cut, *at.history})
            text = "A stored day cannot be read. Fetch it again."
            if self.snapshot(asked) != at:
                raise SnapshotError(text) from error
            if not isinstance(error, duckdb.IOException):
                raise
            raise ArchiveError(text) from error

    @contextmanager
    def _cursor(self, asked: Question, found: Statement) -> Iterator[duckdb.DuckDBPyConnection]:
        # A cursor each, since an unfinished result blocks its connection.
        with self._database.cursor() as cursor:
            if found.needs_calendar:
                bounds = asked.period.bounds(asked.timezone)
                cursor.register("clocks", calendar(*bounds, asked.timezone))
                # As a table: of a DataFrame, DuckDB does not know that slots are few and dense.
                cursor.execute("CREATE TEMP TABLE calendar AS FROM clocks")
            yield cursor

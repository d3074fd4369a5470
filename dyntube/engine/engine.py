"""DuckDB over the day files: answers to questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from ..archive.archive import Archive
from ..errors import ArchiveError, QueryError
from ..query.metrics import metric
from ..query.periods import ONE_DAY, calendar, local_days
from ..query.query import ChecksQuery, CountQuery, Query, Question, RowsQuery
from ..reading.records import LABEL, SCHEMA, TEXT, VIEW_COLUMNS
from . import results
from .distinct import Seen
from .hot_days import Memory
from .sources import Files
from .sql import Statement, dimensions_of, seen, statement

ANSWERS_KEPT, LOOKS_KEPT = 1000, 32
PLAIN_VIEWS = pa.schema(
    [SCHEMA.field(n) if SCHEMA.field(n).type != LABEL else (n, TEXT) for n in VIEW_COLUMNS]
)
Q = TypeVar("Q", bound=Question)
T = TypeVar("T")


class Engine:
    """Answers questions from an archive; safe to share between threads.

    `memory` may hold the newest days, and holds none until it is told to.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._database = duckdb.connect()
        # GLOBAL, or the cursors would not know. A day file never changes under its name, so what
        # is known of its inside stays true.
        self._database.execute("SET GLOBAL TimeZone = 'UTC'")
        self._database.execute("SET GLOBAL parquet_metadata_cache = true")
        # Or the memory that loading or a question about a year took is kept for the next one.
        self._database.execute("SET GLOBAL allocator_bulk_deallocation_flush_threshold = '16MB'")
        self._database.execute("SET GLOBAL allocator_background_threads = true")
        self._database.register("no_views_arrow", SCHEMA.empty_table())
        self._database.execute("CREATE TABLE no_views AS FROM no_views_arrow")
        self._database.execute("CREATE TABLE no_first_views(viewer BIGINT, first_date TIMESTAMPTZ)")
        self._database.execute("CREATE TABLE viewers(viewer BIGINT, number INTEGER)")
        self.memory = Memory(self._database, archive)
        self._kept = lru_cache(maxsize=ANSWERS_KEPT)(self._ask)
        self._looked = lru_cache(maxsize=LOOKS_KEPT)(self._look)
        self._totals = lru_cache(maxsize=ANSWERS_KEPT)(_nothing_known)

    def answer(self, query: Query, part_of: Query | None = None) -> pd.DataFrame:
        """One row per combination of `by` that has views (without `by`: one row).

        Columns are the dimensions, then the metrics, by name; types as in `shape.answer`. The frame
        is kept until the files behind it change, and handed to all who ask: do not change it.

        `part_of` is a question that has this one in it (`Query.has_in_it`): the views are then
        looked at for that one, once for all its parts. Only what counts different values looks at
        them for itself.

        Raises ArchiveError when a day file cannot be read, QueryError when `part_of` is another.
        """
        if part_of and not part_of.has_in_it(query):
            raise QueryError(f"{query} is not a part of {part_of}.")
        return self._keep(query, part_of)

    def rows(self, query: RowsQuery) -> pd.DataFrame:
        """The views themselves, in the columns of `records.VIEW_COLUMNS`; else as `answer`."""
        return self._keep(query)

    def checks(self, query: ChecksQuery) -> pd.DataFrame:
        """One row: `views`, and the count of each of `quality.CHECKS` by name; as `answer`."""
        return self._keep(query)

    def count(self, query: CountQuery) -> int:
        """How many views there are; else as `answer`."""
        return int(self._keep(query)["views"].iloc[0])

    def forget(self) -> None:
        """Keep no answer any longer."""
        self._kept.cache_clear()
        self._looked.cache_clear()
        self._totals.cache_clear()

    def batches(self, query: RowsQuery) -> Iterator[pa.Table]:
        """All views of a question, oldest first, in PLAIN_VIEWS: a table for each local day.

        Its `limit` and `offset` do not matter, and nothing is kept, so that any number of views
        fits. A day is as it is stored when its turn comes. Raises as `answer`.
        """
        for day in self._stored_days(query):
            if len(views := self._over_sound_files(day, self._ask_plain)):
                yield views

    def _keep(self, asked: Question, part_of: Query | None = None) -> pd.DataFrame:
        return self._over_sound_files(asked, partial(self._kept, part_of=part_of))

    def _over_sound_files(self, asked: Q, ask: Callable[[Q, Files], T]) -> T:
        files = self._files(asked)
        try:
            return ask(asked, files)
        except duckdb.Error as error:
            # A file that was sound may be damaged since; the others still answer.
            self._archive.verify_files({*files.whole, *files.cut, *files.history})
            if (sound := self._files(asked)) != files:
                return ask(asked, sound)
            if not isinstance(error, duckdb.IOException):
                raise
            raise ArchiveError("A stored day cannot be read. Fetch it again.") from error

    def _stored_days(self, query: RowsQuery) -> Iterator[RowsQuery]:
        """The question for each local day between the first and the last stored one."""
        span, stored = query.period, list(self._archive.days())
        if not stored:
            return
        local = local_days(stored[0], stored[-1], query.timezone)
        day = max(span.start, local.start)
        while day <= min(span.end, local.end):
            until = span.until if day == span.end else None
            period = replace(span, start=day, end=day, until=until)
            yield replace(query, period=period, limit=None, offset=0)
            day += ONE_DAY

    def _files(self, asked: Question) -> Files:
        days = asked.period.utc_days(asked.timezone)
        whole = asked.period.whole_utc_days(asked.timezone)
        ends = dict.fromkeys([days[0], days[-1]])
        cut = chain(*(self._archive.files(day, day) for day in ends if day not in whole))
        history = self._archive.files(dt.date.min, days[-1]) if asked.needs_history else ()
        inside = self._archive.files(whole[0], whole[-1]) if whole else ()
        files = Files(inside, tuple(cut), history)
        # Memory has no ids, which views and checks need. First views are sought in all files: once,
        # and not once for each run.
        if not isinstance(asked, Query) or asked.needs_history:
            return files
        runs = self.memory.runs(days[0], days[-1], files.whole + files.cut)
        return replace(files, runs=runs)

    def _ask(self, asked: Question, files: Files, part_of: Query | None) -> pd.DataFrame:
        if not isinstance(asked, Query):
            return results.shape(asked, self._run(asked, statement(asked, files)))
        # Whoever asks for rows also learns what they add up to, which others ask for next.
        total = self._totals(asked.period, asked.timezone, asked.filters, files)
        if not asked.by and {*asked.added, *asked.counted} <= total.keys():
            return results.answer(asked, total)
        return results.answer(asked, self._sums(asked, files, part_of, total))

    def _sums(
        self, query: Query, files: Files, part_of: Query | None, total: results.Sums
    ) -> results.Sums:
        added = query.of(query.added or ("views",))  # else which rows there are
        whole = part_of or replace(added, keep=None)
        rows = self._looked(whole, files) if part_of else self._look(whole, files)
        if whole != added:
            rows = results.added_up(rows, added)
        sums = results.sums(rows, total)
        for name in query.counted:
            sums = self._counted(query, name, files, sums, total)
        return sums

    def _counted(
        self, query: Query, name: str, files: Files, sums: results.Sums, total: results.Sums
    ) -> results.Sums:
        values = Seen()
        for place in files.apart():
            values.add(self._run(query, seen(query, metric(name), place, bool(files.runs))))
        if name not in total:
            total[name] = np.array([values.total()])
        if not query.by:
            return sums | {name: total[name]}
        named = self._run(query, dimensions_of(query), groups=values.groups())
        rows, counts = values.by_row(results.kept(named, query.keep))
        return results.joined(sums, name, counts, results.sums(rows, {}))

    def _look(self, query: Query, files: Files) -> pa.Table:
        return self._run(query, statement(query, files))

    def _run(self, asked: Question, found: Statement, **tables: pa.Table) -> pa.Table:
        with self._cursor(asked, found) as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            return cursor.sql(found.sql, params=found.parameters).to_arrow_table()

    def _ask_plain(self, asked: RowsQuery, files: Files) -> pa.Table:
        newest_first = self._run(asked, statement(asked, files))
        oldest_first = newest_first.take(np.arange(len(newest_first))[::-1])
        return oldest_first.rename_columns(PLAIN_VIEWS.names).cast(PLAIN_VIEWS)

    @contextmanager
    def _cursor(self, asked: Question, found: Statement) -> Iterator[duckdb.DuckDBPyConnection]:
        # A cursor each, since an unfinished result blocks its connection.
        with self._database.cursor() as cursor:
            if found.needs_calendar:
                bounds = asked.period.bounds(asked.timezone)
                cursor.register("clocks", calendar(*bounds, asked.timezone))
                # As a table: of a frame, an engine does not know that its slots are few and dense.
                cursor.execute("CREATE TEMP TABLE calendar AS FROM clocks")
            yield cursor


def _nothing_known(*about: object) -> results.Sums:
    """What is known of all views of a question, by metric; filled while it is kept."""
    return {}

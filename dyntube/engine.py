"""DuckDB over the day files: answers to questions."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd

from .archive import Archive
from .errors import ArchiveError
from .periods import calendar
from .query import ChecksQuery, Query, Question, RowsQuery
from .records import SCHEMA
from .sql import shape, statement

ANSWERS_KEPT = 1000


class Engine:
    """Answers questions from an archive; safe to share between threads."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._database = duckdb.connect()
        # GLOBAL, or the cursors would not know. A day file never changes under its name, so what
        # is known of its inside stays true.
        self._database.execute("SET GLOBAL TimeZone = 'UTC'")
        self._database.execute("SET GLOBAL parquet_metadata_cache = true")
        self._database.register("no_views_arrow", SCHEMA.empty_table())
        self._database.execute("CREATE TABLE no_views AS FROM no_views_arrow")
        self._database.execute("CREATE TABLE no_first_views(viewer BIGINT, first_date TIMESTAMPTZ)")
        self._kept = lru_cache(maxsize=ANSWERS_KEPT)(self._ask)

    def answer(self, query: Query) -> pd.DataFrame:
        """One row per combination of `by` that has views (without `by`: one row).

        Columns are the dimensions, then the metrics, by name; types as in `sql.shape`. The frame
        is kept until the files behind it change, and handed to all who ask: do not change it.
        Raises ArchiveError when a day file cannot be read.
        """
        return self._keep(query)

    def rows(self, query: RowsQuery) -> pd.DataFrame:
        """The views themselves, in the columns of `records.VIEW_COLUMNS`; else as `answer`."""
        return self._keep(query)

    def checks(self, query: ChecksQuery) -> pd.DataFrame:
        """One row: `views`, and the count of each of `quality.CHECKS` by name; as `answer`."""
        return self._keep(query)

    def _keep(self, asked: Question) -> pd.DataFrame:
        sources = self._sources(asked)
        try:
            return self._kept(asked, *sources)
        except duckdb.Error as error:
            # A file that was sound may be damaged since; the others still answer.
            self._archive.verify()
            if (sound := self._sources(asked)) != sources:
                return self._kept(asked, *sound)
            if not isinstance(error, duckdb.IOException):
                raise
            raise ArchiveError("A stored day cannot be read. Fetch it again.") from error

    def _sources(self, asked: Question) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """The files of the period, and those of all days before where history is needed."""
        days = asked.period.utc_days(asked.timezone)
        history = self._archive.files(dt.date.min, days[-1]) if asked.needs_history else ()
        return self._archive.files(days[0], days[-1]), history

    def _ask(
        self, asked: Question, files: tuple[Path, ...], history: tuple[Path, ...]
    ) -> pd.DataFrame:
        found = statement(asked, files, history)
        # A cursor each, since an unfinished result blocks its connection.
        with self._database.cursor() as cursor:
            if asked.needs_calendar:
                bounds = asked.period.bounds(asked.timezone)
                cursor.register("calendar", calendar(*bounds, asked.timezone))
            return shape(asked, cursor.execute(found.sql, found.parameters).df())

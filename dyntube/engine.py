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
from .query import Query, shape, statement
from .records import SCHEMA

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

        Columns are the dimensions, then the metrics, by name; types as in `query.shape`. The frame
        is kept until the files behind it change, and handed to all who ask: do not change it.
        Raises ArchiveError when a day file cannot be read.
        """
        days = query.period.utc_days(query.timezone)
        files = self._archive.files(days[0], days[-1])
        history = self._archive.files(dt.date.min, days[-1]) if query.needs_history else ()
        return self._kept(query, files, history)

    def _ask(
        self, query: Query, files: tuple[Path, ...], history: tuple[Path, ...]
    ) -> pd.DataFrame:
        asked = statement(query, files, history)
        # A cursor each, since an unfinished result blocks its connection.
        with self._database.cursor() as cursor:
            if query.needs_calendar:
                bounds = query.period.bounds(query.timezone)
                cursor.register("calendar", calendar(*bounds, query.timezone))
            try:
                return shape(query, cursor.execute(asked.sql, asked.parameters).df())
            except duckdb.IOException as error:
                raise ArchiveError("A stored day cannot be read. Fetch it again.") from error

"""DuckDB over the day files: answers to questions."""

from __future__ import annotations

import datetime as dt
import hashlib

import duckdb
import pandas as pd

from .archive import Archive
from .errors import ArchiveError
from .periods import calendar
from .query import Query, shape, statement
from .records import SCHEMA


class Engine:
    """Answers questions from an archive; safe to share between threads."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._database = duckdb.connect()
        self._database.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        self._database.register("no_views_arrow", SCHEMA.empty_table())
        self._database.execute("CREATE TABLE no_views AS FROM no_views_arrow")
        self._database.execute("CREATE TABLE no_first_views(viewer BIGINT, first_date TIMESTAMPTZ)")

    def version(self, query: Query) -> str:
        """A text that changes whenever the files behind the answer do."""
        days = query.period.utc_days(query.timezone)
        start = dt.date.min if query.needs_history else days[0]
        files = self._archive.files(start, days[-1])
        return hashlib.sha256("\n".join(map(str, files)).encode()).hexdigest()

    def answer(self, query: Query) -> pd.DataFrame:
        """One row per combination of `by` that has views (without `by`: one row).

        Columns are the dimensions, then the metrics, by name; types as in `query.shape`. Raises
        ArchiveError when a day file cannot be read.
        """
        days = query.period.utc_days(query.timezone)
        files = self._archive.files(days[0], days[-1])
        history = self._archive.files(dt.date.min, days[-1]) if query.needs_history else ()
        sql = statement(query, files, history)
        # A cursor each, since an unfinished result blocks its connection.
        with self._database.cursor() as cursor:
            if query.needs_calendar:
                bounds = query.period.bounds(query.timezone)
                cursor.register("calendar", calendar(*bounds, query.timezone))
            try:
                return shape(query, cursor.execute(sql.sql, sql.parameters).df())
            except duckdb.IOException as error:
                raise ArchiveError(
                    "A stored day cannot be read. It will be fetched again."
                ) from error

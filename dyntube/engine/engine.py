"""Answers queries: makes rows, rates and DataFrames of a backend's sums, and caches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from ..errors import QueryError
from ..query.periods import ONE_DAY, local_days
from ..query.query import ChecksQuery, CountQuery, Query, Question, ViewsQuery
from ..reading.records import CATEGORY, SCHEMA, TEXT, VIEW_COLUMNS
from . import results
from .backend import Backend, SnapshotError
from .cache import CacheUse, Memoized
from .measured import Kind, Timings

KEPT = 64_000_000  # bytes per cache: answers, totals, scans, distinct counts
Q = TypeVar("Q", bound=Question)
T = TypeVar("T")


def plain_views(columns: tuple[str, ...]) -> pa.Schema:
    """The schema of raw views for other programs: dictionary-encoded columns as plain text."""
    fields = {name: SCHEMA.field(name) for name in columns}
    return pa.schema([(n, TEXT if f.type == CATEGORY else f.type) for n, f in fields.items()])


class Engine:
    """Answers queries from a backend; thread-safe.

    DataFrames are cached until a stored day changes, and shared by all callers: do not modify them.
    All methods that query raise ArchiveError if a stored day cannot be read.
    """

    def __init__(self, backend: Backend[Any]) -> None:
        self.backend = backend
        self.timings = Timings()
        self.forget()

    def forget(self) -> None:
        """Clear all caches."""
        # The answer does not depend on `rollup`.
        self._answers = Memoized(KEPT, self._make, key=lambda asked, at, rollup: (asked, at))
        self._totals = Memoized(KEPT, self._sum_up, key=lambda asked, at, rollup: (asked, at))
        self._scans = Memoized(KEPT, self.backend.aggregate)
        self._distinct = Memoized(KEPT, self.backend.distinct)
        # All rows of the same views have one total, whatever they are grouped by.
        self._wholes = Memoized(
            KEPT, lambda whole, at, count: count(), key=lambda whole, at, count: (whole, at)
        )

    def caches(self) -> dict[str, CacheUse]:
        """How each cache is used."""
        return {
            "answers": self._answers.use(),
            "totals": self._totals.use(),
            "scans": self._scans.use(),
            "distinct": self._distinct.use(),
            "wholes": self._wholes.use(),
        }

    def warm(self) -> None:
        """Start warming caches in the background."""
        self.backend.warm()

    def answer(self, query: Query, rollup: Query | None = None) -> pd.DataFrame:
        """One row per combination of `by` that has views (without `by`: one row).

        Columns are the dimensions, then the metrics, by name; types as in `results.answer`.
        `rollup` is a query that covers this one (`Query.covers`): one scan of it serves all its
        parts. Distinct counts do not add up, so each is counted separately.

        Raises QueryError if `rollup` does not cover it.
        """
        if rollup and not rollup.covers(query):
            raise QueryError(f"{query} is not a part of {rollup}.")
        return self._ask("answer", query, lambda asked, at: self._answers(asked, at, rollup))

    def total(self, query: Query, rollup: Query | None = None) -> pd.DataFrame:
        """One row: the metrics of a query over all its rows, from the same scans."""
        if rollup and not rollup.covers(query):
            raise QueryError(f"{query} is not a part of {rollup}.")
        return self._ask("total", query, lambda asked, at: self._totals(asked, at, rollup))

    def rows(self, query: ViewsQuery) -> pd.DataFrame:
        """Raw views, in those of `records.VIEW_COLUMNS` that the access allows."""
        return self._ask("rows", query, lambda asked, at: self._answers(asked, at, None))

    def checks(self, query: ChecksQuery) -> pd.DataFrame:
        """One row: `views`, and the count of each of `checks.CHECKS` by name."""
        return self._ask("checks", query, lambda asked, at: self._answers(asked, at, None))

    def count(self, query: CountQuery) -> int:
        """How many views its metric is about."""
        found = self._ask("count", query, lambda asked, at: self._answers(asked, at, None))
        return int(found["views"].iloc[0])

    def batches(self, query: ViewsQuery) -> Iterator[pa.Table]:
        """All views of a query, oldest first, in the schema `plain_views`: a table per local day.

        Ignores `limit` and `offset`, and caches nothing, so that any number of views fits. A day is
        as stored when its turn comes.
        """
        schema = plain_views(query.access.columns(VIEW_COLUMNS))
        for day in self._stored_days(query):
            views = self._ask("export", day, self.backend.rows)
            if len(views):
                yield results.plain(views, schema)

    def _ask(self, kind: Kind, asked: Q, ask: Callable[[Q, Any], T]) -> T:
        with self.timings.of(kind):
            try:
                return ask(asked, self.backend.snapshot(asked))
            except SnapshotError:
                return ask(asked, self.backend.snapshot(asked))

    def _make(self, asked: Question, at: Any, rollup: Query | None) -> pd.DataFrame:
        match asked:
            case Query():
                return results.answer(asked, self._groups(asked, at, rollup))
            case ViewsQuery():
                return results.shape(asked, self.backend.rows(asked, at))
            case _:
                return results.shape(asked, self.backend.counts(asked, at))

    def _groups(self, query: Query, at: Any, rollup: Query | None) -> results.Groups:
        summed = query.of(query.sum_metrics or ("views",))  # else just to know the rows
        rows = self._scans(rollup or replace(summed, top_values=None), at)
        if rollup or summed.top_values:
            rows = results.add_up(rows, summed)
        groups = results.as_groups(rows)
        for name in query.distinct_metrics:
            if query.by:
                counted, _ = self._distinct(query.of((name,)), at)
                groups = results.join_counts(groups, name, counted)
            else:
                groups[name] = [self._in_all(query, name, at)]
        return groups

    def _in_all(self, query: Query, name: str, at: Any) -> int:
        """The distinct count of a metric over all rows of a query."""
        asked = query.of((name,))
        _, count = self._distinct(asked, at)
        found: int = self._wholes(replace(asked, by=(), top_values=None), at, count)
        return found

    def _sum_up(self, query: Query, at: Any, rollup: Query | None) -> pd.DataFrame:
        total = replace(query, by=(), top_values=None, order_by=None, limit=None)
        summed = query.of(query.sum_metrics or ("views",))
        rows = self._scans(rollup or replace(summed, top_values=None), at)
        groups = results.as_groups(results.add_up(rows, total))
        for name in query.distinct_metrics:
            groups[name] = [self._in_all(query, name, at)]
        return results.answer(total, groups)

    def _stored_days(self, query: ViewsQuery) -> Iterator[ViewsQuery]:
        """The query for each local day between the first and the last stored one."""
        stored, span = self.backend.days(), query.period
        if stored is None:
            return
        local = local_days(*stored, query.timezone)
        day = max(span.start, local.start)
        while day <= min(span.end, local.end):
            until = span.until if day == span.end else None
            period = replace(span, start=day, end=day, until=until)
            yield replace(query, period=period, limit=None, offset=0)
            day += ONE_DAY

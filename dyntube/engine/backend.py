"""The interface of what answers queries: DuckDB over the day files, or another engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar

import pyarrow as pa

from ..errors import ArchiveError
from ..query.query import ChecksQuery, CountQuery, Query, Question, ViewsQuery

At = TypeVar("At", bound=Hashable)  # a snapshot: which stored days answer a query


class SnapshotError(ArchiveError):
    """What a snapshot names is no longer readable, and a new one would name something else."""


class Backend(Protocol[At]):
    """Aggregates and counts views. Columns are prefixed: `d_` for dimensions, `m_` for all others.

    All but `snapshot`, `days` and `warm` raise SnapshotError, or ArchiveError if a new snapshot
    would not help. Must be thread-safe.
    """

    def snapshot(self, asked: Question) -> At:
        """Which stored generations answer a query; equal while the answer is the same."""

    def days(self) -> tuple[dt.date, dt.date] | None:
        """The first and last stored UTC day."""

    def aggregate(self, query: Query, at: At) -> pa.Table:
        """The `sum_metrics` by a query's dimensions, in their order.

        Ignores `top_values` and `limit`.
        """

    def distinct(self, query: Query, at: At) -> tuple[pa.Table, Callable[[], int]]:
        """The distinct counts of its one metric: by row (`m_` and its name), and the total.

        Without `by`, the rows are not asked for. The total may cost another scan.
        """

    def rows(self, query: ViewsQuery, at: At) -> pa.Table:
        """Raw views, newest first."""

    def counts(self, query: ChecksQuery | CountQuery, at: At) -> pa.Table:
        """One row of counts."""

    def warm(self) -> None:
        """Start warming caches in the background."""

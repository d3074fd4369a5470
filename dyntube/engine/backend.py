"""What answers questions: DuckDB over the day files, or another engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Protocol, TypeVar

import pyarrow as pa

from ..errors import ArchiveError
from ..query.query import ChecksQuery, CountQuery, Query, Question, ViewsQuery

At = TypeVar("At", bound=Hashable)  # a snapshot: which stored days answer a question


class SnapshotError(ArchiveError):
    """What a snapshot names can no longer be read, and a new one would name something else."""


class Backend(Protocol[At]):
    """Adds up and counts views. Columns come prefixed: `d_` dimensions, `m_` all others.

    All but `snapshot`, `days` and `warm` raise SnapshotError, and ArchiveError where a new snapshot
    would not help. They are called from many threads.
    """

    def snapshot(self, asked: Question) -> At:
        """Which stored generations answer a question: equal while the answer is the same."""

    def days(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last UTC day with stored views."""

    def aggregate(self, query: Query, at: At) -> pa.Table:
        """The `sum_metrics` by the dimensions of a question, in their order; `top_values` and
        `limit` do not matter."""

    def distinct(self, query: Query, at: At) -> tuple[pa.Table, int]:
        """How many different values its one metric has, by row (`m_` and its name) and in all."""

    def rows(self, query: ViewsQuery, at: At) -> pa.Table:
        """The views themselves, newest first."""

    def counts(self, query: ChecksQuery | CountQuery, at: At) -> pa.Table:
        """One row of counts."""

    def warm(self) -> None:
        """Start warming caches, in the background."""

"""Streams all raw views of a query as CSV or Parquet, in constant memory.

Views come oldest first, one day at a time, with the `records.VIEW_COLUMNS` the access allows. Both
streams may be closed early; both raise as `Engine.answer`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ..archive import dayfile
from ..engine.engine import plain_views
from ..query.query import ViewsQuery
from ..reading.records import INSTANT, TEXT, VIEW_COLUMNS
from .table import SAFE


class Source(Protocol):
    """Anything that yields raw views: an engine or a reader's desk."""

    def batches(self, query: ViewsQuery) -> Iterator[pa.Table]:
        """All views of a query, one table per day."""


_AT_ONCE = 2_000  # views, about a megabyte of CSV
_BYTE_ORDER_MARK = "\ufeff".encode()


def csv_stream(source: Source, query: ViewsQuery) -> Iterator[bytes]:
    """The views as UTF-8 CSV with a BOM; times are ISO 8601 in UTC, flags true or false.

    Text is escaped as by `table.safe` against formula injection: a key that starts with a minus
    gets an apostrophe. Parquet has all text unchanged.
    """
    batches, nothing = source.batches(query), _schema(query).empty_table()
    first = next(batches, nothing)  # fail before the first byte if the archive cannot be read
    yield _BYTE_ORDER_MARK + _in_csv(_safe(nothing), header=True)
    for views in chain([first], batches):
        for start in range(0, len(views), _AT_ONCE):
            yield _in_csv(_safe(views.slice(start, _AT_ONCE)))


def parquet_stream(source: Source, query: ViewsQuery, doubts: str = "{}") -> Iterator[bytes]:
    """The views as one Parquet file with plain text columns; `doubts` is JSON by day."""
    return dayfile.stream_plain(source.batches(query), _schema(query), doubts)


def _schema(query: ViewsQuery) -> pa.Schema:
    return plain_views(query.access.columns(VIEW_COLUMNS))


def _in_csv(views: pa.Table, *, header: bool = False) -> bytes:
    file = io.BytesIO()
    csv.write_csv(views, file, csv.WriteOptions(include_header=header))
    return file.getvalue()


def _safe(views: pa.Table) -> pa.Table:
    columns = [_safe_text(c) if c.type == TEXT else _iso(c) for c in views.columns]
    return pa.table(columns, names=views.column_names)


def _safe_text(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    for pattern, instead in SAFE:
        # Searching is much cheaper than replacing, and few columns need it.
        if pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, instead)
    return texts


def _iso(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.type != INSTANT:
        return column
    return pc.replace_substring(column.cast(TEXT), " ", "T")

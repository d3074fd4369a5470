"""Raw views to take away: all that a question is about, however many, as CSV or Parquet.

They come oldest first, in the columns of `records.VIEW_COLUMNS`, a day at a time, so that only one
day is ever in memory. Both streams end early when they are closed; both raise as `Engine.answer`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ..archive import dayfile
from ..engine.engine import PLAIN_VIEWS, Engine
from ..query.query import RowsQuery
from ..reading.records import INSTANT, TEXT
from .table import SAFE

_AT_ONCE = 2_000  # views, about a megabyte of CSV
_BYTE_ORDER_MARK = "\ufeff".encode()


def csv_stream(engine: Engine, query: RowsQuery) -> Iterator[bytes]:
    """The views as UTF-8 with a byte order mark; times are UTC in ISO 8601, flags true or false.

    Text is as `sheet.safe` makes it, so that no spreadsheet takes it for a formula: a key that
    starts with a minus gets an apostrophe. Parquet has all text as it came.
    """
    batches, nothing = engine.batches(query), PLAIN_VIEWS.empty_table()
    first = next(batches, nothing)  # so that an archive out of order is known before all else
    yield _BYTE_ORDER_MARK + _in_csv(_safe(nothing), header=True)
    for views in chain([first], batches):
        for start in range(0, len(views), _AT_ONCE):
            yield _in_csv(_safe(views.slice(start, _AT_ONCE)))


def parquet_stream(engine: Engine, query: RowsQuery, doubts: str = "{}") -> Iterator[bytes]:
    """The views as one Parquet file with plain text columns; `doubts` by day as JSON."""
    return dayfile.stream_plain(engine.batches(query), PLAIN_VIEWS, doubts)


def _in_csv(views: pa.Table, *, header: bool = False) -> bytes:
    file = io.BytesIO()
    csv.write_csv(views, file, csv.WriteOptions(include_header=header))
    return file.getvalue()


def _safe(views: pa.Table) -> pa.Table:
    columns = [_safe_text(c) if c.type == TEXT else _iso(c) for c in views.columns]
    return pa.table(columns, names=views.column_names)


def _safe_text(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    for pattern, instead in SAFE:
        # Looking is much cheaper than replacing, and hardly any column needs it.
        if pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, instead)
    return texts


def _iso(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.type != INSTANT:
        return column
    return pc.replace_substring(column.cast(TEXT), " ", "T")

"""Migrates a stored day of an older version, or of other page rules, to this version.

It uses the day's own columns and the raw JSON of rejected records; DynTube is not asked. So a
parsing rule applies to every stored day, however old.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ..atomic import failure_text, make_folder
from ..errors import ArchiveError
from ..reading.addresses import PageRules
from ..reading.loose_json import parse_json
from ..reading.parse import read_records
from ..reading.records import (
    CATEGORY,
    COLUMNS,
    SCHEMA_VERSION,
    TEXT,
    Column,
    Rejected,
    deduplicate,
    dictionary_encode_text,
    odd_fields,
    with_computed,
)
from .dayfile import DayInfo

Day = tuple[DayInfo, pa.Table, tuple[Rejected, ...]]


def is_current(info: DayInfo, rules: PageRules) -> bool:
    """Whether a day is as this version would store it under these page rules."""
    return info.schema == SCHEMA_VERSION and info.rules == str(rules)


def migrate(info: DayInfo, stored: pa.Table, rejected: Iterable[Rejected], rules: PageRules) -> Day:
    """The day as this version stores it; rejected records that are readable now become views."""
    known = pa.table({column.name: _column(stored, column) for column in COLUMNS})
    if "extra" in stored.column_names:
        known = known.append_column("extra", stored["extra"])
    found, bad = _read_again(rejected, rules)
    mine, outside = _of_day(found, info.day)
    views, again = deduplicate(pa.concat_tables([with_computed(known, rules), mine]))
    unknown, unread = odd_fields(views)
    now = replace(
        info,
        rows=len(views),
        rejected=len(bad),
        outside=info.outside + outside,
        duplicates=info.duplicates + again,
        newest=pc.max(views["date"]).as_py(),
        unknown_fields=unknown,
        unread_fields=unread,
        schema=SCHEMA_VERSION,
        rules=str(rules),
    )
    return now, views, bad


def _column(stored: pa.Table, column: Column) -> pa.ChunkedArray:
    """A column of this version; null if the older one lacked it."""
    if column.name not in stored.column_names:
        return pa.chunked_array([pa.nulls(len(stored), column.type)], column.type)
    values = stored[column.name]
    if column.type == CATEGORY:
        return dictionary_encode_text(values.cast(TEXT), column)
    return values.cast(column.type)


def _read_again(
    rejected: Iterable[Rejected], rules: PageRules
) -> tuple[pa.Table, tuple[Rejected, ...]]:
    records, damaged = [], []
    for record in rejected:
        try:
            records.append(parse_json(record.raw))
        except (ValueError, RecursionError):
            damaged.append(record)
    views, bad = read_records(records, rules)
    return views, (*bad, *damaged)


def _of_day(views: pa.Table, day: dt.date) -> tuple[pa.Table, int]:
    """The views of one UTC day, and how many are of other days."""
    mine = views.filter(pc.equal(pc.cast(views["date"], pa.date32()), pa.scalar(day)))
    return mine, len(views) - len(mine)


class MigratedCopies:
    """Migrated copies of outdated days, one each, in a temporary folder of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._made: dict[Path, Path] = {}

    def of(self, path: Path, write: Callable[[Path], None]) -> Path:
        """The copy of a file, written by `write`. Raises ArchiveError if it cannot be written."""
        with self._lock:
            if path not in self._made:
                try:
                    self._made[path] = self._copy(path, write)
                except OSError as error:
                    place = Path(tempfile.gettempdir())
                    raise ArchiveError(failure_text("folder", place, "written", error)) from error
            return self._made[path]

    def _copy(self, path: Path, write: Callable[[Path], None]) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="dyntube-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        copy = self._folder / path.parent.parent.name / path.name
        make_folder(copy.parent)
        write(copy)
        return copy

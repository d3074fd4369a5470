"""The archive as plain Parquet for other tools: one file a day, partitioned by year and month.

    <folder>/year=2026/month=05/2026-05-01.parquet

DuckDB, Spark, Polars and pandas read such a folder as one table with the columns `year` and
`month` added. The columns are those of `records.VIEW_COLUMNS`, and `extra`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from . import dayfile
from .archive import Archive
from .errors import ArchiveError
from .files import cannot, make_folder, replacing


@dataclass(frozen=True)
class Exported:
    """One exported day."""

    path: Path
    views: int


def export(archive: Archive, to: Path, start: dt.date, end: dt.date) -> Iterator[Exported]:
    """Write the stored UTC days from `start` to `end`, both included, of all scopes.

    A day that is there already is replaced, whole or not at all; one that is damaged is left out.
    Raises ArchiveError.
    """
    inside, outside = to.resolve(), archive.root.resolve()
    if inside == outside or outside in inside.parents or inside in outside.parents:
        raise ArchiveError(f"Export to a folder outside the archive, not to {to}.")
    archive.files(start, end)  # looks into each, so that all that is damaged is known
    damaged = {day for name in archive.folders for day in archive.damaged_days(name)}
    for day in archive.days():
        if start <= day <= end and day not in damaged:
            views = archive.read(day, day)
            folder = to / f"year={day:%Y}" / f"month={day:%m}"
            yield Exported(_write(views, folder, day), len(views))


def _write(views: pa.Table, folder: Path, day: dt.date) -> Path:
    path = folder / f"{day}.parquet"
    try:
        make_folder(folder)
        with replacing(path) as temporary:
            dayfile.write_plain(temporary, views)
    except OSError as error:
        raise ArchiveError(cannot("folder", folder, "written", error)) from error
    return path

"""The archive as plain Parquet for other tools: one file per day, partitioned by year and month.

    <folder>/year=2026/month=05/2026-05-01.parquet

DuckDB, Spark, Polars and pandas read such a folder as one table, with `year` and `month` added to
the columns `records.VIEW_COLUMNS` and `extra`. A day's doubts are in its file's metadata, as
`dyntube.doubts`. Invented views are marked by a file whose name starts with an underscore, which
these tools ignore.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ..atomic import failure_text, make_folder, replacing
from ..errors import ArchiveError
from . import dayfile
from .archive import Archive

DEMO_MARK = "_DEMO_DATA.txt"


@dataclass(frozen=True)
class Exported:
    """One exported day."""

    path: Path
    views: int

    @property
    def day(self) -> dt.date:
        """Its UTC day."""
        return dt.date.fromisoformat(self.path.stem)


def export(
    archive: Archive,
    to: Path,
    start: dt.date,
    end: dt.date,
    doubts: Mapping[str, str] | None = None,
    *,
    demo: bool = False,
) -> Iterator[Exported]:
    """Write the stored UTC days from `start` to `end`, both included, of all scopes.

    A day that is there already is replaced atomically; damaged days are left out. `doubts` has
    those of some days as JSON, by ISO date. With `demo`, a file is added that says the views are
    invented. Raises ArchiveError.
    """
    inside, outside = to.resolve(), archive.root.resolve()
    if inside == outside or outside in inside.parents or inside in outside.parents:
        raise ArchiveError(f"Export to a folder outside the archive, not to {to}.")
    archive.files(start, end)  # verifies each file, so that all damage is known
    damaged = {day for name in archive.folders for day in archive.damaged_days(name)}
    for day in archive.days():
        if start <= day <= end and day not in damaged:
            views = archive.read(day, day)
            folder = to / f"year={day:%Y}" / f"month={day:%m}"
            if demo:
                _mark(to)
            about = (doubts or {}).get(f"{day}", "[]")
            yield Exported(_write(views, folder, day, about), len(views))


def _mark(folder: Path) -> None:
    try:
        make_folder(folder)
        (folder / DEMO_MARK).write_text(
            "Invented demo views were written into this folder, since no DYNTUBE_API_KEY was set.\n"
            "Remove the folder before views of an account are exported into it.\n",
            "utf-8",
        )
    except OSError as error:
        raise ArchiveError(failure_text("folder", folder, "written", error)) from error


def _write(views: pa.Table, folder: Path, day: dt.date, doubts: str) -> Path:
    path = folder / f"{day}.parquet"
    try:
        make_folder(folder)
        with replacing(path) as temporary:
            dayfile.write_plain(temporary, views, doubts)
    except OSError as error:
        raise ArchiveError(failure_text("folder", folder, "written", error)) from error
    return path

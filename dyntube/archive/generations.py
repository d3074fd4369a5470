"""The names of day files: their day and generation."""

from __future__ import annotations

import datetime as dt
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ..atomic import failure_text
from ..errors import ArchiveError

NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{6})\.(parquet|rejected\.jsonl)")


def changed_at(folder: Path) -> dict[str, int]:
    """A scope's year folders and their mtimes; empty without an archive."""
    try:
        years = [entry for entry in os.scandir(folder) if entry.name.isdigit()]
    except FileNotFoundError:
        return {}
    return {year.path: year.stat().st_mtime_ns for year in sorted(years, key=lambda y: y.name)}


def newest_generations(years: Iterable[str]) -> Iterator[Path]:
    """The newest generation of each day in these folders, oldest day first."""
    for year in years:
        names = sorted(name for name in os.listdir(year) if NAME.fullmatch(name))
        newest = {name[:10]: name for name in names if name.endswith(".parquet")}
        yield from (_path(year, name) for name in newest.values())


@lru_cache(50_000)  # a folder is listed again after each day fetched
def _path(year: str, name: str) -> Path:
    return Path(year, name)


def between(paths: Sequence[Path], start: dt.date, end: dt.date) -> Sequence[Path]:
    """Those of `paths` from `start` to `end`, both included; the oldest day comes first."""
    first = bisect_left(paths, start, key=day_of)
    return paths[first : bisect_right(paths, end, first, key=day_of)]


def next_generation(year: Path, day: dt.date) -> Path:
    """The file name for a day's next generation."""
    known = (path for path in year.glob(f"{day}.*") if NAME.fullmatch(path.name))
    return year / f"{day}.{1 + max(map(_generation_of, known), default=0):06d}.parquet"


def day_of(path: Path) -> dt.date:
    """The day of a file."""
    return dt.date.fromisoformat(path.name[:10])


def _generation_of(path: Path) -> int:
    return int(path.name[11:17])


def refuse_unreadable(path: Path) -> None:
    """Raise ArchiveError for an unreadable file: it may be sound, so it is not replaced."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ArchiveError(failure_text("file", path, "read", error)) from error

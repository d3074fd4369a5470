"""What day files are called: their day, and which generation of it they hold."""

from __future__ import annotations

import datetime as dt
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ..atomic import cannot
from ..errors import ArchiveError

NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{6})\.(parquet|rejected\.jsonl)")


def changed_at(folder: Path) -> dict[str, int]:
    """The year folders of a scope and when each last changed; none where there is no archive."""
    try:
        years = [entry for entry in os.scandir(folder) if entry.name.isdigit()]
    except FileNotFoundError:
        return {}
    return {year.path: year.stat().st_mtime_ns for year in sorted(years, key=lambda y: y.name)}


def newest_generations(years: Iterable[str]) -> Iterator[Path]:
    """The newest file of each day in these folders, the oldest day first."""
    for year in years:
        names = sorted(name for name in os.listdir(year) if NAME.fullmatch(name))
        newest = {name[:10]: name for name in names if name.endswith(".parquet")}
        yield from (_path(year, name) for name in newest.values())


@lru_cache(50_000)  # a folder is listed again after each day that is fetched
def _path(year: str, name: str) -> Path:
    return Path(year, name)


def between(paths: Sequence[Path], start: dt.date, end: dt.date) -> Sequence[Path]:
    """Those of the days from `start` to `end`, of paths with the oldest day first."""
    first = bisect_left(paths, start, key=day_of)
    return paths[first : bisect_right(paths, end, first, key=day_of)]


def next_generation(year: Path, day: dt.date) -> Path:
    """The name of the file that a day is written into next."""
    known = (path for path in year.glob(f"{day}.*") if NAME.fullmatch(path.name))
    return year / f"{day}.{1 + max(map(_generation_of, known), default=0):06d}.parquet"


def day_of(path: Path) -> dt.date:
    """The day of a file."""
    return dt.date.fromisoformat(path.name[:10])


def _generation_of(path: Path) -> int:
    return int(path.name[11:17])


def refuse_unreadable(path: Path) -> None:
    """Raise ArchiveError for a file that may be sound but cannot be read: it is not replaced."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ArchiveError(cannot("file", path, "read", error)) from error

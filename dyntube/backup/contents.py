"""What belongs in a backup: every file of an archive but those that only its processes need.

Day files come last. What is noted of days (when they were counted again, where they begin) is then
older than the days themselves, so that nothing counts as done that is not in the backup.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..archive.generations import NAME

DATABASE = ".sqlite"
THUMBNAILS = "thumbnails"
_YEAR = re.compile(r"\d{4}")
# Locks, files being written, a database's journal, the status of a sync that is not there.
_OF_PROCESSES = re.compile(r"\..*|.*\.lock|.*\.tmp|.*-(journal|wal|shm)|sync\.json")


def other_files(root: Path, *, thumbnails: bool) -> Iterator[Path]:
    """Every file but day files, databases last: the lists of 0.1 move into them."""
    found = [path for path in _files(root) if not (_is_thumbnail(root, path) and not thumbnails)]
    yield from sorted(found, key=lambda path: (path.suffix == DATABASE, path))


def days(root: Path) -> Iterator[tuple[Path, str]]:
    """The year's folder and the ISO date of each stored day, of all scopes."""
    for year in sorted(_years(root)):
        dates = {name[:10] for name in os.listdir(year) if _is_day_file(name)}
        yield from ((year, date) for date in sorted(dates))


def newest(year: Path, date: str) -> Path | None:
    """The newest generation of a day as of now."""
    names = [name for name in os.listdir(year) if name.startswith(date) and _is_day_file(name)]
    return year / max(names) if names else None


def _is_day_file(name: str) -> bool:
    return bool(NAME.fullmatch(name)) and name.endswith(".parquet")


def _years(root: Path) -> Iterator[Path]:
    for scope in _scopes(root):
        yield from (path for path in scope.iterdir() if _is_year(path))


def _scopes(root: Path) -> Iterator[Path]:
    return (path for path in root.iterdir() if path.is_dir() and not _is_of_processes(path.name))


def _is_year(path: Path) -> bool:
    return path.is_dir() and bool(_YEAR.fullmatch(path.name))


def _is_of_processes(name: str) -> bool:
    return name == "demo" or bool(_OF_PROCESSES.fullmatch(name))


def _is_thumbnail(root: Path, path: Path) -> bool:
    return THUMBNAILS in path.relative_to(root).parts[:-1]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if _is_of_processes(path.name) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file() and not (NAME.fullmatch(path.name) and _is_year(path.parent)):
            yield path

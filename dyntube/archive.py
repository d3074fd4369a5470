"""The folder of day files: list, read, replace, sweep, lock.

    <archive>/<scope>/<yyyy>/<yyyy-mm-dd>.<generation>.parquet

One file holds one UTC day of one scope, `dayfile` says how. A day is replaced by writing its next
generation beside the old one; readers take the newest, and the old one goes after a grace time.
Records that could not be read stand beside it, a JSON object a line. The first time a process asks
for a day's file, all its bytes are checked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import math
import os
import re
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import filelock
import pyarrow as pa

from . import dayfile
from .dayfile import DayInfo
from .errors import ArchiveError, SyncRunningError
from .files import cannot, make_folder, replacing
from .records import SCHEMA, Rejected

GRACE_SECONDS = 600  # how long a replaced file stays for those who are reading it
_CLOCK_TICK_NS = 100_000_000
_FRESH_SECONDS = 0.05
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{6})\.(parquet|rejected\.jsonl)")


class Archive:
    """The stored days of one or more scopes; each scope has a folder of its own."""

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self.root = root
        self.folders = tuple(folders)
        self._infos: dict[Path, DayInfo | None] = {}
        self._sound: set[Path] = set()
        self._listings: dict[Path, tuple[dict[str, int], tuple[Path, ...]]] = {}
        self._looked: dict[Path, float] = {}

    def days(self, folder: str | None = None) -> dict[dt.date, list[DayInfo]]:
        """What is stored, by day, for one scope or all; damaged files are left out."""
        days: dict[dt.date, list[DayInfo]] = {}
        for info in self.infos(folder).values():
            days.setdefault(info.day, []).append(info)
        return dict(sorted(days.items()))

    def infos(self, folder: str | None = None) -> dict[Path, DayInfo]:
        """What each file of one scope or all knows of itself; damaged ones are left out."""
        return {path: info for path in self._newest(folder) if (info := self._info(path))}

    def damaged(self) -> list[Path]:
        """Day files that are known to be damaged; `verify` looks into all."""
        return [path for path in self._newest() if self._info(path) is None]

    def damaged_days(self, folder: str) -> set[dt.date]:
        """The days of one scope whose files are known to be damaged."""
        return {_day_of(path) for path in self._newest(folder) if self._info(path) is None}

    def verify(self, folder: str | None = None, days: Iterable[dt.date] = ()) -> list[Path]:
        """Read every byte of the files of a scope, or of all, and say which are damaged.

        With `days`, only the files of those.
        """
        wanted, wrong = set(days), []
        self._looked.clear()
        for path in self._newest(folder):
            if not wanted or _day_of(path) in wanted:
                self._sound.discard(path)
                if not self._check(path):
                    wrong.append(path)
        return wrong

    def files(self, start: dt.date, end: dt.date) -> tuple[Path, ...]:
        """The sound files of the UTC days from `start` to `end`, both included."""
        return tuple(
            path
            for folder in self.folders
            for path in _between(self._listing(self.root / folder), start, end)
            if path in self._sound or self._check(path)
        )

    def version(self) -> str:
        """A text that changes whenever a stored day does."""
        return hashlib.sha256("\n".join(map(str, self._newest())).encode()).hexdigest()

    def read(self, start: dt.date, end: dt.date) -> pa.Table:
        """The views of the UTC days from `start` to `end`, both included, in SCHEMA."""
        tables = [dayfile.read(path) for path in self.files(start, end)]
        return pa.concat_tables([SCHEMA.empty_table(), *tables]).unify_dictionaries()

    def read_day(
        self, folder: str, day: dt.date, columns: Sequence[str] | None = None
    ) -> pa.Table | None:
        """The views of one day of one scope, oldest first; None where it is missing or damaged."""
        paths = [path for path in self._newest(folder) if _day_of(path) == day]
        return dayfile.read(paths[0], columns) if paths and self._check(paths[0]) else None

    def rejected(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, Rejected]]:
        """The records that could not be read, of the UTC days from `start` to `end`."""
        for path in self._newest():
            if start <= _day_of(path) <= end:
                for record in _rejected_beside(path):
                    yield _day_of(path), record

    def write(
        self, folder: str, info: DayInfo, views: pa.Table, rejected: Iterable[Rejected] = ()
    ) -> DayInfo:
        """Store a day as its next generation, or raise ArchiveError and leave the old one."""
        year = self.root / folder / f"{info.day:%Y}"
        try:
            make_folder(year)
            generation = 1 + max((_generation_of(p) for p in _day_files(year, info.day)), default=0)
            name = f"{info.day}.{generation:06d}"
            # The rejected records first: once the day file is there, all of it is.
            if lines := [json.dumps(dataclasses.asdict(record)) for record in rejected]:
                with replacing(year / f"{name}.rejected.jsonl") as temporary:
                    temporary.write_text("\n".join(lines) + "\n", "utf-8")
            with replacing(year / f"{name}.parquet") as temporary:
                dayfile.write(temporary, views, info)
        except OSError as error:
            raise ArchiveError(cannot("archive folder", year, "written", error)) from error
        self._looked.clear()
        return info

    def sweep(self, folder: str) -> None:
        """Remove replaced generations and left-over temporary files past the grace time."""
        newest = {path.name[:17] for path in self._newest(folder)}
        years = (self.root / folder).glob("[0-9][0-9][0-9][0-9]/*")
        for path in (*years, *(self.root / folder).glob(".*.tmp")):
            replaced = _NAME.fullmatch(path.name) and path.name[:17] not in newest
            age = time.time() - path.stat().st_mtime
            if (replaced or path.name.endswith(".tmp")) and age > GRACE_SECONDS:
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def lock(self, seconds: float = 0) -> Iterator[None]:
        """Hold the right to write, over all threads and processes.

        Raises SyncRunningError when another still holds it after so many `seconds`.
        """
        lock = filelock.FileLock(self.root / f".{self.folders[0]}.lock")
        try:
            for folder in self.folders:
                make_folder(self.root / folder)
            lock.acquire(timeout=seconds)
        except filelock.Timeout:
            raise SyncRunningError("Another sync is running on this archive.") from None
        except OSError as error:
            raise ArchiveError(cannot("archive folder", self.root, "written", error)) from error
        try:
            yield
        finally:
            lock.release()

    def _newest(self, folder: str | None = None) -> list[Path]:
        folders = self.folders if folder is None else (folder,)
        return [path for name in folders for path in self._listing(self.root / name)]

    def _listing(self, folder: Path) -> tuple[Path, ...]:
        """The newest generation of each day, oldest day first; read again when a folder changed.

        What another process wrote is seen a moment later: a page asks dozens of times, and each
        look at a folder lets the threads of other readers go first.
        """
        known, now = self._listings.get(folder), time.monotonic()
        if known and now - self._looked.get(folder, -math.inf) < _FRESH_SECONDS:
            return known[1]
        try:
            changed = _changed_at(folder)
            if known is None or known[0] != changed:
                known = changed, tuple(_newest_generations(changed))
                # A change within the clock's last tick may not show in the folder's time.
                if time.time_ns() - max(changed.values(), default=0) <= _CLOCK_TICK_NS:
                    return known[1]
                self._listings[folder] = known
            self._looked[folder] = now
            return known[1]
        except OSError as error:
            raise ArchiveError(cannot("archive folder", folder, "read", error)) from error

    def _info(self, path: Path) -> DayInfo | None:
        # A generation never changes under its name, so what was read once stays true.
        if path not in self._infos:
            self._infos[path] = dayfile.read_info(path)
        return self._infos[path]

    def _check(self, path: Path) -> bool:
        """Whether all of a file is as it was written; a damaged one is known as such from now."""
        if self._info(path) is None or path in self._sound:
            return path in self._sound
        if dayfile.is_sound(path):
            self._sound.add(path)
        else:
            self._infos[path] = None
        return path in self._sound


def _changed_at(folder: Path) -> dict[str, int]:
    """The year folders of a scope and when each last changed; none where there is no archive."""
    try:
        years = [entry for entry in os.scandir(folder) if entry.name.isdigit()]
    except FileNotFoundError:
        return {}
    return {year.path: year.stat().st_mtime_ns for year in sorted(years, key=lambda y: y.name)}


def _newest_generations(years: Iterable[str]) -> Iterator[Path]:
    for year in years:
        names = sorted(name for name in os.listdir(year) if _NAME.fullmatch(name))
        newest = {name[:10]: name for name in names if name.endswith(".parquet")}
        yield from (Path(year, name) for name in newest.values())


def _between(paths: Sequence[Path], start: dt.date, end: dt.date) -> Sequence[Path]:
    """Those of the days from `start` to `end`, of paths with the oldest day first."""
    first = bisect_left(paths, start, key=_day_of)
    return paths[first : bisect_right(paths, end, first, key=_day_of)]


def _day_files(year: Path, day: dt.date) -> list[Path]:
    return [path for path in year.glob(f"{day}.*") if _NAME.fullmatch(path.name)]


def _day_of(path: Path) -> dt.date:
    return dt.date.fromisoformat(path.name[:10])


def _generation_of(path: Path) -> int:
    return int(path.name[11:17])


def _rejected_beside(path: Path) -> Iterator[Rejected]:
    beside = path.with_name(f"{path.name[:17]}.rejected.jsonl")
    try:
        lines = beside.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield Rejected(**json.loads(line))
        except (ValueError, TypeError):
            yield Rejected("the line that kept it is damaged", line)

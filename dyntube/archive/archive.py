"""The archive folder: list, read and replace day files, remove old generations, lock.

    <archive>/<scope>/<yyyy>/<yyyy-mm-dd>.<generation>.parquet

One file holds one UTC day of one scope, in the format of `dayfile`. A day is replaced by writing
its next generation beside the old one; readers take the newest, and old ones are removed after a
grace period. Unreadable records are stored beside it, one JSON object per line. The first time a
process asks for a day's file, its checksums are verified.

Days of an older version, or of other page rules, are read from migrated copies outside the archive,
until a process that holds the lock rewrites them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa

from ..atomic import CLOCK_TICK_NS, failure_text, make_folder, replacing
from ..errors import ArchiveError
from ..reading.addresses import NO_RULES, PageRules
from ..reading.records import SCHEMA, Rejected
from . import dayfile
from .dayfile import DayInfo
from .generations import (
    NAME,
    between,
    changed_at,
    day_of,
    newest_generations,
    next_generation,
    refuse_unreadable,
)
from .lock import hold, is_held
from .upgrade import Day, MigratedCopies, is_current, migrate

GRACE_SECONDS = 600  # how long a replaced file stays for current readers
FRESH_SECONDS = 0.05


class Archive:
    """The stored days of one or more scopes; each scope has its own folder."""

    def __init__(self, root: Path, folders: Sequence[str], rules: PageRules = NO_RULES) -> None:
        self.root = root
        self.folders = tuple(folders)
        self.rules = rules  # they tell the pages of some sites apart
        self._copies = MigratedCopies()
        self._infos: dict[Path, DayInfo | None] = {}
        self._sound: set[Path] = set()
        self._listings: dict[Path, tuple[dict[str, int], tuple[Path, ...]]] = {}
        self._looked: dict[Path, float] = {}

    def days(self, folder: str | None = None) -> dict[dt.date, list[DayInfo]]:
        """Stored days, by day, for one scope or all; damaged files are left out."""
        days: dict[dt.date, list[DayInfo]] = {}
        for info in self.infos(folder).values():
            days.setdefault(info.day, []).append(info)
        return dict(sorted(days.items()))

    def rows(self, folder: str, start: dt.date, end: dt.date) -> dict[dt.date, int]:
        """How many views of each UTC day of one scope are stored, from `start` to `end`."""
        paths = between(self._listing(self.root / folder), start, end)
        return {day_of(path): info.rows for path in paths if (info := self._info(path))}

    def infos(self, folder: str | None = None) -> dict[Path, DayInfo]:
        """The metadata of each file, for one scope or all; damaged files are left out."""
        return {path: info for path in self._newest(folder) if (info := self._info(path))}

    def current(self) -> dict[Path, DayInfo]:
        """As `infos`, without `outdated` files."""
        return {path: info for path, info in self.infos().items() if is_current(info, self.rules)}

    def damaged(self) -> list[Path]:
        """Day files known to be damaged; `verify` checks all."""
        return [path for path in self._newest() if self._info(path) is None]

    def damaged_days(self, folder: str) -> set[dt.date]:
        """The days of one scope whose files are known to be damaged."""
        return {day_of(path) for path in self._newest(folder) if self._info(path) is None}

    def damaged_rows(self, folder: str, day: dt.date) -> int | None:
        """How many views a day's damaged file held, 0 if unreadable; None if it is not damaged."""
        path = self._newest_of(folder, day)
        if path is None or self._info(path):
            return None
        info = dayfile.read_info(path)
        return info.rows if info else 0

    def verify(self, folder: str | None = None, days: Iterable[dt.date] = ()) -> list[Path]:
        """Verify the checksums of the files of a scope, or of all; returns the damaged ones.

        With `days`, only the files of those days.
        """
        wanted = set(days)
        self._looked.clear()
        newest = self._newest(folder)
        return self._damaged_of(path for path in newest if not wanted or day_of(path) in wanted)

    def verify_files(self, files: Iterable[Path]) -> list[Path]:
        """As `verify`, for some of the files returned by `files`."""
        names = {(path.parent.parent.name, path.name) for path in files}
        return self._damaged_of(
            path for path in self._newest() if (path.parent.parent.name, path.name) in names
        )

    def _damaged_of(self, paths: Iterable[Path]) -> list[Path]:
        found = list(paths)
        self._sound.difference_update(found)
        return [path for path in found if not self._check(path)]

    def files(self, start: dt.date, end: dt.date) -> tuple[Path, ...]:
        """The sound files of the UTC days from `start` to `end`, both included."""
        return tuple(
            self._as_current(path)
            for folder in self.folders
            for path in between(self._listing(self.root / folder), start, end)
            if path in self._sound or self._check(path)
        )

    def outdated(self, folder: str) -> list[Path]:
        """The files of a scope that this version would store differently, newest day first."""
        paths = reversed(self._newest(folder))
        return [path for path in paths if self._info(path) and not self._is_current(path)]

    def rewrite(self, path: Path) -> None:
        """Store an outdated day as this version does; the caller holds the lock.

        Raises ArchiveError.
        """
        if self._check(path):
            self.write(path.parent.parent.name, *self._upgraded(path))

    def version(self) -> str:
        """A hash that changes whenever a stored day does."""
        return hashlib.sha256("\n".join(map(str, self._newest())).encode()).hexdigest()

    def read(self, start: dt.date, end: dt.date) -> pa.Table:
        """The views of the UTC days from `start` to `end`, both included, in SCHEMA."""
        tables = [dayfile.read(path) for path in self.files(start, end)]
        return pa.concat_tables([SCHEMA.empty_table(), *tables]).unify_dictionaries()

    def read_day(
        self, folder: str, day: dt.date, columns: Sequence[str] | None = None
    ) -> pa.Table | None:
        """The views of one day of one scope, oldest first; None if missing or damaged."""
        path = self._newest_of(folder, day)
        return dayfile.read(self._as_current(path), columns) if path and self._check(path) else None

    def rejected(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, Rejected]]:
        """The unreadable records of the UTC days from `start` to `end`, each with its day."""
        for path in self._newest():
            if start <= day_of(path) <= end:
                for record in dayfile.read_rejected(self._as_current(path)):
                    yield day_of(path), record

    def write(
        self, folder: str, info: DayInfo, views: pa.Table, rejected: Iterable[Rejected] = ()
    ) -> DayInfo:
        """Store a day as its next generation; raises ArchiveError and then leaves the old one."""
        year = self.root / folder / f"{info.day:%Y}"
        try:
            make_folder(year)
            if newest := self._newest_of(folder, info.day):
                refuse_unreadable(newest)
            _write_day(next_generation(year, info.day), info, views, rejected)
        except OSError as error:
            raise ArchiveError(failure_text("archive folder", year, "written", error)) from error
        self._looked.clear()
        return info

    def remove_old_generations(self, folder: str) -> None:
        """Remove replaced generations and temporary files after the grace period.

        Damaged files of days that DynTube no longer has are kept: some views may be recoverable.
        """
        gone = {
            f"{info.day}"
            for info in self.infos(folder).values()
            if any(doubt.kind == "gone" for doubt in info.doubts)
        }
        newest = {path.name[:17] for path in self._newest(folder)}
        years = (self.root / folder).glob("[0-9][0-9][0-9][0-9]/*")
        for path in (*years, *(self.root / folder).glob(".*.tmp")):
            replaced = NAME.fullmatch(path.name) and path.name[:17] not in newest
            try:
                age = time.time() - path.stat().st_mtime
                if path.name[:10] in gone and replaced and not dayfile.is_sound(path):
                    continue
                if (replaced or path.name.endswith(".tmp")) and age > GRACE_SECONDS:
                    path.unlink(missing_ok=True)
            except FileNotFoundError:
                pass  # its writer has just renamed it
            except OSError as error:
                raise ArchiveError(failure_text("file", path, "removed", error)) from error

    def lock(self, seconds: float = 0) -> AbstractContextManager[None]:
        """Hold the write lock, across all threads and processes.

        Raises SyncRunningError if another holder keeps it for `seconds`, ArchiveError if nothing
        can be written.
        """
        return hold(self._lock_file, [self.root / folder for folder in self.folders], seconds)

    def is_locked(self) -> bool:
        """Whether the write lock is held; needs no write permission."""
        return is_held(self._lock_file)

    @property
    def _lock_file(self) -> Path:
        return self.root / f".{self.folders[0]}.lock"

    def _newest_of(self, folder: str, day: dt.date) -> Path | None:
        return next((path for path in self._newest(folder) if day_of(path) == day), None)

    def _newest(self, folder: str | None = None) -> list[Path]:
        folders = self.folders if folder is None else (folder,)
        return [path for name in folders for path in self._listing(self.root / name)]

    def _listing(self, folder: Path) -> tuple[Path, ...]:
        """The newest generation of each day, oldest day first; listed again when a folder changed.

        Writes of other processes show up a moment later: a page asks dozens of times, and each
        access to a folder lets the threads of other readers go first.
        """
        known, now = self._listings.get(folder), time.monotonic()
        if known and now - self._looked.get(folder, -math.inf) < FRESH_SECONDS:
            return known[1]
        try:
            changed = changed_at(folder)
            if known is None or known[0] != changed:
                known = changed, tuple(newest_generations(changed))
                # A change within the clock's last tick may not show in the folder's mtime.
                if time.time_ns() - max(changed.values(), default=0) <= CLOCK_TICK_NS:
                    return known[1]
                self._listings[folder] = known
            self._looked[folder] = now
            return known[1]
        except OSError as error:
            raise ArchiveError(failure_text("archive folder", folder, "read", error)) from error

    def _info(self, path: Path) -> DayInfo | None:
        # A generation never changes under its name, so it is cached for good.
        if path not in self._infos:
            self._infos[path] = dayfile.read_info(path)
        return self._infos[path]

    def _is_current(self, path: Path) -> bool:
        info = self._info(path)
        return info is None or is_current(info, self.rules)

    def _as_current(self, path: Path) -> Path:
        """The file, or its migrated copy."""
        if self._is_current(path):
            return path
        return self._copies.of(path, lambda copy: _write_day(copy, *self._upgraded(path)))

    def _upgraded(self, path: Path) -> Day:
        info = self._info(path)
        assert info is not None
        return migrate(info, dayfile.read(path), dayfile.read_rejected(path), self.rules)

    def _check(self, path: Path) -> bool:
        """Whether a file's checksums match; if not, it is known as damaged from now on."""
        if self._info(path) is None or path in self._sound:
            return path in self._sound
        if dayfile.is_sound(path):
            self._sound.add(path)
        else:
            self._infos[path] = None
        return path in self._sound


def _write_day(path: Path, info: DayInfo, views: pa.Table, rejected: Iterable[Rejected]) -> None:
    # Rejected records first: once the day file exists, the day is complete.
    dayfile.write_rejected(path, rejected)
    with replacing(path) as temporary:
        dayfile.write(temporary, views, info)

"""The day files: write, list, read. The only module that touches them.

    <archive>/<scope>/<yyyy>/<yyyy-mm-dd>.<generation>.parquet

One file holds one UTC day of one scope. What is known about its fetch stands in the file's own
metadata, so that data and bookkeeping cannot disagree. A day is replaced by writing its next
generation beside the old one; readers take the newest, and the old one goes after a grace time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import filelock
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import ArchiveError, SyncRunningError
from .records import SCHEMA, SCHEMA_VERSION, Rejected

GRACE_SECONDS = 600  # how long a replaced file stays for those who are reading it
ROW_GROUP = 50_000  # views; larger ones cost memory while a big day is written
_CLOCK_TICK_NS = 100_000_000
_METADATA_KEY = b"dyntube"
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{6})\.(parquet|rejected\.jsonl)")


@dataclass(frozen=True)
class DayInfo:
    """What is known of a stored day; times are UTC.

    `rows` are the views stored, `api_total` is what the API's pager counted, `until` is where the
    fetched window ended. `verified`: distinct ids and total agreed. `settled`: fetched so long
    after the day's end that it is not expected to change.
    """

    day: dt.date
    rows: int
    api_total: int
    verified: bool
    settled: bool
    fetched_at: dt.datetime
    until: dt.datetime
    newest: dt.datetime | None
    rejected: int = 0
    duplicates: int = 0
    schema: int = SCHEMA_VERSION

    def to_json(self) -> dict[str, object]:
        """Plain values, times as ISO 8601 text."""
        values = dataclasses.asdict(self)
        return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}

    @staticmethod
    def from_json(values: dict[str, object]) -> DayInfo:
        """The reverse of `to_json`; raises KeyError, TypeError or ValueError."""
        moments = {
            name: dt.datetime.fromisoformat(str(values[name]))
            for name in ("fetched_at", "until", "newest")
            if values[name] is not None
        }
        day = dt.date.fromisoformat(str(values["day"]))
        return DayInfo(**(values | moments | {"day": day}))  # type: ignore[arg-type]


class Archive:
    """The stored days of one or more scopes; each scope has a folder of its own."""

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self.root = root
        self.folders = tuple(folders)
        self._infos: dict[Path, DayInfo | None] = {}
        self._listings: dict[Path, tuple[dict[str, int], tuple[Path, ...]]] = {}

    def days(self, folder: str | None = None) -> dict[dt.date, list[DayInfo]]:
        """What is stored, by day, for one scope or all; damaged files are left out."""
        days: dict[dt.date, list[DayInfo]] = {}
        for path in self._newest(folder):
            if info := self._info(path):
                days.setdefault(info.day, []).append(info)
        return dict(sorted(days.items()))

    def damaged(self) -> list[Path]:
        """Day files that cannot be read."""
        return [path for path in self._newest() if self._info(path) is None]

    def files(self, start: dt.date, end: dt.date) -> tuple[Path, ...]:
        """The readable files of the UTC days from `start` to `end`, both included."""
        return tuple(
            path
            for path in self._newest()
            if start <= _day_of(path) <= end and self._info(path) is not None
        )

    def version(self) -> str:
        """A text that changes whenever a stored day does."""
        return hashlib.sha256("\n".join(map(str, self._newest())).encode()).hexdigest()

    def read(self, start: dt.date, end: dt.date) -> pa.Table:
        """The views of the UTC days from `start` to `end`, both included, in SCHEMA."""
        tables = [pq.read_table(path, schema=SCHEMA) for path in self.files(start, end)]
        return pa.concat_tables([SCHEMA.empty_table(), *tables]).unify_dictionaries()

    def write(
        self, folder: str, info: DayInfo, views: pa.Table, rejected: Iterable[Rejected] = ()
    ) -> DayInfo:
        """Store a day as its next generation, or raise ArchiveError and leave the old one."""
        year = self.root / folder / f"{info.day:%Y}"
        try:
            _make_folder(year)
            generation = 1 + max((_generation_of(p) for p in _day_files(year, info.day)), default=0)
            name = f"{info.day}.{generation:06d}"
            # The rejected records first: once the day file is there, all of it is.
            if lines := [json.dumps(dataclasses.asdict(record)) for record in rejected]:
                with _replacing(year / f"{name}.rejected.jsonl") as temporary:
                    temporary.write_text("\n".join(lines) + "\n", "utf-8")
            with _replacing(year / f"{name}.parquet") as temporary:
                _write_parquet(temporary, views, info)
        except OSError as error:
            raise ArchiveError(_cannot("written", year, error)) from error
        return info

    def sweep(self, folder: str) -> None:
        """Remove replaced generations and left-over temporary files past the grace time."""
        newest = {path.name[:17] for path in self._newest(folder)}
        for path in (self.root / folder).glob("[0-9][0-9][0-9][0-9]/*"):
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
            _make_folder(self.root)
            lock.acquire(timeout=seconds)
        except filelock.Timeout:
            raise SyncRunningError("Another sync is running on this archive.") from None
        except OSError as error:
            raise ArchiveError(_cannot("written", self.root, error)) from error
        try:
            yield
        finally:
            lock.release()

    def _newest(self, folder: str | None = None) -> list[Path]:
        folders = self.folders if folder is None else (folder,)
        return [path for name in folders for path in self._listing(self.root / name)]

    def _listing(self, folder: Path) -> tuple[Path, ...]:
        """The newest generation of each day, oldest day first; read again when a folder changed."""
        try:
            changed = _changed_at(folder)
            known = self._listings.get(folder)
            if known is None or known[0] != changed:
                known = changed, tuple(_newest_generations(changed))
                # A change within the clock's last tick may not show in the folder's time.
                if time.time_ns() - max(changed.values(), default=0) > _CLOCK_TICK_NS:
                    self._listings[folder] = known
            return known[1]
        except OSError as error:
            raise ArchiveError(_cannot("read", folder, error)) from error

    def _info(self, path: Path) -> DayInfo | None:
        # A generation never changes under its name, so what was read once stays true.
        if path not in self._infos:
            self._infos[path] = _read_info(path)
        return self._infos[path]


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


def _day_files(year: Path, day: dt.date) -> list[Path]:
    return [path for path in year.glob(f"{day}.*") if _NAME.fullmatch(path.name)]


def _day_of(path: Path) -> dt.date:
    return dt.date.fromisoformat(path.name[:10])


def _generation_of(path: Path) -> int:
    return int(path.name[11:17])


def _read_info(path: Path) -> DayInfo | None:
    try:
        metadata = pq.read_metadata(path).metadata or {}
        return DayInfo.from_json(json.loads(metadata[_METADATA_KEY]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def _write_parquet(path: Path, views: pa.Table, info: DayInfo) -> None:
    """Write the views oldest first; by row groups, so that the table is never there twice."""
    schema = SCHEMA.with_metadata({_METADATA_KEY: json.dumps(info.to_json())})
    order = pc.sort_indices(views, [("date", "ascending"), ("id", "ascending")])
    with pq.ParquetWriter(path, schema, compression="lz4", write_page_checksum=True) as writer:
        for start in range(0, len(views), ROW_GROUP):
            group = views.take(order.slice(start, ROW_GROUP)).unify_dictionaries()
            writer.write_table(group.replace_schema_metadata(schema.metadata))


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write, which becomes `path` whole and on disk, or is removed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _sync_to_disk(temporary)
        os.replace(temporary, path)
        _sync_to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
        _sync_to_disk(missing.parent)


def _sync_to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot(verb: str, folder: Path, error: OSError) -> str:
    return (
        f"The archive folder {folder} cannot be {verb}: {error.strerror or type(error).__name__}."
    )

"""Stored days in memory, where queries read them several times as fast as from files.

They are loaded in chunks of about a million views, newest first. A chunk never changes: when one of
its files is replaced, queries fall back to the files, and its days are reloaded. So days still
expected to change have chunks of their own.
"""

from __future__ import annotations

import atexit
import datetime as dt
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, dropwhile, takewhile
from pathlib import Path

import duckdb

from ..archive.archive import Archive
from ..archive.dayfile import DayInfo
from ..errors import ArchiveError
from ..events import event, unforeseen
from .sources import HotChunk, load_statements

CHUNK_VIEWS = 1_000_000
FIRST_REST = 5.0  # seconds until loading starts, so that the first page comes before it
REST = 3.0  # times the duration of a step, while there are queries: readers go first
QUIET_AFTER = 2.0  # seconds without a query
LOOK_EVERY = 30.0  # seconds, once all is loaded
GRACE_SECONDS = 60.0  # how long a retired chunk stays for current readers
BYTES_PER_VIEW = 45  # measured, with viewers: 42 to 45 (docs/performance.md)


@dataclass(frozen=True)
class _Loaded:
    """A chunk, and the metadata of its files, oldest day first."""

    chunk: HotChunk
    infos: tuple[DayInfo, ...]

    def between(self, first: dt.date, last: dt.date) -> Sequence[Path]:
        """Its files of these days, both included."""
        start = bisect_left(self.infos, first, key=_day)
        return self.chunk.files[start : bisect_right(self.infos, last, start, key=_day)]

    @property
    def size(self) -> int:
        """Its approximate size in bytes."""
        return sum(info.rows for info in self.infos) * BYTES_PER_VIEW


class HotDays:
    """The days of an archive that an engine has in memory; thread-safe."""

    def __init__(self, database: duckdb.DuckDBPyConnection, archive: Archive) -> None:
        self._database, self._archive = database, archive
        self._loaded: tuple[_Loaded, ...] = ()
        self._retired: list[tuple[float, HotChunk]] = []
        self._numbers = count(1)
        self._stop = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._asked_at = 0.0

    def chunks(
        self, first: dt.date, last: dt.date, files: Collection[Path]
    ) -> tuple[HotChunk, ...]:
        """The chunks with some of these files, and no others of the days from `first` to `last`.

        Slows loading down for a while, as there are queries.
        """
        self._asked_at = time.monotonic()
        wanted = frozenset(files)
        return tuple(
            loaded.chunk
            for loaded in self._loaded
            if (inside := loaded.between(first, last)) and wanted.issuperset(inside)
        )

    def keep_loading(self, megabytes: int) -> None:
        """From now on, load stored days in a thread, up to this much memory."""
        if megabytes:
            thread = threading.Thread(target=self._keep_loading, args=(megabytes,), daemon=True)
            thread.start()
            atexit.register(self._end, thread)

    def _end(self, thread: threading.Thread) -> None:
        # Otherwise the interpreter may exit while a statement runs.
        self._stop.set()
        thread.join()

    def load(self, megabytes: int) -> None:
        """Load as many days as fit; raises ArchiveError if a day file cannot be read."""
        while self._load_chunk(megabytes):
            pass

    def _keep_loading(self, megabytes: int) -> None:
        self._stop.wait(FIRST_REST)
        while not self._stop.is_set():
            try:
                while self._load_chunk(megabytes, self._rest) and not self._stop.is_set():
                    pass
            except ArchiveError as error:
                event("days_not_loaded", reason=str(error))  # queries read the files instead
            except Exception as error:  # the last line of defence: the next round retries
                unforeseen(error)
            self._stop.wait(LOOK_EVERY)

    def _rest(self, step: float) -> bool:
        """Yield to readers after a step of `step` seconds; returns whether to stop."""
        is_quiet = time.monotonic() - self._asked_at > QUIET_AFTER
        return self._stop.wait(0 if is_quiet else REST * step)

    def _load_chunk(self, megabytes: int, rest: Callable[[float], bool] = lambda _: False) -> bool:
        """Load the newest missing days; returns whether there were some, with room for them."""
        with self._one_at_a_time:
            return self._load_missing(megabytes, rest)

    def _load_missing(self, megabytes: int, rest: Callable[[float], bool]) -> bool:
        infos = self._archive.current()
        self._drop_retired()
        self._retire([one for one in self._loaded if not infos.keys() >= {*one.chunk.files}])
        held = {file for one in self._loaded for file in one.chunk.files}
        newest_first = sorted(infos, key=lambda file: infos[file].day, reverse=True)
        to_come = dropwhile(held.__contains__, newest_first)
        missing = list(takewhile(lambda file: file not in held, to_come))
        if not missing or not self._make_room(infos[missing[0]].day, megabytes):
            return False
        wanted = {file: infos[file] for file in _first_chunk(missing, infos)}
        joined = [one for one in self._newest() if _are_a_chunk([*wanted.values(), *one.infos])]
        for one in joined:
            wanted |= zip(one.chunk.files, one.infos, strict=True)
        if self._load_days(dict(sorted(wanted.items(), key=lambda item: item[1].day)), rest):
            self._retire(joined)
        return True

    def _newest(self) -> list[_Loaded]:
        """The newest chunk of final days, if any."""
        final = [one for one in self._loaded if one.infos[0].final]
        return sorted(final, key=lambda one: one.infos[-1].day)[-1:]

    def _make_room(self, day: dt.date, megabytes: int) -> bool:
        """Make room for a day by retiring older chunks; returns whether there is room.

        The limit may be exceeded a little: otherwise each new version of today would evict and
        reload an old chunk.
        """
        size, most = sum(one.size for one in self._loaded), megabytes * 1e6
        for oldest in sorted(self._loaded, key=lambda one: one.infos[-1].day):
            if size < most or oldest.infos[-1].day >= day:
                break
            if size - oldest.size < most:
                return True
            self._retire([oldest])
            size -= oldest.size
        return size < most

    def _load_days(self, infos: Mapping[Path, DayInfo], rest: Callable[[float], bool]) -> bool:
        """Load these days, oldest first, as a chunk; returns whether it was loaded."""
        days = [info.day for info in infos.values()]
        if not infos.keys() <= {*self._archive.files(days[0], days[-1])}:
            return False  # one is damaged, and now known to be
        chunk = HotChunk(f"chunk{next(self._numbers)}", tuple(infos))
        try:
            for sql, parameters in load_statements(chunk):
                began = time.monotonic()
                with self._database.cursor() as cursor:
                    cursor.execute(sql, parameters)
                if rest(time.monotonic() - began):
                    return False
        except duckdb.Error as error:
            self._retired.append((0, chunk))
            self._archive.verify(days=days)  # a sound file may have been damaged since
            raise ArchiveError(f"Days of {days[0]} to {days[-1]} cannot be loaded.") from error
        self._loaded += (_Loaded(chunk, tuple(infos.values())),)
        return True

    def _retire(self, chunks: Collection[_Loaded]) -> None:
        self._loaded = tuple(one for one in self._loaded if one not in chunks)
        self._retired += [(time.monotonic() + GRACE_SECONDS, one.chunk) for one in chunks]

    def _drop_retired(self) -> None:
        now = time.monotonic()
        for _, chunk in (old for old in self._retired if old[0] <= now):
            with self._database.cursor() as cursor:
                cursor.execute(f"DETACH DATABASE IF EXISTS {chunk.name}")
        self._retired = [old for old in self._retired if old[0] > now]


def _first_chunk(files: Iterable[Path], infos: Mapping[Path, DayInfo]) -> Iterator[Path]:
    """The first of these files, as many as fit in a chunk."""
    taken: list[DayInfo] = []
    for file in files:
        if taken and not _are_a_chunk([*taken, infos[file]]):
            return
        taken.append(infos[file])
        yield file


def _are_a_chunk(infos: Collection[DayInfo]) -> bool:
    """Whether these days fit in one chunk, and either all or none are final."""
    one_kind = len({info.final for info in infos}) == 1
    return one_kind and sum(info.rows for info in infos) <= CHUNK_VIEWS


def _day(info: DayInfo) -> dt.date:
    return info.day

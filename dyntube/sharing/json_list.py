"""Small lists that people keep and share, each in a JSON file beside the stored days.

    {"version": 1, "items": [{"id": "5f0c...", ...}, ...]}

A list whose items mean something else than before has the next version: what was written before is
read as what it means now, and written so at the next edit.

A shelf is read at every drawing of a page, so what was read is kept until the file changes. It is
edited under a lock that all processes share, and written whole. A file that this version cannot
read in full is never written, so nothing in it is lost.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import Field, asdict
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from unicodedata import category

import filelock

from ..atomic import cannot, make_folder, replacing
from ..errors import ArchiveError, EntryError
from ..reading.text import valid

_LOCK_SECONDS = 10.0  # an edit takes milliseconds; whoever waits longer waits for a broken disk
_CLOCK_TICK_NS = 100_000_000
_NOT_TEXT = ("Cc", "Cs")  # control characters and halves of characters: no spreadsheet takes them


class Item(Protocol):
    """What lies on a shelf: a dataclass of dates, moments, texts and lists of them, with an id."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Item)


class Shelf(Generic[T]):
    """One file of items; safe for many threads and processes.

    `load` makes an item of its JSON object, and raises EntryError, ValueError, TypeError or
    KeyError when that is none. `renewed` has for each version but the last what makes of its items
    those of the next.
    """

    def __init__(
        self,
        file: Path,
        load: Callable[[dict[str, Any]], T],
        renewed: Sequence[Callable[[T], T]] = (),
    ) -> None:
        self.file = file
        self._load, self._renewed = load, tuple(renewed)
        self._version = 1 + len(self._renewed)
        self._kept: tuple[tuple[int, int, int], dict[str, T]] | None = None

    def items(self) -> tuple[T, ...]:
        """All items in the order they were put there; none where there is no file yet.

        Raises ArchiveError when the file cannot be read in full.
        """
        return tuple(self._read().values())

    @contextlib.contextmanager
    def editing(self) -> Iterator[dict[str, T]]:
        """The items by id, to change in place; stored at the end, unless an error ends it.

        Raises ArchiveError when the file cannot be read in full or not be written, or another
        edit does not end.
        """
        with self._lock():
            items = dict(self._read(anew=True))
            before = list(items.values())
            yield items
            if list(items.values()) != before:
                self._write(items)

    def _read(self, *, anew: bool = False) -> dict[str, T]:
        try:
            with self.file.open("rb") as opened:
                status, kept = os.fstat(opened.fileno()), self._kept
                stamp = status.st_ino, status.st_mtime_ns, status.st_size
                if kept and kept[0] == stamp and not anew:
                    return kept[1]
                raw = opened.read()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ArchiveError(cannot("file", self.file, "read", error)) from error
        items = self._parse(raw)
        # A change within the clock's last tick may not show in the file's time.
        if time.time_ns() - status.st_mtime_ns > _CLOCK_TICK_NS:
            self._kept = stamp, items
        return items

    def _parse(self, raw: bytes) -> dict[str, T]:
        try:
            stored = json.loads(raw)
            version = stored["version"]
            if isinstance(version, int) and version > self._version:
                raise ArchiveError(
                    f"The file {self.file} was written by a newer version of DynTube Analytics. "
                    "Update this one to read and change it."
                )
            _expect(stored.keys() == {"version", "items"} and type(version) is int and version > 0)
            loaded = [self._load(item) for item in stored["items"]]
            for renew in self._renewed[version - 1 :]:
                loaded = [renew(item) for item in loaded]
            items = {item.id: item for item in loaded}
            _expect(len(items) == len(loaded))
            self._as_json(items).encode()  # what came in must be able to go out again
            return items
        except (EntryError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise ArchiveError(
                f"The file {self.file} is damaged and was left as it is. Put back a copy of it, "
                "or move it away to start anew."
            ) from error

    def _write(self, items: dict[str, T]) -> None:
        encoded = valid(self._as_json(items)).encode()
        try:
            with replacing(self.file) as temporary:
                temporary.write_bytes(encoded)
        except OSError as error:
            raise ArchiveError(cannot("file", self.file, "written", error)) from error

    def _as_json(self, items: dict[str, T]) -> str:
        whole = {"version": self._version, "items": [asdict(item) for item in items.values()]}
        return json.dumps(whole, default=lambda v: v.isoformat(), ensure_ascii=False, indent=1)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        lock = filelock.FileLock(self.file.with_name(f".{self.file.name}.lock"))
        try:
            make_folder(self.file.parent)
            lock.acquire(timeout=_LOCK_SECONDS)
        except filelock.Timeout:
            raise ArchiveError(
                f"The file {self.file} is being changed by another program. Try again in a minute."
            ) from None
        except OSError as error:
            raise ArchiveError(cannot("file", self.file, "written", error)) from error
        try:
            yield
        finally:
            lock.release()


def one_line(text: str, what: str, longest: int) -> str:
    """What somebody typed, on one line without control characters.

    Raises EntryError when nothing is left, or more than `longest` characters.
    """
    line = " ".join("".join(" " if category(c) in _NOT_TEXT else c for c in text).split())
    if not line:
        raise EntryError(f"{what} is empty. Write a few words.")
    if len(line) > longest:
        raise EntryError(f"{what} has {len(line):,} characters; {longest} are the most.")
    return line


def moment(text: str) -> dt.datetime:
    """The moment that a stored text says; raises ValueError or TypeError when it says none."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found


def _expect(holds: bool) -> None:
    if not holds:
        raise ValueError("not what a shelf looks like")

"""The JSON lists of 0.1, and their import into the database.

    {"version": 1, "items": [{"id": "5f0c...", ...}, ...]}

The first edit imports every readable entry and renames the files, which stay unchanged beside the
database. A file that reappears under its old name with other content was written by 0.1, still
running: each version would lose the other's edits, so nothing is read or written until it is
stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import filelock

from ..atomic import failure_text, rename
from ..errors import ArchiveError
from ..events import event
from ..words import tr
from .database import BUSY, NO_ENTRY, TOO_NEW, Connection, Entry, Table

SUFFIX = ".before-0.2"
_LOCK_SECONDS = 10.0

T = TypeVar("T", bound=Entry)


@dataclass(frozen=True)
class OldList(Generic[T]):
    """A file name, and the table for its entries.

    `renewed[n]` converts an entry of file version n + 1 to the next version.
    """

    file: str
    table: Table[T]
    renewed: tuple[Callable[[T], T], ...] = ()

    def parse(self, raw: bytes, path: Path) -> tuple[dict[str, T], int]:
        """The entries by id, and how many are unreadable. Raises ArchiveError if it is no list."""
        version, items = self._whole(raw, path)
        found: dict[str, T] = {}
        for item in items:
            with contextlib.suppress(*NO_ENTRY):
                entry = self.table.load(item)
                entry.id.encode()  # halves of characters would make ids the same
                for renew in self.renewed[version - 1 :]:
                    entry = renew(entry)
                found.setdefault(entry.id, entry)
        return found, len(items) - len(found)

    def _whole(self, raw: bytes, path: Path) -> tuple[int, list[Any]]:
        newest = 1 + len(self.renewed)
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            match json.loads(raw):
                case {"version": int(version)} if version > newest:
                    raise ArchiveError(TOO_NEW.format(file=path))
                case {"version": int(version), "items": list(items), **more}:
                    if not more and type(version) is int and version > 0:
                        return version, items
        text = tr(
            "The file {file} is damaged and was left as it is. Put back a copy of it, or move it "
            "away to start anew."
        )
        raise ArchiveError(text.format(file=path))


@dataclass(frozen=True)
class Taken:
    """A list as it was imported, and how many of its entries could not be read."""

    id: str  # folder and file name
    digest: str  # of the content; "" if there was no file
    unread: int


TAKEN = Table("old_lists", lambda cells: Taken(**cells))


@dataclass(frozen=True)
class Found:
    """The files at one moment: the content of those with old names, and the renamed ones."""

    raw: Mapping[Path, bytes]
    renamed: tuple[Path, ...]


class OldLists:
    """The old lists in the folders of an account's scopes; 0.1 used that of its first scope."""

    def __init__(self, folders: Sequence[Path], lists: Sequence[OldList[Any]]) -> None:
        self._lists = {folder / old.file: old for folder in folders for old in lists}

    @property
    def paths(self) -> list[Path]:
        """Where each list is, under its old name and its new one."""
        return [path for old in self._lists for path in (old, _renamed(old))]

    def find(self) -> Found:
        """The files there are now. Raises ArchiveError."""
        raw, renamed = {}, []
        for path in self._lists:
            try:
                with contextlib.suppress(FileNotFoundError):
                    raw[path] = path.read_bytes()
                if _renamed(path).exists():
                    renamed.append(_renamed(path))
            except OSError as error:
                raise ArchiveError(failure_text("file", path, "read", error)) from error
        return Found(raw, tuple(renamed))

    @contextlib.contextmanager
    def locked(self, found: Found) -> Iterator[None]:
        """Hold the locks that 0.1 takes to write lists beside those found."""
        folders = {path.parent for path in found.raw}
        with contextlib.ExitStack() as stack:
            for path in self._lists:
                if path.parent in folders:
                    stack.enter_context(_lock(path))
            yield

    def are_new(self, connection: Connection) -> bool:
        """Whether the lists of any folder were never imported."""
        return not {_id(path) for path in self._lists} <= TAKEN.all(connection).keys()

    def take_over(self, connection: Connection, found: Found, file: Path) -> None:
        """Import the lists of folders that are new.

        Raises ArchiveError if an imported list has changed since, or the database was lost.
        """
        taken = TAKEN.all(connection)
        if found.renamed and not taken:
            names = ", ".join(path.name for path in found.renamed)
            text = tr(
                "The file {file} is gone or empty, and had what was in {names} and all edits "
                "since. Put back a backup of it; without one, take {ending} off these names to "
                "begin with what they have, or move these files away to start anew."
            )
            raise ArchiveError(text.format(file=file, names=names, ending=SUFFIX))
        for path, raw in found.raw.items():
            if _id(path) in taken and taken[_id(path)].digest != _digest(raw):
                text = tr(
                    "The file {file} is newer than the move of its entries to {new}: an older "
                    "version of DynTube Analytics still runs on this archive. End it, and move the "
                    "file away; what was written with it since then has to be entered again."
                )
                raise ArchiveError(text.format(file=path, new=file.name))
        new = [path for path in self._lists if _id(path) not in taken]
        imported = [self._import(connection, path, found.raw.get(path)) for path in new]
        TAKEN.replace(connection, {}, {one.id: one for one in imported})

    def _import(self, connection: Connection, path: Path, raw: bytes | None) -> Taken:
        if raw is None:
            return Taken(_id(path), "", 0)
        old = self._lists[path]
        entries, unread = old.parse(raw, path)
        old.table.replace(connection, {}, entries)
        return Taken(_id(path), _digest(raw), unread)

    def rename(self, found: Found, connection: Connection) -> None:
        """Rename the files, once all they have is in the database."""
        taken = TAKEN.all(connection)
        for path in found.raw:
            rename(path, _renamed(path))
            event("list_moved", file=path.name)
            if taken[_id(path)].unread:
                event("entries_not_read", reason=_unread_text(taken[_id(path)], _renamed(path)))

    def unread(self, connection: Connection) -> tuple[str, ...]:
        """Which files alone have entries that could not be imported, in words."""
        found, taken = self.find(), TAKEN.all(connection)
        there = {path: path for path in found.raw} | {
            path.with_name(path.name.removesuffix(SUFFIX)): path for path in found.renamed
        }
        known = ((taken.get(_id(path)), file) for path, file in there.items())
        return tuple(_unread_text(one, file) for one, file in known if one and one.unread)


def _renamed(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _lock(path: Path) -> contextlib.AbstractContextManager[object]:
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"))
    try:
        return lock.acquire(timeout=_LOCK_SECONDS)
    except filelock.Timeout:
        raise ArchiveError(BUSY.format(file=path)) from None
    except OSError as error:
        raise ArchiveError(failure_text("file", path, "written", error)) from error


def _unread_text(taken: Taken, file: Path) -> str:
    entries = "1 entry" if taken.unread == 1 else f"{taken.unread:,} entries"
    return f"{entries} in {file.name} cannot be read"


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()

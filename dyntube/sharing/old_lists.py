"""Lists that versions before 0.2 kept in a JSON file each, and how they come into the database.

    {"version": 1, "items": [{"id": "5f0c...", ...}, ...]}

The first edit takes over what can be read of them, and gives the files another name: they stay as
they are beside the database. One that has its old name again, and says something else, was written
by an older version that still runs: two versions would each lose what the other keeps, so nothing
is read or written until somebody has decided.
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
from .database import NO_ENTRY, Connection, Entry, Table

SUFFIX = ".before-0.2"
_LOCK_SECONDS = 10.0

T = TypeVar("T", bound=Entry)


@dataclass(frozen=True)
class OldList(Generic[T]):
    """A file, by its name, and the table for its entries.

    `renewed` has for each version of the file but the last what makes of its entries those of the
    next.
    """

    file: str
    table: Table[T]
    renewed: tuple[Callable[[T], T], ...] = ()

    def parse(self, raw: bytes, path: Path) -> tuple[dict[str, T], int]:
        """The entries by id, and how many are none. Raises ArchiveError for what is no list."""
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
                    raise ArchiveError(
                        f"The file {path} was written by a newer version of DynTube Analytics. "
                        "Update this one to read and change it."
                    )
                case {"version": int(version), "items": list(items), **more}:
                    if not more and type(version) is int and version > 0:
                        return version, items
        raise ArchiveError(
            f"The file {path} is damaged and was left as it is. Put back a copy of it, or move it "
            "away to start anew."
        )


@dataclass(frozen=True)
class Taken:
    """A file that was taken over: what it said, and how many of its entries could not be read."""

    id: str  # the name of the file
    digest: str
    unread: int


TAKEN = Table("old_lists", lambda cells: Taken(**cells))


@dataclass(frozen=True)
class Found:
    """The files of one moment: what those with old names say, and those that have new names."""

    raw: Mapping[str, bytes]
    renamed: tuple[Path, ...]


class OldLists:
    """The old lists in a folder."""

    def __init__(self, folder: Path, lists: Sequence[OldList[Any]]) -> None:
        self._folder, self._lists = folder, lists

    def find(self) -> Found:
        """What is there now. Raises ArchiveError."""
        raw, renamed = {}, []
        for old in self._lists:
            path = self._folder / old.file
            try:
                with contextlib.suppress(FileNotFoundError):
                    raw[old.file] = path.read_bytes()
                if path.with_name(old.file + SUFFIX).exists():
                    renamed.append(path.with_name(old.file + SUFFIX))
            except OSError as error:
                raise ArchiveError(failure_text("file", path, "read", error)) from error
        return Found(raw, tuple(renamed))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep older versions from writing, by the locks that they hold when they do."""
        with contextlib.ExitStack() as stack:
            for old in self._lists:
                path = self._folder / old.file
                lock = filelock.FileLock(path.with_name(f".{old.file}.lock"))
                try:
                    stack.enter_context(lock.acquire(timeout=_LOCK_SECONDS))
                except filelock.Timeout:
                    raise ArchiveError(
                        f"The file {path} is being changed by another program. Try again in a "
                        "minute."
                    ) from None
                except OSError as error:
                    raise ArchiveError(failure_text("file", path, "written", error)) from error
            yield

    def take_over(self, connection: Connection, found: Found, file: Path) -> None:
        """Put into an empty database what the files have. Raises ArchiveError."""
        if found.renamed:
            names = ", ".join(path.name for path in found.renamed)
            raise ArchiveError(
                f"The file {file} is gone or empty, and had what was in {names} and all edits "
                f"since. Put back a backup of it; without one, take {SUFFIX} off these names to "
                "begin with what they have, or move these files away to start anew."
            )
        taken = {}
        for old in self._lists:
            if (raw := found.raw.get(old.file)) is not None:
                entries, unread = old.parse(raw, self._folder / old.file)
                old.table.replace(connection, {}, entries)
                taken[old.file] = Taken(old.file, _digest(raw), unread)
        TAKEN.replace(connection, {}, taken)

    def check(self, connection: Connection, found: Found, file: Path) -> None:
        """Raise ArchiveError where a file says something else than what was taken over."""
        taken = TAKEN.all(connection) if found.raw else {}
        for name, raw in found.raw.items():
            if name not in taken or taken[name].digest != _digest(raw):
                raise ArchiveError(
                    f"The file {self._folder / name} is newer than the move of its entries to "
                    f"{file.name}: an older version of DynTube Analytics still runs on this "
                    "archive. End it, and move the file away; what was written with it since then "
                    "has to be entered again."
                )

    def rename(self, found: Found, taken: Mapping[str, Taken]) -> None:
        """Give the files their new names, once all they have is in the database."""
        for name in found.raw:
            path = self._folder / name
            rename(path, path.with_name(name + SUFFIX))
            event("list_moved", file=name)
            if taken[name].unread:
                event("entries_not_read", reason=unread_text(taken[name], name + SUFFIX))


def unread_text(taken: Taken, file: str) -> str:
    """What was not taken over, and which file alone has it."""
    entries = "1 entry" if taken.unread == 1 else f"{taken.unread:,} entries"
    return f"{entries} in {file} cannot be read"


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()

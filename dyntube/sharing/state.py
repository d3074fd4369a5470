"""An account's state in one file: notes, saved views, accepted doubts, who has signed in.

The first edit creates it; reading creates nothing. An older version of the file, or the lists of
0.1, are migrated in memory for readers, as the next edit will on disk.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..atomic import Stamp, make_folder, stamp
from ..errors import ArchiveError
from . import database
from .database import MEMORY, MIGRATIONS, Connection, T, Table, opened, told, transaction
from .old_lists import Found, OldList, OldLists

FILE_NAME = "state.sqlite"


@dataclass(frozen=True)
class Contents:
    """Entries per table, and the entries that only files of 0.1 have, in words."""

    counts: dict[str, int]
    unread: tuple[str, ...]

    @property
    def text(self) -> str:
        """What there is: "2 notes, 1 saved view, 0 accepted doubts, 3 people"."""
        return ", ".join(
            f"{self.counts[name]:,} {one if self.counts[name] == 1 else many}"
            for name, (one, many) in _WORDS.items()
        )


_WORDS = {
    "notes": ("note", "notes"),
    "saved_views": ("saved view", "saved views"),
    "acceptances": ("accepted doubt", "accepted doubts"),
    "people": ("person", "people"),
}


class State:
    """One file of tables; safe for many threads and processes.

    `lists` are the tables that 0.1 kept as JSON, `tables` the others.

    All methods raise ArchiveError if it cannot be read, or, if they change it, written.
    """

    def __init__(
        self,
        folder: Path,
        lists: Sequence[OldList[Any]],
        tables: Sequence[Table[Any]] = (),
        scopes: Sequence[Path] = (),
    ) -> None:
        self.file = folder / FILE_NAME
        self._tables = [*(old.table for old in lists), *tables]
        self._old = OldLists([folder, *scopes], lists)

    def entries(self, table: Table[T]) -> tuple[T, ...]:
        """All entries of a table, oldest first."""
        with self._reading() as connection:
            return tuple(table.all(connection).values())

    def stamp(self) -> Stamp | None:
        """A value that differs after each edit, here or in another process; None without a file."""
        with told(self.file):
            try:
                return stamp(self.file.stat())
            except FileNotFoundError:
                return None

    @contextlib.contextmanager
    def editing(self, table: Table[T]) -> Iterator[dict[str, T]]:
        """The entries by id, to change in place; stored at the end, unless an error is raised."""
        with self._writing() as connection:
            before = table.all(connection)
            after = dict(before)
            yield after
            table.replace(connection, before, after)

    def backup(self, to: Path) -> Contents:
        """Write a consistent copy to another file, readable by its owner only."""
        to = to.resolve()
        own = {path.resolve() for path in (self.file, *self._old.paths)}
        if to.is_dir() or to in own or to.name == f"{FILE_NAME}-journal":
            raise ArchiveError(
                f"Name another file to back up to: {to} is a folder, or what is kept."
            )
        if to.exists() and not to.is_file():
            raise ArchiveError(f"Name another file to back up to: {to} is no regular file.")
        found = self._old.find()
        if not (self.file.exists() or found.raw or found.renamed):
            raise ArchiveError(f"There is nothing to back up: {self.file} is not there.")
        with told(self.file), opened(MEMORY) as copy:
            with self._reading() as connection:
                connection.backup(copy)
            database.check(copy)  # or a good backup would be replaced by a damaged one
            database.write_copy(copy, to)
        return self.contents()

    def contents(self) -> Contents:
        """Read every page and every entry, and count them."""
        with self._reading() as connection:
            database.check(connection)
            counts = {table.name: len(table.all(connection)) for table in self._tables}
            return Contents(counts, self._old.unread(connection))

    def try_writing(self) -> None:
        """Raise ArchiveError if no edit could start; changes nothing."""
        if self.file.exists():
            with told(self.file), opened(self.file) as connection:
                connection.execute("BEGIN IMMEDIATE")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(self.file), contextlib.ExitStack() as stack:
            # The old lists first: they are renamed once the database has their entries.
            found = self._old.find()
            connection = stack.enter_context(opened(self.file if self.file.exists() else MEMORY))
            if database.version(connection) < len(MIGRATIONS) or self._old.are_new(connection):
                disk, connection = connection, stack.enter_context(opened(MEMORY))
                disk.backup(connection)
            self._bring_up_to_date(connection, found)
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with told(self.file), contextlib.ExitStack() as stack:
            make_folder(self.file.parent)
            found = self._old.find()
            if found.raw:
                stack.enter_context(self._old.locked(found))
                found = self._old.find()
            connection = stack.enter_context(opened(self.file, create=True))
            with transaction(connection):
                self._bring_up_to_date(connection, found)
                yield connection
            if found.raw:
                self._old.rename(found, connection)

    def _bring_up_to_date(self, connection: Connection, found: Found) -> None:
        if database.version(connection) > len(MIGRATIONS):
            raise ArchiveError(database.TOO_NEW.format(file=self.file))
        database.migrate(connection)
        self._old.take_over(connection, found, self.file)

"""The state of an account: what people keep - notes, saved views, accepted doubts - in one file.

It stands beside the stored days and is made by the first edit: who only reads creates nothing. A
file of an older version, or lists from before there was this file, are read in memory as the next
edit will store them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..atomic import make_folder
from ..errors import ArchiveError
from . import database
from .database import MEMORY, MIGRATIONS, Connection, T, Table, opened, told, transaction
from .old_lists import SUFFIX, TAKEN, Found, OldList, OldLists, unread_text

FILE_NAME = "state.sqlite"


@dataclass(frozen=True)
class Contents:
    """How many entries each table has; which entries of old lists are in those files alone."""

    counts: dict[str, int]
    unread: tuple[str, ...]


class State:
    """One file of tables; safe for many threads and processes.

    All methods raise ArchiveError when it cannot be read, those that change it also when it cannot
    be written.
    """

    def __init__(self, folder: Path, lists: Sequence[OldList[Any]]) -> None:
        self.file = folder / FILE_NAME
        self._tables = [old.table for old in lists]
        self._old = OldLists(folder, lists)

    def entries(self, table: Table[T]) -> tuple[T, ...]:
        """All entries of a table, in the order in which they came."""
        with self._reading() as connection:
            return tuple(table.all(connection).values())

    @contextlib.contextmanager
    def editing(self, table: Table[T]) -> Iterator[dict[str, T]]:
        """The entries by id, to change in place; stored at the end, unless an error ends it."""
        with self._writing() as connection:
            before = table.all(connection)
            after = dict(before)
            yield after
            table.replace(connection, before, after)

    def backup(self, to: Path) -> None:
        """Write what is kept at one moment to another file, for its owner only."""
        if os.path.isdir(to) or to.resolve() == self.file.resolve():
            raise ArchiveError(
                f"Name another file to back up to: {to} is a folder, or what is kept."
            )
        with told(self.file), opened(MEMORY) as copy:
            with self._reading() as connection:
                connection.backup(copy)
            database.check(copy)  # or a good backup would be replaced by a damaged one
            database.write_copy(copy, to)

    def contents(self) -> Contents:
        """Read every page and every entry, and say what there is."""
        with self._reading() as connection:
            database.check(connection)
            counts = {table.name: len(table.all(connection)) for table in self._tables}
            taken = TAKEN.all(connection)
        found = self._old.find()
        files = {path.name.removesuffix(SUFFIX): path.name for path in found.renamed}
        files |= {name: name for name in found.raw}
        unread = [old for old in taken.values() if old.unread and old.id in files]
        return Contents(counts, tuple(unread_text(old, files[old.id]) for old in unread))

    def try_writing(self) -> None:
        """Raise ArchiveError where an edit could not begin; changes nothing."""
        if self.file.exists():
            with told(self.file), opened(self.file) as connection:
                connection.execute("BEGIN IMMEDIATE")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(self.file), contextlib.ExitStack() as stack:
            # The old lists first: they lose their names once the file has what they say.
            found = self._old.find()
            connection = stack.enter_context(opened(self.file if self.file.exists() else MEMORY))
            if database.version(connection) < len(MIGRATIONS):
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
                stack.enter_context(self._old.locked())
                found = self._old.find()
            connection = stack.enter_context(opened(self.file, create=True))
            with transaction(connection):
                self._bring_up_to_date(connection, found)
                yield connection
            if found.raw:
                self._old.rename(found, TAKEN.all(connection))

    def _bring_up_to_date(self, connection: Connection, found: Found) -> None:
        before = database.version(connection)
        if before > len(MIGRATIONS):
            raise ArchiveError(
                f"The file {self.file} was written by a newer version of DynTube Analytics. Update "
                "this one to read and change it."
            )
        database.migrate(connection)
        if before:
            self._old.check(connection, found, self.file)
        else:
            self._old.take_over(connection, found, self.file)

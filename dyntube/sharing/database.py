"""The only door to SQLite: connections that are safe beside other processes, tables of entries.

The rollback journal, SQLite's default, and not WAL: a reader of a WAL has to write beside the file,
so an archive on a read-only disk could not be read. Edits are rare and take milliseconds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..atomic import failure_text, replacing
from ..errors import ArchiveError, EntryError
from ..reading.text import valid

Connection = sqlite3.Connection

MEMORY = Path(":memory:")
NO_ENTRY = (EntryError, ValueError, TypeError, KeyError, RecursionError)  # what a `load` raises
_OLDEST = (3, 37)  # the first SQLite that has STRICT tables
_LOCK_SECONDS = 10.0  # an edit takes milliseconds; whoever waits longer waits for a broken disk

# Statements that make of each version the next. Those of a version that was released never change.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE notes (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, day TEXT NOT NULL,
            text TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, created_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE saved_views (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            page TEXT NOT NULL, parameters TEXT NOT NULL, owner TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE acceptances (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            first TEXT NOT NULL, last TEXT NOT NULL, reason TEXT NOT NULL, "by" TEXT NOT NULL,
            at TEXT NOT NULL, texts TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE old_lists (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
            unread INTEGER NOT NULL
        ) STRICT""",
    ),
)


class Entry(Protocol):
    """What a row holds: a dataclass of dates, moments, texts, numbers and lists, with an id."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Entry)


@dataclass(frozen=True)
class Table(Generic[T]):
    """Entries of one kind, in the order in which they came.

    `load` makes an entry of its cells by name, and raises one of NO_ENTRY when they are none. Dates
    and moments are ISO text there; the columns in `json` have been read.
    """

    name: str
    load: Callable[[dict[str, Any]], T]
    json: tuple[str, ...] = ()

    def all(self, connection: Connection) -> dict[str, T]:
        """The entries by id."""
        rows = connection.execute(f"SELECT * FROM {self.name} ORDER BY number").fetchall()
        try:
            return {entry.id: entry for entry in map(self._read, rows)}
        except NO_ENTRY as error:
            raise sqlite3.DatabaseError(f"a row of {self.name} is none") from error

    def replace(
        self, connection: Connection, before: Mapping[str, T], after: Mapping[str, T]
    ) -> None:
        """Store what has changed from `before` to `after`."""
        for id_ in before.keys() - after.keys():
            connection.execute(f"DELETE FROM {self.name} WHERE id = ?", (id_,))
        for id_, entry in after.items():
            if before.get(id_) != entry:
                self._put(connection, entry)

    def _put(self, connection: Connection, entry: T) -> None:
        cells = {name: _cell(value) for name, value in asdict(entry).items()}
        names = ", ".join(f'"{name}"' for name in cells)
        marks = ", ".join(f":{name}" for name in cells)
        new = ", ".join(f'"{name}" = :{name}' for name in cells)
        connection.execute(
            f"INSERT INTO {self.name} ({names}) VALUES ({marks}) "
            f"ON CONFLICT (id) DO UPDATE SET {new}",
            cells,
        )

    def _read(self, row: sqlite3.Row) -> T:
        cells = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118
        return self.load(cells | {name: json.loads(cells[name]) for name in self.json})


def _cell(value: object) -> str | int:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return valid(value)
    return value if isinstance(value, int) else valid(json.dumps(value, ensure_ascii=False))


@contextlib.contextmanager
def opened(file: Path, *, create: bool = False) -> Iterator[Connection]:
    """A connection for one reading or one edit, so that no thread or fork shares one."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise ArchiveError(
            f"Python has SQLite {sqlite3.sqlite_version} here, and 3.37 is needed. Install a newer "
            "one, or a Python that brings it."
        )
    name = f"{file}" if file == MEMORY else f"{file.absolute().as_uri()}?mode={_MODES[create]}"
    connection = sqlite3.connect(
        name, uri=file != MEMORY, timeout=_LOCK_SECONDS, isolation_level=None
    )
    with contextlib.closing(connection):  # which takes back a transaction that was not committed
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        yield connection


_MODES = {False: "rw", True: "rwc"}  # of a file that may only be read, "rw" only reads


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """All of it or nothing; other edits wait from its start, and so read nothing outdated."""
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


def version(connection: Connection) -> int:
    """How many migrations a database has seen; 0: it is empty."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: Connection) -> None:
    """Bring a database up to this version; for whoever is in a transaction."""
    for number, statements in enumerate(MIGRATIONS, 1):
        if number > version(connection):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def check(connection: Connection) -> None:
    """Read every page; raises sqlite3.DatabaseError where one is damaged."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def write_copy(connection: Connection, to: Path) -> None:
    """Write all of a database to a file, whole or not at all. Raises ArchiveError."""
    with told(to), replacing(to) as temporary:
        temporary.unlink(missing_ok=True)
        temporary.touch(mode=0o600)
        with opened(temporary) as copy:
            copy.execute("PRAGMA journal_mode = OFF")  # a copy that is not whole is thrown away
            connection.backup(copy)


@contextlib.contextmanager
def told(file: Path) -> Iterator[None]:
    """Raise what goes wrong with a file as ArchiveError, in a sentence."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:  # those of texts and rows that cannot be read have no code
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code not in _SENTENCES:
            raise
        raise ArchiveError(f"The file {file} {_SENTENCES[code]}") from error
    except OSError as error:
        raise ArchiveError(failure_text("file", file, "opened", error)) from error


_DAMAGED = (
    "is damaged and was left as it is. Put back a backup of it, or move it away to start anew."
)
_READ_ONLY = (
    "cannot be written: it or its folder may only be read. Let the user who starts this write both."
)
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is being changed by another program. Try again in a minute.",
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Let the user who starts this read it, and write "
    "into its folder.",
    sqlite3.SQLITE_FULL: "cannot be written: no space is left. What it had it still has; make room "
    "and try again.",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk refuses. Look into the log of the "
    "system, and put back a backup of the file if it stays like this.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}

"""The only module that imports sqlite3: connections, migrations, tables of entries.

It uses the rollback journal, not WAL: WAL readers write beside the file, so an archive on a
read-only disk could not be read. Edits are rare and take milliseconds.

Never open a database's file yourself: closing it drops the locks that SQLite holds on it anywhere
in this process (fcntl locks work like that), and edits of two processes get into each other.
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
from ..words import tr

Connection = sqlite3.Connection

BUSY = tr("The file {file} is being changed by another program. Try again in a minute.")
TOO_NEW = tr(
    "The file {file} was written by a newer version of DynTube Analytics. Update this one to read "
    "and change it."
)
MEMORY = Path(":memory:")
NO_ENTRY = (EntryError, ValueError, TypeError, KeyError, RecursionError)  # raised by `Table.load`
_OLDEST = (3, 37)  # the first SQLite that has STRICT tables
_LOCK_SECONDS = 10.0  # edits take milliseconds

# Statements that upgrade each version to the next. Never change those of a released version.
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
    (
        "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE notes ADD COLUMN author_name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE saved_views ADD COLUMN author TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE saved_views ADD COLUMN author_name TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE people (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL,
            subject TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL, groups TEXT NOT NULL,
            signed_in_at TEXT NOT NULL, ended_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE exports (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, day TEXT NOT NULL,
            rows INTEGER NOT NULL
        ) STRICT""",
    ),
    ("ALTER TABLE people ADD COLUMN groups_left_out INTEGER NOT NULL DEFAULT 0",),
)


class Entry(Protocol):
    """A row: a dataclass of dates, datetimes, texts, numbers and lists, with an id."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Entry)


@dataclass(frozen=True)
class Table(Generic[T]):
    """Entries of one type, oldest first.

    `load` makes an entry from its cells by column name, or raises one of NO_ENTRY. Dates and
    datetimes are ISO text; the columns in `json` are already parsed.
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
        """Store the difference between `before` and `after`."""
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
    """A connection for one read or one edit, never shared by threads or forks."""
    if sqlite3.sqlite_version_info < _OLDEST:
        text = tr(
            "Python has SQLite {version} here, and 3.37 is needed. Install a newer one, or a "
            "Python that brings it."
        )
        raise ArchiveError(text.format(version=sqlite3.sqlite_version))
    name = f"{file}" if file == MEMORY else f"{file.absolute().as_uri()}?mode={_MODES[create]}"
    connection = sqlite3.connect(
        name, uri=file != MEMORY, timeout=_LOCK_SECONDS, isolation_level=None
    )
    with contextlib.closing(connection):  # rolls back an open transaction
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        yield connection


_MODES = {False: "rw", True: "rwc"}  # "rw" only reads a read-only file


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit at the end; the write lock is taken at once, so that no edit reads stale data."""
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


def version(connection: Connection) -> int:
    """The number of migrations applied; 0 for an empty database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: Connection) -> None:
    """Apply the missing migrations; call it within a transaction."""
    for number, statements in enumerate(MIGRATIONS, 1):
        if number > version(connection):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def check(connection: Connection) -> None:
    """Read every page. Raises sqlite3.DatabaseError if one is damaged."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def write_copy(connection: Connection, to: Path) -> None:
    """Write all of a database to a file, whole or not at all. Raises ArchiveError."""
    with told(to), replacing(to) as temporary:
        temporary.unlink(missing_ok=True)
        temporary.touch(mode=0o600)
        with opened(temporary) as copy:
            copy.execute("PRAGMA journal_mode = OFF")  # an incomplete copy is deleted
            connection.backup(copy)


def copy(file: Path, to: Path) -> None:
    """Write a consistent copy of a database of any version to a file. Raises ArchiveError."""
    with told(file), opened(MEMORY) as held:
        with opened(file) as connection:
            connection.backup(held)
        check(held)
        write_copy(held, to)


@contextlib.contextmanager
def told(file: Path) -> Iterator[None]:
    """Raise errors of a file as ArchiveError, with what to do."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:  # our own, of unreadable rows, have no code
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code not in _SENTENCES:
            raise
        raise ArchiveError(_SENTENCES[code].format(file=file)) from error
    except OSError as error:
        raise ArchiveError(failure_text("file", file, "opened", error)) from error


_DAMAGED = tr(
    "The file {file} is damaged and was left as it is. Put back a backup of it, or move it away to "
    "start anew."
)
_READ_ONLY = tr(
    "The file {file} cannot be written: it or its folder may only be read. Let the user who starts "
    "this write both."
)
_SENTENCES = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: tr(
        "The file {file} cannot be opened. Let the user who starts this read it, and write into "
        "its folder."
    ),
    sqlite3.SQLITE_FULL: tr(
        "The file {file} cannot be written: no space is left. What it had it still has; make room "
        "and try again."
    ),
    sqlite3.SQLITE_IOERR: tr(
        "The file {file} cannot be read or written: the disk refuses. Look into the log of the "
        "system, and put back a backup of the file if it stays like this."
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_ERROR: _DAMAGED,  # not our tables
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}

"""Writes a backup of an archive, while people look and a sync stores days."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO

from ..archive import dayfile
from ..atomic import failure_text, rename, replacing
from ..errors import ArchiveError
from ..sharing import database
from . import contents
from .stored import (
    MANIFEST,
    Add,
    Copying,
    Manifest,
    Stored,
    plain_folder,
    read_through,
    tar_file,
    verified,
)

_TRIES = 10  # for a day that is replaced while it is copied


@dataclass(frozen=True)
class Written:
    """What a backup has: day files with their views, all files with their bytes, the damaged."""

    days: int
    views: int
    files: int
    bytes: int
    damaged: tuple[str, ...]


def write_backup(root: Path, to: Path, *, folder: bool, thumbnails: bool = False) -> Written:
    """Copy an archive to a tar file, or to a folder that is empty or not there.

    Every day is whole, as of some moment during the copy. The copy is read again before it gets
    its name. A damaged file is copied as it is, but no backup is replaced then. Raises
    ArchiveError.
    """
    _check_place(root, to, folder=folder)
    try:
        with _beside(to, folder=folder) as temporary:
            with (plain_folder if folder else tar_file)(temporary) as add:
                found = _Found(root, add, to.parent)
                found.copy(thumbnails=thumbnails)
            verified(temporary, read_through)
            if found.damaged and not folder and to.exists():
                raise ArchiveError(
                    f"{to} was left as it is, since {found.damaged[0]} is damaged and may be sound "
                    "there. Run `repair`, or name another file."
                )
    except OSError as error:
        raise ArchiveError(failure_text("backup", to, "written", error)) from error
    return found.written()


def _check_place(root: Path, to: Path, *, folder: bool) -> None:
    inside, outside = to.resolve(), root.resolve()
    if not root.is_dir():
        raise ArchiveError(f"There is nothing to back up: {root} is not there.")
    if inside == outside or outside in inside.parents or inside in outside.parents:
        raise ArchiveError(f"Name a place outside the archive to back up to, not {to}.")
    if folder and to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise ArchiveError(f"Name an empty folder to back up to: {to} is not empty.")
    if not folder and to.exists() and not to.is_file():
        raise ArchiveError(f"Name another file to back up to: {to} is no regular file.")


@contextmanager
def _beside(to: Path, *, folder: bool) -> Iterator[Path]:
    """A name to write at, which becomes `to` at the end."""
    if not folder:
        with replacing(to) as temporary:
            temporary.unlink(missing_ok=True)
            yield temporary
        return
    temporary = to.with_name(f".{to.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        rename(temporary, to)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@dataclass
class _Found:
    """What was copied so far, by `add`; databases are copied by way of the folder `room`."""

    root: Path
    add: Add
    room: Path
    files: dict[str, Stored] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    days: int = 0
    views: int = 0

    def copy(self, *, thumbnails: bool) -> None:
        for path in contents.other_files(self.root, thumbnails=thumbnails):
            (self._database if path.suffix == contents.DATABASE else self._file)(path)
        for year, date in contents.days(self.root):
            self._day(year, date)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        manifest = Manifest(now, self.files, tuple(self.damaged)).encoded()
        self.add(MANIFEST, Copying(BytesIO(manifest), len(manifest)))

    def written(self) -> Written:
        size = sum(stored.bytes for stored in self.files.values())
        return Written(self.days, self.views, len(self.files), size, tuple(self.damaged))

    def _file(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._add(path, file)
        except FileNotFoundError:
            pass  # one that moved meanwhile: a list of 0.1 into the database, which is next

    def _database(self, path: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=self.room) as folder:
            copy = Path(folder, path.name)
            try:
                database.copy(path, copy)
            except ArchiveError:
                self.damaged.append(self._name(path))
                copy = path
            with copy.open("rb") as file:
                self._add(path, file)

    def _day(self, year: Path, date: str) -> None:
        for _ in range(_TRIES):
            path = contents.newest(year, date)
            if path is None:
                break
            try:
                self._generation(path)
            except FileNotFoundError:
                continue  # a newer one has taken its place
            return
        raise ArchiveError(f"The day {date} in {year} vanished while it was copied. Try again.")

    def _generation(self, path: Path) -> None:
        """Copy a day with its unreadable records; both are opened before either is copied."""
        with ExitStack() as stack:
            views = stack.enter_context(path.open("rb"))
            info, is_sound = dayfile.read_info(path), dayfile.holds(views)
            rejected = path.with_name(f"{path.name[:17]}.rejected.jsonl")
            needed = info is not None and info.rejected
            beside = rejected.open("rb") if needed or rejected.exists() else None
            if not path.exists():
                raise FileNotFoundError(path)
            if beside:
                self._add(rejected, stack.enter_context(beside))
            self._add(path, views)
        self.days += 1
        self.views += info.rows if info else 0
        if not (info and is_sound):
            self.damaged.append(self._name(path))

    def _add(self, path: Path, file: IO[bytes]) -> None:
        file.seek(0)
        copying = Copying(file, os.fstat(file.fileno()).st_size)
        self.add(self._name(path), copying)
        self.files[self._name(path)] = copying.stored

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

"""The format of a backup: files with their checksums, in a tar file or in a folder.

`manifest.json` is written last, so a backup without it is not whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ..atomic import make_folder
from ..errors import ArchiveError

MANIFEST = "manifest.json"
VERSION = 1
_PART = 2**20

Add = Callable[[str, "Copying"], None]  # writes a file under a name


@dataclass(frozen=True)
class Stored:
    """The size in bytes and the SHA-256 of a file."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The files by their names, relative and with slashes, and which were damaged already."""

    made_at: str
    files: dict[str, Stored]
    damaged: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        """As JSON."""
        known = asdict(self) | {"version": VERSION}
        return json.dumps(known, indent=1, sort_keys=True).encode()


def decoded(raw: bytes, of: Path) -> Manifest:
    """The manifest of a backup. Raises ArchiveError."""
    try:
        known = json.loads(raw)
        if known["version"] > VERSION:
            raise ArchiveError(f"{of} was made by a newer version of DynTube Analytics.")
        files = {str(name): Stored(**values) for name, values in known["files"].items()}
        return Manifest(str(known["made_at"]), files, tuple(map(str, known["damaged"])))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArchiveError(f"{of} cannot be read: its {MANIFEST} is damaged.") from error


class Copying:
    """A file that is read, `size` bytes of it, with the checksum of what was read."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left, self._hash = file, size, hashlib.sha256()
        self.size = size

    def read(self, count: int = -1) -> bytes:
        """The next bytes, at most `count`."""
        wanted = self._left if count < 0 else min(count, self._left)
        part = self._file.read(wanted)
        self._left -= len(part)
        self._hash.update(part)
        return part

    @property
    def stored(self) -> Stored:
        """What was read. Raises ArchiveError if it was less than there should be."""
        if self._left:
            raise ArchiveError("A file was cut short while it was read. Try again.")
        return Stored(self.size, self._hash.hexdigest())


@contextmanager
def tar_file(path: Path) -> Iterator[Add]:
    """A tar file to add files to, readable by its owner only."""
    path.touch(mode=0o600)
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:

        def add(name: str, copying: Copying) -> None:
            member = tarfile.TarInfo(name)
            member.size, member.mode = copying.size, 0o600
            tar.addfile(member, copying)

        yield add


@contextmanager
def plain_folder(path: Path) -> Iterator[Add]:
    """A new folder to add files to, accessible by its owner only."""

    def add(name: str, copying: Copying) -> None:
        make_folder((path / name).parent)
        write_file(path / name, copying)

    make_folder(path)
    yield add


def write_file(path: Path, copying: Copying) -> None:
    """Write a new file, and flush it to disk."""
    with path.open("xb") as file:
        while part := copying.read(_PART):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _in_folder(folder: Path) -> Iterator[tuple[str, Copying]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                name = path.relative_to(folder).as_posix()
                yield name, Copying(file, os.fstat(file.fileno()).st_size)


def _in_tar(path: Path) -> Iterator[tuple[str, Copying]]:
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            if file is None:
                raise ArchiveError(f"{path} has {member.name!r}, which is no file.")
            yield member.name, Copying(file, member.size)


def verified(backup: Path, take: Add) -> Manifest:
    """Hand each file to `take`, which reads it, and compare all with the manifest.

    Raises ArchiveError for a name that leads elsewhere, a missing, foreign or changed file.
    """
    try:
        found, raw = _taken(backup, take)
    except tarfile.TarError as error:
        raise ArchiveError(f"{backup} is no backup, or damaged: {error}.") from error
    if not raw:
        raise ArchiveError(f"{backup} is not whole: its {MANIFEST} is missing.")
    manifest = decoded(raw, backup)
    names = {*found, *manifest.files}
    if wrong := [name for name in names if found.get(name) != manifest.files.get(name)]:
        raise ArchiveError(f"{backup} is damaged: {min(wrong)} is not as it was written.")
    return manifest


def _taken(backup: Path, take: Add) -> tuple[dict[str, Stored], bytes]:
    """The checksums of what was taken, and the manifest; empty if there is none."""
    found: dict[str, Stored] = {}
    raw = b""
    for name, copying in (_in_folder if backup.is_dir() else _in_tar)(backup):
        if name == MANIFEST:
            raw = copying.read()
            continue
        if not _is_safe(name) or name in found:
            raise ArchiveError(f"{backup} has the name {name!r}, which no backup has.")
        take(name, copying)
        found[name] = copying.stored
    return found, raw


def _is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and "/".join(parts) == name and not {"/", "..", "."} & {*parts}


def read_through(name: str, copying: Copying) -> None:
    """Read a file for nothing but its checksum."""
    while copying.read(_PART):
        pass

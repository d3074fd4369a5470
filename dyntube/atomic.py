"""Files that are whole or not there: written beside, flushed to disk, and only then named.

The order is what survives a power loss: data, then its name, then the folder that has the name.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write, which becomes `path` whole and on disk, or is removed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _to_disk(temporary)
        rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def rename(path: Path, to: Path) -> None:
    """Give a file another name in its folder, on disk."""
    os.replace(path, to)
    _to_disk(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for its owner only, where they are missing."""
    for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
        _to_disk(missing.parent)


def cannot(what: str, path: Path, verb: str, error: OSError) -> str:
    """A sentence about what the system does not let us read or write."""
    return f"The {what} {path} cannot be {verb}: {error.strerror or type(error).__name__}."


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

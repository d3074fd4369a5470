"""Atomic file writes: a temporary file is written, flushed to disk and renamed.

The order survives a power loss: data, then its name, then the folder with the name.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write; it replaces `path`, flushed to disk, or is removed on error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _to_disk(temporary)
        os.replace(temporary, path)
        _to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, accessible by the owner only."""
    for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
        _to_disk(missing.parent)


def cannot(what: str, path: Path, verb: str, error: OSError) -> str:
    """A sentence on a failed file operation."""
    return f"The {what} {path} cannot be {verb}: {error.strerror or type(error).__name__}."


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

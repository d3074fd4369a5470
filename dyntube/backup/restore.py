"""Puts a backup back into an empty folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..archive import dayfile
from ..atomic import failure_text, make_folder, rename
from ..errors import ArchiveError
from .stored import Copying, Manifest, verified, write_file

_UNFINISHED = ".restoring"  # in the folder, until everything is there and verified
_NO_CONTENT = {_UNFINISHED, "lost+found"}  # what a new disk or a killed restore has


def restore(backup: Path, to: Path) -> Manifest:
    """Write all files of a backup to a folder that is empty or not there.

    Nothing gets its name there before all checksums were compared. Raises ArchiveError.
    """
    if not backup.exists():
        raise ArchiveError(f"There is no backup at {backup}.")
    try:
        if to.exists() and (not to.is_dir() or {*os.listdir(to)} - _NO_CONTENT):
            raise ArchiveError(f"Name an empty folder to restore to: {to} is not empty.")
        make_folder(to)
        unfinished = to / _UNFINISHED
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            manifest = _unpacked(backup, unfinished)
            for path in sorted(unfinished.iterdir()):
                rename(path, to / path.name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise ArchiveError(failure_text("backup", backup, "restored", error)) from error
    return manifest


def _unpacked(backup: Path, to: Path) -> Manifest:
    make_folder(to)

    def take(name: str, copying: Copying) -> None:
        make_folder((to / name).parent)
        write_file(to / name, copying)

    manifest = verified(backup, take)
    for name in {name for name in manifest.files if name.endswith(".parquet")}:
        if name not in manifest.damaged and not dayfile.is_sound(to / name):
            raise ArchiveError(f"{backup} is damaged: {name} is not as it was written.")
    return manifest

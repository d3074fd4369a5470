"""The archive: whether it can be read and written, what is in it, and what else."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .. import formats
from ..account import state_of
from ..archive.archive import Archive
from ..archive.scopes import other_scopes
from ..atomic import failure_text
from ..errors import ArchiveError
from ..query.periods import Period
from ..settings.settings import Settings
from . import state
from .check import Check, failed, ok, skipped, warning

ALL = ("folder", "space", "days", "other scopes", *state.ALL)
_LITTLE = 2**30  # bytes
_STALE = dt.timedelta(days=1)


def of_archive(settings: Settings, now: dt.datetime) -> Iterator[Check]:
    """The folder, the room for it, the stored days, the other scopes and what people keep."""
    folders = [settings.folder(scope) for scope in settings.scopes]
    archive = Archive(settings.archive, folders, settings.rules)
    try:
        there = _nearest(settings.archive)
        yield _folder(settings, there, folders)
        yield _space(there)
    except OSError as error:
        yield failed("folder", failure_text("archive folder", settings.archive, "read", error))
        yield from skipped(ALL[1:], "the folder has to be readable first")
        return
    try:
        yield _days(settings, archive, now)
    except ArchiveError as error:
        yield failed("days", str(error))
    try:
        yield _others(settings, folders, bool(archive.days()))
    except ArchiveError as error:
        yield failed("other scopes", str(error))
    yield from state.of_state(state_of(settings), writes=not _reads_only(settings))


def _nearest(path: Path) -> Path:
    """The folder, or the nearest above it that is there. Raises OSError."""
    for folder in (path, *path.parents):
        if folder.exists():
            os.listdir(folder)  # or say why not
            return folder
    return Path(path.anchor)


def _folder(settings: Settings, there: Path, folders: list[str]) -> Check:
    archive, reads_only = settings.archive, _reads_only(settings)
    is_there = there == archive
    own = [archive / name for name in folders if (archive / name).is_dir()]
    blocked = [path for path in (there, *own) if not os.access(path, os.W_OK | os.X_OK)]
    if reads_only and not is_there:
        return failed("folder", f"{archive} is not there", "Is it where the scheduler writes?")
    if reads_only:
        return ok("folder", f"{archive}, which is only read here")
    if blocked:
        text = f"{blocked[0]} cannot be written"
        return failed("folder", text, "Let the user who starts this write there.")
    return ok("folder", f"{archive}" if is_there else f"{archive}, made by the first fetch")


def _reads_only(settings: Settings) -> bool:
    return settings.sync == "external" and not settings.api_key


def _space(there: Path) -> Check:
    free = shutil.disk_usage(there).free
    text = f"{free / 1e9:,.1f} GB free"
    if free < _LITTLE:
        return warning("space", text, "A million views take about 64 MB.")
    return ok("space", text)


def _days(settings: Settings, archive: Archive, now: dt.datetime) -> Check:
    days, damaged = archive.days(), archive.damaged()
    infos = [info for infos in days.values() for info in infos]
    if not infos and not damaged and settings.sync == "external":
        return warning("days", "none are stored for these settings", _SCHEDULER)
    if not infos and not damaged:
        return ok("days", "none are stored yet")
    views = formats.count(sum(info.rows for info in infos), "view")
    span = f", {formats.period(Period(min(days), max(days)))}" if days else ""
    text = f"{formats.count(len(days), 'day')}{span}, {views}"
    short = sum(not all(info.verified for info in infos) for infos in days.values())
    if damaged or short:
        said = f"{len(damaged):,} damaged, " if damaged else ""
        repair = "`python -m dyntube repair` fetches them again."
        return warning("days", f"{text}; {said}{short:,} that do not add up", repair)
    at = max(info.fetched_at for info in infos)
    ago = f"fetched {formats.ago((now - at).total_seconds())}"
    if settings.sync == "external" and now - at > _STALE:
        return warning("days", f"{text}; last {ago}", _SCHEDULER)
    return ok("days", f"{text}; {ago}")


_SCHEDULER = "Does a scheduler run `python -m dyntube sync` with the same archive?"


def _others(settings: Settings, own: list[str], any_days: bool) -> Check:
    found = other_scopes(settings.archive, own)
    if not found:
        return ok("other scopes", "none in this archive")
    text = formats.stored_scopes(found)
    if any_days or settings.demo:
        return ok("other scopes", text)
    return warning("other scopes", text, formats.OTHER_SETTINGS)

"""The scopes in an archive: each is described in a small file in its folder.

    <archive>/<scope>/scope.json    {"url": "https://...", "kind": "project", "key": "5lCo..."}

The name of a folder is a hash, which only shows whether it is that of a given scope. The file tells
people whose settings find no views that there are views of other settings.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ..atomic import failure_text, make_folder, replacing
from ..errors import ArchiveError
from ..settings.settings import FetchScope, ScopeKind, Settings
from .generations import changed_at, day_of, newest_generations

FILE_NAME = "scope.json"
_FOLDER = re.compile(rf"({'|'.join(get_args(ScopeKind))})-[0-9a-f]{{12}}|demo")


@dataclass(frozen=True)
class StoredScope:
    """A scope with days in an archive, from the `first` to the `last`; maybe with gaps.

    `url` and `scope` are None if only the name of its `folder` is known.
    """

    folder: str
    days: int
    first: dt.date
    last: dt.date
    url: str | None = None
    scope: FetchScope | None = None


def note_scope(archive: Path, settings: Settings, scope: FetchScope) -> None:
    """Describe a scope in its folder; the caller holds the archive's lock.

    Raises ArchiveError.
    """
    folder = archive / settings.folder(scope)
    if settings.demo or _read(folder) == (settings.stats_url, scope):
        return
    known = {"url": settings.stats_url, "kind": scope.kind, "key": scope.key}
    try:
        make_folder(folder)
        with replacing(folder / FILE_NAME) as temporary:
            temporary.write_text(json.dumps(known), "utf-8")
    except OSError as error:
        raise ArchiveError(failure_text("archive folder", folder, "written", error)) from error


def other_scopes(archive: Path, own: Collection[str]) -> list[StoredScope]:
    """The scopes with days in an archive, other than those in the folders `own`.

    Raises ArchiveError.
    """
    try:
        names = sorted(name for name in os.listdir(archive) if _FOLDER.fullmatch(name))
        found = [_scope(archive / name) for name in names if name not in own]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ArchiveError(failure_text("archive folder", archive, "read", error)) from error
    return [scope for scope in found if scope]


def _scope(folder: Path) -> StoredScope | None:
    days = [day_of(path) for path in newest_generations(changed_at(folder))]
    if not days:
        return None
    url, scope = _read(folder) or (None, None)
    return StoredScope(folder.name, len(days), min(days), max(days), url, scope)


def _read(folder: Path) -> tuple[str, FetchScope] | None:
    """The URL and scope of a folder; None if it has no description, or a wrong one."""
    try:
        known = json.loads((folder / FILE_NAME).read_bytes())
        url, scope = known["url"], FetchScope(known["kind"], known["key"])
        is_true = Settings(stats_url=url).folder(scope) == folder.name
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return (url, scope) if is_true else None

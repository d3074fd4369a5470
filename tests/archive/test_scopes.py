"""An archive of several scopes: what each folder says of itself, and which are somebody else's."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dyntube import formats
from dyntube.account import open_account
from dyntube.archive.dayfile import DayInfo
from dyntube.archive.scopes import FILE_NAME, StoredScope, other_scopes
from dyntube.errors import ArchiveError
from dyntube.settings.settings import FetchScope, Settings

from ..clock import TODAY
from ..scripted import Server
from ..syncing import MAY_1, ONE_DAY, build, hourly, paged

PROJECT = FetchScope("project", "5lCohVbzSymGw")


@pytest.fixture
def synced(server: Server, settings_of_server: Settings) -> Settings:
    """Settings of a project, of which two days with a gap between are stored."""
    settings = dataclasses.replace(settings_of_server, scopes=(PROJECT,))
    days = (MAY_1, MAY_1 + 2 * ONE_DAY)
    server.script = paged([view for day in days for view in hourly(3, day, projectKey=PROJECT.key)])
    syncer, _ = build(settings)
    assert syncer.sync(days).outcome == "done"
    return settings


def test_a_sync_says_in_the_folder_whose_it_is(synced: Settings) -> None:
    file = synced.archive / synced.folder(PROJECT) / FILE_NAME
    known = json.loads(file.read_text("utf-8"))
    assert known == {"url": synced.stats_url, "kind": "project", "key": "5lCohVbzSymGw"}


def test_others_see_what_it_is_and_its_owner_does_not(synced: Settings) -> None:
    own = [synced.folder(PROJECT)]
    assert other_scopes(synced.archive, own) == []
    [found] = other_scopes(synced.archive, ["account-0123456789ab"])
    assert found == StoredScope(
        *(own[0], 2, MAY_1, MAY_1 + 2 * ONE_DAY), url=synced.stats_url, scope=PROJECT
    )
    said = formats.stored_scopes([found])
    assert said == f"project 5lCohVbzSymGw at {synced.stats_url}, 2 days, 1 – 3 May 2026"


@pytest.mark.parametrize(
    "written",
    [
        None,
        b"",
        b"{}",
        b"[1]",
        b'{"url": 5, "kind": null, "key": []}',
        b"\xff\xfe",
        b'{"url": "https://stats.dyntube.com", "kind": "account", "key": ""}',  # of another folder
        b"[" * 100_000,
    ],
)
def test_one_that_does_not_say_is_called_by_its_folder(
    synced: Settings, written: bytes | None
) -> None:
    folder = synced.folder(PROJECT)
    file = synced.archive / folder / FILE_NAME
    file.unlink() if written is None else file.write_bytes(written)
    [found] = other_scopes(synced.archive, [])
    assert (found.folder, found.url, found.scope, found.days) == (folder, None, None, 2)
    assert formats.stored_scopes([found]).startswith(f"the folder {folder}, 2 days")


def test_the_next_sync_of_an_older_archive_makes_up_for_it(synced: Settings) -> None:
    file = synced.archive / synced.folder(PROJECT) / FILE_NAME
    file.unlink()
    build(synced)[0].sync([MAY_1 + ONE_DAY])
    assert json.loads(file.read_text("utf-8"))["key"] == PROJECT.key


def test_folders_of_something_else_or_without_days_are_no_scopes(
    synced: Settings, tmp_path: Path
) -> None:
    for name in ("lost+found", "account-0123456789ab", "project-xyz", "account-0123456789ab.old"):
        (synced.archive / name / "2026").mkdir(parents=True)
    (synced.archive / "lost+found" / "2026" / "2026-05-01.000001.parquet").touch()
    assert other_scopes(synced.archive, [synced.folder(PROJECT)]) == []
    assert other_scopes(tmp_path / "absent", []) == []


def test_an_archive_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="cannot be read"):
        other_scopes(tmp_path / "file", [])


def test_a_key_from_outside_is_shown_in_one_line(synced: Settings) -> None:
    odd = FetchScope("project", "a\nb" * 99)
    found = StoredScope("project-0", 1, MAY_1, MAY_1, "https://x\x1b", odd)
    shown = formats.stored_scopes([found] * 99)
    assert shown.isprintable()
    assert shown.endswith("; and 94 more")
    assert len(shown) < 900


def test_demo_views_are_called_so(tmp_path: Path, store: Callable[..., DayInfo], archive: Any):
    store(MAY_1, [])
    (archive.root / archive.folders[0]).rename(archive.root / "demo")
    [found] = other_scopes(archive.root, [])
    assert formats.stored_scopes([found]) == "demo data, 1 day, Fri 1 May 2026"


def test_the_demo_leaves_no_name_of_a_server_that_was_only_there_once(tmp_path: Path) -> None:
    account = open_account(Settings(archive=tmp_path, demo=True))
    account.syncer.sync([TODAY - ONE_DAY])
    assert account.archive.days()
    assert not (tmp_path / "demo" / FILE_NAME).exists()

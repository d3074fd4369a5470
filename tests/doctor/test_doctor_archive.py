"""What the doctor says of an archive."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.doctor import Check
from dyntube.doctor import store as doctor_store
from dyntube.settings.settings import FetchScope, Settings

from ..conftest import NOON, record
from ..syncing import ONE_DAY, TODAY, hourly

Store = Callable[..., DayInfo]
EXTERNAL = {"sync": "external"}


def look(settings: Settings, **known: object) -> dict[str, Check]:
    settings = dataclasses.replace(settings, **known)  # type: ignore[arg-type]
    return {check.name: check for check in doctor_store.of_archive(settings, NOON)}


def test_days_that_are_sound_are_counted(store: Store, settings: Settings) -> None:
    for n in (1, 2):
        store(TODAY - n * ONE_DAY, hourly(3, TODAY - n * ONE_DAY))
    found = look(settings)
    assert {check.state for check in found.values()} == {"ok"}
    assert found["folder"].text == str(settings.archive)
    assert found["days"].text == "2 days, 18 – 19 Nov 2026, 6 views; fetched just now"
    assert found["other scopes"].text == "none in this archive"


def test_damaged_and_short_days_are_warnings_that_name_the_repair(
    store: Store, settings: Settings, archive: Archive
) -> None:
    for n in (1, 2, 3):
        store(TODAY - n * ONE_DAY, [record(f"{n}", f"{TODAY}T00:00:00Z")], verified=n != 2)
    archive.files(TODAY - 3 * ONE_DAY, TODAY)[0].write_bytes(b"rubbish")
    found = look(settings)["days"]
    assert found.state == "warning"
    assert found.text.endswith("2 views; 1 damaged, 1 that do not add up")
    assert "python -m dyntube repair" in found.advice


def test_a_day_of_a_newer_version_fails_in_its_words(store: Store, settings: Settings) -> None:
    store(TODAY, [], schema=99)
    found = look(settings)
    assert found["days"].state == "failed"
    assert "newer version of DynTube Analytics" in found["days"].text


def test_a_scheduler_that_has_stopped_is_a_warning(store: Store, settings: Settings) -> None:
    store(TODAY - 5 * ONE_DAY, [], fetched_at=NOON - 4 * ONE_DAY)
    assert look(settings)["days"].state == "ok"  # the app fetches when somebody looks
    found = look(settings, **EXTERNAL)["days"]
    assert found.state == "warning"
    assert "last fetched 4 days ago" in found.text


def test_other_scopes_matter_where_nothing_else_is(store: Store, settings: Settings) -> None:
    store(TODAY, [])
    other = {"scopes": (FetchScope("project", "a"),)}
    found = look(settings, **other, **EXTERNAL)["other scopes"]
    assert found.state == "warning"
    assert found.text.startswith("the folder account-")  # which no sync has written
    assert "DYNTUBE_STATS_URL" in found.advice
    (settings.archive / settings.folder(FetchScope())).rename(settings.archive / "demo")
    store(TODAY, [])
    beside = look(settings)["other scopes"]
    assert (beside.state, beside.text) == ("ok", "demo data, 1 day, Fri 20 Nov 2026")


def test_a_folder_that_does_not_exist_yet_is_made_later(settings: Settings) -> None:
    found = look(settings)
    assert found["folder"].text == f"{settings.archive}, made by the first fetch"
    assert found["days"].text == "none are stored yet"
    assert not settings.archive.exists()


def test_a_path_through_a_file_fails(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = look(settings, archive=tmp_path / "file" / "archive")
    assert found["folder"].state == "failed"
    assert found["days"].state == "skipped"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_fails_unless_it_is_only_read(
    store: Store, settings: Settings
) -> None:
    store(TODAY, [])
    folder = settings.archive / settings.folder(FetchScope())
    folder.chmod(0o500)
    try:
        found = look(settings)["folder"]
        assert (found.state, found.text) == ("failed", f"{folder} cannot be written")
        assert look(settings, **EXTERNAL)["folder"].state == "ok"
    finally:
        folder.chmod(0o700)


def test_little_room_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 9 * 10**8, 10**8))
    found = look(settings)["space"]
    assert (found.state, found.text) == ("warning", "0.1 GB free")


def test_a_look_changes_nothing(store: Store, settings: Settings) -> None:
    store(TODAY, hourly(2, TODAY))
    before = {path: path.stat().st_mtime_ns for path in settings.archive.rglob("*")}
    look(settings)
    assert {path: path.stat().st_mtime_ns for path in settings.archive.rglob("*")} == before


def test_the_ago_of_a_fetch_is_from_the_newest(store: Store, settings: Settings) -> None:
    store(TODAY, [], fetched_at=NOON - dt.timedelta(minutes=5))
    store(TODAY - ONE_DAY, [], fetched_at=NOON - ONE_DAY)
    assert look(settings)["days"].text.endswith("fetched 5 min ago")

"""What the doctor says of what people keep, and of the disk it is on."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.doctor import Check
from dyntube.doctor.state import of_state
from dyntube.sharing import database
from dyntube.sharing.notes import Notes
from dyntube.sharing.people import Known, People
from dyntube.sharing.saved_views import SavedViews

from ..states import BEFORE, old_list, old_note, rows

DAY = dt.date(2026, 11, 12)


def look(folder: Path, *, writes: bool = True, mounts: str = "") -> dict[str, Check]:
    (file := folder.with_name("mounts")).write_text(mounts)
    return {check.name: check for check in of_state(open_state(folder), writes=writes, mounts=file)}


def seen(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "scope"


def test_where_nothing_is_kept_yet_all_is_well_and_nothing_is_made(folder: Path) -> None:
    found = look(folder)["state file"]
    assert (found.state, found.text[:22]) == ("ok", "made when somebody fir")
    assert not folder.exists()


def test_what_is_kept_is_counted_and_a_look_changes_nothing(folder: Path) -> None:
    state = open_state(folder)
    Notes(state).add(DAY, "a")
    Notes(state).add(DAY, "b")
    SavedViews(state).save("a", "", {}, "")
    before = seen(folder)
    found = look(folder)["state file"]
    assert found.state == "ok"
    assert found.text == "state.sqlite is sound: 2 notes, 1 saved view, 0 accepted doubts, 0 people"
    assert seen(folder) == before


def test_damage_that_no_page_meets_is_found(folder: Path) -> None:
    notes = Notes(open_state(folder))
    for number in range(60):
        notes.add(DAY, f"{number} {'x' * 150}")
    rows(folder, "CREATE TABLE of_no_page (text TEXT) STRICT")
    rows(folder, "INSERT INTO of_no_page VALUES ('here it is')")
    file = folder / "state.sqlite"
    raw = bytearray(file.read_bytes())
    page = raw.index(b"here it is") // 4096 * 4096
    raw[page : page + 8] = b"\xff" * 8
    file.write_bytes(raw)
    assert len(notes.all()) == 60
    found = look(folder)["state file"]
    assert found.state == "failed"
    assert "state.sqlite is damaged and was left as it is. Put back a backup" in found.text


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE people SET signed_in_at = 'yesterday'",
        "UPDATE people SET groups = '{'",
        "UPDATE exports SET day = 'yesterday'",
    ],
)
def test_a_row_about_people_that_cannot_be_read_is_found(wrong: str, folder: Path) -> None:
    people = People(open_state(folder))
    noon = dt.datetime(2026, 11, 12, 12, tzinfo=dt.UTC)
    people.put(Known("issuer|ada", "issuer", "ada", "", "Ada", [], noon))
    people.export("issuer|ada", 7, 100, DAY)
    assert look(folder)["state file"].text.endswith("0 accepted doubts, 1 person")
    rows(folder, wrong)
    assert look(folder)["state file"].state == "failed"


def test_a_newer_version_is_said(folder: Path) -> None:
    Notes(open_state(folder)).add(DAY, "a")
    rows(folder, "PRAGMA user_version = 99")
    found = look(folder)["state file"]
    assert (found.state, "newer version" in found.text) == ("failed", True)


def test_a_file_that_cannot_be_written_fails_where_it_has_to_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Notes(open_state(folder)).add(DAY, "a")
    monkeypatch.setattr(database, "_LOCK_SECONDS", 0.05)
    with closing(sqlite3.connect(folder / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = look(folder)["state file"]
        assert (found.state, "being changed by another" in found.text) == ("failed", True)
        assert look(folder, writes=False)["state file"].state == "ok"


def test_lists_of_before_are_counted_and_stay(folder: Path) -> None:
    old_list(folder, "notes.json", old_note("a"))
    before = seen(folder)
    found = look(folder)["state file"]
    assert found.state == "ok"
    assert found.text.startswith(
        "1 note, 0 saved views, 0 accepted doubts, 0 people, moved to state.sqlite"
    )
    assert seen(folder) == before


def test_entries_that_cannot_be_read_are_a_warning_until_their_file_is_moved_away(
    folder: Path,
) -> None:
    old_list(folder, "notes.json", old_note("a"), {"id": "b"}, 7)
    found = look(folder)["state file"]
    assert (found.state, found.text) == ("warning", "2 entries in notes.json cannot be read")
    assert "Mend them in that file" in found.advice
    Notes(open_state(folder)).add(DAY, "new")
    found = look(folder)["state file"]
    assert found.text == f"2 entries in notes.json{BEFORE} cannot be read"
    assert found.advice == "Enter again what can be read there, then move the file away."
    (folder / f"notes.json{BEFORE}").unlink()
    assert look(folder)["state file"].state == "ok"


def test_an_older_version_beside_this_one_is_said(folder: Path) -> None:
    Notes(open_state(folder)).add(DAY, "a")
    old_list(folder, "notes.json", old_note("b"))
    found = look(folder)["state file"]
    assert (found.state, "an older version" in found.text) == ("failed", True)


@pytest.mark.parametrize(
    ("mounts", "state", "text"),
    [
        ("", "ok", "of unknown kind"),
        ("rubbish\n\n/ /", "ok", "of unknown kind"),
        ("/dev/sda / ext4 rw 0 0\nserver:/x /other nfs rw 0 0", "ok", "ext4"),
        ("/dev/sda / ext4 rw 0 0\nserver:/x {above} nfs4 rw 0 0", "warning", "(nfs4)"),
        ("server:/x {above} nfs4 rw 0 0\n/dev/sda / ext4 rw 0 0", "warning", "(nfs4)"),
        ("//server/x {above} cifs rw 0 0\n/dev/sdb {folder} xfs rw 0 0", "ok", "xfs"),
        ("/dev/sdb {folder} xfs rw 0 0\nme@server: {folder} fuse.sshfs rw 0 0", "warning", "sshfs"),
        ("/dev/sda / ext4 rw 0 0\nserver:/x {folder}-2 nfs rw 0 0", "ok", "ext4"),
        ("/dev/sda / fuse.new rw 0 0", "ok", "fuse.new"),
    ],
)
def test_a_network_disk_is_a_warning_and_one_that_is_not_known_is_none(
    mounts: str, state: str, text: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a b" / "scope"
    folder.mkdir(parents=True)
    spelled = {"above": str(folder.parent), "folder": str(folder)}
    lines = mounts.format(**{name: path.replace(" ", r"\040") for name, path in spelled.items()})
    found = look(folder, mounts=lines)["disk"]
    assert (found.state, text in found.text) == (state, True)
    assert bool(found.advice) is (state == "warning")

"""A backup of what people keep: of one moment, whole or not there, and it can be put back."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.errors import ArchiveError
from dyntube.settings.settings import FetchScope, Settings
from dyntube.sharing.entries import Author
from dyntube.sharing.notes import Notes
from dyntube.sharing.people import Known, People
from dyntube.sharing.saved_views import SavedViews

from ..cli.test_command_line import run as command
from ..states import dies_at, old_list, old_note, old_view, rows, run, texts

DAY = dt.date(2026, 11, 12)
NOON = dt.datetime(2026, 11, 12, 12, tzinfo=dt.UTC)
ADA = Author("issuer|ada", "Ada")
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "scope"


@pytest.fixture
def notes(folder: Path) -> Notes:
    return Notes(open_state(folder))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup" / "kept.sqlite"


@pytest.fixture(autouse=True)
def its_folder(file: Path) -> None:
    file.parent.mkdir()


def put_back(file: Path) -> Path:
    """Another folder, with a backup in the place of the file."""
    folder = file.with_name("put back")
    folder.mkdir()
    shutil.copy(file, folder / "state.sqlite")
    return folder


def test_a_backup_is_put_back_by_copying_it(folder: Path, notes: Notes, file: Path) -> None:
    kept = [notes.add(DAY, text) for text in ("a", "b")]
    view, _ = SavedViews(open_state(folder)).save("Monday", "videos", {"period": ["today"]}, "")
    open_state(folder).backup(file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600
    there = open_state(put_back(file))
    assert Notes(there).all() == kept
    assert SavedViews(there).for_reader("") == [view]
    Notes(there).add(DAY, "c")
    assert [note.text for note in notes.all()] == ["a", "b"]


def test_a_backup_has_authors_and_who_has_signed_in(folder: Path, notes: Notes, file: Path) -> None:
    state = open_state(folder)
    note = notes.add(DAY, "a", by=ADA)
    shared, _ = SavedViews(state).save("Ours", "videos", {}, "", ADA)
    own, _ = SavedViews(state).save("Mine", "videos", {}, ADA.id, ADA)
    ada = Known(ADA.id, "issuer", "ada", "ada@acme.com", "Ada", ["staff"], NOON)
    People(state).put(ada)
    People(state).end_sessions(ada)
    assert People(state).export(ADA.id, 70, 100, DAY)
    found = state.backup(file)
    assert found.text == "1 note, 2 saved views, 0 accepted doubts, 1 person"
    there = open_state(put_back(file))
    assert Notes(there).all() == [note]
    assert SavedViews(there).for_reader(ADA.id) == [own, shared]
    [known] = People(there).all().values()
    assert known == replace(ada, ended_at=NOON.isoformat()), "a session that was ended stays so"
    assert not People(there).export(ADA.id, 31, 100, DAY), "what was exported is still counted"


def test_the_command_says_what_it_wrote_where(tmp_path: Path, file: Path) -> None:
    archive = tmp_path / "archive"
    known = Settings(stats_url=NOBODY, api_url=NOBODY, archive=archive)
    Notes(open_state(archive / known.folder(FetchScope()))).add(DAY, "a")
    done = command("backup", str(file), url=NOBODY, folder=archive)
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout == f"Written to {file}: 1 note, 0 saved views, 0 accepted doubts, 0 people.\n"
    )
    done = command("backup", str(file), "--json", url=NOBODY, folder=archive)
    counts = {"notes": 1, "saved_views": 0, "acceptances": 0, "people": 0, "exports": 0}
    assert json.loads(done.stdout) == {"file": str(file)} | counts
    assert rows(put_back(file), "SELECT count(*) FROM notes") == [(1,)]


def test_a_good_backup_is_not_replaced_by_nothing(tmp_path: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("what was kept")
    done = command("backup", str(file), url=NOBODY, folder=tmp_path / "archive")
    assert done.returncode == 1
    assert "There is nothing to back up" in done.stderr
    assert file.read_text() == "what was kept"
    assert not (tmp_path / "archive").exists()


def test_what_is_kept_of_the_demo_replaces_no_backup(tmp_path: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("what was kept")
    done = command("backup", str(file), folder=tmp_path / "archive")
    assert done.returncode == 2
    assert "set DYNTUBE_API_KEY" in done.stderr
    assert file.read_text() == "what was kept"


def test_a_device_or_a_pipe_is_not_replaced(folder: Path, notes: Notes, tmp_path: Path) -> None:
    notes.add(DAY, "a")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ArchiveError, match="is no regular file"):
        open_state(folder).backup(pipe)
    assert pipe.is_fifo()


def test_an_edit_that_has_not_ended_is_not_in_a_backup_and_does_not_wait(
    folder: Path, notes: Notes, file: Path
) -> None:
    notes.add(DAY, "a")
    with closing(sqlite3.connect(folder / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM notes")
        open_state(folder).backup(file)
        other.execute("COMMIT")
    assert texts(folder) == []
    assert texts(put_back(file)) == ["a"]


def test_a_backup_beside_edits_of_another_process_has_all_up_to_some_edit(
    folder: Path, file: Path
) -> None:
    script = """
notes = Notes(open_state(Path(sys.argv[1])))
meet()
for number in range(30):
    notes.add(DAY, str(number))
"""
    editing = run(script, folder)
    assert editing.stdin is not None
    assert editing.stdout is not None
    assert editing.stdout.readline() == "ready\n"
    editing.stdin.write("go\n")
    editing.stdin.flush()
    counts = []
    while editing.poll() is None:
        if not (folder / "state.sqlite").exists():
            continue  # until there is anything to copy
        open_state(folder).backup(file)
        there = put_back(file)
        assert rows(there, "PRAGMA integrity_check") == [("ok",)]
        found = texts(there)
        assert found == [str(n) for n in range(len(found))]
        counts.append(len(found))
        shutil.rmtree(there)
    editing.communicate()
    assert editing.returncode == 0
    assert counts == sorted(counts)
    assert len(texts(folder)) == 30


def test_lists_of_before_are_in_a_backup_and_stay(folder: Path, file: Path) -> None:
    raw = old_list(folder, "notes.json", old_note("a"))
    old_list(folder, "saved_views.json", old_view("v"))
    open_state(folder).backup(file)
    assert sorted(path.name for path in folder.iterdir()) == ["notes.json", "saved_views.json"]
    assert texts(put_back(file)) == ["text of a"]
    shutil.copy(file, folder / "state.sqlite")  # beside the lists that it has
    Notes(open_state(folder)).add(DAY, "new")
    assert texts(folder) == ["text of a", "new"]
    assert (folder / "notes.json.before-0.2").read_bytes() == raw


# What goes wrong leaves the backup of before


def test_damage_is_not_copied_over_a_good_backup(folder: Path, notes: Notes, file: Path) -> None:
    for number in range(60):
        notes.add(DAY, f"{number} {'x' * 150}")
    open_state(folder).backup(file)
    good, raw = file.read_bytes(), bytearray((folder / "state.sqlite").read_bytes())
    page = raw.index(b"59 xxx") // 4096 * 4096
    raw[page : page + 8] = b"\xff" * 8
    (folder / "state.sqlite").write_bytes(raw)
    with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged"):
        open_state(folder).backup(file)
    assert file.read_bytes() == good
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_disk_that_refuses_leaves_the_backup_of_before(
    folder: Path, notes: Notes, file: Path
) -> None:
    notes.add(DAY, "a")
    open_state(folder).backup(file)
    good = file.read_bytes()
    notes.add(DAY, "b")
    script = """
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.RLIM_INFINITY))
try:
    open_state(Path(sys.argv[1])).backup(Path(sys.argv[2]))
except ArchiveError as error:
    print(error)
"""
    told, _ = run(script, folder, file).communicate(timeout=60)
    assert f"The file {file} cannot be read or written: the disk refuses." in told
    assert file.read_bytes() == good
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_kill_at_any_write_leaves_the_backup_of_before(folder: Path, notes: Notes) -> None:
    notes.add(DAY, "a")
    open_state(folder).backup(folder / "kept.sqlite")
    good = (folder / "kept.sqlite").read_bytes()
    notes.add(DAY, "b")
    limits = [0, 100, 4096, 9000, len(good) - 1]
    copies = dies_at(limits, folder, 'open_state(copy).backup(copy / "kept.sqlite")')
    for limit, copy in copies.items():
        assert (copy / "kept.sqlite").read_bytes() == good, limit
        open_state(copy).backup(copy / "kept.sqlite")
        assert texts(put_back(copy / "kept.sqlite")) == ["a", "b"], limit


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("../scope/state.sqlite", "or what is kept"),
        ("../scope/../scope/state.sqlite", "or what is kept"),
        ("missing/kept.sqlite", "No such file or directory"),
        ("..", "is a folder"),
        ("/", "is a folder"),
    ],
)
def test_where_no_backup_can_be_is_said(
    to: str, told: str, folder: Path, notes: Notes, file: Path
) -> None:
    notes.add(DAY, "a")
    with pytest.raises(ArchiveError, match=told):
        open_state(folder).backup(file.parent / to)
    assert texts(folder) == ["a"]
    assert list(file.parent.iterdir()) == []

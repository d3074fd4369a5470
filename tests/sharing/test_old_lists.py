"""Lists of before 0.2: taken over once and whole, kept as they are, never read beside the new."""

from __future__ import annotations

import datetime as dt
import json
import logging
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import filelock
import pytest

from dyntube.account import open_state
from dyntube.errors import ArchiveError
from dyntube.sharing import old_lists as module
from dyntube.sharing.database import MIGRATIONS
from dyntube.sharing.notes import Notes
from dyntube.sharing.saved_views import SavedViews
from dyntube.trust.accepted import Acceptances

from ..states import BEFORE, dies_at, old_acceptance, old_list, old_note, old_view, rows, run, texts

DAY = dt.date(2026, 11, 12)
NAMES = ("notes.json", "saved_views.json", "accepted.json")
OLD = [f"text of {id_}" for id_ in ("c", "a", "b")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive's folder as versions before 0.2 have left it."""
    folder = tmp_path / "scope"
    old_list(folder, "notes.json", *[old_note(id_) for id_ in ("c", "a", "b")])
    parameters = {"country": ["DE", ""], "period": ["last-7-days"]}
    old_list(folder, "saved_views.json", old_view("v", parameters=parameters), version=2)
    item = old_acceptance("x", texts=["9 and 3."])
    del (old := old_acceptance("y", kind="zone"))["texts"]  # as the first ones were
    old_list(folder, "accepted.json", item, old)
    for name in NAMES:
        (folder / f".{name}.lock").touch()
    return folder


@pytest.fixture
def notes(folder: Path) -> Notes:
    return Notes(open_state(folder))


def said(notes: Notes) -> list[str]:
    return [note.text for note in notes.all()]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lists(folder: Path) -> dict[str, bytes]:
    """What the old lists say, whether they have their old names or their new."""
    return {n.removesuffix(BEFORE): raw for n, raw in files(folder).items() if "json" in n}


def test_before_the_first_edit_old_lists_are_read_and_nothing_changes(
    folder: Path, notes: Notes
) -> None:
    before, state = files(folder), open_state(folder)
    assert said(notes) == OLD
    (view,) = SavedViews(state).for_reader("")
    assert (view.id, view.parameters) == ("v", {"country": ["DE", ""], "period": ["last-7-days"]})
    assert [(item.id, item.texts) for item in Acceptances(state).all()] == [
        ("x", ("9 and 3.",)),
        ("y", ()),
    ]
    assert files(folder) == before


def test_the_first_edit_takes_all_lists_over_and_keeps_the_files_under_other_names(
    folder: Path, notes: Notes
) -> None:
    before = lists(folder)
    read = notes.all(), SavedViews(open_state(folder)).for_reader("")
    notes.add(DAY, "new")
    assert texts(folder) == [*OLD, "new"]
    assert rows(folder, "SELECT id, name, page, parameters, owner FROM saved_views") == [
        ("v", "name of v", "videos", '{"country": ["DE", ""], "period": ["last-7-days"]}', "")
    ]
    assert rows(folder, 'SELECT id, kind, first, last, reason, "by", texts FROM acceptances') == [
        ("x", "count", "2026-11-01", "2026-11-02", "known", "ops", '["9 and 3."]'),
        ("y", "zone", "2026-11-01", "2026-11-02", "known", "ops", "[]"),
    ]
    assert (notes.all()[:3], SavedViews(open_state(folder)).for_reader("")) == read
    assert {name for name in files(folder) if not name.startswith(".")} == {
        "state.sqlite",
        *[name + BEFORE for name in NAMES],
    }
    assert lists(folder) == before


def test_an_older_edit_before_the_first_one_is_taken_over_too(folder: Path, notes: Notes) -> None:
    assert said(notes) == OLD
    old_list(folder, "notes.json", old_note("z"))
    assert said(notes) == ["text of z"]
    notes.add(DAY, "new")
    assert texts(folder) == ["text of z", "new"]


# Lists that cannot be read, wholly or in part


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "{",
        '{"version": 1, "items": [{"id": "a"}',
        "[" * 100_000,
        "[]",
        "null",
        "{}",
        '{"version": 1}',
        '{"version": "1", "items": []}',
        '{"version": true, "items": []}',
        '{"version": 0, "items": []}',
        '{"version": 1, "items": [], "more": 1}',
        '{"version": 1, "items": {"id": "a"}}',
        '{"version": 1, "items": 7}',
        b"\xff\xfe\x00rubbish\x80",
    ],
)
def test_what_is_no_list_is_named_and_nothing_is_taken_over_until_it_is_repaired(
    stored: str | bytes, folder: Path, notes: Notes
) -> None:
    sound = (folder / "notes.json").read_bytes()
    (folder / "notes.json").write_bytes(stored.encode() if isinstance(stored, str) else stored)
    before = lists(folder)
    for ask in (notes.all, lambda: notes.add(DAY, "new")):
        with pytest.raises(ArchiveError, match=r"notes\.json is damaged and was left as it is"):
            ask()
    assert lists(folder) == before
    assert all((folder / name).exists() for name in NAMES)
    (folder / "notes.json").write_bytes(sound)
    assert said(notes) == OLD
    notes.add(DAY, "new")
    assert texts(folder) == [*OLD, "new"]


def test_a_list_of_a_newer_version_asks_for_an_update_and_stays(folder: Path, notes: Notes) -> None:
    raw = old_list(folder, "notes.json", {"colour": "red"}, version=2)
    for ask in (notes.all, lambda: notes.add(DAY, "new")):
        with pytest.raises(ArchiveError, match=r"newer version of DynTube Analytics\. Update"):
            ask()
    assert (folder / "notes.json").read_bytes() == raw


def test_entries_that_cannot_be_read_stay_in_their_file_which_the_log_says(
    folder: Path, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    odd: list[Any] = [7, "a", None, [], {}, {"id": "q"}, old_note("a", text="another of this id")]
    odd += [old_note("\ud800"), old_note(["l"]), old_note("n", more={"deep": [1]})]
    odd += [old_note("s", text="'; DROP TABLE notes; --"), old_note("\x00 é"), old_note("")]
    whole = {"version": 1, "items": [old_note("a"), *odd, old_note("b")]}
    raw = json.dumps(whole).encode()
    (folder / "notes.json").write_bytes(raw)
    with caplog.at_level(logging.INFO):
        assert said(notes)[0] == "text of a"
        assert caplog.messages == []
        notes.add(DAY, "new")
    assert texts(folder) == [
        "text of a",
        "'; DROP TABLE notes; --",
        "text of é",  # a line has no control characters
        "text of",
        "text of b",
        "new",
    ]
    assert (folder / f"notes.json{BEFORE}").read_bytes() == raw
    (told,) = [record for record in caplog.records if record.msg == "entries_not_read"]
    assert told.__dict__["facts"]["reason"] == (f"10 entries in notes.json{BEFORE} cannot be read")


# Older versions that still run


@pytest.mark.parametrize("had_one", [True, False])
def test_a_list_that_is_newer_than_the_move_stops_all_until_it_is_moved_away(
    had_one: bool, folder: Path, notes: Notes
) -> None:
    if not had_one:
        (folder / "notes.json").unlink()
    notes.add(DAY, "new")
    raw = old_list(folder, "notes.json", old_note("of the older version"))
    before = files(folder)
    views = SavedViews(open_state(folder))
    asked: list[Callable[[], object]] = [
        notes.all,
        lambda: notes.add(DAY, "b"),
        lambda: views.for_reader(""),
        lambda: views.save("b", "", {}, ""),
    ]
    for ask in asked:
        with pytest.raises(ArchiveError, match=r"notes\.json is newer than the move") as raised:
            ask()
    assert "an older version of DynTube Analytics still runs on this archive" in str(raised.value)
    assert files(folder) == before
    (folder / "notes.json").rename(folder / "elsewhere.json")
    assert said(notes) == texts(folder) == (OLD if had_one else []) + ["new"]
    assert (folder / "elsewhere.json").read_bytes() == raw


def test_a_list_that_says_what_was_taken_over_is_put_aside_again(
    folder: Path, notes: Notes
) -> None:
    before = lists(folder)
    notes.add(DAY, "new")
    (folder / "notes.json").write_bytes(before["notes.json"])  # a copy, put back
    assert said(notes) == [*OLD, "new"]
    notes.add(DAY, "newer")
    assert texts(folder) == [*OLD, "new", "newer"]
    assert not (folder / "notes.json").exists()
    assert lists(folder) == before


def test_an_older_version_that_writes_is_waited_for_and_readers_never_wait(
    folder: Path, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.1)
    before = files(folder)
    for name in NAMES:
        with filelock.FileLock(folder / f".{name}.lock"):
            with pytest.raises(ArchiveError, match=rf"{name} is being changed by another program"):
                notes.add(DAY, "new")
            assert said(notes) == OLD
    assert files(folder) == before
    notes.add(DAY, "new")
    assert texts(folder) == [*OLD, "new"]


def test_a_file_that_is_lost_after_the_move_is_said_and_can_be_put_back(
    folder: Path, notes: Notes
) -> None:
    notes.add(DAY, "new")
    state = (folder / "state.sqlite").read_bytes()
    for lost in (b"", None):
        (folder / "state.sqlite").unlink()
        if lost is not None:
            (folder / "state.sqlite").write_bytes(lost)
        for ask in (notes.all, lambda: notes.add(DAY, "b")):
            with pytest.raises(ArchiveError, match=r"state\.sqlite is gone or empty") as raised:
                ask()
        assert f"notes.json{BEFORE}" in str(raised.value)
    (folder / "state.sqlite").write_bytes(state)
    assert said(notes) == [*OLD, "new"]
    (folder / "state.sqlite").unlink()
    for name in NAMES:
        (folder / f"{name}{BEFORE}").rename(folder / name)
    notes.add(DAY, "newer")
    assert texts(folder) == [*OLD, "newer"]


# Killed, and several at once


@pytest.mark.parametrize(("renamed", "when"), [(0, ""), (1, ""), (2, ""), (3, "after")])
def test_a_kill_between_the_commit_and_the_new_names_loses_and_doubles_nothing(
    renamed: int, when: str, folder: Path, notes: Notes
) -> None:
    before = lists(folder)
    script = """
left, replace = int(sys.argv[2]), os.replace
def killed(*names):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)
    left -= 1
    if left == 0 and sys.argv[3] == "after":
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = killed
Notes(open_state(Path(sys.argv[1]))).add(DAY, "new")
"""
    process = run(script, folder, renamed, when)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert sum((folder / f"{name}{BEFORE}").exists() for name in NAMES) == renamed
    assert said(notes) == [*OLD, "new"]
    assert lists(folder) == before
    notes.add(DAY, "newer")
    assert texts(folder) == [*OLD, "new", "newer"]
    assert rows(folder, "SELECT count(*) FROM acceptances") == [(2,)]
    assert lists(folder) == before
    assert not any((folder / name).exists() for name in NAMES)


def test_a_kill_at_any_write_of_the_move_leaves_the_old_lists_and_the_next_edit_moves_them(
    folder: Path,
) -> None:
    before = lists(folder)
    copies = dies_at(
        [0, 1, 100, 512, 600, 4096, 5000, 9000, 20_000], folder, 'notes.add(DAY, "new")'
    )
    for limit, copy in copies.items():
        notes = Notes(open_state(copy))
        assert said(notes) == OLD, limit
        assert lists(copy) == before, limit
        assert all((copy / name).exists() for name in NAMES)
        notes.add(DAY, "newer")
        assert texts(copy) == [*OLD, "newer"], limit
        assert rows(copy, "SELECT id FROM saved_views") == [("v",)], limit
        assert rows(copy, "PRAGMA integrity_check") == [("ok",)], limit
        assert lists(copy) == before, limit


def test_processes_that_move_at_once_take_each_entry_over_once_beside_readers_that_miss_none(
    folder: Path, notes: Notes
) -> None:
    before = lists(folder)
    script = """
meet()
Notes(open_state(Path(sys.argv[1]))).add(DAY, sys.argv[2])
"""
    both = [run(script, folder, name) for name in ("one", "two")]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    seen = [said(notes)]
    while any(process.poll() is None for process in both):
        seen.append(said(notes))
    for process in both:
        process.communicate()
    assert [process.returncode for process in both] == [0, 0]
    assert all(texts_seen[:3] == OLD for texts_seen in seen)
    kept = texts(folder)
    assert kept[:3] == OLD
    assert sorted(kept[3:]) == ["one", "two"]
    assert rows(folder, "SELECT id FROM acceptances") == [("x",), ("y",)]
    assert lists(folder) == before
    assert not any((folder / name).exists() for name in NAMES)


def test_a_database_of_an_earlier_version_is_read_as_the_next_edit_makes_it(
    folder: Path, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.add(DAY, "new")
    more = (*MIGRATIONS, ("ALTER TABLE notes RENAME COLUMN text TO said",))
    monkeypatch.setattr("dyntube.sharing.database.MIGRATIONS", more)
    monkeypatch.setattr("dyntube.sharing.state.MIGRATIONS", more)
    raw = (folder / "state.sqlite").read_bytes()
    state = open_state(folder)
    assert [view.id for view in SavedViews(state).for_reader("")] == ["v"]
    assert (folder / "state.sqlite").read_bytes() == raw
    SavedViews(state).save("b", "", {}, "")
    with closing(sqlite3.connect(folder / "state.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(more),)
        assert connection.execute("SELECT said FROM notes").fetchall()[-1] == ("new",)

"""What people keep, in one file: nothing is lost, whoever reads, edits, kills or damages it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from dyntube.account import Account, open_account, open_state, state_of
from dyntube.doctor import store
from dyntube.errors import ArchiveError, EntryError
from dyntube.settings.settings import FetchScope, Settings
from dyntube.sharing import database
from dyntube.sharing.entries import NOBODY, Author
from dyntube.sharing.notes import NOTES, Notes
from dyntube.sharing.people import People
from dyntube.sharing.saved_views import SHARED, SavedViews, reader_id

from ..states import dies_at, old_list, old_note, rows, run, texts, version_1

DAY = dt.date(2026, 11, 12)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "scope"


@pytest.fixture
def notes(folder: Path) -> Notes:
    return Notes(open_state(folder))


def said(notes: Notes) -> list[str]:
    return [note.text for note in notes.all()]


def look(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What stands in a folder, and since when."""
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_reading_creates_nothing(notes: Notes, folder: Path) -> None:
    assert notes.all() == []
    assert not folder.exists()
    folder.mkdir()
    assert notes.all() == []
    assert look(folder) == {}


def test_an_edit_leaves_one_file_in_a_folder_for_its_owner_only(notes: Notes, folder: Path) -> None:
    notes.add(DAY, 'naïve "🎬" <b>')
    assert list(look(folder)) == ["state.sqlite"]
    assert texts(folder) == ['naïve "🎬" <b>']
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_change_by_another_is_seen_at_once(notes: Notes, folder: Path) -> None:
    other = Notes(open_state(folder))
    id_ = other.add(DAY, "00").id
    for number in range(20):  # of the same length, and quicker than the clock's tick
        other.change(id_, DAY, f"{number:02}")
        assert said(notes) == [f"{number:02}"]


def test_what_is_changed_keeps_its_place(notes: Notes, folder: Path) -> None:
    first, *_ = [notes.add(DAY, text) for text in ("a", "b", "c")]
    notes.change(first.id, DAY, "A")
    assert said(notes) == ["A", "b", "c"]


def test_an_error_in_an_edit_stores_nothing_and_the_next_edit_need_not_wait(folder: Path) -> None:
    state = open_state(folder)
    Notes(state).add(DAY, "a")
    with contextlib.suppress(EntryError), state.editing(NOTES) as edited:
        edited.clear()
        raise EntryError("no")
    assert texts(folder) == ["a"]
    Notes(state).add(DAY, "b")
    assert texts(folder) == ["a", "b"]


def test_an_edit_that_changes_nothing_writes_nothing(notes: Notes, folder: Path) -> None:
    note = notes.add(DAY, "a")
    before = look(folder)
    notes.change(note.id, DAY, "a")
    notes.remove("of nothing")
    assert look(folder) == before


def test_half_of_a_character_does_not_make_an_entry_unwritable(notes: Notes) -> None:
    notes.add(DAY, "a", "video", "key \ud83d")
    assert [note.key for note in notes.all()] == ["key \ufffd"]


# Files that cannot be read


def test_a_damaged_file_is_named_and_never_written(notes: Notes, folder: Path) -> None:
    for number in range(100):
        notes.add(DAY, f"{number} {'x' * 150}")
    whole = (folder / "state.sqlite").read_bytes()
    half, holes = whole[: len(whole) // 2], whole[:4096] + bytes(len(whole) - 4096)
    for damaged in (b"rubbish", b"\xff" * 9999, half, holes):
        (folder / "state.sqlite").write_bytes(damaged)
        for ask in (notes.all, lambda: notes.add(DAY, "b")):
            with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged and was left as it"):
                ask()
        assert (folder / "state.sqlite").read_bytes() == damaged
    (folder / "state.sqlite").write_bytes(whole)
    assert len(notes.all()) == 100


def test_a_file_of_a_newer_version_asks_for_an_update_and_is_never_written(
    notes: Notes, folder: Path
) -> None:
    notes.add(DAY, "a")
    rows(folder, "PRAGMA user_version = 99")
    before = look(folder)
    for ask in (notes.all, lambda: notes.add(DAY, "b")):
        with pytest.raises(ArchiveError, match=r"newer version of DynTube Analytics\. Update"):
            ask()
    assert look(folder) == before


def test_a_folder_in_the_place_of_the_file_is_said(notes: Notes, folder: Path) -> None:
    (folder / "state.sqlite").mkdir(parents=True)
    for ask in (notes.all, lambda: notes.add(DAY, "b")):
        with pytest.raises(ArchiveError, match=r"state\.sqlite cannot be opened"):
            ask()


def test_a_file_in_the_place_of_the_folder_is_said(notes: Notes, folder: Path) -> None:
    folder.write_text("")
    for ask in (notes.all, lambda: notes.add(DAY, "b")):
        with pytest.raises(ArchiveError, match=r"Not a directory|File exists"):
            ask()


def test_an_sqlite_without_strict_tables_is_said(
    notes: Notes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ArchiveError, match=r"and 3\.37 is needed"):
        notes.add(DAY, "a")
    assert look(folder) == {}


# Disks that cannot be written


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


READ_AND_WRITE = """
become_nobody()
notes = Notes(open_state(Path(sys.argv[1])))
print([note.text for note in notes.all()])
try:
    notes.add(DAY, "b")
except ArchiveError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("file", "mode"), [("state.sqlite", 0o644), ("state.sqlite", 0o666), ("notes.json", 0o644)]
)
def test_a_read_only_archive_is_read_and_says_that_it_cannot_be_written(
    file: str, mode: int, open_folder: Path
) -> None:
    if file == "notes.json":
        old_list(open_folder, file, old_note("1", text="a"))
    else:
        Notes(open_state(open_folder)).add(DAY, "a")
    (open_folder / file).chmod(mode)
    open_folder.chmod(0o555)
    before = look(open_folder)
    told, _ = run(READ_AND_WRITE, open_folder).communicate(timeout=60)
    assert "['a']" in told
    assert f"The file {open_folder / file} cannot be" in told
    assert "Permission denied" in told if file == "notes.json" else "Let the user who" in told
    assert look(open_folder) == before


def fill(notes: Notes) -> None:
    for _ in range(100):
        notes.add(DAY, "x" * 200)


def test_a_full_disk_is_said_and_what_was_kept_stays(
    notes: Notes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.add(DAY, "a")
    connect = sqlite3.connect

    def with_little_room(*args: object, **named: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **named)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 1")  # what there is, and no page more
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", with_little_room)
        with pytest.raises(ArchiveError, match=r"cannot be written: no space is left"):
            fill(notes)
    assert said(notes) == texts(folder)
    assert set(said(notes)) <= {"a", "x" * 200}
    notes.add(DAY, "z")
    assert said(notes)[0] == "a"


def test_a_disk_that_refuses_is_said_and_what_was_kept_stays(notes: Notes, folder: Path) -> None:
    notes.add(DAY, "a")
    script = """
notes = Notes(open_state(Path(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    notes.add(DAY, "b")
except ArchiveError as error:
    print(error)
"""
    told, _ = run(script, folder).communicate(timeout=60)
    assert f"{folder / 'state.sqlite'} cannot be read or written: the disk refuses" in told
    assert said(notes) == texts(folder) == ["a"]


# Many at once


def test_whoever_waits_long_for_another_edit_is_told_and_readers_never_wait(
    notes: Notes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.add(DAY, "a")
    monkeypatch.setattr(database, "_LOCK_SECONDS", 0.1)
    with closing(sqlite3.connect(folder / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM notes")
        with pytest.raises(ArchiveError, match=r"being changed by another program\. Try again"):
            notes.add(DAY, "b")
        assert said(notes) == ["a"]
    notes.add(DAY, "b")
    assert said(notes) == ["a", "b"]


def test_edits_of_many_threads_and_processes_lose_nothing(notes: Notes, folder: Path) -> None:
    script = """
notes = Notes(open_state(Path(sys.argv[1])))
meet()
for number in range(15):
    notes.add(DAY, f"{sys.argv[2]}-{number}")
"""
    processes = [run(script, folder, f"process{n}") for n in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: notes.add(DAY, f"thread-{n}"), range(20)))
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0, 0]
    expected = {f"process{n}-{number}" for n in range(3) for number in range(15)}
    assert sorted(texts(folder)) == sorted(expected | {f"thread-{n}" for n in range(20)})


def test_readers_beside_edits_see_whole_lists_that_only_grow(notes: Notes, folder: Path) -> None:
    reader, seen, done = Notes(open_state(folder)), [0], threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(reader.all()))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            for number in range(20):
                notes.add(DAY, str(number))
        finally:
            done.set()
        reading.result()
    assert seen == sorted(seen)
    assert len(reader.all()) == 20


@pytest.mark.skipif(os.name != "posix", reason="is killed as POSIX does")
def test_a_kill_at_any_write_of_an_edit_leaves_what_was_kept_and_the_next_edit_works(
    notes: Notes, folder: Path
) -> None:
    before = [f"{number} {'x' * 150}" for number in range(100)]
    with open_state(folder).editing(NOTES) as edited:
        for text in before:
            note = Notes(open_state(folder.with_name("other"))).add(DAY, text)
            edited[note.id] = note
    size = (folder / "state.sqlite").stat().st_size
    copies = dies_at(
        [0, 100, 600, 5000, 20_000, size - 9000, size - 100],
        folder,
        "[notes.change(note.id, DAY, 'changed ' + note.text) for note in notes.all()[:1]]; "
        "[notes.add(DAY, 'y' * 200) for _ in range(200)]",
    )
    for limit, copy in copies.items():
        kept = said(Notes(open_state(copy)))
        assert kept == texts(copy), limit
        assert [text.removeprefix("changed ") for text in kept[:100]] == before, limit
        assert set(kept[100:]) <= {"y" * 200}, limit
        Notes(open_state(copy)).add(DAY, "z")
        assert texts(copy) == [*kept, "z"], limit
        assert rows(copy, "PRAGMA integrity_check") == [("ok",)], limit


@pytest.mark.parametrize("keys", [("b", "a"), ("c", "a", "b"), ("b",), ()])
def test_notes_are_the_accounts_whichever_keys_are_fetched(
    keys: tuple[str, ...], tmp_path: Path
) -> None:
    def account(*keys: str) -> Account:
        scopes = tuple(FetchScope("project", key) for key in keys) or (FetchScope(),)
        url = "http://127.0.0.1:1"
        return open_account(Settings("k", url, url, archive=tmp_path, scopes=scopes))

    account("a", "b").notes.add(dt.date(2026, 5, 5), "Launch")
    assert [note.text for note in account(*keys).notes.all()] == ["Launch"]


def test_lists_of_other_scopes_are_imported_when_their_keys_are_fetched_again(
    tmp_path: Path,
) -> None:
    scopes = [tmp_path / name for name in ("first", "second")]
    for number, scope in enumerate(scopes):
        scope.mkdir()
        old_list(scope, "notes.json", old_note(str(number)))
    account = tmp_path / "account"
    Notes(open_state(account, scopes[:1])).add(DAY, "new")
    other, before = Notes(open_state(account, scopes[1:])), (account / "state.sqlite").read_bytes()
    assert {note.text for note in other.all()} == {"text of 0", "new", "text of 1"}
    assert (scopes[1] / "notes.json").exists(), "reading moves nothing"
    assert (account / "state.sqlite").read_bytes() == before, "nor writes"
    other.add(DAY, "newer")
    assert {path.name for path in scopes[1].glob("notes*")} == {"notes.json.before-0.2"}
    assert len(Notes(open_state(account)).all()) == 4


def test_doctor_looks_at_the_state_of_the_account(tmp_path: Path) -> None:
    scopes = (FetchScope("project", "b"), FetchScope("project", "a"))
    url = "http://127.0.0.1:1"
    settings = Settings("k", url, url, archive=tmp_path, scopes=scopes)
    Notes(state_of(settings)).add(DAY, "a")
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    (check,) = [c for c in store.of_archive(settings, now) if c.name == "state file"]
    assert "1 note" in check.text


# A file of the last version without sign-in


BROWSER = reader_id("a cookie")  # of whoever saved a view for themselves there
ADA = Author("issuer|ada", "Ada")


def test_a_file_from_before_sign_in_is_read_as_it_is_without_authors(
    notes: Notes, folder: Path
) -> None:
    version_1(folder)
    before = look(folder)
    views = SavedViews(open_state(folder)).for_reader(BROWSER)
    assert said(notes) == ["Campaign starts", "naïve “🎬”"]
    assert [(view.name, view.owner) for view in views] == [("Mine", BROWSER), ("Monday", SHARED)]
    assert {(e.author, e.author_name) for e in (*notes.all(), *views)} == {NOBODY}
    assert People(open_state(folder)).all() == {}
    assert open_state(folder).contents().text == (
        "2 notes, 2 saved views, 1 accepted doubt, 0 people"
    )
    assert look(folder) == before


def test_the_first_edit_upgrades_it_and_loses_nothing(notes: Notes, folder: Path) -> None:
    version_1(folder)
    before = [notes.all(), SavedViews(open_state(folder)).for_reader(BROWSER)]
    new = notes.add(DAY, "new", by=ADA)
    assert rows(folder, "PRAGMA user_version") == [(len(database.MIGRATIONS),)]
    assert list(look(folder)) == ["state.sqlite"]
    first, second = before[0]
    assert [notes.all(), SavedViews(open_state(folder)).for_reader(BROWSER)] == [
        [first, new, second],
        before[1],
    ]
    assert (new.author, new.author_name) == ADA


def test_a_browsers_views_from_before_sign_in_can_be_taken_over(folder: Path) -> None:
    version_1(folder)
    views = SavedViews(open_state(folder))
    taken = views.take_over(BROWSER, ADA.id, ADA, lambda _: True)
    assert [(view.name, view.author) for view in taken] == [("Mine", ADA.id)]
    assert [view.owner for view in views.for_reader(ADA.id)] == [ADA.id, SHARED]


def test_a_kill_while_it_is_upgraded_leaves_it_as_it_was_and_the_next_edit_works(
    folder: Path,
) -> None:
    version_1(folder)
    size = (folder / "state.sqlite").stat().st_size
    copies = dies_at([0, 512, 9000, size], folder, "notes.add(DAY, 'y' * 200)")
    for limit, copy in copies.items():
        there = Notes(open_state(copy))
        assert said(there) == ["Campaign starts", "naïve “🎬”"], limit
        there.add(DAY, "z")
        assert said(there) == ["Campaign starts", "z", "naïve “🎬”"], limit
        assert rows(copy, "PRAGMA integrity_check") == [("ok",)], limit


def test_processes_that_upgrade_it_at_once_lose_nothing(folder: Path) -> None:
    version_1(folder)
    script = """
notes = Notes(open_state(Path(sys.argv[1])))
meet()
for number in range(5):
    notes.add(DAY, f"{sys.argv[2]}-{number}")
"""
    processes = [run(script, folder, f"process{n}") for n in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0] * 4
    new = {f"process{n}-{number}" for n in range(4) for number in range(5)}
    assert sorted(texts(folder)) == sorted({*new, "Campaign starts", "naïve “🎬”"})

"""Small shared lists: nothing in them is lost, whatever reads or edits them."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from dyntube.errors import EntryError
from dyntube.sharing.json_list import Shelf, moment, one_line

from .shelves import Thing, load, put


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scope" / "things.json"


@pytest.fixture
def shelf(file: Path) -> Shelf[Thing]:
    return Shelf(file, load)


def fail_in_an_edit(shelf: Shelf[Thing]) -> None:
    with contextlib.suppress(EntryError), shelf.editing() as things:
        things.clear()
        raise EntryError("no")


def make_old(file: Path) -> None:
    """As if the file had been written a minute ago; a young one is not kept in memory."""
    before = file.stat().st_mtime_ns - 60 * 10**9
    os.utime(file, ns=(before, before))


def test_what_was_put_on_a_shelf_is_there_for_all_in_the_same_order(
    shelf: Shelf[Thing], file: Path
) -> None:
    assert shelf.items() == ()
    put(shelf, "b", "a", text='naïve "🎬" <b>')
    expected = (Thing("b", 'naïve "🎬" <b>'), Thing("a", 'naïve "🎬" <b>'))
    assert shelf.items() == expected
    assert Shelf(file, load).items() == expected
    assert json.loads(file.read_text("utf-8"))["version"] == 1


def test_a_new_folder_is_for_its_owner_only(shelf: Shelf[Thing], file: Path) -> None:
    put(shelf, "a")
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_items_can_be_changed_and_taken_away(shelf: Shelf[Thing]) -> None:
    put(shelf, "a", "b")
    with shelf.editing() as things:
        del things["a"]
        things["b"] = Thing("b", "new")
    assert shelf.items() == (Thing("b", "new"),)


def test_an_error_in_an_edit_stores_nothing(shelf: Shelf[Thing]) -> None:
    put(shelf, "a")
    fail_in_an_edit(shelf)
    assert shelf.items() == (Thing("a"),)
    put(shelf, "b")  # the lock is free again
    assert len(shelf.items()) == 2


def test_an_edit_that_changes_nothing_writes_nothing(shelf: Shelf[Thing], file: Path) -> None:
    put(shelf, "a")
    before = file.stat()
    put(shelf, "a")
    assert file.stat().st_ino == before.st_ino


def test_a_change_by_another_is_seen_at_once(shelf: Shelf[Thing], file: Path) -> None:
    other = Shelf(file, load)
    for text in map(str, range(20)):  # of the same length, and quicker than the clock's tick
        put(other, "a", text=text.zfill(2))
        assert shelf.items() == (Thing("a", text.zfill(2)),)


def test_a_file_that_did_not_change_is_read_once(shelf: Shelf[Thing], file: Path) -> None:
    put(shelf, "a")
    make_old(file)
    loaded: list[str] = []

    def count(item: dict[str, Any]) -> Thing:
        loaded.append(item["id"])
        return load(item)

    counting = Shelf(file, count)
    assert counting.items() == counting.items() == (Thing("a"),)
    assert loaded == ["a"]
    put(shelf, "b")
    assert len(counting.items()) == 2


def change_without_a_trace(file: Path) -> None:
    """Turn "old" into "new" in a file, which stays the same one, of the same size and time."""
    status = file.stat()
    with file.open("r+b") as opened:
        changed = opened.read().replace(b"old", b"new")
        opened.seek(0)
        opened.write(changed)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_file_that_was_just_written_is_read_again(shelf: Shelf[Thing], file: Path) -> None:
    put(shelf, "a", text="old")
    shelf.items()
    change_without_a_trace(file)  # as within one tick of the clock
    assert shelf.items() == (Thing("a", "new"),)


def test_an_edit_starts_from_the_disk_even_when_the_files_times_say_nothing(
    shelf: Shelf[Thing], file: Path
) -> None:
    put(shelf, "a", text="old")
    make_old(file)
    shelf.items()
    change_without_a_trace(file)
    put(shelf, "b")
    assert shelf.items() == (Thing("a", "new"), Thing("b"))


def test_what_is_kept_in_memory_cannot_be_changed_by_an_edit_that_fails(
    shelf: Shelf[Thing], file: Path
) -> None:
    put(shelf, "a")
    make_old(file)
    shelf.items()
    fail_in_an_edit(shelf)
    assert shelf.items() == (Thing("a"),)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Summer\n\tsale\r\n starts ", "Summer sale starts"),
        ("a\x00b\x1b[31mc\x85d\u2028e\ud800", "a b [31mc d e"),
        ("=1+1 <b>_*👩‍👩‍👧 naïve", "=1+1 <b>_*👩‍👩‍👧 naïve"),
    ],
)
def test_what_is_typed_becomes_one_line(typed: str, kept: str) -> None:
    assert one_line(typed, "The note", 200) == kept


def test_a_line_has_a_length_that_is_said() -> None:
    assert len(one_line("x" * 200, "The note", 200)) == 200
    with pytest.raises(EntryError, match=r"The note has 1,201 characters; 200 are the most\."):
        one_line("x" * 1201, "The note", 200)
    with pytest.raises(EntryError, match="The note is empty"):
        one_line(" \n\x00", "The note", 200)


def test_a_moment_without_a_zone_is_none() -> None:
    assert moment("2026-11-20T12:00:00+00:00") == dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    for text in ("2026-11-20T12:00:00", "noon"):
        with pytest.raises(ValueError, match=r"zone|isoformat"):
            moment(text)


def test_half_of_a_character_in_an_item_does_not_make_it_unwritable(shelf: Shelf[Thing]) -> None:
    put(shelf, "a", text="about key \ud83d")
    assert shelf.items() == (Thing("a", "about key \ufffd"),)

"""Small shared lists in trouble: damaged, read-only, full, edited by many, killed."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import pytest

from dyntube.errors import ArchiveError
from dyntube.sharing import json_list as module
from dyntube.sharing.json_list import Shelf

from .shelves import Thing, load, put, run, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scope" / "things.json"


@pytest.fixture
def shelf(file: Path) -> Shelf[Thing]:
    return Shelf(file, load)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "{",
        '{"version": 1, "items": [{"id": "a"}',
        "[" * 100_000,
        [],
        None,
        {},
        {"version": 1},
        {"version": "1", "items": []},
        {"version": 0, "items": []},
        {"version": 1, "items": [], "more": 1},
        {"version": 1, "items": {"id": "a"}},
        {"version": 1, "items": 7},
        {"version": 1, "items": ["a"]},
        {"version": 1, "items": [{}]},
        {"version": 1, "items": [{"id": "a", "colour": "red"}]},
        {"version": 1, "items": [{"id": "a"}, {"id": "a"}]},
        {"version": 1, "items": [{"id": "a", "text": "\ud800"}]},
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_never_written(
    stored: object, shelf: Shelf[Thing], file: Path
) -> None:
    raw = write(file, stored)
    with pytest.raises(ArchiveError, match=r"things\.json is damaged and was left as it is"):
        shelf.items()
    with pytest.raises(ArchiveError, match=r"things\.json is damaged"):
        put(shelf, "b")
    assert file.read_bytes() == raw


def test_a_file_that_is_no_text_is_named_and_never_written(shelf: Shelf[Thing], file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00rubbish\x80")
    with pytest.raises(ArchiveError, match="damaged"):
        put(shelf, "a")
    assert file.read_bytes() == b"\xff\xfe\x00rubbish\x80"


def test_a_file_of_a_newer_version_asks_for_an_update_and_is_never_written(
    shelf: Shelf[Thing], file: Path
) -> None:
    raw = write(file, {"version": 2, "items": [{"id": "a", "colour": "red"}]})
    for ask in (shelf.items, lambda: put(shelf, "b")):
        with pytest.raises(ArchiveError, match=r"newer version of DynTube Analytics\. Update"):
            ask()
    assert file.read_bytes() == raw


def test_a_repaired_file_is_read_again(shelf: Shelf[Thing], file: Path) -> None:
    write(file, "{")
    with pytest.raises(ArchiveError):
        shelf.items()
    write(file, {"version": 1, "items": [{"id": "a"}]})
    assert shelf.items() == (Thing("a"),)


def test_a_folder_in_the_place_of_the_file_is_said(shelf: Shelf[Thing], file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(ArchiveError, match="cannot be read: Is a directory"):
        shelf.items()


def test_a_file_in_the_place_of_the_folder_is_said(shelf: Shelf[Thing], file: Path) -> None:
    file.parent.write_text("")
    with pytest.raises(ArchiveError, match="cannot be read"):
        shelf.items()
    with pytest.raises(ArchiveError, match="cannot be written"):
        put(shelf, "a")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="takes rights away as POSIX does")
@pytest.mark.parametrize("edited_before", [True, False])
def test_a_read_only_archive_is_read_and_says_that_it_cannot_be_written(
    edited_before: bool, open_folder: Path
) -> None:
    file, lock = open_folder / "things.json", open_folder / ".things.json.lock"
    shelf = Shelf(file, load)
    put(shelf, "a")
    lock.chmod(0o444) if edited_before else lock.unlink()
    open_folder.chmod(0o555)
    script = """
if os.geteuid() == 0:
    os.setgroups([]); os.setresgid(NOBODY, NOBODY, NOBODY); os.setresuid(NOBODY, NOBODY, NOBODY)
shelf = Shelf(Path(sys.argv[1]), load)
print(shelf.items())
try:
    put(shelf, "b")
except ArchiveError as error:
    print(error)
"""
    said, _ = run(script, file).communicate(timeout=60)
    assert "Thing(id='a', text='')" in said
    assert f"The file {file} cannot be written: Permission denied." in said
    assert shelf.items() == (Thing("a"),)


def test_a_full_disk_is_said_and_the_old_file_stays(
    shelf: Shelf[Thing], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, "a")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArchiveError, match=r"things\.json cannot be written: No space left"):
        put(shelf, "b")
    assert shelf.items() == (Thing("a"),)


def test_whoever_waits_long_for_another_edit_is_told(
    shelf: Shelf[Thing], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, "a")
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.1)
    with filelock.FileLock(file.with_name(".things.json.lock")):
        with pytest.raises(ArchiveError, match=r"being changed by another program\. Try again"):
            put(shelf, "b")
        assert shelf.items() == (Thing("a"),)  # readers never wait
    put(shelf, "b")


def test_edits_of_many_threads_and_processes_lose_nothing(shelf: Shelf[Thing], file: Path) -> None:
    script = """
shelf = Shelf(Path(sys.argv[1]), load)
for number in range(25):
    put(shelf, f"{sys.argv[2]}-{number}")
"""
    processes = [run(script, file, f"process{n}") for n in range(3)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: put(shelf, f"thread-{n}"), range(50)))
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]
    for process in processes:
        process.communicate()
    expected = {f"process{n}-{number}" for n in range(3) for number in range(25)}
    assert {thing.id for thing in shelf.items()} == expected | {f"thread-{n}" for n in range(50)}


def test_readers_beside_edits_see_whole_lists_that_only_grow(
    shelf: Shelf[Thing], file: Path
) -> None:
    reader, seen, done = Shelf(file, load), [0], threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(reader.items()))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for number in range(40):
            put(shelf, str(number))
        done.set()
        reading.result()
    assert seen == sorted(seen)
    assert len(reader.items()) == 40


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_kill_in_an_edit_leaves_the_old_file_and_a_free_lock(
    shelf: Shelf[Thing], file: Path
) -> None:
    put(shelf, "a")
    script = """
shelf = Shelf(Path(sys.argv[1]), load)
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
put(shelf, "b")
"""
    process = run(script, file)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert shelf.items() == (Thing("a"),)
    put(shelf, "c")
    assert [thing.id for thing in shelf.items()] == ["a", "c"]

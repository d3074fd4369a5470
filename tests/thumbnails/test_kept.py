"""The folder of stored pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dyntube.errors import ArchiveError
from dyntube.thumbnails import kept
from dyntube.thumbnails.kept import Kept, name

URL = "https://images.dyntube.com/../../etc/passwd?key=canary"


def test_a_picture_is_found_again_by_its_url_and_by_another_process(tmp_path: Path) -> None:
    folder = tmp_path / "archive" / "thumbnails"
    stored = Kept(folder)
    assert stored.files() == {}
    assert stored.read(URL) is None
    stored.put(URL, b"picture")
    assert Kept(folder).read(URL) == stored.read(URL) == b"picture"
    assert Kept(folder).files().keys() == stored.files().keys() == {name(URL)}
    assert stored.read(f"{URL}2") is None


def test_no_text_of_the_url_is_in_a_path(tmp_path: Path) -> None:
    Kept(tmp_path).put(URL, b"picture")
    Kept(tmp_path).put_failure(f"{URL}2")
    found = [path.name for path in tmp_path.rglob("*")]
    assert sorted(found) == sorted([name(URL), name(f"{URL}2", "failed")])
    assert all(set(path.split(".")[0]) <= set("0123456789abcdef") for path in found)


def test_a_failure_is_forgotten_once_the_picture_comes(tmp_path: Path) -> None:
    stored = Kept(tmp_path)
    stored.put_failure(URL)
    assert stored.files().keys() == {name(URL, "failed")}
    stored.put(URL, b"picture")
    assert stored.files().keys() == {name(URL)}


def test_the_oldest_are_dropped_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 5)
    stored = Kept(tmp_path)
    for n in range(8):
        stored.put(f"{URL}{n}", b"picture")
        os.utime(tmp_path / name(f"{URL}{n}"), (1000 + n, 1000 + n))
    assert stored.files().keys() == {name(f"{URL}{n}") for n in range(3, 8)}


def test_what_another_process_stores_or_drops_is_seen(tmp_path: Path) -> None:
    stored, other = Kept(tmp_path), Kept(tmp_path)
    stored.put(URL, b"1")
    os.utime(tmp_path, (1000, 1000))  # long ago, so that the list is kept
    first = stored.files()
    assert stored.files() is first
    other.put(f"{URL}2", b"2")
    assert len(stored.files()) == 2
    (tmp_path / name(URL)).unlink()
    assert stored.files().keys() == {name(f"{URL}2")}


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="cannot be written"):
        Kept(tmp_path / "file" / "thumbnails").put(URL, b"picture")


def test_a_folder_that_cannot_be_read_has_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stored = Kept(tmp_path / "file")
    assert stored.files() == {}
    assert stored.read(URL) is None

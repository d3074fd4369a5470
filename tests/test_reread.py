"""A file that is read again only when it has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dyntube.atomic import Reread

LONG_AGO = 1_700_000_000


def write(file: Path, text: str, at: int) -> None:
    file.write_text(text)
    os.utime(file, (at, at))


def test_a_file_is_read_again_when_it_has_changed_and_only_then(tmp_path: Path) -> None:
    file, reads = tmp_path / "names.json", []
    kept = Reread(file, lambda raw: reads.append(raw) or raw)  # type: ignore[func-returns-value]
    write(file, "a", LONG_AGO)
    assert [kept.get(), kept.get()] == [b"a", b"a"]
    write(file, "b", LONG_AGO + 1)
    assert [kept.get(), kept.get()] == [b"b", b"b"]
    assert reads == [b"a", b"b"]


def test_a_change_of_equal_time_and_size_is_seen_while_it_may_still_come(tmp_path: Path) -> None:
    file = tmp_path / "names.json"
    kept = Reread(file, bytes)
    file.write_text("a")
    status = file.stat()
    assert kept.get() == b"a"
    file.write_text("b")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert kept.get() == b"b"


def test_a_change_that_keeps_size_and_time_is_seen_as_a_copy_with_its_time_is(
    tmp_path: Path,
) -> None:
    file = tmp_path / "names.json"
    kept = Reread(file, bytes)
    write(file, "a", LONG_AGO)
    assert kept.get() == b"a"
    write(file, "b", LONG_AGO)
    assert kept.get() == b"b"


def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Reread(tmp_path / "none", bytes).get()

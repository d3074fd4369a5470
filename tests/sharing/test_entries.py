"""Texts and moments of what people keep."""

from __future__ import annotations

import datetime as dt

import pytest

from dyntube.errors import EntryError
from dyntube.sharing.entries import moment, one_line


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
    with pytest.raises(EntryError, match=r"The note has 1,201 characters; the limit is 200\."):
        one_line("x" * 1201, "The note", 200)
    with pytest.raises(EntryError, match="The note is empty"):
        one_line(" \n\x00", "The note", 200)


def test_a_moment_without_a_zone_is_none() -> None:
    assert moment("2026-11-20T12:00:00+00:00") == dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    for text in ("2026-11-20T12:00:00", "noon"):
        with pytest.raises(ValueError, match=r"zone|isoformat"):
            moment(text)

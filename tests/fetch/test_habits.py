"""What is learned of a server: kept for a day, shown, and never needed for a right answer."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from dyntube.fetch import habits
from dyntube.fetch.habits import KEPT_FOR, ServerTraits

from ..conftest import NOON

KNOWN = ServerTraits(get=True, most=50, shift=dt.timedelta(hours=-5, minutes=-30), busy=True)


def test_what_is_learned_comes_back(tmp_path: Path) -> None:
    KNOWN.learn(NOON)
    habits.save(KNOWN, tmp_path)
    assert habits.load(tmp_path) == KNOWN


def test_of_a_server_that_does_as_the_page_says_nothing_is_kept(tmp_path: Path) -> None:
    habits.save(ServerTraits(), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert ServerTraits().sentences == ()


def test_people_are_told_in_sentences() -> None:
    assert KNOWN.sentences == (
        "Takes GET requests only.",
        "Gives at most 50 views a page.",
        "Reads times as local ones, UTC+5.5 h.",
    )


@pytest.mark.parametrize("after", [KEPT_FOR, -dt.timedelta(seconds=1), 9 * KEPT_FOR])
def test_it_is_found_anew_after_a_day_or_when_clocks_went_back(after: dt.timedelta) -> None:
    known = ServerTraits()
    known.learn(NOON, most=50, get=True)
    known.forget_old(NOON + KEPT_FOR / 2)
    assert known.most == 50
    known.forget_old(NOON + after)
    assert (known.most, known.get, known.learned_at) == (None, False, None)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"{}",
        *(
            json.dumps(
                {
                    "get": True,
                    "most": 50,
                    "shift_minutes": 0,
                    "busy": False,
                    "learned_at": NOON.isoformat(),
                }
                | {name: value}
            ).encode()
            for name, value in [
                ("most", 0),
                ("most", -1),
                ("most", "50"),
                ("most", 1.5),
                ("shift_minutes", "x"),
                ("shift_minutes", 1e300),
                ("learned_at", "2026-11-20T12:00:00"),
                ("learned_at", 7),
            ]
        ),
    ],
)
def test_what_cannot_be_read_is_nothing(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / habits.FILE_NAME).write_bytes(spoilt)
    assert habits.load(tmp_path) == ServerTraits()


@pytest.mark.parametrize(
    ("minutes", "whole"), [(7, 0), (8, 15), (-299, -300), (345, 345), (14 * 60, 840), (15 * 60, 0)]
)
def test_a_shift_is_one_that_a_time_zone_makes(minutes: int, whole: int) -> None:
    shift = habits.whole_shift(dt.timedelta(minutes=minutes))
    assert shift == dt.timedelta(minutes=whole)

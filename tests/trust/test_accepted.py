"""Doubts that people accept: what is kept, cut and refused."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dyntube.account import open_state
from dyntube.archive.doubts import KINDS, Doubt, Kind
from dyntube.errors import ArchiveError, EntryError
from dyntube.trust import accepted as module
from dyntube.trust.accepted import Acceptances

from ..states import BEFORE, old_acceptance, old_list, rows, run

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


@pytest.fixture
def acceptances(tmp_path: Path) -> Acceptances:
    return Acceptances(open_state(tmp_path), now=lambda: NOON)


def november(day: int) -> dt.date:
    return dt.date(2026, 11, day)


def of(acceptances: Acceptances, kind: Kind = "count") -> dict[int, str]:
    """The days of November on which a kind is accepted, with the reason."""
    found: dict[int, str] = {}
    for item in acceptances.all():
        for day in range(1, 31):
            if item.covers(november(day), Doubt(kind, "?")):
                assert day not in found, "accepted twice"
                found[day] = item.reason
    return found


def test_an_acceptance_is_kept_with_who_why_and_when(
    acceptances: Acceptances, tmp_path: Path
) -> None:
    spans: dict[Kind, Any] = {"count": [(november(12), november(14))]}
    acceptances.accept(spans, " Told by\nsupport ", by="ops")
    (item,) = acceptances.all()
    assert (item.kind, item.first, item.last) == ("count", november(12), november(14))
    assert (item.reason, item.by, item.at) == ("Told by support", "ops", NOON)
    assert Acceptances(open_state(tmp_path)).all() == (item,)


@pytest.mark.parametrize(
    ("again", "left"),
    [
        ((12, 16), {}),
        ((13, 13), {12: "a", 14: "a", 15: "a", 16: "a"}),
        ((1, 12), {13: "a", 14: "a", 15: "a", 16: "a"}),
        ((15, 30), {12: "a", 13: "a", 14: "a"}),
        ((17, 20), {12: "a", 13: "a", 14: "a", 15: "a", 16: "a"}),
    ],
)
def test_days_can_be_taken_back_or_accepted_anew(
    acceptances: Acceptances, again: tuple[int, int], left: dict[int, str]
) -> None:
    first, last = map(november, again)
    acceptances.accept({"count": [(november(12), november(16))]}, "a")
    acceptances.accept({"count": [(first, last)]}, "b")
    assert of(acceptances) == left | dict.fromkeys(range(again[0], again[1] + 1), "b")
    assert acceptances.undo(first, last)
    assert of(acceptances) == left
    assert not acceptances.undo(first, last)


def test_a_kind_is_taken_back_and_others_stay(acceptances: Acceptances) -> None:
    span = (november(12), november(14))
    acceptances.accept({"count": [span], "zone": [span]}, "a")
    acceptances.undo(*span, kinds=("count",))
    assert of(acceptances) == {}
    assert list(of(acceptances, "zone")) == [12, 13, 14]


@pytest.mark.parametrize(
    ("kind", "first", "last", "reason", "told"),
    [
        ("count", 12, 14, "  ", "The reason is empty"),
        ("count", 12, 14, "x" * 201, "201 characters; the limit is 200"),
        ("count", 14, 12, "a", "from the earlier to the later"),
        ("feeling", 12, 14, "a", "count, no_count"),
    ],
)
def test_what_cannot_be_kept_is_said_and_changes_nothing(
    acceptances: Acceptances, kind: Any, first: int, last: int, reason: str, told: str
) -> None:
    acceptances.accept({"count": [(november(12), november(12))]}, "before")
    kept = acceptances.all()
    with pytest.raises(EntryError, match=told):
        acceptances.accept({kind: [(november(first), november(last))]}, reason)
    assert acceptances.all() == kept


def test_there_is_room_for_so_many(
    acceptances: Acceptances, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    acceptances.accept({"count": [(november(1), november(1)), (november(3), november(3))]}, "a")
    with pytest.raises(EntryError, match="More than 2 acceptances"):
        acceptances.accept({"zone": [(november(1), november(1))]}, "b")
    acceptances.accept({"count": [(november(1), november(3))]}, "c")
    assert of(acceptances) == dict.fromkeys((1, 2, 3), "c")


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "feeling"},
        {"first": "yesterday"},
        {"last": "2026-01-01"},
        {"at": "2026-11-28T12:00:00"},
        {"reason": 7},
        {"more": 1},
    ],
)
def test_what_is_no_acceptance_in_an_old_list_stays_there_and_the_others_are_taken_over(
    acceptances: Acceptances, tmp_path: Path, odd: dict[str, Any]
) -> None:
    raw = old_list(
        tmp_path, "accepted.json", old_acceptance("a") | odd, old_acceptance("b", kind="zone")
    )
    assert of(acceptances) == {}
    assert of(acceptances, "zone") == {1: "known", 2: "known"}
    acceptances.accept({"count": [(november(5), november(5))]}, "new")
    assert of(acceptances, "zone") == {1: "known", 2: "known"}
    assert of(acceptances) == {5: "new"}
    assert (tmp_path / f"accepted.json{BEFORE}").read_bytes() == raw


@pytest.mark.parametrize(
    "odd", ["kind = 'feeling'", "first = 'yesterday'", "last = '2026-01-01'", "texts = '[7]'"]
)
def test_a_row_that_is_none_is_an_error_that_names_the_file_and_stays_as_it_is(
    acceptances: Acceptances, tmp_path: Path, odd: str
) -> None:
    acceptances.accept({"count": [(november(12), november(14))]}, "a")
    rows(tmp_path, f"UPDATE acceptances SET {odd}")
    before = (tmp_path / "state.sqlite").read_bytes()
    with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged"):
        acceptances.all()
    with pytest.raises(ArchiveError):
        acceptances.accept({"zone": [(november(1), november(1))]}, "b")
    assert (tmp_path / "state.sqlite").read_bytes() == before


def test_a_name_from_outside_is_cleaned_and_cut(acceptances: Acceptances) -> None:
    acceptances.accept({"count": [(november(12), november(12))]}, "a", by="\x1b[31mops\n" * 40)
    (item,) = acceptances.all()
    assert item.by.isprintable()
    assert len(item.by) == 80


def test_threads_and_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    script = """
kept = Acceptances(open_state(Path(sys.argv[1])))
for day in range(1, 29, 2):
    kept.accept({sys.argv[2]: [(dt.date(2026, 11, day),) * 2]}, "a")
"""
    others = [run(script, tmp_path, kind) for kind in KINDS[:2]]
    ours = Acceptances(open_state(tmp_path))
    with ThreadPoolExecutor(2) as threads:
        for kind in KINDS[2:4]:
            for day in range(1, 29, 2):
                threads.submit(ours.accept, {kind: [(november(day), november(day))]}, "b")
    for other in others:
        other.communicate(timeout=60)
    assert [other.returncode for other in others] == [0, 0]
    for kind in KINDS[:4]:
        assert sorted(of(ours, kind)) == list(range(1, 29, 2))

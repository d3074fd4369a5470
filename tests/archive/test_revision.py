"""What changed between two versions of a day."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from dyntube.archive.diff import COMPARED, Revision, compare
from dyntube.reading.parse import read_page
from dyntube.reading.records import SCHEMA

from ..conftest import pager, record
from ..plain import Record


def table(*records: Record) -> pa.Table:
    body = json.dumps({"pager": pager(len(records)), "views": records}).encode()
    return read_page(body).views


def view(id_: str, **fields: Any) -> Record:
    return record(id_, "2026-05-01T10:00:00Z", **fields)


OLD = table(*map(view, "abcd"))


def test_the_same_views_are_the_same_in_any_order() -> None:
    assert compare(OLD, table(*map(view, "dbca"))).none
    assert compare(OLD.select(COMPARED), OLD) == Revision()


def test_views_that_are_new_and_that_are_gone_are_counted() -> None:
    found = compare(OLD, table(*map(view, "bcdxyz")))
    assert found == Revision(added=3, changed=0, removed=1)
    assert not found.none


@pytest.mark.parametrize(
    "fields",
    [
        {"watchTime": 51},
        {"watchTime": 50.0000001},
        {"watchTime": None},
        {"duration": 99},
        {"ended": True},
        {"started": None},
        {"muted": True},
    ],
)
def test_a_view_that_played_on_has_changed(fields: dict[str, Any]) -> None:
    new = table(view("a", **fields), *map(view, "bcd"))
    assert compare(OLD, new) == compare(new, OLD) == Revision(changed=1)


def test_missing_values_are_equal_to_each_other() -> None:
    nothing = table(view("a", watchTime=None, duration=None, muted=None, ended=None))
    assert compare(nothing, nothing).none


def test_all_at_once_is_counted_apart() -> None:
    new = table(view("a", watchTime=99), view("b"), view("x"))
    assert compare(OLD, new) == Revision(added=1, changed=1, removed=2)


def test_days_without_views_can_be_compared() -> None:
    empty = SCHEMA.empty_table()
    assert compare(empty, empty).none
    assert compare(empty, OLD) == Revision(added=4)
    assert compare(OLD, empty) == Revision(removed=4)


def test_tables_of_several_parts_can_be_compared() -> None:
    parts = pa.concat_tables([OLD.slice(2), OLD.slice(0, 2)])
    assert compare(OLD, parts).none

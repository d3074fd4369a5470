"""What must hold for every record, every window and every body, whoever thinks of them."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dyntube.errors import BadResponseError
from dyntube.reading.parse import read_page
from dyntube.reading.records import COLUMNS, SCHEMA, Page

from .proof import build, close_clients, equals
from .scenes import DAY, at, days
from .server import LogServer, Manner
from .world import ENDINGS, ONE_DAY, OURS, Row, World, spelled

FIELDS = sorted({column.path[0] for column in COLUMNS})
PARTS = sorted(column.path for column in COLUMNS if len(column.path) > 1)
HUGE = 10**5000  # digits: more than Python turns into a number

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "\ud800", "\x00", "2025-05-01", "9999-12-31T23:59:59-12:00", 1e308])
    | st.text(st.characters(exclude_categories=()), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
offsets = st.integers(-2_000_001, 2_000_001) | st.sampled_from([-1_000_000, -1, 0, 1, 1_000_000])


@st.composite
def views_around_midnights(draw: st.DrawFn) -> list[Row]:
    """Views within seconds of the midnights of three days."""
    rows = []
    for n in range(draw(st.integers(1, 12))):
        moment = at(draw(st.sampled_from(days(4)))) + dt.timedelta(microseconds=draw(offsets))
        date = spelled(moment, draw(st.sampled_from(ENDINGS)), draw(st.integers(0, 7)))
        record = {"id": f"view-{n}", "date": date, "projectKey": OURS, "watchTime": n}
        rows.append(Row(f"view-{n}", moment, record))
    return rows


@given(rows=views_around_midnights(), ends=st.tuples(st.booleans(), st.booleans()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_view_near_midnight_is_on_exactly_one_day(
    server: LogServer, rows: list[Row], ends: tuple[bool, bool]
) -> None:
    world = World(rows)
    server.start_over(world, Manner(from_inclusive=ends[0], to_inclusive=ends[1]))
    wanted = [DAY - ONE_DAY, *days(4)]
    with tempfile.TemporaryDirectory() as folder:
        syncer, archive = build(server, Path(folder), page_size=4, concurrency=1)
        assert not syncer.sync(wanted).failed
        for day in wanted:
            equals(archive, day, world)
        assert len(archive.read(wanted[0], wanted[-1])) == len(rows)
    close_clients()


def good(id_: str) -> dict[str, Any]:
    return {"id": id_, "date": "2025-05-01T10:00:00.5+00:00", "watchTime": 5, "geo": {"city": "X"}}


def page_of(*records: Any) -> Page:
    pager = {"page": 1, "size": 9, "hits": len(records), "total": len(records), "pages": 1}
    return read_page(json.dumps({"pager": pager, "views": records}).encode())


def costs_only_itself(record: Any) -> None:
    """Neighbours are read; the record is a view, or is set aside with a reason."""
    page = page_of(good("before"), record, good("after"))
    ids = page.views["id"].to_pylist()
    assert (ids[0], ids[-1]) == ("before", "after")
    assert len(ids) + len(page.rejected) == 3
    assert all(rejected.reason for rejected in page.rejected)
    assert page.views.schema == SCHEMA
    page.views.validate(full=True)
    days_of_views = page.views["date"].to_pylist()
    assert all(isinstance(date, dt.datetime) for date in days_of_views)


@given(field=st.sampled_from([*FIELDS, "unknown"]), value=junk)
@example(field="date", value="0001-01-01T00:00:00+14:00")
@example(field="date", value="9999-12-31T23:59:59-14:00")
@example(field="watchTime", value=10**400)
@example(field="planType", value=-(10**30))
def test_junk_in_any_field_costs_only_its_own_record(field: str, value: Any) -> None:
    costs_only_itself(good("odd") | {field: value})


@given(path=st.sampled_from(PARTS), value=junk)
def test_junk_in_any_part_of_a_group_costs_only_its_own_record(
    path: tuple[str, str], value: Any
) -> None:
    costs_only_itself(good("odd") | {path[0]: {path[1]: value}})


@given(record=junk)
def test_junk_in_place_of_a_record_costs_only_itself(record: Any) -> None:
    costs_only_itself(record)


@pytest.mark.parametrize("field", ["id", "watchTime", "planType", "geo", "unknown"])
def test_a_number_that_python_refuses_costs_only_its_own_record(field: str) -> None:
    pager = '{"page": 1, "size": 9, "hits": 3, "total": 3, "pages": 1}'
    odd = json.dumps(good("odd") | {field: "?"}).replace('"?"', "1" * 5000)
    records = ", ".join([json.dumps(good("before")), odd, json.dumps(good("after"))])
    page = read_page(f'{{"pager": {pager}, "views": [{records}]}}'.encode())
    ids = page.views["id"].to_pylist()
    assert (ids[0], ids[-1]) == ("before", "after")
    assert len(ids) + len(page.rejected) == 3


WHOLE = json.dumps({"pager": dict.fromkeys(("page", "size", "hits", "total", "pages"), 2)})
BODY = (WHOLE[:-1] + ', "views": ' + json.dumps([good("a"), good("b")]) + "}").encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good body, cut, or with other bytes in some place."""
    start = draw(st.integers(0, len(BODY)))
    end = draw(st.integers(start, min(len(BODY), start + 20)))
    filling = draw(st.binary(max_size=6) | st.sampled_from([b"{", b"[", b'"', b"\\", b"null"]))
    return BODY[:start] + filling + BODY[end : draw(st.sampled_from([None, end]))]


@given(body=st.binary(max_size=60) | damaged() | junk.map(lambda v: json.dumps(v).encode()))
@example(body=b"null")
@example(body=b"[]")
@example(body=b"{}")
@example(body=b'{"pager": null, "views": null}')
@example(body=b'{"pager": {}, "views": [null]}')
@example(body=b"\xff\xfe{\x00}\x00")
@example(body=BODY + BODY)
@example(body=BODY + b"\n" + BODY)
@example(body=b"[" * 100_000)
def test_any_body_is_a_page_or_a_bad_response(body: bytes) -> None:
    try:
        page = read_page(body)
    except BadResponseError:
        return
    assert page.views.schema == SCHEMA
    page.views.validate(full=True)

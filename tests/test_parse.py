"""A page of the view log as Arrow rows: the documented shape, its traps, and everything else."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntube.errors import BadResponseError
from dyntube.parse import _read_record_by_record, read_page
from dyntube.parse_plain import read_plain
from dyntube.records import COLUMNS, SCHEMA, Column, Page, Pager, Rejected

from .conftest import pager, record

UTC = dt.UTC
DATE = "2022-06-01T02:28:00.56+00:00"
EXAMPLES = settings(deadline=None, max_examples=150)


def body(views: list[Any]) -> bytes:
    """An answer with these records on its one page."""
    return json.dumps({"pager": pager(len(views)), "views": views}).encode()


def with_value(field: str, literal: str) -> bytes:
    """An answer with one record, one field of which is this JSON literal."""
    text = body([nested(record("a", DATE), field, "<here>")]).decode()
    return text.replace('"<here>"', literal).encode()


def nested(original: dict[str, Any], field: str, value: object) -> dict[str, Any]:
    """The record with another value at a field such as `geo.country`."""
    changed = copy.deepcopy(original)
    place = changed
    *groups, name = field.split(".")
    for group in groups:
        place = place.setdefault(group, {})
    place[name] = value
    return changed


def one_row(page: Page) -> dict[str, Any]:
    """The one view of a page on which nothing was set aside."""
    assert page.rejected == ()
    [row] = page.views.to_pylist()
    return row


def assert_both_ways_agree(answer: bytes) -> Page:
    """The page, after reading it both ways."""
    plain, careful = read_plain(answer), _read_record_by_record(answer)
    assert plain is not None, "the documented shape must be read the plain way"
    assert plain.pager == careful.pager
    assert plain.rejected == careful.rejected == ()
    assert plain.views.to_pylist() == careful.views.to_pylist()
    assert plain.views.schema == careful.views.schema
    return plain


# The documented shape


def test_the_vendors_samples_read_the_same_both_ways(vendor_pages):
    sizes = [assert_both_ways_agree(json.dumps(page).encode()).pager for page in vendor_pages]

    assert sizes == [Pager(1, 12, 12, 1300, 109), Pager(1, 2, 2, 2772, 1386)]


def test_the_vendors_page_is_read_as_it_is_printed(vendor_pages):
    printed = json.dumps(vendor_pages[1], indent=4).replace("\n", "\r\n").encode()

    assert assert_both_ways_agree(printed).views.num_rows == 2


def test_every_field_of_the_vendors_sample_has_its_column(vendor_pages):
    row = one_row(read_page(json.dumps(vendor_pages[0]).encode()))

    assert row == {
        "id": "NZDSFhZ2",
        "video_key": "NN8GgcLjTsbUg",
        "account_key": "8t9ym1JSJuCZg",
        "project_key": "5lCohVbzSymGw",
        "channel_key": "tEOqkbUhB6NOw",
        "channel_view_id": "NggYmvRvw",
        "client_user_id": "abc123",
        "plan_type": 1,
        "viewer_id": "kQdFThzl6e0",
        "view_id": "8LsRTyu2S",
        "date": dt.datetime(2020, 8, 1, 12, 42, 14, 80_000, UTC),
        "region": "use-s",
        "started": True,
        "ended": False,
        "muted": False,
        "duration": 150.0,
        "watch_time": 0.0,
        "browser_family": "Firefox",
        "browser_major": 82,
        "browser_minor": 0,
        "device_family": "Other",
        "device_brand": None,
        "device_model": None,
        "device_type": "Desktop",
        "os_family": "Windows",
        "os_major": 10,
        "os_processor": "x64",
        "geo_ip": "121.121.60.0",
        "geo_city": "Kuala Lumpur",
        "geo_country": "MY",
        "geo_region": "Kuala Lumpur",
        "geo_continent": "AS",
        "embed_url": "https://www.dyntube.com/",
        "embed_domain": "www.dyntube.com",
        "embed_type": 1,
        "user_key": None,
        "slot": 1_773_650,
        "viewer": -7984266394629985875,
        "extra": None,
    }


@pytest.mark.parametrize("reading", [read_plain, _read_record_by_record, read_page])
@pytest.mark.parametrize("views", [[], [record("a", DATE)]])
def test_the_table_has_exactly_the_archives_schema(reading, views):
    assert reading(body(views)).views.schema == SCHEMA


def test_a_page_without_views_is_a_page(vendor_pages):
    assert assert_both_ways_agree(body([])).views.num_rows == 0


@pytest.mark.parametrize(
    "column", [c for c in COLUMNS if c.name not in ("id", "date")], ids=lambda c: c.name
)
@pytest.mark.parametrize("missing", ["absent", "null", "empty"])
def test_any_field_but_id_and_date_may_be_missing(vendor_pages, column, missing):
    page = copy.deepcopy(vendor_pages[0])
    sample = nested(page["views"][0], column.field, {"null": None, "empty": ""}.get(missing))
    if missing == "absent":
        place = sample[column.path[0]] if len(column.path) > 1 else sample
        del place[column.path[-1]]
    page["views"] = [sample]

    row = one_row(read_page(json.dumps(page).encode()))

    assert row[column.name] is None


@pytest.mark.parametrize("group", ["browser", "device", "os", "geo", "embed"])
@pytest.mark.parametrize("value", [None, {}, ""])
def test_a_whole_group_may_be_missing(vendor_pages, group, value):
    views = [vendor_pages[0]["views"][0] | {group: value}]

    row = one_row(read_page(body(views)))

    assert {row[column.name] for column in COLUMNS if column.path[0] == group} == {None}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"started": True, "watchTime": 0}, {"started": True, "watch_time": 0}),
        ({"ended": True, "duration": 90, "watchTime": 60}, {"ended": True, "watch_time": 60}),
        ({"duration": 51, "watchTime": 510}, {"duration": 51, "watch_time": 510}),
        ({"duration": 0}, {"duration": 0}),
        ({"duration": 12.75}, {"duration": 12.75}),
        ({"planType": 2}, {"plan_type": 2}),
        ({"clientUserId": ""}, {"client_user_id": None}),
        ({"videoKey": "Grüße 日本 🎬 \u0000"}, {"video_key": "Grüße 日本 🎬 \u0000"}),
    ],
)
def test_odd_values_that_the_vendor_sends_are_kept_as_they_are(fields, expected):
    row = one_row(assert_both_ways_agree(body([record("a", DATE, **fields)])))

    assert {name: row[name] for name in expected} == expected


# Dates

FRACTIONS = ["", ".5", ".08", ".291", ".1234", ".12345", ".123456", ".1234567"]


@pytest.mark.parametrize("zone", ["+00:00", "Z"])
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_a_date_has_up_to_seven_fraction_digits(fraction, zone):
    row = one_row(
        assert_both_ways_agree(body([record("a", f"2022-06-01T03:40:50{fraction}{zone}")]))
    )

    microseconds = int(fraction[1:7].ljust(6, "0"))
    assert row["date"] == dt.datetime(2022, 6, 1, 3, 40, 50, microseconds, UTC)


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_a_date_without_zone_is_utc(fraction):
    row = one_row(read_page(body([record("a", f"2022-06-01T03:40:50{fraction}")])))

    microseconds = int(fraction[1:7].ljust(6, "0"))
    assert row["date"] == dt.datetime(2022, 6, 1, 3, 40, 50, microseconds, UTC)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2022-06-01T03:40:50+05:30", dt.datetime(2022, 5, 31, 22, 10, 50, tzinfo=UTC)),
        ("2022-06-01T03:40:50.25-08:00", dt.datetime(2022, 6, 1, 11, 40, 50, 250_000, UTC)),
        ("2022-12-31T23:30:00-01:00", dt.datetime(2023, 1, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_date_in_another_zone_becomes_utc(date, expected):
    assert one_row(assert_both_ways_agree(body([record("a", date)])))["date"] == expected


@pytest.mark.parametrize(
    ("date", "slot"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:14:59.9999999Z", 0),
        ("1970-01-01T00:15:00Z", 1),
        ("2026-01-01T00:00:00Z", 1_767_225_600 // 900),
        ("2026-01-01T05:44:59.999Z", 1_767_225_600 // 900 + 22),
        ("2026-01-01T05:45:00+05:45", 1_767_225_600 // 900),
    ],
)
def test_a_slot_counts_the_quarter_hours_since_1970(date, slot):
    assert one_row(assert_both_ways_agree(body([record("a", date)])))["slot"] == slot


# Viewers


@pytest.mark.parametrize(
    ("ids", "viewer"),
    [  # golden values: a change here makes every viewer in every archive a new one
        ({"clientUserId": "abc123"}, -7984266394629985875),
        ({"viewerId": "kQdFThzl6e0"}, -26278616003164704),
        ({"viewerId": "Zoë-ü-日本"}, -5896289914948148190),
        ({"clientUserId": "abc123", "viewerId": "kQdFThzl6e0"}, -7984266394629985875),
        ({"clientUserId": "", "viewerId": "kQdFThzl6e0"}, -26278616003164704),
        ({"clientUserId": None, "viewerId": None}, None),
        ({"clientUserId": "", "viewerId": ""}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("reading", [read_plain, _read_record_by_record])
def test_a_viewer_is_the_clients_user_id_else_the_viewer_id(reading, ids, viewer):
    assert one_row(reading(body([{"id": "a", "date": DATE} | ids])))["viewer"] == viewer


# Records that are odd but readable


@pytest.mark.parametrize(
    ("field", "literal", "expected"),
    [
        ("browser.major", '"82"', 82),
        ("os.major", "10.0", 10),
        ("planType", '"1"', 1),
        ("duration", '"150"', 150.0),
        ("watchTime", '"12.5"', 12.5),
        ("os.major", "-2147483648.0", -(2**31)),
        ("duration", "1.5e2", 150.0),
        ("id", "12345", "12345"),
        ("clientUserId", "42", "42"),
        ("geo.region", "7", "7"),
    ],
)
def test_numbers_as_text_and_text_as_numbers_are_understood(field, literal, expected):
    row = one_row(read_page(with_value(field, literal)))

    [name] = [column.name for column in COLUMNS if column.field == field]
    assert row[name] == expected


@pytest.mark.parametrize("literal", ["\\ud800", "\\udc00", "x\\ud83d", "\\udc00\\ud800"])
@pytest.mark.parametrize("field", ["videoKey", "viewerId", "geo.city", "brandNew"])
def test_half_a_surrogate_pair_does_not_cost_the_record(field, literal):
    row = one_row(read_page(with_value(field, f'"{literal}"')))

    assert row["id"] == "a"
    json.dumps(row, default=str, ensure_ascii=False).encode("utf-8")  # nothing illegal is left


def test_half_a_surrogate_pair_in_bytes_does_not_cost_the_page():
    page = read_page(body([record("a", DATE)]).replace(b"video-a", b"video-\xed\xa0\x80"))

    assert one_row(page)["video_key"].startswith("video-")


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ({"quality": "1080p"}, {"quality": "1080p"}),
        ({"tags": ["a", {"b": None}]}, {"tags": ["a", {"b": None}]}),
        ({"geo": {"country": "MY", "asn": 4788}}, {"geo.asn": 4788}),
        ({"player": {"version": 3}}, {"player": {"version": 3}}),
        ({"quality": None, "drm": False}, {"quality": None, "drm": False}),
        ({"geo.country": "not a part of geo"}, {"geo.country": "not a part of geo"}),
    ],
)
def test_fields_we_do_not_know_are_kept_beside_the_ones_we_know(fields, extra):
    row = one_row(read_page(body([record("a", DATE, **fields), record("b", DATE)][:1])))

    assert json.loads(row["extra"]) == extra
    assert row["video_key"] == "video-a"
    assert row["geo_country"] == (fields["geo"]["country"] if "geo" in fields else None)


def test_a_new_field_in_one_record_leaves_its_neighbours_without_extra():
    page = read_page(body([record("a", DATE), record("b", DATE, quality="4k")]))

    assert page.views["extra"].to_pylist() == [None, '{"quality": "4k"}']


def test_a_number_beyond_all_bounds_in_a_new_field_still_leaves_json():
    extra = one_row(read_page(with_value("quality", "1e999")))["extra"]

    json.loads(extra, parse_constant=pytest.fail)


# Records that cannot be read

ODD_RECORDS = [
    ({"date": DATE}, "id"),
    ({"id": None, "date": DATE}, "id"),
    ({"id": "", "date": DATE}, "id"),
    ({"id": "x"}, "date"),
    ({"id": "x", "date": None}, "date"),
    ({"id": "x", "date": ""}, "date"),
    (record("x", "yesterday"), "date"),
    (record("x", "2022-02-30T00:00:00Z"), "date"),
    (record("x", "2022-06-01T25:00:00Z"), "date"),
    (record("x", "0001-01-01T00:00:00+05:00"), "date"),
    (record("x", DATE) | {"date": 1654050480}, "date"),
    (record("x", DATE) | {"date": [DATE]}, "date"),
    (record("x", DATE) | {"id": ["x"]}, "id"),
    (record("x", DATE, duration="long"), "duration"),
    (record("x", DATE, duration=True), "duration"),
    (record("x", DATE, duration=10**400), "duration"),
    (record("x", DATE, watchTime={"seconds": 5}), "watchTime"),
    (record("x", DATE, watchTime="1e999"), "watchTime"),
    (record("x", DATE, watchTime="nan"), "watchTime"),
    (record("x", DATE, planType=1.5), "planType"),
    (record("x", DATE, planType="two"), "planType"),
    (record("x", DATE, browser={"major": 2**31}), "browser.major"),
    (record("x", DATE, os={"major": -(2**63)}), "os.major"),
    (record("x", DATE, started="true"), "started"),
    (record("x", DATE, ended=1), "ended"),
    (record("x", DATE, muted=[]), "muted"),
    (record("x", DATE, videoKey=True), "videoKey"),
    (record("x", DATE, geo={"country": False}), "geo.country"),
    (record("x", DATE, geo={"city": {"name": "Bekasi"}}), "geo.city"),
    (record("x", DATE, geo="Bekasi"), "geo"),
    (record("x", DATE, browser=["Chrome"]), "browser"),
    (record("x", DATE, embed=1), "embed"),
    ("a text", "object"),
    (None, "object"),
    (17, "object"),
    ([record("x", DATE)], "object"),
]


@pytest.mark.parametrize(("odd", "named"), ODD_RECORDS)
def test_an_odd_record_costs_only_itself_and_says_why(odd, named):
    page = read_page(body([record("a", DATE), odd, record("b", DATE)]))

    assert page.views["id"].to_pylist() == ["a", "b"]
    [rejected] = page.rejected
    assert named in rejected.reason.split()  # the field as the API calls it
    assert json.loads(rejected.raw) == odd


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400])
@pytest.mark.parametrize("field", ["duration", "watchTime", "planType", "browser.major"])
def test_what_is_no_finite_number_is_set_aside(field, literal):
    odd = with_value(field, literal)
    neighbours = odd.replace(
        b'"views": [', b'"views": [' + json.dumps(record("b", DATE)).encode() + b","
    )

    page = read_page(neighbours)

    assert page.views["id"].to_pylist() == ["b"]
    [rejected] = page.rejected
    assert field in rejected.reason.split()
    raw = json.loads(rejected.raw, parse_int=str, parse_constant=pytest.fail)
    assert raw["id"] == "a"


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "1e999"])
def test_no_text_is_made_of_what_is_no_finite_number(literal):
    page = read_page(with_value("videoKey", literal))

    assert page.views.num_rows == 0
    assert [rejected.reason for rejected in page.rejected] == ["videoKey is not text"]


def test_rejected_records_keep_their_order_and_their_number():
    page = read_page(body([None, record("a", DATE), "x", {"id": 1}]))

    assert page.rejected == (
        Rejected("the record is not a JSON object", "null"),
        Rejected("the record is not a JSON object", '"x"'),
        Rejected("the record has no date", '{"id": 1}'),
    )


# Answers that are no page

GOOD = body([record("a", DATE), record("b", DATE)])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"   \n",
        b"<html><body>Please log in</body></html>",
        b"[]",
        b"true",
        b'"text"',
        b"{}",
        b'{"message": "Too many requests"}',
        b'{"views": []}',
        b'{"pager": null, "views": []}',
        b'{"pager": [], "views": []}',
        json.dumps({"pager": pager(0)}).encode(),
        json.dumps({"pager": pager(0), "views": None}).encode(),
        json.dumps({"pager": pager(0), "views": {}}).encode(),
        json.dumps({"pager": pager(0), "views": "none"}).encode(),
        *(
            json.dumps({"pager": pager(0) | {name: value}, "views": []}).encode()
            for name in pager(0)
            for value in (None, "1", 1.5, -1, True, [])
        ),
        *(
            json.dumps(
                {"pager": {k: v for k, v in pager(0).items() if k != name}, "views": []}
            ).encode()
            for name in pager(0)
        ),
        GOOD + b"}",
        GOOD + GOOD,
        GOOD + b" trailing",
        GOOD + b"\0",
        GOOD.replace(b'"', b"'"),
        GOOD.replace(b"}]", b"},]"),
        GOOD.replace(b"video-a", b"video\n"),
        GOOD.replace(b"video-a", b"video\xff"),
        b"\x1f\x8b\x08\x00" + GOOD,
    ],
)
def test_an_answer_that_is_no_page_of_views_is_refused(answer):
    with pytest.raises(BadResponseError):
        read_page(answer)


def test_a_bare_null_is_refused_and_does_not_take_the_process_along():
    # In a process of its own: Arrow's JSON reader once died of this, and the server with it.
    program = (
        "from dyntube.errors import BadResponseError\n"
        "from dyntube.parse import read_page\n"
        "for answer in (b'null', b' \\nnull\\n', b'\\xef\\xbb\\xbfnull', b'null {}'):\n"
        "    try: read_page(answer)\n"
        "    except BadResponseError: print('refused')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (run.returncode, run.stdout.split()) == (0, ["refused"] * 4)


def test_an_answer_cut_off_anywhere_is_refused(vendor_pages):
    whole = json.dumps(vendor_pages[0]).encode()

    for length in range(len(whole)):
        with pytest.raises(BadResponseError):
            read_page(whole[:length])


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"views":[', b'{"pager":'])
@pytest.mark.parametrize("depth", [2_000, 200_000])
def test_bottomless_nesting_is_refused(opening, depth):
    with pytest.raises(BadResponseError):
        read_page(opening * depth)


def test_a_deeply_nested_new_field_is_kept():
    deep = "[" * 100 + "]" * 100

    assert json.loads(one_row(read_page(with_value("new", deep)))["extra"]) == {
        "new": json.loads(deep)
    }


def test_the_text_of_an_error_repeats_nothing_of_the_answer():
    with pytest.raises(BadResponseError) as refused:
        read_page(b"<html>secret</html>")
    assert "secret" not in str(refused.value)


# Whatever comes

texts = st.text(st.characters(exclude_categories=()), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
moments = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2200, 1, 1))  # noqa: DTZ001


def date_texts_of(*zones: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda moment, zone: f"{moment.isoformat()}{zone}", moments, st.sampled_from(zones)
    )


date_texts = date_texts_of("Z", "+00:00", "+05:45", "-0330", "")
NAMES = sorted({column.path[0] for column in COLUMNS})
PARTS = sorted({column.path[1] for column in COLUMNS if len(column.path) > 1})
groups = st.dictionaries(st.sampled_from(PARTS) | texts, json_values, max_size=4)
odd_records = st.builds(
    lambda base, odd: base | odd,
    st.fixed_dictionaries({"id": texts, "date": date_texts}),
    st.dictionaries(st.sampled_from(NAMES) | texts, json_values | groups | date_texts, max_size=5),
)


@given(st.lists(json_values | odd_records, max_size=4))
@EXAMPLES
def test_no_record_is_ever_lost_and_none_breaks_the_page(views):
    answer = body(views)
    page = read_page(answer)

    assert page.views.num_rows + len(page.rejected) == len(views)
    assert page.views.schema == SCHEMA
    page.views.validate(full=True)
    for name in ("duration", "watch_time"):
        assert all(x is None or math.isfinite(x) for x in page.views[name].to_pylist())
    assert all(rejected.reason for rejected in page.rejected)
    careful = _read_record_by_record(answer)  # gives the same, also where it was not needed
    assert (careful.pager, careful.rejected) == (page.pager, page.rejected)
    assert careful.views.to_pylist() == page.views.to_pylist()


@given(json_values.filter(lambda value: value is not None))  # null: tested above
@EXAMPLES
def test_any_json_is_a_page_or_is_refused(answer):
    for envelope in (answer, {"pager": answer, "views": []}, {"pager": pager(0), "views": answer}):
        try:
            page = read_page(json.dumps(envelope).encode())
        except BadResponseError:
            continue
        assert page.views.num_rows + len(page.rejected) == len(envelope["views"])


@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
@EXAMPLES
def test_any_bytes_are_a_page_or_are_refused(noise, place):
    for answer in (noise, GOOD[:place] + noise + GOOD[place:]):
        try:
            page = read_page(answer)
        except BadResponseError:
            continue
        assert page.views.schema == SCHEMA
        page.views.validate(full=True)


_CLEAN = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_BY_TYPE = {
    "string": _CLEAN,
    "dictionary<values=string, indices=int32, ordered=0>": _CLEAN,
    "int32": st.integers(-(2**31), 2**31 - 1),
    "double": st.integers(0, 10**6) | st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
}


_NEEDED = {"id": _CLEAN.filter(bool), "date": date_texts_of("Z", "+00:00", "+05:45", "-0330")}


def documented(columns: list[Column], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Records in the documented shape, with anything it allows missing."""
    fields: dict[str, Any] = {}
    for name in {column.path[depth]: None for column in columns}:
        inside = [column for column in columns if column.path[depth] == name]
        if len(inside[0].path) > depth + 1:
            fields[name] = st.none() | documented(inside, depth + 1)
        elif name not in _NEEDED or depth:
            fields[name] = st.none() | _BY_TYPE[str(inside[0].type)]
    return st.fixed_dictionaries({} if depth else _NEEDED, optional=fields)


@given(st.lists(documented(list(COLUMNS)), max_size=2))
@EXAMPLES
def test_both_ways_of_reading_agree_on_the_documented_shape(views):
    assert_both_ways_agree(body(views))

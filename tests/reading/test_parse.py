"""A page of the view log as Arrow rows: the documented shape, its traps, and everything else."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.errors import BadResponseError
from dyntube.reading.parse import read_page, read_record_by_record
from dyntube.reading.parse_fast import read_plain
from dyntube.reading.records import COLUMNS, SCHEMA, Column, Page, Pager, Rejected, odd_fields

from ..conftest import pager, record

UTC = dt.UTC
DATE = "2022-06-01T02:28:00.56+00:00"


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
    plain, careful = read_plain(answer), read_record_by_record(answer)
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
        "browser_major": "82",
        "browser_minor": "0",
        "device_family": "Other",
        "device_brand": None,
        "device_model": None,
        "device_type": "Desktop",
        "os_family": "Windows",
        "os_major": "10",
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
        "country": "MY",
        "embed_page": "dyntube.com",
        "campaign_source": None,
        "campaign_medium": None,
        "campaign_name": None,
        "campaign_term": None,
        "campaign_content": None,
        "extra": None,
    }


@pytest.mark.parametrize("reading", [read_plain, read_record_by_record, read_page])
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
@pytest.mark.parametrize("reading", [read_plain, read_record_by_record])
def test_a_viewer_is_the_clients_user_id_else_the_viewer_id(reading, ids, viewer):
    assert one_row(reading(body([{"id": "a", "date": DATE} | ids])))["viewer"] == viewer


# Records that are odd but readable


@pytest.mark.parametrize(
    ("field", "literal", "expected"),
    [
        ("browser.major", '"82"', "82"),
        ("browser.major", '"120.0.6099"', "120.0.6099"),
        ("browser.minor", "3", "3"),
        ("os.major", "10.0", "10"),
        ("os.major", "8.1", "8.1"),
        ("os.major", '"XP"', "XP"),
        ("os.major", "9007199254740993", "9007199254740993"),
        ("started", '"true"', True),
        ("ended", '" False "', False),
        ("muted", "1", True),
        ("muted", '"0"', False),
        ("started", "0.0", False),
        ("planType", "2.0", 2),
        ("duration", '" 90 "', 90.0),
        ("watchTime", '"+.5E1"', 5.0),
        ("planType", '"1"', 1),
        ("duration", '"150"', 150.0),
        ("watchTime", '"12.5"', 12.5),
        ("planType", "-2147483648.0", -(2**31)),
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
    assert row["extra"] is None


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


UNREADABLE = [
    ("duration", "long"),
    ("duration", True),
    ("duration", "12,5"),
    ("duration", "1_000"),
    ("duration", "٣"),
    ("watchTime", {"seconds": 5}),
    ("watchTime", "1e999"),
    ("watchTime", "nan"),
    ("planType", 1.5),
    ("planType", "Standard"),
    ("planType", 2**31),
    ("embed.type", "0x10"),
    ("started", "yes"),
    ("started", 2),
    ("ended", [True]),
    ("muted", []),
    ("videoKey", True),
    ("browser.major", [120]),
    ("geo.country", False),
    ("geo.city", {"name": "Bekasi"}),
    ("clientUserId", {"id": 5}),
    ("geo", "Bekasi"),
    ("geo", []),
    ("browser", ["Chrome"]),
    ("embed", 1),
    ("os", False),
]


@pytest.mark.parametrize(("field", "value"), UNREADABLE)
def test_a_field_that_cannot_be_read_is_missing_and_kept_as_it_came(field, value):
    odd = nested(record("x", DATE), field, value)
    page = read_page(body([record("a", DATE), odd, record("b", DATE)]))

    assert page.views["id"].to_pylist() == ["a", "x", "b"]
    assert page.rejected == ()
    row = page.views.to_pylist()[1]
    concerned = [c.name for c in COLUMNS if field in (c.field, c.path[0])]
    assert {row[name] for name in concerned} == {None}
    assert json.loads(row["extra"]) == {field: value}
    assert odd_fields(page.views) == ({}, {field: 1})


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400])
@pytest.mark.parametrize("field", ["duration", "watchTime", "planType"])
def test_what_is_no_finite_number_is_missing_and_kept_as_it_came(field, literal):
    row = one_row(read_page(with_value(field, literal)))

    [name] = [column.name for column in COLUMNS if column.field == field]
    assert row[name] is None
    kept = json.loads(row["extra"], parse_int=str, parse_constant=pytest.fail)
    assert kept == {field: literal}


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "1e999"])
@pytest.mark.parametrize("field", ["videoKey", "geo.city", "browser.major"])
def test_no_text_is_made_of_what_is_no_finite_number(field, literal):
    row = one_row(read_page(with_value(field, literal)))

    assert json.loads(row["extra"]) == {field: literal}


@pytest.mark.parametrize(
    ("twice", "kept"),
    [
        ('"watchTime": 5, "watchTime": 6', {"watchTime": [5, 6]}),
        ('"watchTime": 5, "watchTime": 5', None),
        ('"geo": {"city": "A", "city": "B"}', {"geo.city": ["A", "B"]}),
        ('"geo": {"city": "A"}, "geo": {"city": "B"}', {"geo": [{"city": "A"}, {"city": "B"}]}),
        ('"new": 1, "new": 2', {"new": [1, 2]}),
    ],
)
def test_of_a_field_that_comes_twice_no_value_is_believed(twice, kept):
    answer = body([{"id": "a", "date": DATE}]).replace(b'"id"', f'{twice}, "id"'.encode())

    row = one_row(read_record_by_record(answer))

    assert (row["extra"] and json.loads(row["extra"])) == kept
    assert row["watch_time"] == (5 if kept is None else None)
    assert row["geo_city"] is None


@pytest.mark.parametrize("field", ["id", "date"])
def test_a_record_with_two_ids_or_dates_is_set_aside(field):
    value = {"id": '"x"', "date": '"2022-06-02T00:00:00Z"'}[field]
    answer = body([{"id": "a", "date": DATE}]).replace(
        b'"id"', f'"{field}": {value}, "id"'.encode()
    )

    page = read_page(answer)

    assert page.views.num_rows == 0
    assert [rejected.reason.split()[0] for rejected in page.rejected] == [field]


@pytest.mark.parametrize("reading", [read_plain, read_record_by_record])
@pytest.mark.parametrize(
    ("city", "read"),
    [("Mu\u0308nchen", "München"), (" Paris\x00\x1f ", "Paris"), ("\x07", None), ("  ", None)],
)
def test_words_are_composed_and_have_no_control_characters(reading, city, read):
    row = one_row(reading(body([record("a", DATE, geo={"city": city})])))

    assert row["geo_city"] == read
    assert row["extra"] is None


@pytest.mark.parametrize("field", ["videoKey", "projectKey", "viewerId", "embed.url"])
def test_keys_and_addresses_are_never_changed(field):
    came = " cafe\u0301\x01 "
    row = one_row(assert_both_ways_agree(body([nested(record("a", DATE), field, came)])))

    [name] = [column.name for column in COLUMNS if column.field == field]
    assert row[name] == came


def test_words_that_are_too_long_to_show_are_cut_and_kept_as_they_came():
    row = one_row(read_page(body([record("a", DATE, geo={"city": "x" * 501})])))

    assert row["geo_city"] == "x" * 499 + "…"
    assert json.loads(row["extra"]) == {"geo.city": "x" * 501}


@pytest.mark.parametrize("came", ["de", "DE ", "DEU", "Germany", "276"])
def test_a_country_has_one_code_whatever_it_came_as(came):
    row = one_row(assert_both_ways_agree(body([record("a", DATE, geo={"country": came})])))

    assert (row["country"], row["geo_country"]) == ("DE", came.strip())


@pytest.mark.parametrize("nobody", ["undefined", "NULL", "[object Object]", "{{user.id}}", "0"])
@pytest.mark.parametrize("reading", [read_plain, read_record_by_record])
def test_an_id_that_names_nobody_is_no_viewer(reading, nobody):
    views = [
        record("a", DATE, clientUserId=nobody, viewerId="kQdFThzl6e0"),
        record("b", DATE, clientUserId=nobody, viewerId=nobody),
    ]
    table = reading(body(views)).views

    assert table["viewer"].to_pylist() == [-26278616003164704, None]
    assert table["client_user_id"].to_pylist() == [nobody, nobody]  # as it came


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
        json.dumps({"pager": pager(0), "views": {}}).encode(),
        json.dumps({"pager": pager(0), "views": "none"}).encode(),
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


@pytest.mark.parametrize(
    "answer",
    [
        b'{"views": []}',
        b'{"pager": null, "views": []}',
        b'{"pager": [], "views": []}',
        b'{"pager": {"page": 1}, "views": []}',
        b'{"pager": {"total": null}, "views": []}',
        b'{"pager": {"total": 0}}',
        b'{"pager": {"total": "0"}, "views": null}',
    ],
)
def test_nothing_that_is_said_in_no_documented_words_is_known_to_be_so(answer: bytes) -> None:
    page = read_page(answer)
    assert (len(page), page.says_nothing) == (0, True)


@pytest.mark.parametrize("name", ["page", "size", "hits", "total", "pages"])
@pytest.mark.parametrize(
    ("value", "read"),
    [("12", 12), (12.0, 12), (None, None), (1.5, None), (-1, None), (True, None), ([], None)],
)
def test_a_pager_is_read_as_far_as_it_plainly_says_something(
    name: str, value: object, read: int | None
) -> None:
    answer = {"pager": pager(1) | {name: value}, "views": [record("a", DATE)]}
    page = read_page(json.dumps(answer).encode())
    assert page.pager == Pager(**(pager(1) | {name: read}))
    assert (len(page), page.says_nothing) == (1, False)


@pytest.mark.parametrize(
    ("name", "read"),
    [("WatchTime", 7), ("watch_time", 7), ("WATCHTIME", 7), ("watch-time", 7), ("watched", None)],
)
def test_a_field_is_known_in_any_spelling(name: str, read: float | None) -> None:
    view = record("a", DATE)
    del view["watchTime"]
    row = one_row(read_page(body([view | {name: 7}])))
    assert row["watch_time"] == read


def test_of_two_spellings_with_different_values_none_is_believed() -> None:
    row = one_row(read_page(body([record("a", DATE, watchTime=7, WatchTime=9)])))
    assert row["watch_time"] is None
    assert json.loads(row["extra"]) == {"watchTime": [7, 9]}


@pytest.mark.parametrize(
    ("date", "zone", "read"),
    [
        ("2026-07-01T10:00:00", "Europe/Berlin", "2026-07-01T08:00:00+00:00"),
        ("2026-07-01t10:00:00z", "Europe/Berlin", "2026-07-01T10:00:00+00:00"),
        ("20260701T100000.1234567+0200", "UTC", "2026-07-01T08:00:00.123456+00:00"),
        ("2026-07-01 10:00", "America/New_York", "2026-07-01T14:00:00+00:00"),
    ],
)
def test_dates_are_read_in_every_form_of_iso_8601(date: str, zone: str, read: str) -> None:
    page = read_page(body([record("a", date)]), zone=ZoneInfo(zone))
    assert page.views["date"][0].as_py() == dt.datetime.fromisoformat(read)
    assert page.zoneless == ("+" not in date and "z" not in date)


def test_a_bare_null_is_refused_and_does_not_take_the_process_along():
    # In a process of its own: Arrow's JSON reader once died of this, and the server with it.
    program = (
        "from dyntube.errors import BadResponseError\n"
        "from dyntube.reading.parse import read_page\n"
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
def test_no_record_is_ever_lost_and_none_breaks_the_page(views):
    answer = body(views)
    page = read_page(answer)

    assert page.views.num_rows + len(page.rejected) == len(views)
    assert page.views.schema == SCHEMA
    page.views.validate(full=True)
    for name in ("duration", "watch_time"):
        assert all(x is None or math.isfinite(x) for x in page.views[name].to_pylist())
    assert all(rejected.reason for rejected in page.rejected)
    careful = read_record_by_record(answer)  # gives the same, also where it was not needed
    assert (careful.pager, careful.rejected) == (page.pager, page.rejected)
    assert careful.views.to_pylist() == page.views.to_pylist()


@given(json_values.filter(lambda value: value is not None))  # null: tested above
def test_any_json_is_a_page_or_is_refused(answer):
    for envelope in (answer, {"pager": answer, "views": []}, {"pager": pager(0), "views": answer}):
        try:
            page = read_page(json.dumps(envelope).encode())
        except BadResponseError:
            continue
        assert page.views.num_rows + len(page.rejected) == len(envelope["views"])


@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
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


_BY_NAME = dict.fromkeys(("browser_major", "browser_minor", "os_major"), _BY_TYPE["int32"])
_NEEDED = {"id": _CLEAN.filter(bool), "date": date_texts_of("Z", "+00:00", "+05:45", "-0330")}


def documented(columns: list[Column], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Records in the documented shape, with anything it allows missing."""
    fields: dict[str, Any] = {}
    for name in {column.path[depth]: None for column in columns}:
        inside = [column for column in columns if column.path[depth] == name]
        if len(inside[0].path) > depth + 1:
            fields[name] = st.none() | documented(inside, depth + 1)
        elif name not in _NEEDED or depth:
            fields[name] = st.none() | _BY_NAME.get(inside[0].name, _BY_TYPE[str(inside[0].type)])
    return st.fixed_dictionaries({} if depth else _NEEDED, optional=fields)


@given(st.lists(documented(list(COLUMNS)), max_size=2))
def test_both_ways_of_reading_agree_on_the_documented_shape(views):
    assert_both_ways_agree(body(views))

"""Doubts in words: days as ranges on a reader's clock, and a sentence for each kind."""

from __future__ import annotations

import datetime as dt

import pytest

from dyntube.archive.doubts import Doubt, Kind
from dyntube.query.periods import Period
from dyntube.trust.accepted import Acceptance
from dyntube.trust.reasons import (
    accepted_sentences,
    as_json,
    ended,
    label,
    ranges,
    reasons,
    sentences,
    touched,
)
from dyntube.trust.trust import Accepted, Trust

LATER = dt.date(2027, 1, 1)


def november(*days: int) -> list[dt.date]:
    return [dt.date(2026, 11, day) for day in days]


def doubt(text: str = "9 and 3.", kind: Kind = "count") -> Doubt:
    return Doubt(kind, text)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ([], ""),
        ([12], "12 Nov 2026"),
        ([14, 12, 13], "12 – 14 Nov 2026"),
        ([12, 14, 15], "12 Nov 2026, 14 – 15 Nov 2026"),
        ([1, 3, 5, 7], "1 Nov 2026, 3 Nov 2026, 5 Nov 2026 and 1 more day"),
        ([1, 3, 5, 7, 8, 10], "1 Nov 2026, 3 Nov 2026, 5 Nov 2026 and 3 more days"),
    ],
)
def test_days_are_ranges_and_many_are_counted(days: list[int], text: str) -> None:
    assert ranges(november(*days)) == text


def test_a_range_over_a_change_of_month_or_year_names_both() -> None:
    days = [dt.date(2026, 12, 30) + dt.timedelta(days=n) for n in range(4)]
    assert ranges(days) == "30 Dec 2026 – 2 Jan 2027"


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", [12]),
        ("Europe/Berlin", [12, 13]),
        ("America/New_York", [11, 12]),
        ("Pacific/Kiritimati", [12, 13]),  # 14 hours ahead
        ("Pacific/Pago_Pago", [11, 12]),
    ],
)
def test_a_utc_day_touches_one_or_two_local_days(zone: str, days: list[int]) -> None:
    month = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert touched(november(12), [month, None], zone, LATER) == november(*days)


def test_only_days_of_the_periods_up_to_today_are_touched() -> None:
    week, day = Period(*november(10, 13)), Period(*november(20, 20))
    days = november(9, 10, 12, 13, 14, 20)
    assert touched(days, [week, day], "UTC", LATER) == november(10, 12, 13, 20)
    assert touched(days, [week, day], "UTC", november(12)[0]) == november(10, 12)


def test_there_is_a_reason_for_each_kind_in_the_order_of_kinds() -> None:
    first, second = november(12, 13)
    zone = doubt("No zone.", "zone")
    found = reasons({first: (zone, doubt("5 and 4")), second: (zone, doubt("9 and 3"))})
    assert [(reason.kind, len(reason.days), reason.text) for reason in found] == [
        ("count", 2, "DynTube's own count differs from the views it sent. The latest: 9 and 3."),
        ("zone", 2, "No zone."),
    ]


def test_more_fields_than_can_be_read_are_counted() -> None:
    texts = ["watchTime, duration and started are gone.", "geo.city, geo.country, ended are gone."]
    days = zip(november(12, 13), texts, strict=True)
    (found,) = reasons({day: (doubt(text, "field"),) for day, text in days})
    assert found.text == (
        "Started (started), Ended (ended), Video length (duration), Watch time (watchTime) and "
        "2 other fields are missing or unreadable in many views."
    )


def test_a_field_is_no_part_of_another_word() -> None:
    days = zip(november(12, 13), ("geo.region is gone.", "regions differ."), strict=True)
    (found,) = reasons({day: (doubt(text, "field"),) for day, text in days})
    assert found.text.startswith("Region (geo.region) is missing")


def test_a_kind_of_a_newer_version_is_said_as_it_is() -> None:
    new: Kind = "moon"  # type: ignore[assignment]
    assert label(new) == "Moon"
    (found,) = reasons({november(12)[0]: (doubt("Full moon", new),)})
    assert found.text == "Full moon."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9 and 3", "9 and 3."),
        (" 9 and\n3. ", "9 and 3."),
        ("Why?", "Why?"),
        ("\x1b[31mred\x00", "[31mred."),
    ],
)
def test_a_text_is_one_clean_sentence(text: str, sentence: str) -> None:
    assert ended(text) == sentence


def trust() -> Trust:
    (day, other) = november(12, 20)
    item = Acceptance(
        "a", "count", day, other, "Told by support", "ops", dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
    )
    return Trust(
        {day: (doubt("No zone.", "zone"),)}, {d: (Accepted(doubt(), item),) for d in (day, other)}
    )


def test_sentences_say_which_days_and_who_accepted_what() -> None:
    month = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert sentences(trust(), [month], "UTC", LATER) == ["12 Nov 2026: No zone."]
    assert accepted_sentences(trust(), [month], "UTC", LATER) == [
        "12 Nov 2026, 20 Nov 2026: 9 and 3. Accepted by ops on 28 Nov 2026: Told by support."
    ]
    week = Period(*november(1, 7))
    assert sentences(trust(), [week], "UTC", LATER) == []
    assert accepted_sentences(trust(), [week], "UTC", LATER) == []


def test_json_has_every_day_with_its_doubts_and_who_accepted_them() -> None:
    found = as_json(trust())
    assert list(found) == ["2026-11-12", "2026-11-20"]
    zone, count = found["2026-11-12"]
    assert zone == {"kind": "zone", "text": "No zone.", "accepted": None}
    assert count["accepted"]["at"] == "2026-11-28T00:00:00+00:00"  # type: ignore[index]

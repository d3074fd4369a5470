"""What is being looked at, and how a URL says it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntube.metrics import METRICS
from dyntube.periods import EARLIEST, INTERVALS, LATEST, PRESETS, Period
from dyntube.quality import CHECKS, DAY_CHECKS
from dyntube.query import Filter
from dyntube.ui.selection import (
    ALL_TIME,
    COMPARE_LABELS,
    CUSTOM,
    FILTERABLE,
    PERIOD_LABELS,
    Selection,
    from_parameters,
    to_parameters,
)

DEFAULT = Selection(timezone="Europe/Berlin")
TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 12, 34, tzinfo=ZoneInfo("Europe/Berlin"))


def period(start: str, end: str, unit: str = "day") -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), unit)


def days(count: int) -> Period:
    return Period(TODAY - dt.timedelta(days=count - 1), TODAY)


def read(**parameters: str) -> tuple[Selection, list[str]]:
    """The selection of a URL; an underscore stands for a hyphen in a name."""
    named = {name.replace("_", "-"): [text] for name, text in parameters.items()}
    return from_parameters(named, DEFAULT)


# There and back

periods = st.builds(
    lambda start, more: Period(start, min(start + dt.timedelta(days=more), LATEST)),
    st.dates(EARLIEST, LATEST),
    st.integers(0, 4000),
)
values = st.lists(st.text(min_size=1), min_size=1, max_size=3).map(tuple)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any selection that a reader can make."""
    selection = Selection(
        preset=draw(st.sampled_from(sorted(PERIOD_LABELS.keys() - {CUSTOM}))),
        compare=draw(st.sampled_from(sorted(COMPARE_LABELS.keys() - {"dates"}))),
        timezone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"])),
        metric=draw(st.sampled_from(sorted(METRICS))),
        interval=draw(st.sampled_from([None, *INTERVALS])),
        check=draw(st.sampled_from([None, *CHECKS, *DAY_CHECKS])),
    )
    if draw(st.booleans()):
        selection = replace(selection, preset=CUSTOM, dates=draw(periods))
    if draw(st.booleans()):
        selection = replace(selection, compare="dates", compare_dates=draw(periods))
    for name in draw(st.lists(st.sampled_from(FILTERABLE), unique=True)):
        selection = selection.where(name, draw(values))
    return selection


@given(selections())
@settings(deadline=None, max_examples=200)
def test_what_a_url_says_is_what_was_looked_at(selection):
    assert from_parameters(to_parameters(selection, DEFAULT), DEFAULT) == (selection, [])


def test_the_default_has_an_empty_url():
    assert to_parameters(DEFAULT, DEFAULT) == {}
    assert from_parameters({}, DEFAULT) == (DEFAULT, [])


def test_an_empty_url_says_the_default_whatever_that_is():
    default = Selection(timezone="Asia/Tokyo", metric="plays", preset="this-month")

    assert from_parameters({}, default) == (default, [])
    assert to_parameters(default, default) == {}


def test_a_url_can_be_read_by_people():
    selection = Selection(
        preset=CUSTOM,
        dates=period("2026-11-01", "2026-11-15"),
        compare="dates",
        compare_dates=period("2025-11-01", "2025-11-15"),
        filters=(Filter("project", ("p1",)), Filter("video", ("v1", "v2"))),
        timezone="Asia/Tokyo",
        metric="play_rate",
        interval="week",
        check="no_length",
    )

    assert to_parameters(selection, DEFAULT) == {
        "from": ["2026-11-01"],
        "to": ["2026-11-15"],
        "compare": ["dates"],
        "compare-from": ["2025-11-01"],
        "compare-to": ["2025-11-15"],
        "project": ["p1"],
        "video": ["v1", "v2"],
        "zone": ["Asia/Tokyo"],
        "metric": ["play_rate"],
        "interval": ["week"],
        "check": ["no_length"],
    }


# URLs that were edited by hand


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"from": "9999"}, ["from = 9999"]),
        ({"to": "2026-11-20"}, ["to = 2026-11-20"]),
        ({"from": "2026-11-20"}, ["from = 2026-11-20"]),
        ({"from": "2026-11-20", "to": "2026-11-01"}, ["from = 2026-11-20", "to = 2026-11-01"]),
        ({"from": "2026-02-30", "to": "2026-03-01"}, ["from = 2026-02-30"]),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ["from = 0001-01-01"]),
        ({"from": "yesterday", "to": "today"}, ["from = yesterday"]),
        ({"period": "last-century"}, ["period = last-century"]),
        ({"period": "custom"}, ["period = custom"]),
        ({"metric": "likes"}, ["metric = likes"]),
        ({"metric": "views; DROP TABLE views"}, ["metric = views; DROP TABLE views"]),
        ({"interval": "decade"}, ["interval = decade"]),
        ({"interval": "None"}, ["interval = None"]),
        ({"check": "duration <= 0"}, ["check = duration <= 0"]),
        ({"zone": "Europe/Atlantis"}, ["zone = Europe/Atlantis"]),
        ({"zone": "../../etc/passwd"}, ["zone = ../../etc/passwd"]),
        ({"zone": "a\0b"}, ["zone = a\0b"]),
        ({"zone": "x" * 5000}, ["zone = " + "x" * 40]),
        ({"compare": "apples"}, ["compare = apples"]),
        ({"compare": "dates", "compare-from": "9999"}, ["compare-from = 9999"]),
        (
            {"compare": "dates", "compare-from": "2026-02-02", "compare-to": "2026-02-01"},
            ["compare-from = 2026-02-02", "compare-to = 2026-02-01"],
        ),
    ],
)
def test_a_value_that_makes_no_sense_falls_back_with_one_note(parameters, named):
    selection, notes = from_parameters({k: [v] for k, v in parameters.items()}, DEFAULT)

    assert selection == DEFAULT
    [note] = notes
    assert all(text in note for text in named)
    assert len(note) < 300


def test_each_value_that_makes_no_sense_has_its_own_note_and_costs_no_other():
    selection, notes = read(
        period="never", metric="likes", interval="week", zone="Mars/Olympus", video="v"
    )

    assert selection == replace(DEFAULT, interval="week", filters=(Filter("video", ("v",)),))
    assert [note.split(" = ")[0].split()[-1] for note in notes] == ["period", "zone", "metric"]


def test_chosen_dates_to_compare_with_need_dates():
    assert read(compare="dates")[0] == DEFAULT


def test_dates_to_compare_with_mean_nothing_without_that_comparison():
    assert read(compare_from="2026-01-01", compare_to="2026-01-31") == (DEFAULT, [])


def test_dates_win_over_a_named_period():
    selection, notes = read(period="last-7-days", **{"from": "2026-11-01"}, to="2026-11-02")

    assert (selection.preset, selection.dates) == (CUSTOM, period("2026-11-01", "2026-11-02"))
    assert notes == []


def test_names_we_do_not_know_are_ignored():
    assert read(utm_source="newsletter", embed="true") == (DEFAULT, [])


@pytest.mark.parametrize("name", ["period", "metric", "zone", "video", "from", "compare"])
@pytest.mark.parametrize("value", [[], [""]])
def test_an_empty_value_is_none(name, value):
    assert from_parameters({name: value}, DEFAULT)[0] == DEFAULT


def test_of_repeated_names_the_last_counts_and_filters_take_all():
    selection, notes = from_parameters(
        {"metric": ["plays", "viewers"], "video": ["b", "", "a"]}, DEFAULT
    )

    assert selection.metric == "viewers"
    assert selection.values("video") == ("b", "a")
    assert notes == []


@pytest.mark.parametrize(
    "key", ["a&b=c", "a,b", "'; DROP TABLE views; --", "<b>", "日本", " ", "%00", "\0", "\ud800"]
)
def test_a_key_with_odd_characters_is_just_a_key(key):
    selection = DEFAULT.where("video", (key, "plain"))

    assert from_parameters(to_parameters(selection, DEFAULT), DEFAULT) == (selection, [])


# Filters


def test_a_filter_is_added_replaced_and_removed():
    one = DEFAULT.where("video", ("a",))
    two = one.where("project", ("p",)).where("video", ("b", "c"))

    assert two.filters == (Filter("project", ("p",)), Filter("video", ("b", "c")))
    assert (two.values("video"), two.values("channel")) == (("b", "c"), ())
    assert two.where("video", ()).where("project", ()) == DEFAULT


def test_the_order_of_filtering_does_not_matter():
    there = DEFAULT.where("video", ("v",)).where("project", ("p",)).where("channel", ("c",))
    back = DEFAULT.where("channel", ("c",)).where("project", ("p",)).where("video", ("v",))

    assert there == back


# What it comes to today


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_resolved_by_the_day_it_is_looked_at(preset):
    expected = PRESETS[preset].period(TODAY)

    assert Selection(preset=preset).period(TODAY, dt.date(2020, 1, 1)) == expected


@pytest.mark.parametrize(
    ("first_day", "start"),
    [
        (dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
        (None, TODAY),
        (TODAY, TODAY),
        (dt.date(2026, 12, 1), TODAY),  # a view dated in the future
        (dt.date(1970, 1, 1), EARLIEST),  # a view with a broken date
    ],
)
def test_all_time_is_from_the_first_day_to_today(first_day, start):
    assert Selection(preset=ALL_TIME).period(TODAY, first_day) == Period(start, TODAY)


def test_custom_dates_are_themselves():
    dates = period("2025-01-01", "2025-01-31")

    assert Selection(preset=CUSTOM, dates=dates).period(TODAY, None) == dates


@pytest.mark.parametrize(
    ("selection", "start", "end"),
    [
        (Selection(), "2026-09-25", "2026-10-22"),
        (Selection(compare="year"), "2025-10-24", "2025-11-20"),
        (Selection(preset="last-month"), "2026-09-01", "2026-09-30"),
        (Selection(preset="last-month", compare="year"), "2025-10-01", "2025-10-31"),
        (
            Selection(compare="dates", compare_dates=period("2024-05-01", "2024-05-07")),
            "2024-05-01",
            "2024-05-07",
        ),
    ],
)
def test_a_comparison_is_the_period_that_its_name_says(selection, start, end):
    found = selection.comparison(selection.period(TODAY, None), NOW)

    assert (str(found.start), str(found.end), found.until) == (start, end, None)


def test_an_unfinished_period_is_compared_up_to_the_same_time():
    selection = Selection(preset="today")

    found = selection.comparison(selection.period(TODAY, None), NOW)

    assert (found.start, found.until) == (dt.date(2026, 11, 19), dt.time(12, 34))


@pytest.mark.parametrize("compare", COMPARE_LABELS)
def test_all_time_is_compared_with_nothing(compare):
    selection = Selection(preset=ALL_TIME, compare=compare)

    assert selection.comparison(selection.period(TODAY, dt.date(2024, 1, 1)), NOW) is None


def test_nothing_is_compared_with_when_that_is_chosen():
    selection = Selection(compare="none")

    assert selection.comparison(selection.period(TODAY, None), NOW) is None


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_a_period_at_the_beginning_of_time_has_no_comparison(compare):
    dates = Period(EARLIEST, EARLIEST + dt.timedelta(days=9))
    selection = Selection(preset=CUSTOM, dates=dates, compare=compare)

    assert selection.comparison(selection.period(TODAY, None), NOW) is None


# Intervals


@pytest.mark.parametrize(
    ("count", "offered"),
    [
        (1, ["hour"]),
        (2, ["hour", "day"]),
        (13, ["hour", "day"]),
        (14, ["hour", "day", "week"]),
        (31, ["hour", "day", "week"]),
        (32, ["day", "week"]),
        (58, ["day", "week"]),
        (59, ["day", "week", "month"]),
        (1100, ["day", "week", "month"]),
        (1101, ["week", "month"]),
    ],
)
def test_intervals_are_offered_by_the_length_of_the_period(count, offered):
    assert list(Selection().intervals(days(count))) == offered


@pytest.mark.parametrize(
    ("count", "interval"),
    [
        (1, "hour"),
        (2, "hour"),
        (3, "day"),
        (28, "day"),
        (100, "day"),
        (101, "week"),
        (750, "week"),
        (751, "month"),
        (4000, "month"),
    ],
)
def test_without_a_choice_the_interval_follows_the_length(count, interval):
    assert Selection().trend_interval(days(count)) == interval


@pytest.mark.parametrize(
    ("chosen", "count", "interval"),
    [
        ("hour", 28, "hour"),
        ("hour", 90, "day"),  # too many hours to read
        ("week", 28, "week"),
        ("week", 7, "day"),
        ("month", 90, "month"),
        ("month", 28, "day"),
        ("day", 1, "hour"),
    ],
)
def test_a_chosen_interval_holds_where_it_fits(chosen, count, interval):
    assert Selection(interval=chosen).trend_interval(days(count)) == interval


@given(st.integers(1, 20_000), st.sampled_from([None, *INTERVALS]))
@settings(deadline=None)
def test_the_interval_of_a_trend_is_always_one_that_is_offered(count, chosen):
    span = Period(EARLIEST, EARLIEST + dt.timedelta(days=count - 1))
    selection = Selection(interval=chosen)

    assert selection.trend_interval(span) in selection.intervals(span)


def test_comparing_with_dates_that_are_not_given_is_noted():
    selection, notes = from_parameters({"compare": ["dates"]}, Selection())
    assert selection == Selection()
    assert len(notes) == 1

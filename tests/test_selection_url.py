"""How a URL says what is looked at, and what of a URL is understood."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings

from dyntube.periods import Period
from dyntube.query import Filter
from dyntube.ui.selection import (
    CUSTOM,
    FILTERABLE,
    OPERATORS,
    Selection,
    from_parameters,
    to_parameters,
)

from .selections import selections

DEFAULT = Selection(timezone="Europe/Berlin")


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


def read(**parameters: str) -> tuple[Selection, list[str]]:
    """The selection of a URL; an underscore stands for a hyphen in a name."""
    named = {name.replace("_", "-"): [text] for name, text in parameters.items()}
    return from_parameters(named, DEFAULT)


# There and back


@given(selections())
@settings(deadline=None, max_examples=300)
def test_what_a_url_says_is_what_was_looked_at(selection):
    parameters = to_parameters(selection, DEFAULT)
    link = urlencode(parameters, doseq=True)

    assert parse_qs(link, strict_parsing=bool(link)) == parameters
    assert from_parameters(parse_qs(link), DEFAULT) == (selection, [])


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
        filters=(
            Filter("project", ("p1",)),
            Filter("video", ("v1", "v2")),
            Filter("country", ("DE", "FR"), "is_not"),
            Filter("city", ("york",), "contains"),
            Filter("weekday", ("6", "7")),
        ),
        timezone="Asia/Tokyo",
        metric="play_rate",
        interval="week",
        levels=("region", "embed_page"),
        sort="views_change",
        order="rising",
        colour="change",
        align="age",
        mix="browser",
        behind="completion_rate",
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
        "country-not": ["DE", "FR"],
        "city-contains": ["york"],
        "weekday": ["6", "7"],
        "zone": ["Asia/Tokyo"],
        "metric": ["play_rate"],
        "interval": ["week"],
        "level": ["region", "embed_page"],
        "sort": ["views_change"],
        "order": ["rising"],
        "colour": ["change"],
        "align": ["age"],
        "mix": ["browser"],
        "behind": ["completion_rate"],
        "check": ["no_length"],
    }


def test_a_link_is_short():
    germany = DEFAULT.where("country", ("DE",)).where("os", ("Windows",), "is_not")

    link = urlencode(to_parameters(germany.at_level("city"), DEFAULT), doseq=True)

    assert link == "level=city&country=DE&os-not=Windows"


def test_no_two_things_have_one_name_in_a_url():
    names = [name + ending for name in FILTERABLE for ending in OPERATORS.values()]
    fields = ["period", "from", "to", "compare", "compare-from", "compare-to", "zone", "level"]
    fields += ["metric", "interval", "sort", "order", "colour", "align", "mix", "behind", "check"]

    assert len({*names, *fields}) == len(names) + len(fields)
    assert not {*names, *fields} & {"embed", "embed_options"}  # Streamlit keeps these for itself


@pytest.mark.parametrize("name", FILTERABLE)
@pytest.mark.parametrize("operator", OPERATORS)
def test_every_filter_can_be_written_by_hand(name, operator):
    selection, notes = from_parameters({name + OPERATORS[operator]: ["b", "a"]}, DEFAULT)

    assert selection == replace(DEFAULT, filters=(Filter(name, ("b", "a"), operator),))
    assert notes == []


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
        ({"level": "galaxy"}, ["level = galaxy"]),
        ({"level": "sound"}, ["level = sound"]),  # nothing lies above or below it
        ({"sort": "likes"}, ["sort = likes"]),
        ({"sort": "views_before"}, ["sort = views_before"]),
        ({"order": "up"}, ["order = up"]),
        ({"colour": "#f00"}, ["colour = #f00"]),
        ({"align": "left"}, ["align = left"]),
        ({"mix": "day"}, ["mix = day"]),
        ({"behind": "likes"}, ["behind = likes"]),
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


def test_of_several_levels_those_that_exist_count():
    levels = ["city", "galaxy", "embed_page", "city", "<b>"]
    selection, notes = from_parameters({"level": levels}, DEFAULT)

    assert selection.levels == ("city", "embed_page")
    assert [note.split(" = ")[1].split(",")[0] for note in notes] == ["galaxy", "<b>"]


def test_the_order_of_filters_in_a_url_does_not_matter():
    there = {"video": ["v"], "country-not": ["DE"], "country": ["FR"]}
    back = dict(reversed(there.items()))

    assert from_parameters(there, DEFAULT) == from_parameters(back, DEFAULT)


def test_an_operator_that_does_not_exist_is_no_filter():
    assert read(country_is="DE", country_starts="D", country_not_contains="D") == (DEFAULT, [])


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


def test_comparing_with_dates_that_are_not_given_is_noted():
    selection, notes = from_parameters({"compare": ["dates"]}, Selection())
    assert selection == Selection()
    assert len(notes) == 1

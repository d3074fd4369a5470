"""How a URL says what is looked at, and what of a URL is understood."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given

from dyntube.query.dimensions import UNKNOWN
from dyntube.query.periods import Period
from dyntube.query.query import Filter
from dyntube.report.address import (
    LONGEST,
    LONGEST_VALUE,
    MOST_VALUES,
    from_parameters,
    to_parameters,
    why_too_long,
)
from dyntube.report.parameters import MOST_NOTES
from dyntube.report.selection import CUSTOM, FILTERABLE, OPERATORS, Selection

from ..selections import selections

DEFAULT = Selection(timezone="Europe/Berlin")


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


def read(**parameters: str) -> tuple[Selection, list[str]]:
    """The selection of a URL; an underscore stands for a hyphen in a name."""
    named = {name.replace("_", "-"): [text] for name, text in parameters.items()}
    return from_parameters(named, DEFAULT)


# There and back


@given(selections())
def test_what_a_url_says_is_what_was_looked_at(selection):
    parameters = to_parameters(selection, DEFAULT)
    link = urlencode(parameters, doseq=True)

    assert parse_qs(link, strict_parsing=bool(link), keep_blank_values=True) == parameters
    assert from_parameters(parse_qs(link, keep_blank_values=True), DEFAULT) == (selection, [])


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
        ({"from": "9999"}, ["start date (9999)"]),
        ({"to": "2026-11-20"}, ["end date (2026-11-20)"]),
        ({"from": "2026-11-20"}, ["start date (2026-11-20)"]),
        (
            {"from": "2026-11-20", "to": "2026-11-01"},
            ["date (2026-11-20)", "date (2026-11-01)"],
        ),
        ({"from": "2026-02-30", "to": "2026-03-01"}, ["start date (2026-02-30)"]),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ["start date (0001-01-01)"]),
        ({"from": "yesterday", "to": "today"}, ["start date (yesterday)"]),
        ({"period": "last-century"}, ["period (last-century)"]),
        ({"period": "custom"}, ["period (custom)"]),
        (
            {"zone": "posix/Europe/Berlin"},
            ["(posix/Europe/Berlin)", "one is Europe/Berlin"],
        ),
        ({"zone": "right/Europe/Berlin"}, ["time zone (right/Europe/Berlin)"]),
        ({"zone": "Factory"}, ["time zone (Factory)"]),
        ({"zone": "localtime"}, ["time zone (localtime)"]),
        ({"zone": "europe/berlin"}, ["time zone (europe/berlin)", "one is Europe/Berlin"]),
        ({"utm_source": "newsletter"}, ["utm_source=newsletter"]),
        ({"Country": "DE"}, ["Country=DE"]),
        ({"galaxy": "M31"}, ["galaxy=M31"]),
        ({"galaxy-not": "M31"}, ["galaxy-not=M31"]),
        ({"hour": "7"}, ["hour=7"]),  # a dimension, and none to filter by
        ({"country-is": "DE"}, ["country-is=DE"]),
        ({"country-not-contains": "D"}, ["country-not-contains=D"]),
        ({"": "x"}, [" =x"]),
        ({"x" * 5000: "y" * 5000}, ["x" * 39 + "…=" + "y" * 40]),
        ({"city": "Par\0is"}, ["city=Par", "control characters"]),
        ({"browser-contains": "\x1f"}, ["browser-contains=", "control characters"]),
        ({"city-contains": ""}, ["city-contains=", "needs a text"]),
        ({"city-contains": "  "}, ["city-contains=", "needs a text"]),
        ({"video": "v" * 2001}, ["video=" + "v" * 40, "at most 2,000 characters"]),
        ({"compare-from": "2026-01-01", "compare-to": "2026-01-31"}, ["need compare = dates"]),
        (
            {"compare": "year", "compare-from": "2026-01-01", "compare-to": "2026-01-31"},
            ["start date of the comparison (2026-01-01) and end date"],
        ),
        ({"compare-from": "2026-01-01"}, ["start date of the comparison (2026-01-01)"]),
        ({"metric": ""}, ["metric (empty)"]),
        ({"from": ""}, ["start date (empty)"]),
        ({"level": ""}, ["level="]),
        ({"metric": "likes"}, ["metric (likes)"]),
        ({"metric": "views; DROP TABLE views"}, ["metric (views; DROP TABLE views)"]),
        ({"interval": "decade"}, ["interval (decade)"]),
        ({"interval": "None"}, ["interval (None)"]),
        ({"check": "duration <= 0"}, ["check=duration <= 0"]),
        ({"zone": "Europe/Atlantis"}, ["time zone (Europe/Atlantis)"]),
        ({"zone": "../../etc/passwd"}, ["time zone (../../etc/passwd)"]),
        ({"zone": "a\0b"}, ["time zone (ab)"]),
        ({"zone": "x" * 5000}, ["time zone (" + "x" * 40]),
        ({"compare": "apples"}, ["comparison (apples)"]),
        ({"level": "galaxy"}, ["level=galaxy"]),
        ({"level": "sound"}, ["level=sound"]),  # nothing lies above or below it
        ({"sort": "likes"}, ["sort=likes"]),
        ({"sort": "views_before"}, ["sort=views_before"]),
        ({"order": "up"}, ["order=up"]),
        ({"colour": "#f00"}, ["colour=#f00"]),
        ({"align": "left"}, ["align=left"]),
        ({"mix": "day"}, ["mix=day"]),
        ({"behind": "likes"}, ["behind=likes"]),
        ({"compare": "dates", "compare-from": "9999"}, ["start date of the comparison (9999)"]),
        (
            {"compare": "dates", "compare-from": "2026-02-02", "compare-to": "2026-02-01"},
            [
                "start date of the comparison (2026-02-02)",
                "end date of the comparison (2026-02-01)",
            ],
        ),
    ],
)
def test_a_value_that_makes_no_sense_falls_back_with_one_note(parameters, named):
    selection, notes = from_parameters({k: [v] for k, v in parameters.items()}, DEFAULT)

    assert replace(selection, compare=DEFAULT.compare) == DEFAULT
    [note] = notes
    assert all(text in note for text in named)
    assert len(note) < 300


def test_each_value_that_makes_no_sense_has_its_own_note_and_costs_no_other():
    selection, notes = read(
        period="never", metric="likes", interval="week", zone="Mars/Olympus", video="v"
    )

    assert selection == replace(DEFAULT, interval="week", filters=(Filter("video", ("v",)),))
    assert [note.split(" (")[0].removeprefix("This link has an invalid ") for note in notes] == [
        *("period", "time zone", "metric")
    ]


def test_chosen_dates_to_compare_with_need_dates():
    assert read(compare="dates")[0] == DEFAULT


@pytest.mark.parametrize(("name", "notes"), [("last-7-days", 1), ("custom", 0), ("x", 1)])
def test_dates_win_over_a_named_period_and_a_note_says_so(name, notes):
    selection, found = read(period=name, **{"from": "2026-11-01"}, to="2026-11-02")

    assert (selection.preset, selection.dates) == (CUSTOM, period("2026-11-01", "2026-11-02"))
    assert len(found) == notes
    assert all(f"period ({name})" in note for note in found)


def test_of_several_levels_those_that_exist_count():
    levels = ["city", "galaxy", "embed_page", "city", "<b>"]
    selection, notes = from_parameters({"level": levels}, DEFAULT)

    assert selection.levels == ("city", "embed_page")
    assert [note.split("level=")[1].removesuffix(".") for note in notes] == ["galaxy", "<b>"]


def test_of_levels_that_share_a_table_the_last_counts():
    selection, notes = from_parameters(
        {"level": ["browser_version", "city", "os_version"]}, DEFAULT
    )

    assert selection.levels == ("city", "os_version")
    assert selection.toggled("browser", "Chrome").levels == ("city", "os_version")
    assert notes == []


def test_the_order_of_filters_in_a_url_does_not_matter():
    there = {"video": ["v"], "country-not": ["DE"], "country": ["FR"]}
    back = dict(reversed(there.items()))

    assert from_parameters(there, DEFAULT) == from_parameters(back, DEFAULT)


def test_of_two_levels_of_one_table_the_first_is_shown_and_a_note_says_so():
    selection, notes = from_parameters({"level": ["city", "country", "channel"]}, DEFAULT)

    assert selection.levels == ("city", "channel")
    [note] = notes
    assert "level=country" in note
    assert "shows city" in note


def test_what_streamlit_keeps_for_itself_is_not_asked_of_us():
    asked = {"embed": ["true"], "embed_options": ["show_padding"]}
    assert from_parameters(asked, DEFAULT) == (DEFAULT, [])


@pytest.mark.parametrize("name", ["period", "metric", "zone", "video-contains", "from", "compare"])
@pytest.mark.parametrize("value", [[], [""]])
def test_an_empty_value_is_none(name, value):
    assert from_parameters({name: value}, DEFAULT)[0] == DEFAULT


@pytest.mark.parametrize("name", FILTERABLE)
@pytest.mark.parametrize("operator", ["is", "is_not"])
def test_the_missing_value_is_nothing_in_an_address(name, operator):
    parameter = name + OPERATORS[operator]
    selection, notes = from_parameters({parameter: ["a", ""]}, DEFAULT)

    assert selection.values(name, operator) == ("a", UNKNOWN)
    assert notes == []
    assert to_parameters(selection, DEFAULT) == {parameter: ["a", ""]}


def test_filters_take_all_values_and_whatever_has_one_is_refused_with_several():
    selection, notes = from_parameters(
        {"metric": ["plays", "viewers"], "video": ["b", "a", "b"], "zone": ["UTC", "UTC"]}, DEFAULT
    )

    assert selection == replace(DEFAULT, timezone="UTC").where("video", ("b", "a"))
    [note] = notes
    assert "metric (plays) and metric (viewers)" in note
    assert "one value only" in note


def test_text_is_read_in_its_one_form_and_keys_as_they_are():
    decomposed = "Cafe\u0301"
    asked = {"city": [f" {decomposed} "], "video-contains": [decomposed], "video": [decomposed]}
    selection, notes = from_parameters(asked, DEFAULT)

    assert selection.values("city") == ("Caf\u00e9",)
    assert selection.values("video", "contains") == ("Caf\u00e9",)
    assert selection.values("video") == (decomposed,)
    assert notes == []


# Too much


@pytest.mark.parametrize("count", [MOST_VALUES + 1, 1500, 5000])
def test_more_values_than_a_link_can_keep_are_refused_with_a_note(count):
    asked = {"video": [f"v{n}" for n in range(count)], "country": ["FR"]}
    selection, notes = from_parameters(asked, DEFAULT)

    assert selection == DEFAULT.where("country", ("FR",))
    [note] = notes
    assert f"video=v0 and video=v1 and video=v2 and {count - 3:,} more" in note
    assert f"at most {MOST_VALUES} values" in note


def test_the_values_of_all_filters_are_counted_together():
    half = [f"{n}" for n in range(MOST_VALUES // 2)]
    fits, notes = from_parameters({"video": half, "city-not": half}, DEFAULT)
    assert notes == []
    selection, notes = from_parameters({"video": half, "city-not": [*half, "x"]}, DEFAULT)
    assert selection == DEFAULT.where("video", tuple(half))
    assert len(notes) == 1
    assert why_too_long(fits) == ""
    assert "at most" in why_too_long(fits.toggled("country", "DE"))


def test_an_address_stays_short_enough_for_servers_to_take_it():
    long = tuple(f"example.com/{'ü' * 100}/{n}" for n in range(20))
    selection = DEFAULT.where("embed_page", long)
    assert len(urlencode(to_parameters(selection, DEFAULT), doseq=True)) > LONGEST
    assert f"{LONGEST:,} characters" in why_too_long(selection)
    found, notes = from_parameters({"embed_page": list(long)}, DEFAULT)
    assert found == DEFAULT
    assert len(notes) == 1
    assert why_too_long(DEFAULT.where("video", ("v" * LONGEST_VALUE,))) == ""


def test_an_address_full_of_nonsense_has_few_notes_and_none_is_long():
    asked = {f"unknown-{n}": ["x" * 3000] * 3 for n in range(900)}
    selection, notes = from_parameters(asked, DEFAULT)

    assert selection == DEFAULT
    assert len(notes) == MOST_NOTES + 1
    assert f"{900 - MOST_NOTES:,} other parts" in notes[-1]
    assert max(map(len, notes)) < 300


@pytest.mark.parametrize(
    "key", ["a&b=c", "a,b", "'; DROP TABLE views; --", "<b>", "日本", " ", "%00", "\0", "\ufffd"]
)
def test_a_key_with_odd_characters_is_just_a_key(key):
    selection = DEFAULT.where("video", (key, "plain"))

    assert from_parameters(to_parameters(selection, DEFAULT), DEFAULT) == (selection, [])


def test_half_a_character_of_a_key_is_none():
    selection, notes = from_parameters({"video": ["\ud800"], "\ud83d": ["\ud83d"]}, DEFAULT)

    assert selection.values("video") == ("\ufffd",)
    [note] = notes
    assert note.encode()


def test_comparing_with_dates_that_are_not_given_is_noted():
    selection, notes = from_parameters({"compare": ["dates"]}, Selection())
    assert selection == Selection()
    assert len(notes) == 1


# Tables, and videos that are open


def test_searches_columns_and_open_videos_are_read_and_written():
    asked = {
        "columns": ["plays", "course", "views_change"],
        "open": ["v2", "v1"],
        "city-search": ["  York "],
        "video-search": ["tour"],
        "sort": ["name"],
    }
    selection, notes = from_parameters(asked, DEFAULT)

    assert notes == []
    assert selection.columns == ("plays", "course", "views_change")
    assert selection.open == ("v2", "v1")
    assert selection.searched("city") == "York"
    assert to_parameters(selection, DEFAULT) == asked | {"city-search": ["York"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"columns": ["likes"]},
        {"video-search": ["a", "b"]},
        {"video-search": ["a\x00b"]},
        {"video-search": ["x" * 2001]},
        {"sound-search": ["on"]},
        {"open": [f"v{n}" for n in range(301)]},
        {"open": ["v" * 2001]},
    ],
)
def test_what_no_table_and_no_page_can_do_is_noted(asked: dict[str, list[str]]):
    selection, notes = from_parameters(asked, DEFAULT)

    assert selection == DEFAULT
    assert len(notes) == 1
    assert next(iter(asked)) in notes[0]


def test_an_unknown_column_leaves_the_others():
    selection, notes = from_parameters({"columns": ["plays", "likes"]}, DEFAULT)

    assert selection.columns == ("plays",)
    assert "likes" in notes[0]


def test_open_videos_take_the_place_of_a_filter_on_videos_only():
    asked = replace(
        DEFAULT.where("video", ("a",)).where("video", ("b",), "is_not").where("country", ("FR",)),
        open=("c",),
    )

    assert asked.opened().values("video") == ("c",)
    assert asked.opened().values("video", "is_not") == ("b",)
    assert asked.opened().values("country") == ("FR",)
    assert DEFAULT.opened() == DEFAULT

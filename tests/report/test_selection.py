"""Filters, levels of hierarchies, and what a click makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.query.dimensions import HIERARCHIES, MACHINE
from dyntube.query.query import Filter
from dyntube.report.pages import shown_of
from dyntube.report.selection import FILTERABLE, OPERATORS, Selection

from ..selections import selections

DEFAULT = Selection(timezone="Europe/Berlin")
PLACE = HIERARCHIES["place"]


# Filters


def test_a_filter_is_added_replaced_and_removed():
    one = DEFAULT.where("video", ("a",))
    two = one.where("project", ("p",)).where("video", ("b", "c"))

    assert two.filters == (Filter("project", ("p",)), Filter("video", ("b", "c")))
    assert (two.values("video"), two.values("channel")) == (("b", "c"), ())
    assert two.where("video", ()).where("project", ()) == DEFAULT


def test_filters_of_each_operator_stand_side_by_side():
    selection = DEFAULT.where("city", ("york",), "contains").where("city", ("New York",), "is_not")
    both = selection.where("city", ("Cape Town",))

    assert both.filters == (
        Filter("city", ("Cape Town",)),
        Filter("city", ("New York",), "is_not"),
        Filter("city", ("york",), "contains"),
    )
    assert both.values("city") == ("Cape Town",)
    assert both.values("city", "is_not") == ("New York",)
    assert both.where("city", ()) == selection


def test_a_value_counts_once():
    assert DEFAULT.where("video", ("b", "a", "b")).values("video") == ("b", "a")


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_order_of_filtering_does_not_matter(operator):
    there, back = DEFAULT, DEFAULT
    for name in FILTERABLE:
        there = there.where(name, ("x",), operator)
    for name in reversed(FILTERABLE):
        back = back.where(name, ("x",), operator)

    assert there == back
    assert len(there.filters) == len(FILTERABLE)


# Clicks


def test_a_click_filters_and_another_takes_it_back():
    germany = DEFAULT.toggled("country", "DE")
    both = germany.toggled("country", "FR")

    assert germany.filters == (Filter("country", ("DE",)),)
    assert both.filters == (Filter("country", ("DE", "FR")),)
    assert both.toggled("country", "DE").filters == (Filter("country", ("FR",)),)
    assert germany.toggled("country", "DE") == DEFAULT


def test_a_click_leaves_other_filters_and_operators_alone():
    selection = DEFAULT.where("video", ("v",)).where("country", ("AT",), "is_not")

    assert selection.toggled("country", "DE").toggled("country", "DE") == selection
    assert selection.toggled("country", "DE").values("country", "is_not") == ("AT",)


@given(selections(), st.sampled_from(FILTERABLE), st.text(min_size=1))
def test_two_clicks_on_one_value_leave_the_filters_as_they_were(selection, name, value):
    clicked = selection.toggled(name, value)
    again = clicked.toggled(name, value)

    assert set(clicked.values(name)) ^ set(selection.values(name)) == {value}
    assert {*again.values(name)} == {*selection.values(name)}
    others = [
        filter_
        for filter_ in selection.filters
        if (filter_.dimension, filter_.operator) != (name, "is")
    ]
    assert [f for f in again.filters if (f.dimension, f.operator) != (name, "is")] == others


# Levels


@pytest.mark.parametrize(
    ("filtered", "level"),
    [
        ([], "country"),
        (["continent"], "country"),
        (["country"], "region"),
        (["continent", "country"], "region"),
        (["region"], "city"),
        (["continent", "city"], "city"),  # there is nothing below
        (["video", "device_type"], "country"),
    ],
)
def test_the_level_shown_is_the_one_below_the_filters(filtered, level):
    selection = DEFAULT
    for name in filtered:
        selection = selection.where(name, ("x",))

    assert selection.level(PLACE, "country") == level


@pytest.mark.parametrize("operator", ["is_not", "contains"])
def test_only_what_is_chosen_leads_down(operator):
    assert DEFAULT.where("country", ("DE",), operator).level(PLACE, "country") == "country"


def test_the_level_shown_is_never_above_the_usual_one():
    assert DEFAULT.where("continent", ("EU",)).level(PLACE, "city") == "city"
    assert DEFAULT.where("country", ("DE",)).level(PLACE, "continent") == "region"


def test_a_chosen_level_is_shown_whatever_is_filtered_by():
    selection = DEFAULT.where("country", ("DE",)).at_level("continent")

    assert selection.level(PLACE, "country") == "continent"
    assert selection.at_level("city").level(PLACE, "country") == "city"
    assert selection.at_level("city").levels == ("city",)


def test_each_hierarchy_has_a_level_of_its_own():
    selection = DEFAULT.at_level("city").at_level("embed_page").at_level("region")

    assert set(selection.levels) == {"region", "embed_page"}
    assert selection.level(HIERARCHIES["embed"], "embed_domain") == "embed_page"
    assert selection.level(HIERARCHIES["browser"], "browser") == "browser"


def test_a_click_leads_one_level_down_from_where_it_was():
    selection = DEFAULT.at_level("continent").at_level("embed_page")

    europe = selection.toggled("continent", "EU")
    assert europe.level(PLACE, "country") == "country"
    assert europe.levels == ("embed_page",)  # the other hierarchy stays
    assert europe.toggled("country", "DE").level(PLACE, "country") == "region"
    assert selection.toggled("video", "v").levels == selection.levels


def test_hierarchies_that_share_a_table_share_its_level():
    chosen = DEFAULT.at_level("device_brand").at_level("city").at_level("browser")

    assert chosen.levels == ("city", "browser")
    assert shown_of(chosen, MACHINE) == "browser"
    assert shown_of(DEFAULT, MACHINE) == "device"
    assert shown_of(DEFAULT.where("os", ("Linux",)), MACHINE) == "system"


def test_a_shared_table_goes_on_showing_what_was_chosen():
    browsers = DEFAULT.where("device_type", ("TV",)).at_level("browser")

    chrome = browsers.narrowed("browser", ("Chrome",))
    assert chrome.levels == ("browser_version",)
    assert chrome.toggled("browser_version", "Chrome 1").levels == ("browser_version",)
    assert browsers.toggled("device_type", "Phone").levels == ("browser",), "from another list"


def test_going_up_takes_away_the_filters_from_there_down():
    deep = DEFAULT.where("video", ("v",)).at_level("city").where("city", ("x",), "contains")
    for name in PLACE:
        deep = deep.where(name, ("x",)).where(name, ("y",), "is_not")

    up = deep.above("country", PLACE)

    assert up.filters == (
        Filter("video", ("v",)),
        Filter("continent", ("x",)),
        Filter("continent", ("y",), "is_not"),
    )
    assert up.level(PLACE, "country") == "country"
    assert deep.above("continent", PLACE) == DEFAULT.where("video", ("v",))


@pytest.mark.parametrize("hierarchy", HIERARCHIES)
def test_down_every_hierarchy_and_up_again_ends_where_it_began(hierarchy):
    levels = HIERARCHIES[hierarchy]
    selection, seen = DEFAULT, []
    for _ in levels:
        seen.append(selection.level(levels, levels[0]))
        selection = selection.toggled(seen[-1], "x")

    assert tuple(seen) == levels
    assert selection.above(levels[0], levels) == DEFAULT

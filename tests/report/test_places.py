"""A name alone does not say which is meant: cities, regions and models with what they lie in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dyntube
from dyntube.fetch.catalog import Names
from dyntube.query.dimensions import BETWEEN, DIMENSIONS, read_value, spelled
from dyntube.reading.text import clean
from dyntube.report.address import from_parameters, to_parameters
from dyntube.report.labels import Labels
from dyntube.report.selection import Selection

from .. import odd
from ..components import cards, chips
from ..opened import DAY, Pages, pages, views
from ..tables import choose, counted, press, table, tables

__all__ = ["pages"]
PLACES = {
    ("Paris", "Île-de-France", "FR"): 5,
    ("Paris", "Texas", "US"): 4,
    ("Springfield", "Illinois", "US"): 3,
    ("Springfield", "Missouri", "US"): 2,
    ("Lyon", "Auvergne", "FR"): 6,
    (None, "Auvergne", "FR"): 7,
    (None, None, "FR"): 1,
    (None, None, None): 8,
}


def somewhere() -> list[dict[str, Any]]:
    return [
        view
        for (city, region, country), count in PLACES.items()
        for view in views(count, geo={"city": city, "region": region, "country": country})
    ]


@pytest.fixture
def world(pages: Pages) -> Pages:
    """Views from cities of which two are called Paris and two Springfield, and from none."""
    pages.store(somewhere())
    return pages


def key(*parts: str) -> str:
    return BETWEEN.join(parts)


def test_cities_of_one_name_are_rows_of_their_own_and_named_as_far_as_needed(world: Pages) -> None:
    at = world.open("geography", level="city")

    shown = counted(at, "Table of cities")
    assert shown == {
        "Paris, France": 5,
        "Paris, United States": 4,
        "Springfield, Illinois, United States": 3,
        "Springfield, Missouri, United States": 2,
        "Lyon": 6,
        "Unknown, France": 8,
        "Unknown": 8,
    }
    taken = world.sheets["By city"].rows
    assert list(taken)[:4] == ["city", "region", "country", "country_code"]
    paris = taken[taken["city"] == "Paris"]
    assert paris["country_code"].tolist() == ["FR", "US"]
    assert paris["region"].tolist() == ["Île-de-France", "Texas"]


def test_a_city_whose_region_is_missing_says_so_and_the_others_need_not(pages: Pages) -> None:
    london, york = {"city": "London", "country": "GB"}, {"city": "York", "country": "GB"}
    pages.store(
        [*views(3, geo=london | {"region": "England"}), *views(1, geo=london), *views(2, geo=york)]
    )
    at = pages.open("geography", level="city")

    shown = counted(at, "Table of cities")
    assert shown == {"London": 3, "York": 2, "London, United Kingdom (no region)": 1}


@pytest.mark.parametrize(
    ("spelling", "count", "chip"),
    [
        ("Paris~Île-de-France~FR", 5, "City is Paris, Île-de-France, France"),
        ("Paris", 9, "City is Paris (anywhere)"),  # of a link from before
        ("~~FR", 8, "City is Unknown, France"),
        ("~~", 8, "City is Unknown"),
        ("", 16, "City is Unknown (anywhere)"),
    ],
)
def test_an_address_says_which_city_and_a_bare_name_means_all_of_it(
    world: Pages, spelling: str, count: int, chip: str
) -> None:
    at = world.open("embeds", city=spelling)
    assert cards(at)[0].value == str(count)
    assert chips(at) == [chip]
    without = world.open("embeds", city__not=spelling)
    assert cards(without)[0].value == str(sum(PLACES.values()) - count)


def test_what_a_city_contains_is_looked_for_in_its_name(world: Pages) -> None:
    assert cards(world.open("embeds", city__contains="PARIS"))[0].value == "9"
    assert "No views match" in world.open("embeds", city__contains="FR").info[-1].value


@pytest.mark.parametrize("level", ["region", "city"])
def test_the_way_down_adds_up(world: Pages, level: str) -> None:
    label = f"Table of {'cities' if level == 'city' else 'regions'}"
    for country, whole in (("FR", 19), ("US", 9), ("", 8)):
        at = world.open("geography", level=level, country=country)
        assert sum(counted(at, label).values()) == whole
        assert table(at, label).shown["name"].is_unique


def test_a_search_finds_a_city_by_its_country(world: Pages) -> None:
    at = choose(world.open("geography", level="city"), "city", search="france")

    assert table(at, "Table of cities").shown["name"].tolist() == [
        "Unknown, France",
        "Lyon",
        "Paris, France",
    ]


def test_models_of_one_name_are_of_their_brands(pages: Pages) -> None:
    devices = [{"brand": "Fair", "model": "P"}, {"brand": "Huge", "model": "P"}, {"brand": "Huge"}]
    pages.store([v for n, one in enumerate(devices) for v in views(n + 1, device=one)])
    at = pages.open("devices", level="device_model")

    shown = counted(at, "Table of device models")
    assert shown == {"P, Fair": 1, "P, Huge": 2, "Unknown": 3}


def test_devices_and_software_share_a_table_with_a_tab_for_each_level(pages: Pages) -> None:
    pages.store(views(3, browser={"family": "Chrome", "major": "141"}, os={"family": "Linux"}))
    at = pages.open("devices", level="browser")
    assert len(tables(at)) == 1
    assert list(at.segmented_control(key="level-device").options) == [
        *("Device type", "Brand", "Model", "Browser", "Browser version"),
        *("Operating system", "OS version"),
    ]
    at = press(at, "table-browser", "Chrome")
    assert counted(at, "Table of browser versions") == {"Chrome 141": 3}
    at = at.button(key="crumb-browser-top").click().run()
    assert counted(at, "Table of browsers") == {"Chrome": 3}
    at = at.segmented_control(key="level-device").set_value("os").run()
    assert counted(at, "Table of operating systems") == {"Linux": 3}


def test_of_an_old_link_with_several_levels_the_last_is_shown(pages: Pages) -> None:
    pages.store(views(3, os={"family": "Linux"}))
    at = pages.open("devices", level=["device_model", "browser_version", "os_version"])
    assert counted(at, "Table of operating system versions") == {"Linux": 3}


BARE = Labels(Names())  # of nothing
WITHIN = [name for name, dimension in DIMENSIONS.items() if dimension.within]
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(clean)


@given(st.sampled_from(WITHIN), st.lists(NAMES, min_size=4, max_size=4))
def test_every_value_comes_back_from_the_address_it_was_written_to(
    name: str, parts: list[str]
) -> None:
    value = key(*parts[: len(DIMENSIONS[name].within) + 1])

    assert read_value(name, spelled(name, value)) == value
    selection = Selection().where(name, (value,))
    assert from_parameters(to_parameters(selection, Selection()), Selection())[0] == selection


@given(st.sampled_from(WITHIN), st.lists(st.lists(NAMES, min_size=3, max_size=3), max_size=6))
def test_no_two_of_a_list_have_one_label_and_none_shows_our_own_signs(
    name: str, parts: list[list[str]]
) -> None:
    count = len(DIMENSIONS[name].within) + 1
    values = {key(*some[:count]) for some in parts}

    found = BARE.each(name, sorted(values))

    assert len({*found.values()}) == len(values)
    assert not any(
        BETWEEN in text for text in (*found.values(), *(BARE.one(name, v) for v in values))
    )
    columns = BARE.exported(name, sorted(values))
    assert not any(BETWEEN in text for some in columns.values() for text in some if text)


def test_in_python_a_city_is_spelled_as_in_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = "http://127.0.0.1:9"
    for name, text in {"SYNC": "external", "STATS_URL": url, "ARCHIVE": "archive"}.items():
        monkeypatch.setenv(f"DYNTUBE_{name}", text)
    odd.put(odd.open_archive(tmp_path / "archive", url), DAY, somewhere())

    def cities(**asked: Any) -> dict[str, int]:
        found = dyntube.ask("views", "city", start=DAY, end=DAY + dt.timedelta(0), **asked)
        assert pd.api.types.is_string_dtype(found["city"].dtype)
        return dict(zip(found["city"], found["views"], strict=True))

    assert cities()["Paris~Texas~US"] == 4
    both = {"Paris~Texas~US": 4, "Paris~Île-de-France~FR": 5}
    assert cities(filters={"city": "Paris"}) == both
    assert cities(filters={"city": [*both]}) == both
    assert cities(filters={"city": None}) == {"~~": 8, "~~FR": 8}

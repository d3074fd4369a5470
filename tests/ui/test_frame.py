"""The head of a page and its filters: what they offer, and what a choice does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.report.address import to_parameters
from dyntube.report.selection import Selection
from dyntube.settings.settings import STATS_URL
from dyntube.ui import door

from .. import odd
from ..components import chips, choose, clear, opened, period, sent, trigger
from ..opened import DAY, Pages, pages, views
from ..pages.test_pages import open_page

__all__ = ["pages"]
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def stored(tmp_path: Path, connect: Callable[..., None]) -> dt.date:
    """Forty days of views up to yesterday; today."""
    today = door.local_now("UTC").date()
    archive = odd.open_archive(tmp_path / "archive")
    odd.fill(archive, today, 40)
    connect(STATS_URL, tmp_path / "archive", SYNC="external")
    return today


def chose(at: AppTest, **parameters: str) -> AppTest:
    """Choose in the panel of the period; an underscore stands for a hyphen."""
    asked = {name.replace("_", "-").strip("-"): [text] for name, text in parameters.items()}
    return trigger(at, "period", "period", "chosen", asked)


def address(at: AppTest) -> dict[str, list[str]]:
    """What the URL will say."""
    return to_parameters(at.session_state["selection"], Selection())


def step(at: AppTest, direction: object) -> AppTest:
    return trigger(at, "period", "period", "stepped", direction)


# The period


def test_all_periods_are_offered_with_the_keys_of_plausible_and_no_key_twice(
    stored: dt.date,
) -> None:
    shown = period(open_page())
    keys = {one["name"]: one["key"] for one in shown["presets"]}

    assert len(keys) == 14
    assert {name: keys[name] for name in ("Today", "Yesterday", "Last 7 days", "All time")} == {
        **{"Today": "D", "Yesterday": "E", "Last 7 days": "W", "All time": "A"}
    }
    given = [key for key in keys.values() if key]
    assert len({*given, "C", "X"}) == len(given) + 2
    assert [one["name"] for one in shown["compares"]] == [
        *("Previous period", "Same period last year", "Custom dates", "No comparison")
    ]
    assert shown["limits"] == ["2010-01-01", f"{stored}"]


def test_a_choice_is_in_the_address_and_in_the_head(stored: dt.date) -> None:
    at = chose(open_page("metric=plays"), period="last-7-days")

    assert address(at) == {"period": ["last-7-days"], "metric": ["plays"]}
    assert (period(at)["name"], period(at)["chosen"]) == ("Last 7 days", "last-7-days")
    at = chose(at, **{"from": f"{stored - ONE_DAY * 3}", "to": f"{stored - ONE_DAY}"})
    assert address(at)["from"] == [f"{stored - ONE_DAY * 3}"]
    assert period(at)["name"] == ""
    at = chose(at, compare="year")
    assert address(at)["compare"] == ["year"]
    at = chose(at, compare="dates", compare_from="2026-01-01", compare_to="2026-01-31")
    assert period(at)["compared"] == ["2026-01-01", "2026-01-31"]
    at = chose(at, compare="previous")
    assert set(address(at)) == {"metric", "from", "to"}


def test_steps_are_named_by_their_dates_and_taken(stored: dt.date) -> None:
    at = open_page("period=yesterday&country=DE")
    yesterday = stored - ONE_DAY

    assert f"{yesterday - ONE_DAY:%b %Y}" in period(at)["before"]
    assert f"{stored:%b %Y}" in period(at)["after"]
    at = step(at, -1)
    assert address(at) == {
        "country": ["DE"],
        **{end: [f"{yesterday - ONE_DAY}"] for end in ("from", "to")},
    }
    at = step(step(at, 1), 1)
    assert address(at) == {"country": ["DE"], "period": ["today"]}
    assert period(at)["after"] == ""
    assert address(step(at, 1)) == address(at)


@pytest.mark.parametrize(
    "asked",
    [
        *({"period": ["never"]}, {"period": "last-7-days"}, {"from": ["9999"], "to": ["x"]}),
        *({"compare": ["dates"]}, {"zone": ["Mars"]}, {"country": [None, {}]}, {1: [2]}),
        *({"from": ["2026-11-05"], "to": ["2026-11-01"]}, [], "period", None, 7),
    ],
)
def test_what_no_address_can_say_no_browser_can_choose(stored: dt.date, asked: object) -> None:
    at = open_page("period=last-7-days")
    again = trigger(at, "period", "period", "chosen", asked)

    assert not again.exception
    assert address(again)["period"] == ["last-7-days"]
    assert address(step(again, "1; DROP")) == address(again)


def test_of_what_can_be_chosen_all_else_of_an_address_stays(stored: dt.date) -> None:
    at = trigger(open_page(), "period", "period", "chosen", {"metric": ["plays"]})

    assert address(at) == {}


def test_after_a_zoom_there_is_a_way_back_until_another_period_is_chosen(stored: dt.date) -> None:
    week, day = stored - ONE_DAY * 9, stored - ONE_DAY * 5
    at = open_page("period=last-28-days")
    assert period(at)["back"] == ""
    at = trigger(at, "figure", "trend-chart", "range", [f"{week}", f"{stored - ONE_DAY * 3}"])
    assert period(at)["back"] == "Back to “Last 28 days”"
    at = trigger(at, "figure", "trend-chart", "range", [f"{day}", f"{day}"])
    assert address(at)["from"] == [f"{day}"]

    out = trigger(at, "period", "period", "zoomed_out", True)
    assert address(out)["from"] == [f"{week}"]
    assert period(out)["back"] == "Back to “Last 28 days”"
    out = trigger(out, "period", "period", "zoomed_out", True)
    assert address(out) == {}
    assert period(out)["back"] == ""

    at = trigger(out, "figure", "trend-chart", "range", [f"{week}", f"{day}"])
    at = chose(at, period="last-7-days")
    assert period(at)["back"] == ""


def test_pages_of_their_own_time_offer_no_period_and_the_store_no_comparison(
    stored: dt.date,
) -> None:
    assert period(open_page(page="live")) is None
    assert period(open_page(page="data"))["compares"] == []
    tips = {
        page: sent(open_page(page=page), "chips")[0]["tips"] for page in ("live", "data", "devices")
    }
    assert [page for page, tip in tips.items() if tip] == ["devices"]


# Filters


def places() -> list[dict[str, object]]:
    return [
        *views(5, geo={"country": "FR"}, videoKey="v1"),
        *views(9, geo={"country": "DE"}, videoKey="v2"),
        *views(20, geo={}, videoKey="v2"),
    ]


@pytest.fixture
def world(pages: Pages) -> Pages:
    pages.store(places(), videos={"v1": "One", "v2": "Two", "v3": "Never viewed"})
    return pages


def test_a_list_has_most_views_first_and_unknown_last(world: Pages) -> None:
    at = world.open("overview")

    assert sent(at, "filters")[0]["open"] is None
    assert opened(at, "country")["rows"] == [
        *(["DE", "Germany", "9"], ["FR", "France", "5"], ["", "Unknown", "20"])
    ]
    assert opened(at, "video")["rows"] == [
        *(["v2", "Two", "29"], ["v1", "One", "5"], ["v3", "Never viewed", ""])
    ]


def test_a_choice_filters_and_is_said_once_in_full(world: Pages) -> None:
    at = choose(world.open("overview"), "country", "FR", "")

    assert address(at)["country"] == ["FR", ""]
    assert chips(at) == ["Country is France, Unknown"]
    assert opened(at, "country")["chosen"] == ["FR", ""]
    buttons = {
        one["by"]: one["text"] for one in sent(choose(at, "video", "v1"), "filters")[0]["lists"]
    }
    assert buttons == {"project": "All projects", "channel": "All channels", "video": "1 selected"}


def test_every_dimension_can_be_contained_negated_and_cleared(world: Pages) -> None:
    at = choose(world.open("overview"), "country-contains", "fra")
    assert chips(at) == ["Country contains fra"]
    at = choose(at, "video-not", "v2")
    assert chips(at) == ["Video is not Two", "Country contains fra"]
    [entry] = [e for e in sent(at, "filters")[0]["dimensions"] if e["by"] == "country"]
    assert (entry["set"], entry["operator"]) == ("1 selected", "contains")
    [video] = [one for one in sent(at, "filters")[0]["lists"] if one["by"] == "video"]
    assert (video["text"], sent(at, "filters")[0]["more"]) == ("1 excluded", "More filters (1)")
    assert chips(clear(at, "country-contains")) == ["Video is not Two"]


def test_a_chip_turned_round_joins_what_is_left_out_already(world: Pages) -> None:
    at = world.open("overview", country="FR", country__not="DE")
    [one, other] = sent(at, "chips")[0]["chips"]
    assert one["opposite"] == {"sign": "is not", "parameter": "country-not", "values": ["DE", "FR"]}

    turned = {one["parameter"]: [], one["opposite"]["parameter"]: one["opposite"]["values"]}
    at = trigger(at, "chips", "chips", "changed", turned)
    assert chips(at) == ["Country is not Germany, France"]
    assert other["opposite"]["parameter"] == "country"


def test_many_values_are_counted_in_a_chip_and_named_where_the_pointer_is(world: Pages) -> None:
    at = world.open("overview", country=["FR", "DE", "BR", "US"])
    [chip] = sent(at, "chips")[0]["chips"]

    assert chip["value"] == "France, Germany + 2"
    assert chip["hover"] == "France, Germany, Brazil, United States"


def test_filters_are_cleared_and_the_period_stays(world: Pages) -> None:
    at = world.open("overview", country="FR", video="v1", zone="Asia/Tokyo")
    every = {chip["parameter"]: [] for chip in sent(at, "chips")[0]["chips"]}
    at = trigger(at, "chips", "chips", "changed", every)

    assert chips(at) == []
    assert address(at) == {
        **{"from": [f"{DAY}"], "to": [f"{DAY}"], "compare": ["none"], "zone": ["Asia/Tokyo"]}
    }


def test_the_time_zone_is_a_list_too(world: Pages) -> None:
    at = world.open("overview")
    zones = opened(at, "zone")

    assert ["America/New_York", "America/New York", ""] in zones["rows"]
    assert zones["chosen"] == ["UTC"]
    assert address(choose(at, "zone", "America/New_York"))["zone"] == ["America/New_York"]


@pytest.mark.parametrize(
    "asked", [{"by": "sum(views)", "operator": "is"}, {"by": "country"}, [], 3]
)
def test_no_list_opens_that_is_none(world: Pages, asked: object) -> None:
    at = trigger(world.open("overview"), "filters", "filters", "opened", asked)

    assert not at.exception
    assert sent(at, "filters")[0]["open"] is None


def test_a_list_stays_open_for_more_where_a_box_was_ticked(world: Pages) -> None:
    at = world.open("overview")
    opened(at, "country")
    more = {"asked": {"country": ["FR"]}, "stays": True}
    at = trigger(at, "filters", "filters", "changed", more)

    assert chips(at) == ["Country is France"]
    assert sent(at, "filters")[0]["open"]["by"] == "country"
    assert sent(choose(at, "country", "FR", "DE"), "filters")[0]["open"] is None

"""The breakdown table as it is drawn: search, order, columns, names, ticks, marks, footer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.reading.countries import country_name
from dyntube.report.selection import Selection
from dyntube.ui.components import table as component

from .. import library, plain
from ..library import BEFORE, WEEK
from ..tables import Table, choose, gather, press, tables


def page(by: str, metrics: tuple[str, ...], compared: bool) -> None:
    """A page with nothing but a table; it runs as a script of its own."""
    import datetime as dt

    from dyntube.report.breakdown import breakdown
    from dyntube.report.context import ReportContext
    from dyntube.ui import door, session
    from dyntube.ui.blocks.table import table
    from tests.library import BEFORE, WEEK

    session.begin("Table")
    selection, now = session.current(), dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
    before = BEFORE if compared else None
    page = (metrics, selection, WEEK, before, now, selection.filters)
    context = ReportContext(*page, desk=door.desk())
    table(context, breakdown(context, by))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[plain.Record]]:
    folder = tmp_path_factory.mktemp("drawn") / "archive"
    return folder, library.build(folder)


@pytest.fixture
def raw(stored: tuple[Path, list[plain.Record]]) -> list[plain.Record]:
    """The raw views of the week."""
    return plain.within(stored[1], WEEK.start, WEEK.end, "UTC")


Draw = Callable[..., AppTest]


@pytest.fixture
def draw(stored: tuple[Path, list[plain.Record]], connect: Callable[..., None]) -> Draw:
    def drawn(
        by: str,
        *metrics: str,
        compared: bool = True,
        **parameters: str | list[str],
    ) -> AppTest:
        library.open_it(connect, stored[0])
        asked = metrics or ("views", "plays", "play_rate", "viewers", "watch_time")
        at = AppTest.from_function(page, args=(by, asked, compared), default_timeout=60)
        for name, value in parameters.items():
            at.query_params[name] = value
        return whole(at.run())

    return drawn


def whole(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def the_table(at: AppTest) -> Table:
    [found] = tables(at)
    return found


def shown(at: AppTest) -> pd.DataFrame:
    return the_table(at).shown


def names(at: AppTest) -> list[str]:
    return shown(at)["name"].tolist()


def selection(at: AppTest) -> Selection:
    found: Selection = at.session_state["selection"]
    return found


def rates(texts: pd.Series[str]) -> list[float]:
    """Numbers of texts like "1,204", "71.8%", "+12.4%"; those without a number left out."""
    kept = (text.strip("%+").replace(",", "").replace("−", "-") for text in texts)
    return [float(text.lstrip("×")) for text in kept if text not in ("", formats.NONE)]


# Search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one", ["Straße <b>One</b>"]),
        ("STRAẞE", ["Straße <b>One</b>"]),
        ("STRASSE", []),  # as "contains" compares: letter by letter
        ("**", ["=1+1 & **two**"]),
        ("v-3", ["v-3"]),
        ("v-1", []),  # a key that nobody reads
        ("[.*", []),
    ],
)
def test_rows_are_searched_by_what_people_read(draw: Draw, text: str, found: list[str]) -> None:
    at = draw("video")
    everything = len(shown(at))
    at = whole(choose(at, "video", search=text))

    assert names(at) == found
    assert the_table(at).foot.startswith(f"{len(found)} of {everything} videos · ")
    assert selection(at).searches == (("video", text),)


def test_a_search_is_in_the_address_of_its_dimension_only(draw: Draw) -> None:
    at = draw("city", **{"city-search": "mun"})
    assert names(at) == ["Munich"]
    assert len(names(draw("country", **{"city-search": "mun"}))) > 3


def test_a_city_is_found_by_its_country(draw: Draw) -> None:
    at = draw("city", **{"city-search": "germany"})

    assert sorted(names(at)) == ["Berlin", "Munich"]


def test_the_server_finds_and_sorts_the_same_rows_as_the_browser(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = [
        {"sort": sort, "order": order, "search": text}
        for sort in ("name", "views", "play_rate", "views_change")
        for order in ("falling", "rising")
        for text in ("", "O", "germany")
    ]
    at = draw("city")
    of_browser = [names(at := whole(choose(at, "city", **choice))) for choice in choices]
    assert the_table(at).rows["whole"]

    monkeypatch.setattr("dyntube.ui.blocks.table.MOST_ROWS", 5)
    at = draw("city")
    of_server = [names(at := whole(choose(at, "city", **choice))) for choice in choices]
    assert not the_table(at).rows["whole"]
    assert of_server == [found[:5] for found in of_browser]


def test_a_long_table_says_how_many_of_its_rows_are_here(
    stored: tuple[Path, list[plain.Record]], draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {plain.DIMENSIONS["browser_version"](view, "UTC") for view in stored[1]}
    monkeypatch.setattr("dyntube.ui.blocks.table.MOST_ROWS", 5)
    at = draw("browser_version")

    assert len(names(at)) == 5
    assert the_table(at).foot.startswith(f"The first 5 of {len(values)} browser versions · ")
    at = whole(choose(at, "browser_version", search="fox"))
    found = sum("fox" in value.lower() for value in values)
    said = f"The first 5 of {len(values)} browser versions, {found} of them found · "
    assert the_table(at).foot.startswith(said)


def test_a_footer_has_the_sums_of_the_rows_that_a_search_found(
    draw: Draw, raw: list[plain.Record]
) -> None:
    at = whole(choose(draw("video"), "video", search="two"))

    numbers = plain.metrics([view for view in raw if view["videoKey"] == "v-2"])
    parts = the_table(at).foot.split(" · ")[1:]
    assert parts[:2] == [f"{numbers['views']:,} views", f"{numbers['plays']:,} plays"]
    assert parts[-1] == f"{numbers['viewers']:,} viewers"


def test_viewers_of_some_rows_are_not_added_up(draw: Draw) -> None:
    at = whole(choose(draw("city"), "city", search="germany"))

    assert "viewers ·" not in the_table(at).foot
    assert the_table(at).foot.endswith("because a person can appear in several rows.")


# Order


def test_a_header_sorts_all_rows_and_is_in_the_address(draw: Draw) -> None:
    at = draw("city")
    assert rates(shown(at)["views"]) == sorted(rates(shown(at)["views"]), reverse=True)
    for sort, order in (("plays", "rising"), ("play_rate", "falling"), ("views_change", "rising")):
        at = whole(choose(at, "city", sort=sort, order=order))
        found = rates(shown(at)[sort])
        assert found == sorted(found, reverse=order == "falling")
        assert (selection(at).sort, selection(at).order) == (sort, order)


@pytest.mark.parametrize("order", ["falling", "rising"])
def test_names_are_sorted_as_people_read_them_and_what_has_none_comes_last(
    draw: Draw, order: str
) -> None:
    found = names(draw("country", sort="name", order=order))

    known = [name for name in found if name != "Unknown"]
    assert known == sorted(known, key=str.lower, reverse=order == "falling")
    assert found[-1] == "Unknown"


def test_an_address_says_the_order(draw: Draw) -> None:
    at = draw("city", sort="plays", order="rising")

    assert rates(shown(at)["plays"]) == sorted(rates(shown(at)["plays"]))


def test_the_column_sorted_by_is_shown_though_nobody_chose_it(draw: Draw) -> None:
    at = draw("city", sort="play_rate_change", columns="plays")

    assert [*shown(at)] == ["value", "name", "mark", "plays", "play_rate_change"]


# Columns


def test_chosen_columns_are_shown_in_their_usual_order_and_are_in_the_address(draw: Draw) -> None:
    at = draw("city")
    usual = [*shown(at)][3:]
    assert usual[:3] == ["views", "views_change", "course"]
    at = whole(choose(at, "city", columns=["course", "plays_change", "views"]))

    assert [*shown(at)][3:] == ["views", "course", "plays_change"]
    assert selection(at).columns == ("views", "course", "plays_change")
    at = whole(choose(at, "city", columns=usual))
    assert selection(at).columns == ()


def test_every_metric_and_every_change_can_be_chosen(draw: Draw) -> None:
    metrics = ["views", "plays", "play_rate", "viewers", "watch_time"]
    offered = dict(the_table(draw("city")).head["options"])

    assert {*offered} == {*metrics, *(f"{name}_change" for name in metrics), "course"}
    assert offered["play_rate_change"] == "Change in play rate"
    alone = dict(the_table(draw("city", compared=False)).head["options"])
    assert {*alone} == {*metrics, "course"}


def test_a_chosen_change_of_viewers_is_worked_out(draw: Draw, raw: list[plain.Record]) -> None:
    at = draw("city", columns=["viewers", "viewers_change"], sort="viewers")

    assert len(rates(shown(at)["viewers_change"])) > 3


# What a browser must not send


@pytest.mark.parametrize(
    "nonsense",
    [
        {"sort": "likes"},
        {"sort": ["views"]},
        {"order": "sideways"},
        {"search": 3},
        {"columns": "views"},
        {"number": "1"},
    ],
)
def test_nonsense_is_no_choice(draw: Draw, nonsense: dict[str, object]) -> None:
    at = draw("city")
    before = selection(at)

    assert selection(whole(choose(at, "city", **nonsense))) == before


def test_unknown_values_are_neither_opened_nor_gathered(draw: Draw) -> None:
    at = draw("country")
    before = selection(at)
    for act in (
        lambda at: press(at, "table-country", "XX"),
        lambda at: press(at, "table-country", {"a": 1}),
        lambda at: gather(at, "country", "XX", ["DE"]),
        lambda at: gather(at, "country"),
    ):
        at = whole(act(at))
        assert selection(at) == before


def test_a_search_is_cut_where_no_name_is_longer(draw: Draw) -> None:
    at = whole(choose(draw("city"), "city", search="x" * 5000))

    assert selection(at).searched("city") == "x" * component.LONGEST_SEARCH


# Names and ticks


def test_a_name_leads_one_level_down(draw: Draw) -> None:
    at = whole(press(draw("country", level="country", city="Munich"), "table-country", "DE"))

    assert selection(at) == Selection().where("country", ("DE",))


def test_a_name_on_the_last_level_filters_and_takes_that_back(draw: Draw) -> None:
    at = draw("browser_version")
    at = whole(press(at, "table-browser_version", "Fox 7"))
    assert selection(at).values("browser_version") == ("Fox 7",)
    assert the_table(at).marked == {"Fox 7"}

    at = whole(press(at, "table-browser_version", "Fox 7"))
    assert selection(at) == Selection()


def test_ticked_rows_are_filtered_by_at_once(draw: Draw) -> None:
    at = whole(gather(draw("country"), "country", "DE", ""))

    assert selection(at).values("country") == ("DE", "")
    assert the_table(at).marked == {"Germany", "Unknown"}


def test_rows_that_are_filtered_by_are_marked(draw: Draw) -> None:
    assert the_table(draw("country", country=["US", ""])).marked == {"United States", "Unknown"}
    assert the_table(draw("country")).marked == set()


# What is in it


def test_all_rows_are_there_once(draw: Draw, raw: list[plain.Record]) -> None:
    at = draw("browser_version", compared=False)
    values = {plain.DIMENSIONS["browser_version"](view, "UTC") for view in raw}

    assert len(names(at)) == len(values)
    assert set(names(at)) == values


def test_numbers_are_those_people_read_elsewhere(draw: Draw, raw: list[plain.Record]) -> None:
    asked = ("views", "play_rate", "watch_time", "average_watch_time", "views_per_viewer")
    rows = shown(draw("video", *asked)).set_index("name")
    grouped = plain.grouped(raw, lambda view: view["videoKey"])

    for label, key in (("v-3", "v-3"), ("Straße <b>One</b>", "v-1")):
        row, numbers = rows.loc[label], grouped[key]
        assert row["views"] == f"{numbers['views']:,}"
        assert row["play_rate"] == f"{numbers['play_rate']:.1%}"
        minutes = numbers["watch_time"] / 60
        hours = f"{minutes / 60:.1f} h"
        assert row["watch_time"] == (f"{minutes:.0f} min" if minutes < 59.5 else hours)
        assert row["views_per_viewer"] == f"{numbers['views_per_viewer']:.2f}"
        seconds = round(numbers["average_watch_time"])
        assert row["average_watch_time"] == f"{seconds // 60}:{seconds % 60:02}"


def test_a_change_has_its_sign_and_its_direction(
    stored: tuple[Path, list[plain.Record]], draw: Draw, raw: list[plain.Record]
) -> None:
    column = next(c for c in the_table(draw("video")).rows["columns"] if c["kind"] == "change")
    before = plain.within(stored[1], BEFORE.start, BEFORE.end, "UTC")
    keys = the_table(draw("video")).rows["values"]
    now, then = ({k: sum(v["videoKey"] == k for v in of) for k in keys} for of in (raw, before))

    for key, text, look in zip(keys, column["texts"], column["looks"], strict=True):
        change = now[key] / then[key] - 1
        assert look == (0 if abs(change) < 0.01 else math.copysign(1, change))
        assert (text[0] == "+") == (change > 0)


def test_rates_of_few_plays_are_marked(draw: Draw, raw: list[plain.Record]) -> None:
    rows = shown(draw("video", compared=False))
    plays = plain.grouped(raw, lambda view: view["videoKey"])
    assert all(numbers["plays"] >= 30 for numbers in plays.values())
    assert not any(rows["mark"])

    rows = shown(draw("country", "views", "completion_rate", compared=False)).set_index("name")
    for code, numbers in plain.grouped(raw, lambda v: plain.DIMENSIONS["country"](v, "")).items():
        name = country_name(code) or "Unknown"
        assert (rows.loc[name, "mark"] == "Few plays") == (numbers["plays"] < 30), name
    assert 0 < (rows["mark"] == "Few plays").sum() < len(rows)


def test_plays_decide_also_where_they_are_not_shown(draw: Draw) -> None:
    rows = shown(draw("browser_version", "views", "completion_rate"))

    assert "plays" not in rows
    assert set(rows["mark"]) == {"Few plays"}


def test_a_rate_is_judged_by_what_it_divides_by(draw: Draw) -> None:
    assert set(shown(draw("browser_version", "views", "play_rate"))["mark"]) == {"Few views"}


def drawn_heights(days: list[int]) -> str:
    """A line as it is sent: a digit of base 36 for each day, the highest is the last of them."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(digits[math.floor(35 * day / (max(days) or 1) + 0.5)] for day in days)


def test_a_row_has_the_course_of_its_views(draw: Draw, raw: list[plain.Record]) -> None:
    rows = shown(draw("video")).set_index("value")
    days = [WEEK.start + library.odd.ONE_DAY * n for n in range(WEEK.days)]
    for key in ("v-1", "v-2", "v-3", "v-old"):
        of_day = [
            sum(view["videoKey"] == key for view in plain.within(raw, day, day, "UTC"))
            for day in days
        ]
        assert rows.loc[key, "course"] == drawn_heights(of_day)


def test_the_course_is_of_the_same_views_as_its_row(draw: Draw, raw: list[plain.Record]) -> None:
    at = draw("country", country="DE", device_type="Mobile", **{"city-not": "Munich"})
    rows = shown(at).set_index("value")
    days = [WEEK.start + library.odd.ONE_DAY * n for n in range(WEEK.days)]
    kept = [
        view
        for view in raw
        if view["device"].get("type") == "Mobile" and view["geo"].get("city") != "Munich"
    ]
    for code in ("DE", "US", "GB"):
        of_day = [
            sum(v["geo"].get("country") == code for v in plain.within(kept, day, day, "UTC"))
            for day in days
        ]
        assert rows.loc[code, "course"] == drawn_heights(of_day)


# Footer


def test_the_footer_says_why_viewers_do_not_add_up(draw: Draw, raw: list[plain.Record]) -> None:
    numbers = plain.metrics(raw)
    added = sum(row["viewers"] for row in plain.grouped(raw, lambda v: v["videoKey"]).values())
    at = draw("video", compared=False)

    assert added > numbers["viewers"]
    assert the_table(at).foot == (
        f"3 videos · {numbers['views']:,} views · {numbers['plays']:,} plays · "
        f"{numbers['watch_time'] / 3600:.1f} h watch time · {numbers['viewers']:,} viewers. "
        f"Rows add up to more than {numbers['viewers']:,} because a person can appear in several "
        "rows."
    )


def test_the_footer_says_nothing_of_the_kind_where_they_add_up(draw: Draw) -> None:
    one = the_table(draw("embed_domain")).foot
    assert one.startswith("1 embedding domain · ")
    assert "viewers" not in one
    assert "add up" not in the_table(draw("video", "views", "plays")).foot

"""The breakdown table as it is drawn: search, order, pages, marks, footer."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dyntube.reading.countries import country_name
from dyntube.ui.blocks.table import ROWS

from . import library, plain
from .library import WEEK


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


def shown(at: AppTest) -> pd.DataFrame:
    (frame,) = at.dataframe
    return frame.value


def footer(at: AppTest) -> str:
    return at.caption[-1].value


def ticked(at: AppTest) -> list[int]:
    return json.loads(at.dataframe[0].proto.selection_default or "{}")["selection"]["rows"]


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
    at.text_input(key="table-video-search").set_value(text).run()

    whole(at)
    assert shown(at).get("label", pd.Series()).tolist() == found
    assert footer(at).startswith(f"{len(found)} of {everything} rows by video · ")


def test_a_footer_has_the_sums_of_the_rows_that_a_search_found(
    draw: Draw, raw: list[plain.Record]
) -> None:
    at = draw("video")
    at.text_input(key="table-video-search").set_value("two").run()

    numbers = plain.metrics([view for view in raw if view["videoKey"] == "v-2"])
    parts = footer(at).split(" · ")[1:]
    assert parts[:2] == [f"{numbers['views']:,} views", f"{numbers['plays']:,} plays"]
    assert parts[-1] == f"{numbers['viewers']:,} viewers"


# Order


def test_the_reader_chooses_by_what_and_which_way(draw: Draw) -> None:
    at = draw("city")
    assert shown(at)["views"].is_monotonic_decreasing
    at.button(key="table-city-order").click().run()
    assert shown(at)["views"].is_monotonic_increasing
    at.selectbox(key="table-city-sort").select("viewers").run()
    assert shown(at)["viewers"].is_monotonic_decreasing  # a new order begins with the largest
    at.selectbox(key="table-city-sort").select("viewers_change").run()
    assert shown(at)["viewers_change"].dropna().is_monotonic_decreasing


def test_one_can_order_by_every_metric_and_by_every_change(draw: Draw) -> None:
    metrics = ["views", "plays", "play_rate", "viewers", "watch_time"]
    changes = [f"{name}_change" for name in metrics]

    labels = draw("city").selectbox(key="table-city-sort").options
    assert len(labels) == len(set(labels)) == len(metrics + changes)
    assert "Sort by change in play rate" in labels
    assert len(draw("city", compared=False).selectbox(key="table-city-sort").options) == 5


def test_an_address_says_the_order(draw: Draw) -> None:
    at = draw("city", sort="plays", order="rising")

    assert at.selectbox(key="table-city-sort").value == "plays"
    assert shown(at)["plays"].is_monotonic_increasing


# Pages


def test_all_rows_are_on_some_page_and_none_on_two(draw: Draw, raw: list[plain.Record]) -> None:
    at = draw("browser_version", compared=False)
    values = {plain.DIMENSIONS["browser_version"](view, "UTC") for view in raw}
    seen: list[str] = []
    for number in range(1, math.ceil(len(values) / ROWS) + 1):
        at.session_state[f"table-browser_version-page-{len(values)}"] = number
        whole(at.run())
        assert len(shown(at)) <= ROWS
        seen.extend(shown(at)["label"])

    assert len(seen) == len(set(seen)) == len(values) > 2 * ROWS
    assert set(seen) == values


def test_a_search_on_a_later_page_shows_what_it_finds(draw: Draw) -> None:
    at = draw("browser_version", compared=False)
    rows = int(footer(at).split()[0])
    at.session_state[f"table-browser_version-page-{rows}"] = 3
    at.run()
    at.text_input(key="table-browser_version-search").set_value("fox 7").run()

    assert shown(at)["label"].tolist() == ["Fox 7"]


# What is in it


def test_numbers_are_in_the_units_that_people_read(draw: Draw, raw: list[plain.Record]) -> None:
    names = ("views", "play_rate", "watch_time", "average_watch_time", "views_per_viewer")
    rows = shown(draw("video", *names)).set_index("label")
    grouped = plain.grouped(raw, lambda view: view["videoKey"])

    for label, key in (("v-3", "v-3"), ("Straße <b>One</b>", "v-1")):
        row, numbers = rows.loc[label], grouped[key]
        assert row["views"] == numbers["views"]
        assert row["play_rate"] == pytest.approx(numbers["play_rate"] * 100)
        assert row["watch_time"] == pytest.approx(numbers["watch_time"] / 3600)
        assert row["views_per_viewer"] == pytest.approx(numbers["views_per_viewer"])
        average = pd.Timedelta(seconds=round(numbers["average_watch_time"]))
        assert row["average_watch_time"] == average


def test_rates_of_few_plays_are_marked(draw: Draw, raw: list[plain.Record]) -> None:
    rows = shown(draw("video", compared=False))
    plays = plain.grouped(raw, lambda view: view["videoKey"])
    assert all(numbers["plays"] >= 30 for numbers in plays.values())
    assert "few" not in rows

    rows = shown(draw("country", "views", "completion_rate", compared=False)).set_index("label")
    for code, numbers in plain.grouped(raw, lambda v: plain.DIMENSIONS["country"](v, "")).items():
        name = country_name(code) or "Unknown"
        assert (rows.loc[name, "few"] == "Few plays") == (numbers["plays"] < 30), name
    assert 0 < (rows["few"] == "Few plays").sum() < len(rows)


def test_plays_decide_also_where_they_are_not_shown(draw: Draw) -> None:
    rows = shown(draw("browser_version", "views", "completion_rate"))

    assert "plays" not in rows
    assert set(rows["few"]) == {"Few plays"}


def test_a_rate_is_judged_by_what_it_divides_by(draw: Draw) -> None:
    rows = shown(draw("browser_version", "views", "play_rate"))

    assert set(rows["few"]) == {"Few views"}


def test_a_row_has_the_course_of_its_views(draw: Draw, raw: list[plain.Record]) -> None:
    rows = shown(draw("video")).set_index("label")
    days = [WEEK.start + library.odd.ONE_DAY * n for n in range(WEEK.days)]
    of_day = [len(plain.kept(plain.within(raw, day, day, "UTC"), [], "UTC")) for day in days]

    assert sum(map(sum, rows["course"].dropna())) == sum(of_day)
    assert [sum(day) for day in zip(*rows["course"].dropna(), strict=True)] == of_day
    assert rows.loc["Old film", "course"] is None  # gone


def test_the_course_is_of_the_same_views_as_its_row(draw: Draw) -> None:
    rows = shown(draw("country", country="DE", device_type="Mobile", **{"city-not": "Munich"}))

    assert len(rows) > 3
    for _, row in rows[rows["views"] > 0].iterrows():
        assert sum(row["course"]) == row["views"]


def test_rows_that_are_filtered_by_are_ticked(draw: Draw) -> None:
    at = draw("country", country=["US", ""])
    chosen = {"United States", "Unknown"}

    rows = shown(at)["label"]
    assert {rows[n] for n in ticked(at)} == chosen
    assert ticked(draw("country")) == []


# Footer


def test_the_footer_says_why_viewers_do_not_add_up(draw: Draw, raw: list[plain.Record]) -> None:
    numbers = plain.metrics(raw)
    added = sum(row["viewers"] for row in plain.grouped(raw, lambda v: v["videoKey"]).values())
    at = draw("video", compared=False)

    assert added > numbers["viewers"]
    hours = f"{numbers['watch_time'] / 3600:.1f} h"
    assert footer(at) == (
        f"3 rows by video · {numbers['views']:,} views · {numbers['plays']:,} plays · "
        f"{hours} watch time · {numbers['viewers']:,} viewers; the rows add up to {added:,}, "
        "because people in several rows count once in the total"
    )


def test_the_footer_says_nothing_of_the_kind_where_they_add_up(draw: Draw) -> None:
    one = footer(draw("embed_domain"))
    assert one.startswith("1 row by embedding domain · ")
    assert "viewers" not in one
    assert "add up" not in footer(draw("video", "views", "plays"))

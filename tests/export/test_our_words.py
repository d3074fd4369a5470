"""Values of the data that are called "Other" or "Unknown" are values like any other."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest

from dyntube.export import table
from dyntube.export.workbook import excel
from dyntube.query.dimensions import OTHER, UNKNOWN
from dyntube.query.query import Filter

from ..components import cards, chips, share_rows
from ..naming import labels, sentence
from ..opened import Pages, chart, pages, views
from ..tables import counted
from .test_workbook import NOTES

__all__ = ["pages"]
BROWSERS = {
    **{"Chrome": 30, "Other": 20, "Safari": 10, "Firefox": 9, "Edge": 8, "Opera": 7},
    **{"Samsung": 6, "IE": 5, "Brave": 5},
}


def browsers(counts: dict[Any, int]) -> list[dict[str, Any]]:
    return [v for name, n in counts.items() for v in views(n, browser={"family": name})]


def shares(traces: list[dict[str, Any]]) -> dict[str, float]:
    return {trace["name"]: trace["y"][12] for trace in traces}


def test_a_browser_called_other_is_a_part_of_the_mix_beside_the_rest(pages: Pages) -> None:
    pages.store(browsers(BROWSERS))
    at = pages.open("devices", mix="browser")

    traces = chart(at, "Share of views by browser, by hour")
    assert shares(traces) == pytest.approx(
        {
            **{"Chrome": 0.3, "Other": 0.2, "Safari": 0.1, "Firefox": 0.09, "Edge": 0.08},
            **{"Opera": 0.07, "Other (the rest)": 0.16},
        }
    )
    by_name = {trace["name"]: trace["customdata"][0][0] for trace in traces}
    assert by_name["Other"] == "browser=Other"
    assert by_name["Other (the rest)"] is None
    taken = pages.sheets["Mix by hour"].rows.set_index("browser")["views"]
    assert (taken["Other"], taken["Other (the rest)"]) == (20, 16)


def test_a_browser_called_unknown_is_another_than_none(pages: Pages) -> None:
    pages.store(browsers({"Unknown": 5, None: 3, "": 1, "Other": 2}))
    at = pages.open("devices", level="browser")

    found = counted(at, "Table of browsers")
    assert found == {"Unknown": 5, "Unknown (no value)": 4, "Other": 2}
    mix = chart(pages.open("devices", mix="browser"), "Share of views by browser, by hour")
    assert {_first_line(trace["customdata"][0][-1]) for trace in mix} == {*found}


@pytest.mark.parametrize(
    ("value", "views_", "chip"),
    [
        ("Unknown", "5", "Browser is “Unknown”"),
        (UNKNOWN, "4", "Browser is Unknown"),
        ("Other", "2", "Browser is Other"),
    ],
)
def test_each_can_be_filtered_by_in_an_address(
    pages: Pages, value: str, views_: str, chip: str
) -> None:
    pages.store(browsers({"Unknown": 5, None: 3, "": 1, "Other": 2}))
    at = pages.open("embeds", browser=value)

    assert cards(at)[0].value == views_
    assert chips(at) == [chip]


def test_lengths_sound_and_plans_that_are_missing_are_unknown(pages: Pages) -> None:
    missing = views(4, duration=None, muted=None, planType=None)
    pages.store([*missing, *views(2, planType=1, muted=True)])
    at = pages.open("engagement")

    assert pages.sheets["By sound"].rows["sound"].tolist() == ["Off", "Unknown"]
    assert pages.sheets["By video length"].rows["length"].tolist() == ["1 to 2 min", "Unknown"]
    assert [row["name"] for row in share_rows(at, "Plays by sound")] == ["Off", "Unknown"]
    for name in ("length", "sound", "plan"):
        assert cards(pages.open("embeds", **{name: UNKNOWN}))[0].value == "4"


def _first_line(hover: str) -> str:
    return hover.partition("<br>")[0].removeprefix("<b>").removesuffix("</b>")


def test_both_are_told_apart_in_files(pages: Pages) -> None:
    places = [{"country": "DE"}, {"country": "Unknown"}, {}]
    pages.store([view for n, geo in enumerate(places) for view in views(n + 1, geo=geo)])
    pages.open("geography")
    by_country = pages.sheets["By country"]

    expected = {
        ("Unknown (no value)", ""): "3",
        ("Unknown", "Unknown"): "2",
        ("Germany", "DE"): "1",
    }
    text = table.csv(by_country).decode("utf-8-sig")
    in_csv = list(csv.DictReader(io.StringIO(text)))
    assert {(row["Country"], row["Country code"]): row["Views"] for row in in_csv} == expected
    book = openpyxl.load_workbook(io.BytesIO(excel(by_country, NOTES)))
    _, *lines = book["By country"].iter_rows(values_only=True, max_col=3)
    assert {(name, code or ""): str(count) for name, code, count in lines} == expected


def test_no_text_of_ours_is_ever_shown_raw() -> None:
    named = labels("browser", [OTHER, UNKNOWN, "Other", "Unknown", "unknown", "OTHER"])

    assert list(named.values()) == [
        *("Other (the rest)", "Unknown (no value)"),
        *("Other", "Unknown", "unknown", "OTHER"),
    ]
    assert labels("browser", [OTHER, UNKNOWN]) == {OTHER: "Other", UNKNOWN: "Unknown"}
    assert sentence(Filter("browser", (UNKNOWN,)), UNKNOWN) == "Browser: Unknown"

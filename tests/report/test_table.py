"""The breakdown table: what is in it, its order, its footer, and what is taken away."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dyntube.export.table import csv
from dyntube.query.dimensions import UNKNOWN
from dyntube.query.periods import Period
from dyntube.query.query import Filter
from dyntube.report.breakdown import breakdown, ordered
from dyntube.report.context import ReportContext
from dyntube.report.runner import run
from dyntube.report.selection import SORTS, Selection
from dyntube.ui import door

from .. import library, plain
from ..library import BEFORE, WEEK
from ..naming import resolved
from ..reader import Reader

METRICS_SHOWN = ("views", "plays", "play_rate", "viewers", "watch_time", "average_watch_time")
NOW = dt.datetime(2026, 5, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[plain.Record]]:
    folder = tmp_path_factory.mktemp("table") / "archive"
    return folder, library.build(folder)


@pytest.fixture(autouse=True)
def raw(
    stored: tuple[Path, list[plain.Record]],
    connect: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> list[plain.Record]:
    """The raw views of the app's archive."""
    library.open_it(connect, stored[0])
    Reader(monkeypatch)
    return stored[1]


def context(
    selection: Selection | None = None,
    *,
    comparison: Period | None = BEFORE,
    metrics: tuple[str, ...] = METRICS_SHOWN,
) -> ReportContext:
    selection = selection or Selection()
    return ReportContext(
        *(metrics, selection, WEEK, comparison, NOW, selection.filters), desk=door.desk()
    )


def expected(
    raw: list[plain.Record], by: str, span: Period, *filters: Filter
) -> dict[str, dict[str, float]]:
    records = plain.kept(plain.within(raw, span.start, span.end, "UTC"), filters, "UTC")
    return plain.grouped(records, lambda view: plain.DIMENSIONS[by](view, "UTC"))


# What is in it


@pytest.mark.parametrize("by", ["video", "country", "city", "browser_version", "embed_page"])
def test_every_value_has_a_row_with_its_numbers_and_those_before(
    raw: list[plain.Record], by: str
) -> None:
    rows = breakdown(context(Selection(sort="viewers_change")), by).rows.set_index(by)
    now, before = expected(raw, by, WEEK), expected(raw, by, BEFORE)

    assert set(rows.index) == {*now, *before}
    nothing = plain.metrics([])
    for value, row in rows.iterrows():
        for name in (*METRICS_SHOWN, "plays"):
            was, is_ = before.get(value, nothing)[name], now.get(value, nothing)[name]
            assert row[name] == pytest.approx(is_, nan_ok=True)
            assert row[f"{name}_before"] == pytest.approx(was, nan_ok=True)


def test_viewers_are_compared_only_where_they_are_the_subject() -> None:
    assert "viewers_before" not in breakdown(context(), "video").rows
    for subject in (Selection(sort="viewers"), Selection(metric="viewers")):
        assert "viewers_before" in breakdown(context(subject), "video").rows


def test_what_is_unknown_has_a_row_like_any_other() -> None:
    for by in ("project", "country", "channel", "device_type"):
        rows = breakdown(context(), by).rows
        unknown = rows[rows[by] == UNKNOWN]
        assert unknown["label"].tolist() == ["Unknown"]
        assert unknown["views"].iloc[0] > 0


def test_rows_that_are_gone_are_there_with_nothing_and_the_loss() -> None:
    gone = breakdown(context(), "video").rows.set_index("video").loc["v-old"]

    assert gone["label"] == "Old film"
    assert (gone["views"], gone["plays"], gone["viewers"], gone["watch_time"]) == (0, 0, 0, 0)
    assert gone["views_before"] > 0
    assert gone["views_change"] == -1
    assert math.isnan(gone["play_rate"])


def test_without_a_comparison_nothing_is_gone_and_nothing_changed() -> None:
    rows = breakdown(context(comparison=None), "video").rows

    assert "v-old" not in set(rows["video"])
    assert list(rows) == ["video", *METRICS_SHOWN, "timed_plays", "label"]


def test_the_total_has_also_what_the_page_itself_does_not_show(raw: list[plain.Record]) -> None:
    total = breakdown(context(metrics=("views",)), "video", ("completions", "viewers")).total
    numbers = plain.metrics(plain.within(raw, WEEK.start, WEEK.end, "UTC"))

    assert (total["completions"], total["viewers"]) == (numbers["completions"], numbers["viewers"])


def test_rows_have_labels_and_the_total_is_of_all_views(raw: list[plain.Record]) -> None:
    found = breakdown(context(), "video")
    total = plain.metrics(plain.within(raw, WEEK.start, WEEK.end, "UTC"))

    labels = dict(zip(found.rows["video"], found.rows["label"], strict=True))
    assert labels["v-2"] == "=1+1 & **two**"
    assert labels["v-3"] == "v-3"
    for name in METRICS_SHOWN:
        assert found.total[name] == pytest.approx(total[name])
    for name in ("views", "plays", "watch_time"):
        assert found.rows[name].sum() == pytest.approx(found.total[name])


def test_a_table_shows_what_else_could_be_chosen() -> None:
    selection = Selection().where("country", ("DE",))
    found, everything = breakdown(context(selection), "country"), breakdown(context(), "country")

    pd.testing.assert_frame_equal(found.rows, everything.rows)
    assert found.total["views"] == everything.total["views"]


@pytest.mark.parametrize(
    "filter_",
    [
        Filter("country", ("DE",), "is_not"),
        Filter("country", ("DE", "US"), "is_not"),
        Filter("video", ("v-1",), "is_not"),
        Filter("city", ("o", "MUN"), "contains"),
        Filter("city", ("Other",), "is_not"),
        Filter("sound", ("off",), "contains"),
    ],
)
def test_what_is_left_out_of_a_page_is_in_none_of_its_tables(
    raw: list[plain.Record], filter_: Filter
) -> None:
    chosen = Selection().where(filter_.dimension, ("of no matter",))
    chosen = chosen.where(filter_.dimension, filter_.values, filter_.operator)
    found = breakdown(context(chosen, comparison=None), filter_.dimension)
    rows = expected(raw, filter_.dimension, WEEK, filter_)

    assert dict(zip(found.rows[filter_.dimension], found.rows["views"], strict=True)) == {
        value: numbers["views"] for value, numbers in rows.items()
    }
    assert found.total["views"] == sum(numbers["views"] for numbers in rows.values())


@pytest.mark.parametrize(
    ("by", "text", "keys"),
    [
        ("country", "united", ("GB", "US")),
        ("video", "two", ("v-2",)),
        ("project", "sho", ("p-shop",)),
    ],
)
def test_what_names_contain_holds_in_the_table_of_those_names(
    raw: list[plain.Record], by: str, text: str, keys: tuple[str, ...]
) -> None:
    asked = Selection().where(by, (text,), "contains").where(by, keys[:1])
    found_by_name = resolved(asked.filters, (WEEK,), "UTC")
    page = replace(context(asked, comparison=None), filters=found_by_name)

    assert set(breakdown(page, by).rows[by]) == set(keys)
    assert set(run(page, page.query(by)).rows[by]) == set(keys[:1])


def test_all_other_filters_count_in_rows_and_total(raw: list[plain.Record]) -> None:
    filters = (Filter("city", ("Munich", "York")), Filter("sound", ("Off",), "is_not"))
    selection = replace(Selection(), filters=filters)
    rows = breakdown(context(selection), "country").rows.set_index("country")

    for value, numbers in expected(raw, "country", WEEK, *filters).items():
        assert rows.loc[value, "views"] == numbers["views"]
    assert set(rows.index) == {"DE", "GB"}


def test_a_filter_below_a_level_counts_like_any_other(raw: list[plain.Record]) -> None:
    filters = (Filter("city", ("Munich",)), Filter("device_type", ("Desktop",)))
    found = breakdown(context(replace(Selection(), filters=filters), comparison=None), "country")

    rows = expected(raw, "country", WEEK, *filters)
    assert found.rows["country"].tolist() == list(rows) == ["DE"]
    assert found.total["views"] == rows["DE"]["views"]


# Order


@pytest.mark.parametrize("order", ["falling", "rising"])
@pytest.mark.parametrize("sort", [n for n in SORTS if n.removesuffix("_change") in METRICS_SHOWN])
def test_rows_come_in_the_chosen_order_and_what_has_no_value_last(sort: str, order: Any) -> None:
    chosen = replace(Selection(), sort=sort, order=order)
    values = breakdown(context(chosen), "city").rows[sort]
    known = values.dropna()

    assert list(known) == sorted(known, reverse=order == "falling")
    assert values.isna().tolist() == sorted(values.isna())


@pytest.mark.parametrize("order", ["falling", "rising"])
def test_equal_rows_come_in_the_order_of_their_labels(order: Any) -> None:
    rows = pd.DataFrame({"views": [1, 2, 1, 2], "label": ["d", "C", "b", "a"]})
    rows["city"] = rows["label"]
    found = ordered(rows, "city", "views", rising=order == "rising")

    expected = ["a", "C", "b", "d"] if order == "falling" else ["b", "d", "a", "C"]
    assert found["label"].tolist() == expected


@pytest.mark.parametrize("sort", ["sound_on_rate", "viewers_change", "completions"])
def test_an_order_that_a_table_does_not_have_is_by_views(sort: str) -> None:
    chosen = context(replace(Selection(), sort=sort), comparison=None, metrics=("views", "plays"))

    assert breakdown(chosen, "city").rows["views"].is_monotonic_decreasing


# What is taken away


def test_a_sheet_has_all_rows_in_our_units_with_labels_and_the_comparison() -> None:
    metrics = ("views", "play_rate")
    found = breakdown(context(metrics=metrics), "video")

    assert found.sheet.title == "By video"
    parts = ("", "_before", "_change")
    numbers = {name + part for name in metrics for part in parts}
    assert set(found.sheet.rows) == {"video", "video_key"} | numbers
    assert found.sheet.rows["video"].tolist() == found.rows["label"].tolist()
    assert found.sheet.rows["video_key"].tolist() == found.rows["video"].tolist()
    for name in metrics:
        pd.testing.assert_series_equal(found.sheet.rows[name], found.rows[name])


def test_a_sheet_without_comparison_has_the_chosen_metrics_only() -> None:
    found = breakdown(context(comparison=None), "video", ("viewers",))

    assert list(found.sheet.rows) == ["video", "video_key", "viewers"]


def test_a_sheet_is_safe_to_open_and_can_be_read_back() -> None:
    found = breakdown(context(comparison=None), "video")
    back = pd.read_csv(io.BytesIO(csv(found.sheet)))

    assert list(back)[:5] == ["Video", "Video key", "Views", "Plays", "Play rate (%)"]
    assert set(back["Video"]) == {"Straße <b>One</b>", "'=1+1 & **two**", "v-3"}
    assert back["Views"].tolist() == found.rows["views"].tolist()
    assert back["Watch time (hours)"].tolist() == pytest.approx(
        found.rows["watch_time"] / 3600, abs=5e-5
    )

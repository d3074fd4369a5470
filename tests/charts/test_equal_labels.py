"""Keys identify and labels only show: things of one name stay two, wherever they are."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from dyntube.charts.labels import apart

from ..components import chips, choose, opened
from ..naming import label, labels
from ..opened import Pages, chart, pages, plain, views
from ..tables import table

__all__ = ["pages"]
TITLES = {"w1": "Welcome", "w2": "Welcome", "w3": "Another"}


def three_videos() -> list[dict[str, Any]]:
    return [view for n, key in enumerate(TITLES) for view in views(3 + n, videoKey=key)]


@pytest.fixture
def twins(pages: Pages) -> Pages:
    """Two videos of one title, and another."""
    pages.store(three_videos(), videos=TITLES)
    return pages


def test_what_is_chosen_in_a_box_stays_chosen_when_another_is_added(twins: Pages) -> None:
    at = twins.open("videos", video="w2")
    box = opened(at, "video")
    assert box["rows"] == [
        ["w3", "Another", "5"],
        ["w2", "Welcome (w2)", "4"],
        ["w1", "Welcome (w1)", "3"],
    ]
    assert box["chosen"] == ["w2"]

    at = choose(at, "video", "w2", "w3")

    assert opened(at, "video")["chosen"] == ["w2", "w3"]
    assert chips(at) == ["Video is Welcome (w2), Another"]
    at = choose(at, "video", "w3", "w1")
    assert opened(at, "video")["chosen"] == ["w3", "w1"]


def test_more_filters_keep_what_is_chosen_too(twins: Pages) -> None:
    at = twins.open("videos", video__not="w2")

    assert chips(at) == ["Video is not Welcome (w2)"]


def test_headings_crumbs_tables_and_lines_say_which(twins: Pages) -> None:
    opened = twins.open("videos", open="w2")
    assert "Welcome (w2)" in [plain(heading.value) for heading in opened.header]
    one = twins.open("videos", video="w2")
    crumbs = [plain(b.label) for b in one.button if str(b.key).startswith("crumb-")]
    assert crumbs[-1] == "Welcome (w2)"
    listed = table(one, "Table of videos").shown
    assert set(listed["name"]) == {"Welcome (w1)", "Welcome (w2)", "Another"}

    both = twins.open("videos", open=["w1", "w2"])
    named = [trace.get("name") for trace in chart(both, "Views of 2 videos")]
    assert {"Welcome (w1)", "Welcome (w2)"} <= {*named}
    beside = twins.sheets["Videos side by side"].rows
    assert beside.groupby(["video", "video_key"])["views"].sum().to_dict() == {
        ("Welcome (w1)", "w1"): 3,
        ("Welcome (w2)", "w2"): 4,
    }


def test_files_have_the_key_beside_the_label(twins: Pages) -> None:
    twins.open("videos")
    taken = twins.sheets["By video"].rows

    assert dict(zip(taken["video_key"], taken["video"], strict=True)) == {
        "w1": "Welcome (w1)",
        "w2": "Welcome (w2)",
        "w3": "Another",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Welcome", "WELCOME"),
        ("Café", unicodedata.normalize("NFD", "Café")),
        ("Welcome", "Welcome\u200b"),
        ("Welcome back", "Welcome  back"),
        ("w2", "Welcome"),  # the key of the other
        ("Unknown", "Unknown"),
        ("Welcome (w2)", "Welcome"),
    ],
)
def test_titles_that_look_alike_are_told_apart(pages: Pages, one: str, other: str) -> None:
    pages.store([], videos={"w1": one, "w2": other, "w3": "Welcome", "W3": "Welcome"})

    found = labels("video", ["w1", "w2", "w3", "W3", "", "w4"])

    assert len({unicodedata.normalize("NFC", text).lower() for text in found.values()}) >= 5
    assert len({*found.values()}) == 6
    alone = [label("video", key) for key in ("w1", "w2", "w3", "W3")]
    assert len({*alone}) == 4


@pytest.mark.parametrize("blank", ["", " ", "\u200b", "\u2028 "])
def test_a_title_that_nobody_can_see_is_none(pages: Pages, blank: str) -> None:
    pages.store([], videos={"w1": blank, "w2": "Welcome"})

    assert labels("video", ["w1", "w2"]) == {"w1": "w1", "w2": "Welcome"}


def test_a_title_that_is_cut_keeps_what_tells_it_apart() -> None:
    titles = [f"A very long title of a product, part {n}" for n in range(12)]

    assert len({*apart(titles, 16)}) == 12
    assert all(len(text) <= 16 for text in apart(titles, 16))
    assert apart([titles[0], "short"], 16) == ["A very long tit…", "short"]
    assert apart(["same " * 9, "same " * 9], 16) == apart(["same " * 9] * 2, 16)

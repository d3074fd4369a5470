"""A video's own page: opened by its name, with a way back, and videos before and after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.report.selection import Selection

from ..components import cards, chips, figures
from ..opened import Pages, pages, plain, views
from ..tables import choose, gather, press, tables

__all__ = ["pages"]
TITLES = {"a": "Tour", "b": "Keynote", "c": "Answers", "d": "Tour of tours"}
COUNTS = {"a": 5, "b": 9, "c": 2, "d": 3}


@pytest.fixture
def library(pages: Pages) -> Pages:
    """Four videos, some of whose views are from Germany."""
    stored: list[dict[str, Any]] = []
    for key, count in COUNTS.items():
        stored += views(count - 1, videoKey=key, geo={"country": "FR"})
        stored += views(1, videoKey=key, geo={"country": "DE"})
    pages.store(stored, videos=TITLES)
    return pages


def heading(at: AppTest) -> str:
    return plain(at.header[0].value)


def selection(at: AppTest) -> Selection:
    found: Selection = at.session_state["selection"]
    return found


def number(at: AppTest) -> str:
    return cards(at)[0].value


def test_a_name_opens_the_page_of_its_video_and_nothing_else(library: Pages) -> None:
    at = library.open("videos")
    assert not cards(at)
    at = press(at, "table-video", "b")

    assert heading(at) == "Keynote"
    assert number(at) == "9"
    assert chips(at) == []
    assert not tables(at)
    assert list(library.sheets)[:2] == ["Totals", "By hour"]


def test_the_way_back_keeps_sort_search_and_filters(library: Pages) -> None:
    at = library.open("videos", sort="plays", video__search="tour", country="FR")
    before = selection(at)
    at = press(at, "table-video", "d")
    assert number(at) == "2"
    at = at.button(key="opened-back").click().run()

    assert selection(at) == before
    assert tables(at)[0].shown["name"].tolist() == ["Tour", "Tour of tours"]


def test_previous_and_next_go_through_the_list_as_it_is_sorted_and_searched(
    library: Pages,
) -> None:
    at = library.open("videos", open="b")
    seen = [heading(at)]
    assert at.button(key="opened-previous").disabled
    while not at.button(key="opened-next").disabled:
        at = at.button(key="opened-next").click().run()
        seen.append(heading(at))
    assert seen == ["Keynote", "Tour", "Tour of tours", "Answers"]  # most views first
    at = at.button(key="opened-previous").click().run()
    assert heading(at) == "Tour of tours"

    at = library.open("videos", open="a", sort="name", video__search="tour")
    assert at.button(key="opened-previous").disabled is False
    at = at.button(key="opened-previous").click().run()
    assert heading(at) == "Tour of tours"  # Z to A
    assert at.button(key="opened-previous").disabled


def test_ticked_videos_are_compared(library: Pages) -> None:
    at = gather(library.open("videos"), "video", "a", "c")

    assert heading(at) == "Comparing 2 videos"
    [numbers] = tables(at)
    assert numbers.shown.set_index("name")["views"].to_dict() == {"Tour": "5", "Answers": "2"}
    assert list(library.sheets) == ["Videos side by side", "By video"]
    assert library.sheets["By video"].rows["views"].tolist() == [5, 2]
    assert len(figures(at)) == 1
    at = press(at, "compared-videos", "a")
    assert heading(at) == "Tour"


def test_one_ticked_video_is_not_compared(library: Pages) -> None:
    assert selection(gather(library.open("videos"), "video", "a")).open == ()


def test_a_video_that_has_no_views_here_has_a_way_back(library: Pages) -> None:
    at = library.open("videos", open="a", country="JP")

    assert "No views match" in at.info[-1].value
    at = at.button(key="opened-back").click().run()
    assert selection(at).open == ()


def test_an_unknown_video_is_said_to_be_unknown_with_a_way_back(library: Pages) -> None:
    at = library.open("videos", open="nobodys")

    assert heading(at) == "Unknown video"
    assert at.info[-1].value == "This video does not exist, or has no stored views."
    assert not [button for button in at.button if button.key in ("way-out", "opened-next")]
    at = at.button(key="opened-back").click().run()
    assert selection(at).open == ()


def test_filters_can_be_cleared_only_where_some_are_set(library: Pages) -> None:
    at = library.open("videos", open="a", country="JP")

    assert heading(at) == "Tour"
    at = at.button(key="way-out").click().run()
    assert number(at) == "5"


def test_the_page_of_a_video_says_which_of_the_list_it_is(library: Pages) -> None:
    at = library.open("videos", open="a")

    assert "2 of 4" in [caption.value for caption in at.caption]
    at = at.button(key="opened-next").click().run()
    assert "3 of 4" in [caption.value for caption in at.caption]


def test_the_page_of_a_video_says_how_long_it_is(pages: Pages) -> None:
    pages.store(views(3, videoKey="a", duration=250, watchTime=40), videos={"a": "Tour"})
    at = pages.open("videos", open="a")

    assert "Length 4:10" in [plain(caption.value) for caption in at.caption]


def test_other_filters_hold_on_the_page_of_a_video_but_not_one_on_videos(library: Pages) -> None:
    at = library.open("videos", open="b", country="FR", video="a")

    assert number(at) == "8"
    assert chips(at) == ["Video is Tour", "Country is France"]


def test_an_old_address_of_a_video_still_filters(library: Pages) -> None:
    at = library.open("videos", video="b")

    assert chips(at) == ["Video is Keynote"]
    assert tables(at)[0].marked == {"Keynote"}
    assert len(tables(at)[0].shown) == len(TITLES)


def test_another_page_does_not_open_videos_and_says_so(library: Pages) -> None:
    at = library.open("overview", open="b")

    assert selection(at).open == ()
    assert number(at) == f"{sum(COUNTS.values())}"
    assert "Only the page Videos" in at.info[-1].value


def test_what_is_chosen_in_the_list_does_not_change_what_is_open(library: Pages) -> None:
    at = choose(library.open("videos"), "video", sort="name", order="rising")
    at = press(at, "table-video", "c")

    assert selection(at).open == ("c",)
    assert replace(selection(at), open=()).sort == "name"
    assert at.button(key="opened-previous").disabled

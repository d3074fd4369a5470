"""The Data page in a real browser, over an archive in which everything is wrong that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .. import odd
from ..clock import machine_time
from .app import Watched, running, wait_painted
from .rows import focused

Tab = Callable[..., Watched]


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over such an archive, which a scheduler would fill; it holds 14 months."""
    folder = tmp_path_factory.mktemp("odd") / "archive"
    odd.build(folder, machine_time().date(), days=420, now=machine_time())
    with running(folder, SYNC="external") as url:
        yield url


def draw(opened: Watched, url: str) -> Page:
    opened.open(url)
    wait_painted(opened.page)
    return opened.page


def test_a_link_to_the_page_works_on_a_server_that_has_just_started(wrong: str, tab: Tab) -> None:
    page = draw(tab(), f"{wrong}/data")
    assert page.locator("h1").inner_text() == "Data"
    assert "3 days need attention" in page.locator(".st-key-health").inner_text()
    assert page.locator(".states .state").count() == 6
    marks = page.locator(".st-key-calendar .heatmap-label").all_text_contents()
    assert {"!", "✓", "×", "–", "·"} <= set(marks)
    assert page.evaluate("() => window.hurt") is None
    assert page.locator("img[src*='evil'], a[href^='javascript']").count() == 0


def test_hovering_a_day_says_what_is_known_of_it(wrong: str, tab: Tab) -> None:
    page = draw(tab(), f"{wrong}/data")
    box = page.locator(".st-key-calendar .nsewdrag").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(".hoverlayer .hovertext").text_content() or ""
    for words in ("Final", "3 views stored", "DynTube counted 3", "Fetched "):
        assert words in hover


def test_other_years_can_be_chosen(wrong: str, tab: Tab) -> None:
    page = draw(tab(), f"{wrong}/data")
    page.locator(".st-key-calendar-year input").click()
    year = page.get_by_role("option").nth(1).inner_text()
    page.get_by_role("option").nth(1).click()
    page.wait_for_function(
        f"() => document.querySelector('.xaxislayer-above').textContent.includes('Jan {year}')"
    )


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_nothing_is_wider_than_the_screen(wrong: str, tab: Tab, width: int, dark: bool) -> None:
    page = draw(tab(width=width, dark=dark), f"{wrong}/data?check=rejected")
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
    newest = page.locator(".st-key-calendar .ytick, .st-key-calendar .yaxislayer-above text").first
    assert newest.evaluate(
        "e => e.getBoundingClientRect().right <= document.documentElement.clientWidth"
    )


def test_a_check_is_opened_with_the_keyboard_and_the_link_remembers_it(
    wrong: str, tab: Tab
) -> None:
    page = draw(tab(), f"{wrong}/data")
    page.get_by_role("button", name="Video length missing or 0").focus()
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        if focused(page) == "Views that could not be read":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 views could not be read").last).to_be_visible()
    page.wait_for_url(lambda url: "check=rejected" in url)
    again = draw(tab(), page.url)
    expect(again.get_by_text("2 views could not be read").last).to_be_visible()


def test_the_name_of_a_check_opens_it_and_closes_it_again(wrong: str, tab: Tab) -> None:
    page = draw(tab(), f"{wrong}/data")
    name = page.get_by_role("button", name="Video length missing or 0")
    name.click()
    opened = page.get_by_text("Video length missing or 0: 1 view")
    expect(opened).to_be_visible()
    name.click()
    expect(opened).to_have_count(0)


def test_checks_that_found_nothing_are_seen_when_asked_for_and_on_paper(
    wrong: str, tab: Tab
) -> None:
    page = draw(tab(), f"{wrong}/data")
    passed = page.get_by_role("table", name="Quality checks that found nothing")
    expect(passed).to_be_hidden()
    page.evaluate("() => document.documentElement.classList.add('paper')")
    expect(passed).to_be_visible()
    page.evaluate("() => document.documentElement.classList.remove('paper')")
    page.locator(".st-key-checks-every label").click()
    expect(passed).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_texts_of_tables_stand_left_and_wrap_and_numbers_right(
    wrong: str, tab: Tab, width: int
) -> None:
    page = draw(tab(width=width), f"{wrong}/data")
    table = page.get_by_role("table", name="Quality checks", exact=True)
    looks = "e => [getComputedStyle(e).textAlign, getComputedStyle(e).whiteSpace]"
    assert table.locator("td.number").first.evaluate(looks)[0] == "right"
    assert table.locator("td.text").first.evaluate(looks) == ["left", "normal"]
    log = page.get_by_role("table", name="Sync log")
    widths = log.locator("tr").nth(1).evaluate("e => [...e.children].map(c => c.offsetWidth)")
    assert widths[1] > widths[0], "the text takes the room"


def test_a_sync_by_hand_shows_how_far_it_is_and_can_be_cancelled(tmp_path: Path, tab: Tab) -> None:
    with running(tmp_path / "archive") as url:  # its own, since a cancelled sync rests
        opened = tab()
        opened.open(f"{url}/data?period=last-year")
        page = opened.page
        page.get_by_role("button", name="Cancel").click(timeout=60_000)
        page.get_by_role("button", name="Refresh").click(timeout=60_000)
        expect(page.get_by_text("Loading your views").first).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Refresh")).to_be_visible(timeout=60_000)
        opened.close()


def test_the_text_of_a_small_table_can_be_copied(wrong: str, tab: Tab) -> None:
    page = draw(tab(), f"{wrong}/data")
    name = page.get_by_role("table", name="Days that need attention").locator("tbody .name").first
    name.click(click_count=3)
    assert name.inner_text() in page.evaluate("() => getSelection().toString()")

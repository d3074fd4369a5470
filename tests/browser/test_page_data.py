"""The Data page in a real browser, over an archive in which everything is wrong that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .. import odd
from ..clock import machine_time
from .app import Watched, running, wait_painted

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
    chooser = page.locator(".st-key-check input")
    for _ in range(60):
        page.keyboard.press("Tab")
        if chooser.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.type("Could not")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 views could not be read").last).to_be_visible()
    page.wait_for_url(lambda url: "check=rejected" in url)
    again = draw(tab(), page.url)
    expect(again.get_by_text("2 views could not be read").last).to_be_visible()


def test_show_in_a_row_of_the_table_opens_its_check(wrong: str, tab: Tab) -> None:
    page = draw(tab(), f"{wrong}/data")
    table = page.locator('[data-testid="stDataFrame"]').nth(1)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 30, box["y"] + 35 * 1.5)
    expect(page.get_by_text("Video length missing or 0: 1 view")).to_be_visible()


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

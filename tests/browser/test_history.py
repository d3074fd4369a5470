"""Back, Forward and the entries of the history, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from .app import Watched, wait_painted
from .head import choose_period, clear_filters, remove_chip
from .test_cross_filter import press, show
from .test_menus import open_menu, save

Tab = Callable[..., Watched]
PATIENCE = 60_000


@dataclass
class Seen:
    """What a reader saw at one entry of the history."""

    path: str
    query: str
    title: str
    numbers: str


def seen(page: Page) -> Seen:
    wait_painted(page)
    parts = urlsplit(page.url)
    numbers = "\n".join(page.locator(".card").all_inner_texts()) or footers(page)
    return Seen(parts.path, parts.query, page.locator("h1").inner_text(), numbers)


def footers(page: Page) -> str:
    return "\n".join(page.locator("[class*='st-key-table-'] .foot").all_inner_texts())


def entries(page: Page) -> int:
    return page.evaluate("history.length")


def until(page: Page, path: str, *parts: str) -> None:
    """Wait for an address, and for the page at it: an address is there before its page."""
    title = path.strip("/").capitalize() or "Overview"
    page.wait_for_function(
        "([path, title, parts]) => location.pathname === path"
        " && document.querySelector('h1')?.innerText === title"
        " && parts.every(part => location.search.includes(part))",
        arg=[path, title, parts],
        timeout=PATIENCE,
    )
    wait_painted(page)


def go(page: Page, steps: int, expected: Seen) -> None:
    page.evaluate("steps => history.go(steps)", steps)
    page.wait_for_function(
        "([path, query, title]) => location.pathname === path"
        " && location.search === (query && `?${query}`)"
        " && document.querySelector('h1')?.innerText === title",
        arg=[expected.path, expected.query, expected.title],
        timeout=PATIENCE,
    )
    for _ in range(50):
        if seen(page) == expected:
            return
        page.wait_for_timeout(100)
    assert seen(page) == expected


def menu(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_function("name => document.querySelector('h1')?.innerText === name", arg=name)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("/", ""),
        ("/?country=FR", "country=FR"),
        ("/?order=rising&country=FR&period=last-7-days", "order=rising&period=last-7-days"),
        ("/?metric=clicks&country=FR&metric=plays", "country=FR"),
        ("/videos?zone=Mars/Olympus&video-not=x", "video-not=x"),
    ],
)
def test_a_first_visit_is_one_entry_whatever_its_address(
    asked: str, says: str, demo: str, tab: Tab
) -> None:
    opened = tab()
    opened.open("about:blank")
    before = entries(opened.page)
    page = show(opened, demo + asked)
    page.wait_for_function("says => location.search.includes(says)", arg=says)
    assert "clicks" not in page.url
    assert "Mars" not in page.url
    assert entries(page) == before + 1
    page.reload()
    assert says in seen(page).query
    assert entries(page) == before + 1


def test_each_act_is_one_entry_and_back_and_forward_restore_what_was_seen(
    demo: str, tab: Tab
) -> None:
    page = show(tab(), f"{demo}/?country=FR&os-not=iOS")
    count = entries(page)
    path = [seen(page)]

    def acted() -> None:
        nonlocal count
        now = seen(page)
        assert entries(page) == count + 1, f"after {path[-1]} came {now}"
        count += 1
        path.append(now)

    menu(page, "Embeds")
    until(page, "/embeds", "country=FR", "os-not=iOS")
    acted()
    remove_chip(page)
    page.wait_for_function("() => !location.search.includes('FR')", timeout=PATIENCE)
    acted()
    menu(page, "Overview")
    until(page, "/", "os-not=iOS")
    acted()
    press(page, page.locator(".st-key-list-country li button").first)
    acted()
    choose_period(page, "Last 7 days")
    until(page, "/", "period=last-7-days")
    acted()
    press(page, page.get_by_role("button", name="See the individual views: Plays"))
    acted()
    page.keyboard.press("y")  # of a page behind something else no key is meant
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('behind')", timeout=PATIENCE)
    acted()
    clear_filters(page)
    page.wait_for_function("() => !/os-not|device/.test(location.search)", timeout=PATIENCE)
    acted()
    menu(page, "Devices")
    until(page, "/devices")
    acted()
    menu(page, "Overview")
    until(page, "/")
    acted()

    assert len({(s.path, s.query) for s in path}) == len(path) - 2  # two were seen twice
    for back in range(len(path) - 2, -1, -1):
        go(page, -1, path[back])
    for forward in range(1, len(path)):
        go(page, 1, path[forward])
    go(page, -4, path[-5])
    assert entries(page) == count


def test_after_going_back_an_act_begins_a_new_way(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?country=FR")
    start, count = seen(page), entries(page)
    menu(page, "Devices")
    until(page, "/devices", "country=FR")
    menu(page, "Embeds")
    until(page, "/embeds", "country=FR")
    assert entries(page) == count + 2
    page.go_back()
    until(page, "/devices", "country=FR")
    devices = seen(page)
    remove_chip(page)
    page.wait_for_function("() => location.search === ''", timeout=PATIENCE)
    everything = seen(page)
    assert entries(page) == count + 2
    assert everything.numbers != devices.numbers
    menu(page, "Videos")
    until(page, "/videos")
    assert seen(page).query == ""
    go(page, -1, everything)
    go(page, -1, devices)
    go(page, -1, start)


@pytest.mark.parametrize("on", ["", "devices"])
def test_opening_a_saved_view_is_one_entry_on_its_page_or_another(
    on: str, demo: str, tab: Tab
) -> None:
    opened = tab()
    page = show(opened, f"{demo}/?country=BR&period=last-7-days")
    view = seen(page)
    found = open_menu(opened, "Saved views")
    save(found, "Brazil")
    page.keyboard.press("Escape")
    page = show(opened, f"{demo}/{on}?country=FR")
    before, count = seen(page), entries(page)
    open_menu(opened, "Saved views").get_by_role("button", name="Brazil").click()
    until(page, "/", "country=BR", "period=last-7-days")
    assert entries(page) == count + 1
    assert (seen(page).path, seen(page).query) == (view.path, view.query)
    go(page, -1, before)


def test_back_and_forward_through_a_reload_restore_what_was_seen(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?country=US")
    first = seen(page)
    menu(page, "Geography")
    until(page, "/geography", "country=US")
    second = seen(page)
    page.reload()
    assert seen(page) == second
    go(page, -1, first)
    go(page, 1, second)


def test_an_address_without_a_page_says_so_on_the_first_one(demo: str, browser: Browser) -> None:
    page = browser.new_page()  # Streamlit logs there that it found none
    page.goto(f"{demo}/nowhere?period=last-7-days")
    wait_painted(page)
    assert page.locator("h1").inner_text() == "Overview"
    assert page.get_by_text("There is no page at this address").is_visible()
    assert page.get_by_role("dialog").count() == 0
    page.get_by_role("link", name="Videos").first.click()
    page.wait_for_url("**/videos?period=last-7-days")
    wait_painted(page)
    assert page.get_by_text("There is no page at this address").count() == 0
    page.context.close()

"""Tables in a real browser: sorted, searched, walked through by keys, ticked, opened, touched."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, expect

from .app import Watched, wait_painted, watch
from .rows import column, focused, names, rates, search, until
from .test_cross_filter import asked, show

Tab = Callable[..., Watched]


def test_a_header_sorts_all_rows_and_the_address_says_so_without_a_new_entry(
    demo: str, tab: Tab
) -> None:
    page = show(tab(), f"{demo}/videos")
    entries = page.evaluate("history.length")
    page.get_by_role("button", name="Play rate", exact=True).click()
    until(page, "sort=play_rate")
    found = rates(column(page, "Play rate"))
    assert len(found) > 100
    assert found == sorted(found, reverse=True)
    assert page.locator("th[aria-sort]").inner_text().split() == ["Play", "rate"]
    page.get_by_role("button", name="Play rate", exact=True).click()
    until(page, "order=rising")
    assert rates(column(page, "Play rate")) == sorted(found)
    page.get_by_role("button", name="Video", exact=True).last.click()
    until(page, "sort=name")
    assert names(page) == sorted(names(page), key=str.lower)
    assert page.evaluate("history.length") == entries


def test_a_search_narrows_while_one_types_and_keeps_the_caret(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    search(page).press_sequentially("summit")
    until(page, "video-search=summit")
    assert all("summit" in name.lower() for name in names(page, 99))
    assert focused(page) == "Search videos"
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("zzz")
    until(page, "video-search=sumzzzmit")
    page.keyboard.type("y")
    assert search(page).input_value() == "sumzzzymit", "the caret stays where it was"
    page.get_by_text("No video matches “sumzzzymit”.").wait_for()
    page.get_by_role("button", name="Clear search").click()
    page.wait_for_function("() => !location.search.includes('search')", timeout=30_000)
    wait_painted(page)
    assert len(names(page, 999)) > 100
    again = show(tab(), f"{demo}/videos?video-search=keynote")
    assert search(again).input_value() == "keynote"
    assert all("keynote" in name.lower() for name in names(again, 99))


def test_every_search_that_finds_nothing_says_so_in_the_same_words(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/")
    countries = page.locator(".st-key-list-country")
    countries.get_by_role("button", name="Show all").click()
    countries.get_by_placeholder("Search countries").fill("zzzz")
    countries.get_by_text("No country matches “zzzz”.").wait_for()
    page.get_by_role("button", name="More filters").click()
    page.get_by_placeholder("Search filters").fill("zzzz")
    page.get_by_text("No filter matches “zzzz”.").wait_for()
    page.get_by_placeholder("Search filters").fill("oper")
    page.locator(".panel .row:visible").first.click()
    page.get_by_placeholder("Search", exact=True).fill("zzzz")
    page.get_by_text("No operating system matches “zzzz”.").wait_for()


def test_rows_are_walked_through_ticked_and_opened_by_keys(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    listed, address = names(page), page.url
    page.locator("tbody .open").first.focus()
    for name in listed[1:4]:
        page.keyboard.press("ArrowDown")
        assert focused(page) == name
    page.wait_for_timeout(600)
    assert page.url == address, "to move chooses nothing"
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Compare 2").is_visible()
    assert page.url == address
    page.keyboard.press("Tab")
    assert focused(page) not in listed, "the rows are one stop"
    page.locator("tbody .open").nth(1).focus()
    page.keyboard.press("Enter")
    until(page, "open=")
    assert page.locator(".st-key-opened h2").inner_text() == listed[1]
    back = page.locator(".st-key-opened-back button")
    expect(back).to_be_focused()
    wait_painted(page)
    following = page.get_by_role("button", name="Next", exact=True)
    following.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-opened h2")).to_have_text(listed[2])
    wait_painted(page)
    expect(following).to_be_focused()
    back.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody .open").nth(1)).to_be_focused()


def test_a_video_is_opened_left_and_followed_by_the_next(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos?sort=name&order=rising&video-search=summit")
    listed, start = names(page), page.url
    entries = page.evaluate("history.length")
    page.locator("tbody .open").nth(1).click()
    until(page, "open=")
    title = page.locator(".st-key-opened h2")
    assert title.inner_text() == listed[1]
    page.get_by_role("button", name="Next").click()
    page.wait_for_function(
        "name => document.querySelector('.st-key-opened h2')?.innerText === name", arg=listed[2]
    )
    wait_painted(page)
    assert page.evaluate("history.length") == entries + 2
    page.go_back()
    page.wait_for_function(
        "name => document.querySelector('.st-key-opened h2')?.innerText === name", arg=listed[1]
    )
    page.locator(".st-key-opened-back button").click()
    page.wait_for_function("url => location.href === url", arg=start, timeout=30_000)
    wait_painted(page)
    assert names(page) == listed
    page.go_back()
    until(page, "open=")
    page.get_by_role("link", name="Devices").click()
    page.wait_for_function("() => document.querySelector('h1')?.innerText === 'Devices'")
    page.wait_for_function("() => !location.search.includes('open')", timeout=30_000)


def test_a_table_shows_that_there_are_more_rows_until_the_last(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    box = page.locator(".box:has(tbody)")
    expect(box).to_have_class(re.compile(r"\bbelow\b"))
    box.evaluate("e => e.scrollTo(0, e.scrollHeight)")
    page.wait_for_timeout(100)  # further rows are drawn on the way
    box.evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(box).not_to_have_class(re.compile(r"\bbelow\b"))


def test_ticks_are_collected_across_searches_and_compared(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    page.locator("tbody .tick").first.click()
    search(page).fill("summit 2025")
    page.locator("tbody .tick").first.click()
    page.locator("tbody .tick").nth(1).click()
    page.get_by_role("button", name="Compare 3").click()
    until(page, "open=")
    assert len(asked(page)["open"]) == 3
    assert page.locator(".st-key-opened h2").inner_text() == "Comparing 3 videos"
    assert len(names(page)) == 3


def test_a_top_video_opens_its_page_and_back_leads_to_the_overview(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?period=last-7-days")
    before = page.url
    [name] = names(page, 1)
    page.locator("tbody .open").first.click()
    until(page, "open=")
    assert page.url.startswith(f"{demo}/videos?")
    assert page.locator(".st-key-opened h2").inner_text() == name
    page.go_back()
    page.wait_for_function("url => location.href === url", arg=before, timeout=30_000)
    wait_painted(page)
    assert page.locator("h1").inner_text() == "Overview"


def test_columns_are_chosen_and_the_one_sorted_by_comes_into_sight(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos?sort=completion_rate")
    page.get_by_role("button", name="Columns").click()
    for label in ("Plays", "Viewers"):
        page.get_by_role("checkbox", name=label, exact=True).uncheck()
    until(page, "columns=")
    page.keyboard.press("Escape")
    heads = [" ".join(text.split()) for text in page.locator("thead th").all_inner_texts()]
    assert "Plays" not in heads
    assert heads[:3] == ["Video", "Views", "Change"]
    page.set_viewport_size({"width": 800, "height": 900})
    page.reload()
    wait_painted(page)
    box = page.locator(".box").bounding_box()
    cell = page.locator("th[aria-sort]").bounding_box()
    assert box
    assert cell
    assert box["x"] < cell["x"]
    assert cell["x"] + cell["width"] <= box["x"] + box["width"] + 1


def test_a_finger_ticks_and_opens_and_a_phone_shows_a_name_a_number_and_its_change(
    demo: str, browser: Browser
) -> None:
    opened = watch(browser)
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{demo}/videos")
    wait_painted(page)
    row = page.locator("tbody tr").first
    assert (row.bounding_box() or {"height": 0})["height"] >= 44
    cells = row.locator("> *")
    for at in range(3):
        box = cells.nth(at).bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
    row.locator(".hit").tap()
    page.locator("tbody tr").nth(1).locator(".hit").tap()
    assert page.get_by_role("button", name="Compare 2").is_visible()
    name = row.locator(".name").inner_text()
    row.locator(".open").tap()
    until(page, "open=")
    assert page.locator(".st-key-opened h2").inner_text() == name
    context.close()
    opened.close()

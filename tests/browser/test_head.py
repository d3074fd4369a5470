"""The head of a page by mouse, keyboard and finger."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from .app import Watched, wait_painted
from .head import chips, clear_filters, open_list, period

Tab = Callable[..., Watched]
PHONES = (360, 390) if os.environ.get("ACCESS") else (360,)  # the second in `make test-faults`
# Every button, field and link on the page that can be touched and is smaller than a finger.
SMALL = """() => {
  const all = root => [...root.querySelectorAll('*')].flatMap(e =>
    [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const head = document.querySelectorAll('.st-key-head, .st-key-line, .st-key-pages');
  return [...head].flatMap(all)
    .filter(e => e.matches('button, a, input') && e.getClientRects().length)
    .filter(e => e.getBoundingClientRect().height < 42 && !e.matches('.demo')) // hit around it
    .map(e => e.outerHTML);
}"""
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


def show(opened: Watched, url: str) -> Page:
    opened.open(url)
    opened.wait_painted()
    return opened.page


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def acted(page: Page, act: Callable[[], object]) -> dict[str, list[str]]:
    """What the address says after an act, which is one entry of the history."""
    before, entries = page.url, page.evaluate("history.length")
    act()
    page.wait_for_function("old => location.href !== old", arg=before, timeout=20_000)
    wait_painted(page)
    assert page.evaluate("history.length") == entries + 1
    return asked(page)


def press(page: Page, key: str) -> dict[str, list[str]]:
    return acted(page, lambda: page.keyboard.press(key))


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


# The period


def test_the_panel_has_every_period_in_sight_and_closes_on_a_choice(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    assert period(page).startswith("Last 28 days")
    page.locator("button.shown").click()
    shown = panel(page, "Period")
    assert shown.evaluate("e => e.scrollHeight <= e.clientHeight")
    for name in ("Today", "All time", "Last year", "Same period last year", "No comparison"):
        expect(shown.get_by_role("button", name=re.compile(f"^{name}"))).to_be_in_viewport(ratio=1)

    found = acted(page, lambda: shown.get_by_role("button", name="Last month").click())
    assert found == {"period": ["last-month"]}
    expect(shown).to_be_hidden()
    page.locator("button.shown").click()
    expect(shown).to_be_visible()
    page.locator("button.shown").click()
    expect(shown).to_be_hidden()


def test_dates_are_applied_and_a_first_after_the_last_is_refused(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    page.keyboard.press("c")
    first, last = panel(page, "Period").locator("form").first.locator("input").all()
    expect(first).to_be_focused()
    first.fill("2026-11-10")
    last.fill("2026-11-02")
    last.press("Enter")
    expect(panel(page, "Period").get_by_role("alert").first).to_have_text(
        "The start date must be before the end date."
    )
    last.fill("2026-11-12")
    found = acted(page, lambda: last.press("Enter"))
    assert found == {"from": ["2026-11-10"], "to": ["2026-11-12"]}
    assert period(page) == "10 – 12 Nov 2026"

    page.locator("button.shown").click()
    panel(page, "Period").get_by_role("button", name="Custom dates").click()
    compared = panel(page, "Period").locator("form").nth(1).locator("input")
    compared.first.fill("2026-11-01")
    compared.nth(1).fill("2026-11-03")
    found = acted(page, lambda: compared.nth(1).press("Enter"))
    assert found["compare-from"] == ["2026-11-01"]


def test_keys_choose_and_step_but_not_while_somebody_types(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    assert press(page, "e") == {"period": ["yesterday"]}
    before = press(page, "ArrowLeft")
    assert set(before) == {"from", "to"}
    assert press(page, "ArrowRight") == {"period": ["yesterday"]}
    assert press(page, "x") == {"period": ["yesterday"], "compare": ["none"]}
    assert press(page, "X") == {"period": ["yesterday"]}

    page.keyboard.press("Control+m")
    page.keyboard.press("Alt+ArrowUp")
    open_list(page, "video")
    page.keyboard.type("mx")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    page.wait_for_timeout(700)
    assert asked(page) == {"period": ["yesterday"]}

    page.keyboard.press("?")
    expect(panel(page, "Keyboard shortcuts")).to_contain_text("Previous period")
    page.keyboard.press("Escape")
    expect(panel(page, "Keyboard shortcuts")).to_be_hidden()


# Filters


def test_a_name_is_chosen_at_once_and_boxes_are_ticked_one_by_one(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    videos = open_list(page, "video")
    names = videos.locator(".row .name").all_inner_texts()
    counts = [
        int(text.replace(",", ""))
        for text in videos.locator(".row .count").all_inner_texts()
        if text
    ]
    assert counts == sorted(counts, reverse=True)
    acted(page, lambda: videos.get_by_role("option").nth(1).locator(".name").click())
    expect(videos).to_be_hidden()
    assert chips(page) == [f"Video is {names[1]}"]

    videos = open_list(page, "video")
    expect(videos.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    acted(page, lambda: videos.get_by_role("option").nth(3).locator(".box").click())
    expect(videos).to_be_visible()
    videos.get_by_role("option").nth(3).focus()
    page.keyboard.press("ArrowDown")
    found = acted(page, lambda: page.keyboard.press("Space"))
    assert len(found["video"]) == 3
    expect(videos.get_by_role("option").nth(4)).to_be_focused()
    page.keyboard.press("Escape")
    expect(videos).to_be_hidden()


def test_the_focus_goes_back_to_where_the_filters_were_opened(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?period=last-7-days")
    more = page.locator("button[data-by='more']")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    page.keyboard.type("country")
    page.keyboard.press("Enter")
    panel(page, "Filter by Country").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert set(press(page, "Enter")) == {"country", "period"}
    expect(more).to_be_focused()
    expect(more).to_have_text("More filters (1)")
    expect(more).to_have_attribute("aria-expanded", "false")


def test_a_chip_is_changed_turned_round_and_cleared(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?country=DE&period=last-7-days&zone=Asia/Tokyo")
    page.locator(".chip .value").click()
    panel(page, "Filter by Country").get_by_role("option").first.wait_for()
    page.keyboard.type("braz")
    found = acted(page, lambda: page.keyboard.press("Enter"))
    assert found["country"] == ["DE", "BR"]
    assert chips(page) == ["Country is Germany, Brazil"]

    found = acted(page, lambda: page.locator(".chip .sign").click())
    assert (found.get("country"), found["country-not"]) == (None, ["DE", "BR"])
    found = acted(page, lambda: clear_filters(page))
    assert found == {"period": ["last-7-days"], "zone": ["Asia/Tokyo"]}


def test_a_filter_does_not_move_the_page_under_the_pointer(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    cards = page.locator(".st-key-trend")
    before = cards.bounding_box()
    acted(page, lambda: open_list(page, "project").get_by_role("option").first.click())
    assert cards.bounding_box() == before


def test_the_tip_is_there_on_a_first_visit_only(demo: str, tab: Tab) -> None:
    opened = tab(new=True)
    page = show(opened, demo)
    expect(page.get_by_text("Tip: click a bar")).to_be_visible()
    page.get_by_role("button", name="Close the tip").click()
    page.reload()
    wait_painted(page)
    expect(page.get_by_text("Tip: click a bar")).to_be_hidden()


def test_the_tip_takes_no_line_of_its_own_and_a_phone_has_no_gap_without_it(
    demo: str, tab: Tab
) -> None:
    page = show(tab(new=True), f"{demo}/?period=last-month")
    tip, mark = page.get_by_text("Tip: click a bar"), page.get_by_role("button", name="Demo data")
    boxes = [part.bounding_box() or {} for part in (tip, mark)]
    middles = [box["y"] + box["height"] / 2 for box in boxes]
    assert middles[0] == pytest.approx(middles[1], abs=4)

    page = show(tab(width=390, touch=True), f"{demo}/videos?period=last-month")
    expect(page.get_by_text("Tip: tap a bar")).to_be_visible()
    page.get_by_role("button", name="Close the tip").tap()
    expect(page.get_by_text("Tip: tap a bar")).to_be_hidden()
    line = page.locator(".st-key-line").bounding_box()
    mark_box = page.get_by_role("button", name="Demo data").bounding_box()
    assert line
    assert mark_box
    assert line["y"] + line["height"] - (mark_box["y"] + mark_box["height"]) < 12


def test_the_link_is_copied(demo: str, tab: Tab) -> None:
    opened = tab(new=True)
    page = show(opened, f"{demo}/?period=last-7-days")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    around = page.locator("button.shown").bounding_box()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.locator("button.shown").bounding_box() == around, "nothing beside it moves"
    copied = "url => navigator.clipboard.readText().then(text => text === url)"
    page.wait_for_function(copied, arg=page.url)


def test_at_a_usual_laptop_the_first_screen_has_the_cards_and_the_whole_trend(
    demo: str, tab: Tab
) -> None:
    page = show(tab(), f"{demo}/?country=DE")
    box = page.locator(".st-key-trend").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 900


# A phone


@pytest.mark.parametrize("width", PHONES)
def test_on_a_phone_all_is_in_reach_of_a_finger(demo: str, tab: Tab, width: int) -> None:
    page = show(tab(width=width, touch=True), f"{demo}/?country=DE&period=last-7-days")
    assert not page.evaluate(WIDER)
    assert page.evaluate(SMALL) == []

    page.locator("button.shown").tap()
    expect(panel(page, "Period")).to_be_in_viewport(ratio=1)
    box = panel(page, "Period").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, width)
    acted(page, lambda: panel(page, "Period").get_by_role("button", name="Yesterday").tap())
    expect(panel(page, "Period")).to_be_hidden()
    assert period(page).startswith("Yesterday")

    page.get_by_role("button", name="Filters (1)").tap()
    everything = panel(page, "Filters")
    everything.get_by_role("button", name="Device type").tap()
    devices = panel(page, "Filter by Device type")
    found = acted(page, lambda: devices.get_by_role("option").first.locator(".name").tap())
    assert set(found) == {"country", "device_type", "period"}
    expect(devices).to_be_hidden()
    expect(page.get_by_role("button", name="Filters (2)")).to_be_visible()
    page.get_by_role("button", name="Filters (2)").tap()
    expect(everything).to_be_visible()
    page.touchscreen.tap(width / 2, 40)
    expect(everything).to_be_hidden()

    page.get_by_role("link", name="Devices", exact=True).tap()
    expect(page.get_by_role("heading", name="Devices", exact=True, level=1)).to_be_visible()
    page.reload()
    wait_painted(page)
    expect(page.locator(".st-key-pages a", has_text="Devices")).to_be_in_viewport(ratio=0.8)
    expect(page.get_by_role("heading", name="Devices", exact=True, level=1)).to_be_visible()

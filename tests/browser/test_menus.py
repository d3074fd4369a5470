"""Notes and saved views in a real browser, told apart by a real cookie."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from .app import Watched
from .head import clear_filters

TWO_FILTERS = "/?period=last-7-days&project=5lCohVbzSymGw&metric=viewers"
MARKUP = '<img src=x onerror=alert(1)> **b** ![i](http://evil.example/i.png) "=1+1'
PATIENCE = 30_000

Tab = Callable[..., Watched]


def open_menu(tab: Watched, name: str) -> Locator:
    """Open a menu of the page, and give what is in it."""
    tab.page.get_by_role("button", name=name, exact=True).click()
    menu = tab.page.get_by_test_id("stPopoverBody")
    expect(menu.get_by_role("textbox").last).to_be_visible(timeout=PATIENCE)
    return menu


def read(menu: Locator) -> str:
    """The text of a menu, without what keeps it from being Markdown."""
    return menu.inner_text().replace("\u2060", "")


def save(menu: Locator, name: str, *, shared: bool = False) -> None:
    menu.get_by_label("Name").fill(name)
    if shared:
        menu.get_by_text("Share with everyone").click()
    menu.get_by_role("button", name="Save", exact=True).click()
    expect(menu.get_by_text(f"Saved {name}")).to_be_visible(timeout=PATIENCE)


def test_a_note_is_written_seen_by_others_and_deleted(demo: str, tab: Tab) -> None:
    ann = tab()
    ann.open(demo)
    ann.wait_painted()
    menu = open_menu(ann, "Notes")
    menu.get_by_label("Note", exact=True).fill(MARKUP)
    ann.page.keyboard.press("Enter")
    expect(menu.get_by_text("Note added")).to_be_visible(timeout=PATIENCE)
    assert MARKUP in read(menu)
    expect(menu.get_by_label("Note", exact=True)).to_have_value("")

    bob = tab()
    bob.open(demo)
    bob.wait_painted()
    menu = open_menu(bob, "Notes")
    assert MARKUP in read(menu)
    menu.get_by_role("button", name="delete").click()
    menu.get_by_role("button", name="Delete", exact=True).click()
    expect(menu.get_by_text("Note deleted")).to_be_visible(timeout=PATIENCE)
    assert MARKUP not in read(menu)


def test_a_saved_view_brings_back_page_and_address_and_a_personal_one_stays_so(
    demo: str, tab: Tab
) -> None:
    ann = tab()
    ann.open(demo + TWO_FILTERS)
    ann.wait_painted()
    menu = open_menu(ann, "Saved views")
    save(menu, "Only mine")
    save(menu, "For all", shared=True)
    ann.page.keyboard.press("Escape")
    clear_filters(ann.page)
    ann.page.wait_for_url(lambda url: "project" not in url)
    ann.page.get_by_role("link", name="Data").click()
    expect(ann.page.get_by_role("heading", name="Data", exact=True)).to_be_visible(timeout=PATIENCE)
    menu = open_menu(ann, "Saved views")
    menu.get_by_role("button", name="Only mine").click()
    saved = ("period=last-7-days", "project=5lCohVbzSymGw", "metric=viewers")
    ann.page.wait_for_url(
        lambda url: "/data" not in url and all(part in url for part in saved), timeout=PATIENCE
    )
    ann.wait_painted()
    expect(menu).not_to_be_visible()
    address = ann.page.url
    ann.page.reload()
    ann.wait_painted()
    assert ann.page.url == address
    expect(open_menu(ann, "Saved views").get_by_text("Only mine")).to_be_visible()

    bob = tab()
    bob.open(demo)
    bob.wait_painted()
    menu = open_menu(bob, "Saved views")
    expect(menu.get_by_text("For all")).to_be_visible()
    expect(menu.get_by_text("Only mine")).not_to_be_visible()
    menu.get_by_role("button", name="For all").click()  # on the page that it is of
    bob.page.wait_for_url(lambda url: "project=5lCohVbzSymGw" in url)


def test_menus_fit_on_a_phone(demo: str, tab: Tab) -> None:
    phone = tab(width=390)
    phone.open(demo)
    phone.wait_painted()
    for name in ("Saved views", "Notes"):
        box = open_menu(phone, name).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        phone.page.keyboard.press("Escape")
        expect(phone.page.get_by_test_id("stPopoverBody")).not_to_be_visible()

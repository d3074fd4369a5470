"""What a person opens on a page in a browser, one menu after another."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

MENUS = ("Saved views", "Notes", "Account")


def open_menus(page: Page) -> Iterator[str]:
    """Open each menu that a page has, and give its name while it is open."""
    for name in MENUS:
        for button in page.get_by_role("button", name=name, exact=True).all():
            button.click()
            page.get_by_test_id("stPopoverBody").get_by_role("paragraph").first.wait_for()
            yield name
            page.keyboard.press("Escape")
    for button in page.locator("button[data-by=project]:visible").all():
        button.click()
        page.get_by_role("searchbox").last.wait_for()
        yield "filters"
        page.keyboard.press("Escape")

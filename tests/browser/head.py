"""What a reader does in the head of a page and with its filters."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def chips(page: Page) -> list[str]:
    """The filters in the head, as a reader sees them."""
    return [" ".join(text.split()) for text in page.locator(".chip:visible").all_inner_texts()]


def remove_chip(page: Page, number: int = 0) -> None:
    page.locator(".chip .gone").nth(number).click()


def clear_filters(page: Page) -> None:
    page.get_by_role("button", name="Clear filters").click()


def period(page: Page) -> str:
    """What the button of the period says."""
    return " ".join(page.locator("button.shown").inner_text().split())


def choose_period(page: Page, name: str) -> None:
    page.locator("button.shown").click()
    page.get_by_role("dialog", name="Period").get_by_role("button", name=name).first.click()


def open_list(page: Page, by: str) -> Locator:
    """The list of a filter that has a button of its own, opened and counted."""
    page.locator(f"button[data-by='{by}']").click()
    panel = page.get_by_role("dialog", name="Filter by")
    panel.get_by_role("option").first.wait_for()
    return panel

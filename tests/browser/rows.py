"""What a table in a browser shows, and how it is worked with."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from .app import Watched, wait_painted


def names(page: Page, count: int = 5) -> list[str]:
    return page.locator("tbody .name").all_inner_texts()[:count]


def column(page: Page, label: str) -> list[str]:
    """The texts of a column, of the rows that are drawn."""
    heads = page.locator("thead th").all_inner_texts()
    at = [" ".join(head.split()) for head in heads].index(label)
    return page.locator(f"tbody tr > :nth-child({at + 1})").all_inner_texts()


def rates(texts: list[str]) -> list[float]:
    return [float(text.strip("%")) for text in texts if text.endswith("%")]


def focused(page: Page) -> str:
    found: str = page.evaluate(
        """() => {
          const at = document.activeElement;
          const inner = at?.shadowRoot?.activeElement ?? at;
          const name = inner?.querySelector?.('.name')?.innerText;
          return name ?? inner?.placeholder ?? inner?.innerText;
        }"""
    )
    return found


def look(opened: Watched, url: str) -> Page:
    opened.open(url)
    opened.wait_painted()
    return opened.page


def search(page: Page) -> Locator:
    return page.get_by_placeholder("Search videos")


def until(page: Page, part: str) -> None:
    page.wait_for_function("part => location.search.includes(part)", arg=part, timeout=30_000)
    wait_painted(page)

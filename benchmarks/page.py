"""How long a reader waits for the Overview, in a real browser, on the demo's 28 + 28 days."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from streamlit.testing.v1 import AppTest

from tests.browser import chromium
from tests.browser.app import ROOT, Watched, running, watch

from .machine import median_seconds, row

FRESH_TIMES, TIMES = 3, 7


def main() -> None:
    path = chromium.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        fresh = statistics.median(_fresh(browser) for _ in range(FRESH_TIMES))
        row("fresh archive to painted Overview", f"{fresh:.1f} s", "8 s")
        with tempfile.TemporaryDirectory() as folder:
            with running(Path(folder)) as url:
                first, again, change = _opened(browser, url)
            script = _script(folder)
        browser.close()
    row("opening the page to the last chart, first visit", f"{first:.2f} s", "2.5 s")
    row("opening the page to the last chart, later visits", f"{again:.2f} s", "2.5 s")
    row("a filter change to the last chart", f"{change:.2f} s", "0.7 s")
    row("a script run, everything cached", f"{script * 1000:.0f} ms", "150 ms")


def _fresh(browser: Browser) -> float:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as url:
        tab = watch(browser)
        began = time.perf_counter()
        tab.open(url)
        tab.page.wait_for_selector(".st-key-cards", timeout=60_000)
        tab.page.wait_for_function(
            "() => !document.body.innerText.includes('Loading your views')", timeout=60_000
        )
        tab.wait_painted()
        seconds = time.perf_counter() - began
        tab.page.context.close()
        return seconds


def _opened(browser: Browser, url: str) -> tuple[float, float, float]:
    warm = watch(browser)
    warm.open(url)
    warm.wait_painted()
    warm.page.wait_for_function(
        "() => !document.body.innerText.includes('Loading your views')", timeout=60_000
    )
    first = statistics.median(_open(watch(browser), url, close=True) for _ in range(TIMES))
    again = statistics.median(_open(warm, url, close=False) for _ in range(TIMES))
    for preset in ("last-7-days", "yesterday", "last-week"):  # fetched before they are measured
        warm.open(f"{url}/?period={preset}")
        warm.wait_painted()
    warm.open(url)
    warm.wait_painted()
    changes = [choose(warm, number) for number in range(TIMES)]
    warm.page.context.close()
    return first, again, statistics.median(changes)


def _open(tab: Watched, url: str, *, close: bool) -> float:
    began = time.perf_counter()
    tab.open(url)
    tab.wait_painted()
    seconds = time.perf_counter() - began
    if close:
        tab.page.context.close()
    return seconds


def choose(tab: Watched, number: int) -> float:
    """The time of adding one more channel to the filter: every number is asked for anew."""
    page = tab.page
    option, before = offered(page, number), page.url
    began = time.perf_counter()
    option.click()
    page.wait_for_function("before => location.href !== before", arg=before)
    tab.wait_painted()
    seconds = time.perf_counter() - began
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    return seconds


def offered(page: Page, number: int) -> Locator:
    """One of the channels that are not chosen yet, to be clicked."""
    page.locator("button[data-by=channel]").click()
    option = page.locator("[role=option][aria-selected=false] .name").nth(number % 3)
    option.wait_for()
    return option


def _script(archive: str) -> float:
    os.environ["DYNTUBE_ARCHIVE"] = archive
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.run()
    return median_seconds(at.run, 15)


if __name__ == "__main__":
    main()

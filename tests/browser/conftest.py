"""A real browser, where one can be had."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from . import chromium
from .app import Watched, running, watch


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the tests are skipped, and fail in CI."""
    path = chromium.find()
    if path is None:
        text = "NO CHROMIUM: the browser tests did not run. Install chromium or set CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app without an account, as a newcomer starts it."""
    with running(tmp_path_factory.mktemp("demo") / "archive") as url:
        yield url


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open tabs; at the end none may have done what it must not."""
    tabs: list[Watched] = []

    def new(**options: object) -> Watched:
        tabs.append(watch(browser, **options))  # type: ignore[arg-type]
        return tabs[-1]

    yield new
    for opened in tabs:
        opened.close()

"""A real browser, where one can be had."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .. import forked
from ..clock import machine_time
from . import chromium
from .app import Watched, running, watch

expect.set_options(timeout=30_000)  # five seconds were too few beside other work


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
def demo_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of invented views: a first fetch draws pages again and again, which is no time to
    look at them."""
    folder = tmp_path_factory.mktemp("demo") / "archive"
    first = machine_time().date() - dt.timedelta(days=60)
    known = {name: text for name, text in os.environ.items() if not name.startswith("DYNTUBE_")}
    environ = known | {"DYNTUBE_ARCHIVE": str(folder)}
    done = forked.dyntube("sync", "--from", str(first), environ=environ)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def demo(demo_archive: Path) -> Iterator[str]:
    """The app without an account."""
    with running(demo_archive) as url:
        yield url


@pytest.fixture(scope="session")
def idle() -> list[Watched]:
    """Tabs that no test uses now: most of what a new one costs is that it reads all scripts.

    They are given up before their history is full, which holds 50 entries.
    """
    return []


@pytest.fixture
def tab(browser: Browser, idle: list[Watched]) -> Iterator[Callable[..., Watched]]:
    """Open tabs, each of another reader; at the end none may have done what it must not.

    A `new` one takes the listeners and scripts that a test gives it away with it.
    """
    tabs: list[Watched] = []

    def opened(
        *, width: int = 1440, dark: bool = False, new: bool = False, touch: bool = False
    ) -> Watched:
        new = new or touch
        known = watch(browser, kept=not new, touch=touch) if new or not idle else idle.pop()
        known.look(width=width, dark=dark)
        tabs.append(known)
        return known

    yield opened
    for known in tabs:
        known.close()
        if known.kept and known.page.evaluate("history.length") < 25:
            idle.append(known)
        else:
            known.page.context.close()

"""Texts of two hundred wide letters that nothing parts: no page is wider than its screen."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, TimeoutError

from dyntube.account import open_state
from dyntube.sharing.notes import Notes
from dyntube.sharing.saved_views import SHARED, SavedViews

from .. import odd
from ..clock import machine_time
from .app import Watched, running, wait_ready
from .head import open_list

Tab = Callable[..., Watched]
WIDTHS = (390, 1200)
WIDE = "W" * 200
# Browsers wrap between letters if they must, but these are one letter to them.
JOINED = "\N{WOMAN}\N{ZERO WIDTH JOINER}" * 200
MARKS = "\N{DEVANAGARI LETTER KA}" + "\N{DEVANAGARI VOWEL SIGN AA}" * 200
DOMAIN = f"{'w' * 60}.{'w' * 60}.{'w' * 60}.example"
FIELDS = {
    "videoKey": "v1",
    "projectKey": "p1",
    "channelKey": "c1",
    "geo": {"country": "DE", "region": MARKS, "city": MARKS},
    "device": {"type": "Desktop", "brand": JOINED, "model": WIDE},
    "browser": {"family": WIDE, "major": 7},
    "os": {"family": WIDE, "major": 7},
    "embed": {"domain": DOMAIN, "url": f"https://w.example/{WIDE}"},
    "planType": 1,
    WIDE: WIDE,  # a field that nobody knows
}
NAMES = {
    "projects": {"p1": MARKS},
    "channels": {"c1": JOINED},
    "videos": {"v1": JOINED, "v2": MARKS, "v3": WIDE},
}
STATES = {
    "one video": "videos?open=v1",
    "a video of marks": "videos?open=v2",
    "a video of letters": "videos?open=v3",
    "all videos": "videos",
    "videos side by side": "videos?open=v1&open=v2&open=v3",
    "every filter": f"?video=v1&project=p1&channel=c1&city={MARKS}&browser-not=x{WIDE}"
    f"&device_brand-contains={JOINED[:100]}",
    "engagement": "engagement?video=v1",
    "geography": f"geography?city={MARKS}",
    "devices": "devices?level=device_model&level=browser_version&level=os_version",
    "embeds": f"embeds?embed_domain={DOMAIN}",
    "live": "live?video=v1",
    "the store": "data",
    "the views behind a number": "?behind=views&video=v2",
    "an address that nobody understands": f"?country={MARKS}&metric={MARKS}&zone={JOINED}",
}
# What can be scrolled sideways.
WIDER = """() => [document.documentElement, ...document.querySelectorAll(
    '[data-testid="stMain"], [data-testid="stSidebarContent"], [data-testid="stPopoverBody"],'
    + '[data-testid="stSelectboxVirtualDropdown"], [data-testid="stToastContainer"]')]
  .filter(e => e.clientWidth > 100 && e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.dataset.testid}: ${e.scrollWidth} in ${e.clientWidth}`)"""


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over an archive in which every text is as long as a text gets."""
    folder = tmp_path_factory.mktemp("wide") / "archive"
    archive, at = odd.open_archive(folder), machine_time()
    today = at.date()
    for n in range(30):
        day = today - dt.timedelta(days=n)
        views = odd.views(day, 8, **FIELDS)
        for view, key in zip(views, ("v1", "v1", "v1", "v2", "v2", "v3", "v1", "v2"), strict=True):
            view["videoKey"] = key
        odd.put(archive, day, views, fetched_at=at, settled=n > 3)
    of_account = folder / archive.folders[0]
    names = NAMES | {"fetched_at": str(at)}
    (of_account / "names.json").write_text(json.dumps(names), "utf-8")
    notes = Notes(open_state(of_account))
    notes.add(today - dt.timedelta(days=3), MARKS[:190], "video", "v1")
    notes.add(today - dt.timedelta(days=4), JOINED[:190])
    saved = SavedViews(open_state(of_account))
    saved.save(MARKS[:80], "videos", {"video": ["v1"]}, SHARED)
    with running(folder, SYNC="external") as url:
        yield url


def wider(page: Page) -> list[str]:
    """What stays too wide once everything has found its size."""
    with suppress(TimeoutError):
        page.wait_for_function(f"() => !({WIDER})().length", timeout=15_000)
    found: list[str] = page.evaluate(WIDER)
    return found


# `make test-faults` looks at every state in both widths.
ALL = bool(os.environ.get("LONG_TEXTS"))
SAMPLE = ("one video", "a video of marks", "every filter", "the store")


@pytest.mark.parametrize("width", WIDTHS if ALL else WIDTHS[:1])
@pytest.mark.parametrize("state", STATES if ALL else SAMPLE)
def test_no_text_makes_a_page_wider_than_its_screen(
    wide: str, tab: Tab, state: str, width: int
) -> None:
    opened = tab(width=width)
    opened.open(f"{wide}/{quote(STATES[state], safe='?=&/')}")
    wait_ready(opened.page)
    assert wider(opened.page) == []


def test_no_text_makes_a_menu_wider_than_its_screen(wide: str, tab: Tab) -> None:
    for width in WIDTHS:
        opened = tab(width=width)
        opened.open(f"{wide}/videos?open=v1")
        wait_ready(opened.page)
        for menu in ("Notes", "Saved views", "Export"):
            opened.page.get_by_role("button", name=menu).first.click()
            opened.page.locator('[data-testid="stPopoverBody"]').first.wait_for()
            wait_ready(opened.page)
            assert wider(opened.page) == []
            opened.page.keyboard.press("Escape")


def test_no_text_makes_the_boxes_of_filters_wider(wide: str, tab: Tab) -> None:
    opened = tab(width=1200)
    opened.open(f"{wide}/videos?video=v1&project=p1")
    wait_ready(opened.page)
    opened.page.get_by_role("button", name="More filters").click()
    opened.page.get_by_role("dialog").wait_for()
    assert wider(opened.page) == []
    opened.page.keyboard.press("Escape")
    for by in ("video", "project"):
        open_list(opened.page, by)
        assert wider(opened.page) == []
        opened.page.keyboard.press("Escape")

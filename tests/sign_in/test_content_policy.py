"""A walk over all pages, menus, files and print, signed in at a provider: the policy of what a page
may load stops nothing, as nothing is asked for that it would have to stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from ..browser.app import Watched, wait_painted, wait_ready, watch
from ..browser.test_export import PRINTED
from ..browser.test_policy import LISTEN
from .canaries import PERIOD, build
from .hosted import with_provider
from .provider import provided
from .walking import open_menus

TITLES = (
    *("Overview", "Videos", "Engagement", "Geography", "Devices", "Embeds", "Live", "Data"),
    "People",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk") / "archive"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def walked(browser: Browser, folder: Path) -> Iterator[tuple[Watched, list[Response]]]:
    """A tab whose reader has signed in as the admin, with all answers that it got."""
    people = {"root": {"email": "root@acme.com", "name": "Root"}}
    access = folder / "access.toml"
    with (
        provided(people) as provider,
        with_provider(provider, folder, access, SYNC="external") as url,
    ):
        opened, answers = watch(browser), list[Response]()
        opened.look(width=1440, dark=False)
        opened.page.add_init_script(LISTEN)
        opened.page.add_init_script(PRINTED)
        opened.page.on("response", lambda a: a.url.startswith(url) and answers.append(a))
        opened.open(f"{url}/?{PERIOD}")
        expect(opened.page.get_by_role("button", name="Sign in")).to_be_visible()
        quiet(opened)
        opened.page.get_by_role("button", name="Sign in").click()
        opened.page.get_by_role("link", name="root", exact=True).click()
        wait_painted(opened.page)
        yield opened, answers
        opened.close()


def quiet(opened: Watched) -> None:
    assert opened.page.evaluate("window.stopped") == []
    assert opened.errors == opened.foreign == []


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible(timeout=30_000)
    (wait_ready if title == "People" else wait_painted)(page)


@pytest.mark.parametrize("title", TITLES)
def test_a_page_and_its_menus_ask_for_nothing_that_is_stopped(
    walked: tuple[Watched, list[Response]], title: str
) -> None:
    opened, _ = walked
    page = opened.page
    if title != "Overview":
        page.get_by_role("link", name=title, exact=True).first.click()
    heading(page, title)
    quiet(opened)
    for _ in open_menus(page):
        quiet(opened)


def test_files_and_print_ask_for_nothing_that_is_stopped(
    walked: tuple[Watched, list[Response]],
) -> None:
    opened, _ = walked
    page = opened.page
    page.get_by_role("link", name="Videos", exact=True).first.click()
    heading(page, "Videos")
    page.get_by_role("button", name="Export", exact=True).click()
    for name in ("This page as an Excel workbook", "CSV", "Excel", "Parquet"):
        for label in page.get_by_test_id("stPopoverBody").get_by_text(name, exact=True).all()[:2]:
            with page.expect_download() as file:
                label.click()
            assert file.value.path().stat().st_size > 20
    page.locator(".st-key-export-print button").click()
    page.wait_for_function("() => window.printed === 1")
    assert page.pdf().startswith(b"%PDF")
    quiet(opened)


def test_a_window_that_narrows_turns_dark_and_signs_out_asks_for_nothing_that_is_stopped(
    walked: tuple[Watched, list[Response]],
) -> None:
    opened, _ = walked
    page = opened.page
    opened.look(width=390, dark=True)
    page.get_by_role("button", name="Account").click()
    quiet(opened)
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=30_000)
    quiet(opened)


def test_every_answer_has_the_policy(walked: tuple[Watched, list[Response]]) -> None:
    _, answers = walked

    assert len(answers) > 50
    policies = [answer.headers.get("content-security-policy", "") for answer in answers]
    assert [policy for policy in policies if "default-src 'none'" not in policy] == []

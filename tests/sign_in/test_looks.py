"""What people meet where they sign in: read by other means, by keyboard, by finger, on paper."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .. import debian
from ..browser.accessibility import all_in_sight, in_both_themes, walk
from ..browser.app import PREPARE, Watched
from ..browser.test_pdf import assert_on_paper
from .scenes import ENTRANCES, PEOPLE, SCENES, SEEN, Stage, staged

Tab = Callable[..., Watched]
# `make test-faults` looks at all of them.
SAMPLE = ("sign-in-failed", "no-access", "people-one", "seeing-as", "take-over")
SHOWN = SCENES if os.environ.get("ACCESS") else SAMPLE
BUTTONS = ("Sign out", "Sign in", "See what they see", "Back to my view", "Account")
# What can be touched, of the page and of menus, and is smaller than a finger.
SMALL = """() => ['stMain', 'stPopoverBody']
  .flatMap(id => [...document.querySelectorAll(`[data-testid="${id}"]`)])
  .flatMap(root => [...root.querySelectorAll('button, a, label:has(input[type="checkbox"]), '
    + '[data-testid="stTextInputRootElement"], .react-aria-ComboBox > [role="group"]')])
  .filter(e => e.getClientRects().length && !e.closest('.react-aria-ComboBox [role="group"] *'))
  .filter(e => e.getBoundingClientRect().height < 43.5)
  .map(e => e.outerHTML.slice(0, 200))"""
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def stage(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(demo_archive, tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def played(stage: Stage, tab: Tab) -> Callable[..., Page]:
    """A page at the end of a scene, in a tab of its own."""

    def play(name: str, **look: object) -> Page:
        opened = tab(new=True, **look)
        stage.play(opened.page, SCENES[name])
        return opened.page

    return play


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_hinders_anybody_in_light_and_dark(played: Callable[..., Page], name: str) -> None:
    page, covered = played(name), bool(SCENES[name].menu)
    if not covered:
        all_in_sight(page)

    assert in_both_themes(page, covered=covered) == {"light": [], "dark": []}


@pytest.mark.parametrize("name", SHOWN)
def test_fingers_find_everything_on_a_phone(played: Callable[..., Page], name: str) -> None:
    page = played(name, width=390, touch=True)

    assert page.evaluate(SMALL) == []
    assert not page.evaluate(WIDER)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sign-in", ["Sign in"]),
        ("no-access", ["Sign out"]),
        ("people-one", ["Account", "Person", "See what they see", "Sign them out everywhere"]),
    ],
)
def test_the_keyboard_reaches_every_control_in_order_and_shows_where_it_is(
    played: Callable[..., Page], name: str, expected: list[str]
) -> None:
    page = played(name)
    page.reload() if name in ENTRANCES else page.evaluate("document.activeElement.blur()")
    page.get_by_role("button", name=expected[-1]).wait_for()

    stops = [stop for stop in walk(page) if stop.role not in ("main", "generic")]
    assert [stop for stop in stops if not stop.name or "_" in stop.name] == []
    assert [stop for stop in stops if stop.seen < sum(stop.box[2:])] == []  # half way around it
    assert [stop.name for stop in stops if stop.name in expected] == expected


@pytest.mark.parametrize("name", ["people", "people-one"])
def test_people_are_printed_as_a_clean_page_even_from_dark_colours_and_a_phone(
    played: Callable[..., Page], tmp_path: Path, name: str
) -> None:
    page = played(name, width=390, dark=True)

    text = printed(page, tmp_path)

    assert assert_on_paper(tmp_path / "page.pdf").lstrip().startswith("People")
    assert [word for word in (*BUTTONS, "Choose") if word in text] == []
    assert "4 rules in access.toml" in text
    assert all(PEOPLE[name]["email"] in text for name in SEEN)
    assert ("One person" in text) == (name == "people-one")


@pytest.mark.parametrize("name", ["sign-in", "no-access"])
def test_an_entrance_is_printed_without_what_can_be_pressed(
    played: Callable[..., Page], tmp_path: Path, name: str
) -> None:
    text = printed(played(name, dark=True), tmp_path)

    title, said = {"sign-in": "DynTube Analytics", "no-access": "Nothing to see yet"}[name], SCENES
    assert text.lstrip().startswith(title)
    assert said[name].says in text
    assert [word for word in BUTTONS if f"\n {word}\n" in text] == []


def printed(page: Page, folder: Path) -> str:
    """What a page says on paper."""
    debian.need("pdftotext", "poppler-utils", os.environ["PATH"])
    page.evaluate(PREPARE)
    page.pdf(path=folder / "page.pdf", prefer_css_page_size=True, print_background=True)
    return assert_on_paper(folder / "page.pdf")


def test_people_may_be_the_first_page_that_anybody_opens(
    demo_archive: Path, tmp_path: Path, tab: Tab
) -> None:
    with staged(demo_archive, tmp_path) as fresh:
        opened = tab()
        opened.open(f"{fresh.url}/people")
        expect(opened.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=120_000)
        expect(opened.page.get_by_role("link", name="Overview")).to_have_count(0)
        opened.open("about:blank")

"""Pages for those who do not see, do not see well, have no mouse, or have fingers for one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from .. import odd
from ..clock import machine_time
from ..pages.test_page_fetching import Account, period
from ..scripted import Answer, serve
from .accessibility import Stop, all_in_sight, in_both_themes, walk
from .app import Watched, running, wait_ready
from .shots import ODD_PAGES, PAGES

Tab = Callable[..., Watched]


@contextmanager
def _odd(folder: Path) -> Iterator[str]:
    """An archive in which much is wrong."""
    odd.build(folder, machine_time().date(), now=machine_time())
    with running(folder, SYNC="external") as url:
        yield url


@contextmanager
def _nothing(folder: Path) -> Iterator[str]:
    """An archive that holds nothing yet, and that others fill."""
    with running(folder, SYNC="external") as url:
        yield url


@contextmanager
def _refused(folder: Path) -> Iterator[str]:
    """A server that does not take the key."""
    with (
        serve(lambda _: Answer(401)) as server,
        running(folder, STATS_URL=server.url, API_URL=server.url) as url,
    ):
        yield url


@contextmanager
def _loading(folder: Path) -> Iterator[str]:
    """A first fetch that does not end."""
    today = machine_time().date()
    with (
        serve(Account(newest=3, today=today)) as server,
        running(folder, STATS_URL=server.url, API_URL=server.url) as url,
    ):
        yield f"{url}/?{period(20, today)}"


_PLACES = {"odd": _odd, "nothing": _nothing, "refused": _refused, "loading": _loading}


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """The address of an installation, which runs from when it is first asked for."""
    urls: dict[str, str] = {}
    with ExitStack() as stack:

        def found(name: str) -> str:
            if name == "demo":
                demo: str = request.getfixturevalue("demo")
                return demo
            if name not in urls:
                folder = tmp_path_factory.mktemp(name) / "archive"
                urls[name] = stack.enter_context(_PLACES[name](folder))
            return urls[name]

        yield found


@dataclass(frozen=True)
class State:
    """A page as readers meet it: where, and what they have pressed."""

    place: str
    address: str = ""
    press: str = ""  # a selector
    width: int = 1440


_BY_ADDRESS = {name: State("demo", address) for name, address in PAGES.items()}
_IN_DOUBT = {name: State("odd", address) for name, address in ODD_PAGES.items()}
_MENUS = {
    "notes": State("demo", "/", ".st-key-notes button:visible"),
    "saved-views": State("demo", "/", ".st-key-saved-views button:visible"),
    "export": State("demo", "/", ".st-key-export button:visible"),
    "more-filters": State("demo", "/", 'role=button[name="More filters"]'),
    "periods": State("demo", "/", "role=button[name=/^Period/]"),
    "help": State("demo", "/", '.st-key-trend-head [aria-label^="Help"]'),
    "phone": State("demo", "/", width=390),
}
_WITHOUT_VIEWS = {
    "nothing-stored": State("nothing", "/"),
    "nothing-stored-data": State("nothing", "/data"),
    "refused": State("refused", "/"),
    "loading": State("loading"),
}
STATES = _BY_ADDRESS | _IN_DOUBT | _MENUS | _WITHOUT_VIEWS
# `make test-faults` looks at all of them.
SAMPLE = ("overview-filtered", "videos-one", "geography", "data-odd", "notes", "refused")
SHOWN = STATES if os.environ.get("ACCESS") else SAMPLE


def open_state(opened: Watched, url: str, state: State) -> None:
    opened.open(url + state.address)
    wait_ready(opened.page)
    if state.press:
        opened.page.locator(state.press).first.click()
        wait_ready(opened.page)
    all_in_sight(opened.page)


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_on_a_page_hinders_anybody_in_light_and_dark(
    tab: Tab, place: Callable[[str], str], name: str
) -> None:
    state = STATES[name]
    opened = tab(width=state.width)
    open_state(opened, place(state.place), state)
    found = in_both_themes(opened.page, covered=bool(state.press))
    assert found == {"light": [], "dark": []}


def _is_named(stop: Stop) -> bool:
    """Whether a name says what a control does; an icon's own name, like `table_rows`, does not."""
    return bool(stop.name) and "_" not in stop.name and not stop.name.endswith(" icon")


_PLACE = "main"  # to scroll, not a control


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(demo)
    opened.wait_painted()
    stops = list(walk(opened.page))
    assert [stop for stop in stops if stop.role != _PLACE and not _is_named(stop)] == []
    assert [stop for stop in stops if stop.seen < sum(stop.box[2:])] == []  # half way around it
    words = ["Project", "Video", "Time zone", "Period", "Saved views", "Export", "About Views"]
    names = [stop.name for stop in stops]
    places = [next(n for n, name in enumerate(names) if name.startswith(w)) for w in words]
    assert places == sorted(places)
    assert stops[0].name == "Skip to main content"
    links = [stop.name for stop in stops if stop.role == "link"]
    pages = ["Overview", "Videos", "Engagement", "Geography", "Devices", "Embeds", "Live", "Data"]
    assert links[1:9] == pages


def test_each_page_has_a_title_of_its_own(demo: str, tab: Tab) -> None:
    opened = tab()
    for address, title in (("/", "Overview"), ("/videos", "Videos")):
        opened.open(demo + address)
        wait_ready(opened.page)
        assert opened.page.title() == f"{title} - DynTube Analytics"


def test_a_chart_gives_way_to_its_numbers_and_comes_back(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(demo)
    opened.wait_painted()
    page = opened.page
    button = page.get_by_role("button", name="Show as table: Views by day")
    button.focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Views by day").get_by_role("table")
    table.wait_for()
    assert page.locator(".figure:visible").count() == page.locator(".figure").count() - 1
    rows = [row.split("\t") for row in table.inner_text().splitlines()]
    assert rows[0][1] == "Views"
    assert len(rows) == 1 + 28
    views = sum(int(cells[1].split(" ")[0].replace(",", "")) for cells in rows[1:])
    card = page.locator('.card[data-name="views"] .value').inner_text()
    assert card == f"{views / 1000:.1f}K".replace(".0K", "K")
    assert page.evaluate("document.activeElement.ariaExpanded") == "true"
    page.keyboard.press("Enter")
    table.wait_for(state="detached")
    opened.wait_painted()
    assert page.locator(".figure:visible").count() == page.locator(".figure").count()


def test_a_chart_that_comes_back_shows_what_was_chosen_meanwhile(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(demo)
    opened.wait_painted()
    page = opened.page
    line = page.locator(".figure .scatterlayer .js-line").first
    before = line.get_attribute("d")
    page.get_by_role("button", name="Show as table: Views by day").click()
    page.get_by_role("region", name="Views by day").get_by_role("table").wait_for()
    page.locator('.card[data-name="completion_rate"]').click()
    page.wait_for_function("() => location.search.includes('metric=completion_rate')")
    wait_ready(page)
    page.get_by_role("button", name="Show as chart").first.click()
    opened.wait_painted()
    assert line.get_attribute("d") != before

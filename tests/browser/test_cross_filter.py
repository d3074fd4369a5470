"""One filter for everything: clicks on every kind of chart, drags, drill-downs, and the URL."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page

from .app import Watched, wait_painted
from .head import chips

Tab = Callable[..., Watched]


def show(opened: Watched, url: str) -> Page:
    opened.page.set_viewport_size({"width": 1440, "height": 3200})
    opened.open(url)
    opened.wait_painted()
    opened.page.wait_for_function(  # a first fetch is over, and its last views are drawn
        "() => !/Loading your views|so far|loaded yet/.test(document.body.innerText)",
        timeout=120_000,
    )
    opened.wait_painted()
    return opened.page


def asked(page: Page) -> dict[str, list[str]]:
    """What the address says."""
    return parse_qs(urlsplit(page.url).query)


def press(page: Page, part: Locator, x: float = 0.5, y: float = 0.5) -> dict[str, list[str]]:
    """Click on a place of a part, as fractions of its size; gives what the address says then."""
    before = page.url
    part.scroll_into_view_if_needed()  # which waits until it keeps its place
    box = part.bounding_box()
    assert box
    at = box["x"] + box["width"] * x, box["y"] + box["height"] * y
    page.mouse.move(*at)
    page.mouse.click(*at)
    page.wait_for_function("old => location.href !== old", arg=before, timeout=20_000)
    wait_painted(page)
    return asked(page)


def row(page: Page, by: str, number: int) -> Locator:
    """A row of the list of a dimension."""
    return page.locator(f".st-key-list-{by} li button").nth(number)


def numbers(page: Page) -> list[str]:
    """What the cards say."""
    return page.locator(".card").all_inner_texts()


def test_a_click_on_a_row_of_a_list_filters_and_another_undoes_that(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    everything = numbers(page)
    assert press(page, row(page, "country", 1), 0.2) == {"country": ["BR"]}
    assert numbers(page) != everything
    assert row(page, "country", 0).is_visible(), "a list never filters itself away"
    assert press(page, row(page, "country", 0), 0.2) == {"country": ["BR", "US"]}
    press(page, row(page, "country", 0), 0.2)
    assert press(page, row(page, "country", 1), 0.2) == {}
    assert numbers(page) == everything


def test_a_click_on_a_country_of_the_map_filters_by_it(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    countries = page.locator(".st-key-map .choroplethlayer path")
    number, *place = countries.evaluate_all(_INSIDE)
    [country] = press(page, countries.nth(number), *place)["country"]
    assert len(country) == 2
    assert countries.count() > 30, "the map shows the others too"
    assert press(page, countries.nth(number), *place) == {}


# A country with room for a click, and a place within it, as fractions of the box around it.
_INSIDE = """paths => {
  const fits = (path, box, x, y) => [-3, 0, 3].every(d => path.isPointInFill(
    new DOMPoint(box.x + x * box.width + d, box.y + y * box.height + d)));
  for (const [number, path] of paths.entries()) {
    const box = path.getBBox();
    for (let y = .3; y < .8; y += .05) for (let x = .3; x < .8; x += .05)
      if (fits(path, box, x, y)) return [number, x, y];
  }
}"""


@pytest.mark.parametrize("interval", ["day", "week"])
def test_a_drag_over_the_time_axis_narrows_the_period(demo: str, tab: Tab, interval: str) -> None:
    page = show(tab(), f"{demo}/?interval={interval}")
    box = page.locator(".st-key-trend .nsewdrag").first.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=5)
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=5)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('from=')", timeout=20_000)
    wait_painted(page)
    [start], [end] = asked(page)["from"], asked(page)["to"]
    assert start < end
    page.get_by_role("button", name="Back to “Last 28 days”").click()
    page.wait_for_function("() => !location.search.includes('from=')", timeout=20_000)


def test_a_click_on_a_day_of_the_line_shows_that_day(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    found = press(page, page.locator(".st-key-trend .nsewdrag").first, 0.5, 0.3)
    assert found["from"] == found["to"]


def test_drilling_down_from_continents_to_cities_and_back(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/geography?level=continent")
    table = page.locator(".st-key-drill-place")

    def first_row() -> dict[str, list[str]]:
        return press(page, table.locator("tbody .open").first)

    assert list(first_row()) == ["continent"]
    assert list(first_row()) == ["continent", "country"]
    assert list(first_row()) == ["continent", "country", "region"]
    assert page.get_by_placeholder("Search cities").count() == 1
    assert list(first_row()) == ["continent", "country", "region", "city"]
    crumbs = page.locator(".st-key-crumbs-place button")
    assert crumbs.count() == 5
    assert list(press(page, crumbs.nth(1))) == ["continent"]
    assert press(page, crumbs.nth(0)) == {}


COMPLICATED = (
    "from=2026-11-02&to=2026-11-15&compare=dates&compare-from=2026-10-05&compare-to=2026-10-18"
    "&zone=Europe%2FBerlin&metric=watch_time&interval=day&sort=watch_time_change&order=rising"
    "&colour=change&level=region&country=DE&country=US&device_type-not=TV"
    "&video-contains=the&embed_domain-contains=fernhill"
)


def all_but_freshness(page: Page) -> str:
    """The text of a page without how long ago its views were checked."""
    text = page.locator('[data-testid="stMain"]').inner_text()
    return text.replace(page.locator(".st-key-freshness").inner_text(), "")


@pytest.mark.parametrize("path", ["", "geography", "videos"])
def test_a_complicated_view_is_its_address(demo: str, tab: Tab, path: str) -> None:
    page = show(tab(), f"{demo}/{path}?{COMPLICATED}")
    assert asked(page) == parse_qs(COMPLICATED)
    assert len(chips(page)) == 4
    shown = all_but_freshness(page)
    again = show(tab(), page.url)
    assert all_but_freshness(again) == shown


def test_filters_survive_a_change_of_page(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?country=DE&period=last-7-days")
    page.get_by_role("link", name="Devices", exact=True).first.click()
    page.wait_for_function("() => document.querySelector('h1')?.innerText === 'Devices'")
    wait_painted(page)
    assert asked(page) == {"country": ["DE"], "period": ["last-7-days"]}


def test_a_number_opens_as_many_views_as_it_says(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?period=last-7-days")
    plays = page.locator(".card[data-name=plays]")
    value = plays.locator(".value").inner_text()
    plays.hover()
    press(page, plays.locator(".rows"))
    assert asked(page)["behind"] == ["plays"]
    said = page.get_by_role("dialog").inner_text()
    count = int(said.split(" views, newest first")[0].split()[-1].replace(",", ""))
    assert value in (f"{count:,}", f"{count / 1000:.1f}K")


def test_any_dimension_can_be_filtered_from_the_sidebar(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    page.locator("button[data-by=more]").click()
    page.get_by_role("dialog").get_by_text("Country", exact=True).click()
    page.get_by_role("button", name="contains").click()
    box = page.get_by_role("searchbox", name="Part of the name")
    page.get_by_text("Loading").wait_for(state="hidden")
    box.fill("united")
    box.press("Enter")
    page.wait_for_function("() => location.search.includes('country-contains=united')")
    wait_painted(page)
    assert chips(page) == ["Country contains united"]

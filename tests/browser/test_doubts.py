"""A day in doubt in a real browser: the badge, the banner, the ringed point of the trend."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from dyntube.archive.doubts import Doubt
from dyntube.charts import DARK, LIGHT

from .. import odd
from ..clock import machine_time
from ..odd import ONE_DAY
from .app import Watched, running

Tab = Callable[..., Watched]
TEXT = "DynTube counts 1,050 views and sent 833."
DAYS_AGO = 8
POINTS = ".st-key-trend path.point"


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over two months of which one day is in doubt."""
    folder = tmp_path_factory.mktemp("doubts") / "archive"
    archive, today = odd.open_archive(folder), machine_time().date()
    odd.fill(archive, today, 60, machine_time())
    day = today - DAYS_AGO * ONE_DAY
    odd.put(archive, day, odd.views(day), doubts=(Doubt("count", TEXT),))
    with running(folder, SYNC="external") as url:
        yield url


def draw(opened: Watched, url: str) -> Page:
    opened.open(url)
    opened.wait_painted()
    return opened.page


def colours(page: Page, selector: str, name: str) -> list[str]:
    found: list[str] = page.locator(selector).evaluate_all(
        "(all, name) => all.map(e => getComputedStyle(e)[name])", name
    )
    return found


def ringed(page: Page, dark: bool = False) -> Locator:
    """The point of the day in doubt; using it waits until it is drawn."""
    return page.locator(f'{POINTS}[style*="stroke: {rgb((DARK if dark else LIGHT).doubt)}"]')


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[n : n + 2], 16)) for n in (1, 3, 5))})"


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_the_badge_the_banner_and_one_point_say_it(
    doubtful: str, tab: Tab, width: int, dark: bool
) -> None:
    page = draw(tab(width=width, dark=dark), doubtful)
    expect(page.locator(".st-key-freshness")).to_contain_text("1 day in doubt")
    banner = page.get_by_role("alert").filter(has_text="may be wrong")
    expect(banner).to_contain_text("Numbers of 1 day may be wrong.")
    assert TEXT in banner.inner_text().replace("\u2060", "")
    page.locator(".st-key-trend .figure").scroll_into_view_if_needed()
    expect(ringed(page, dark)).to_have_count(1)
    expect(page.locator(".st-key-cards").get_by_text("in doubt")).to_have_count(8)
    assert page.locator('[data-testid="stMain"]').evaluate("e => e.scrollWidth <= e.clientWidth")


def test_the_badge_is_green_where_no_shown_day_is_in_doubt(doubtful: str, tab: Tab) -> None:
    sound = draw(tab(), f"{doubtful}/?period=last-7-days&compare=none")
    badge = ".st-key-freshness [data-testid='stMarkdownContainer'] span"
    green = colours(sound, badge, "color")
    assert "doubt" not in sound.locator(".st-key-freshness").inner_text()
    expect(sound.locator(POINTS)).to_have_count(7)
    expect(ringed(sound)).to_have_count(0)
    assert sound.get_by_text("may be wrong").count() == 0
    assert green != colours(draw(tab(), doubtful), badge, "color")


def test_under_the_pointer_a_ringed_point_says_why(doubtful: str, tab: Tab) -> None:
    page = draw(tab(), doubtful)
    ring = ringed(page)
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(".st-key-trend .hoverlayer")
    expect(hover).to_contain_text("(in doubt)")
    expect(hover).to_contain_text("DynTube counts 1,050 views")


def test_a_click_on_a_ringed_point_narrows_the_period_as_on_any_other(
    doubtful: str, tab: Tab
) -> None:
    page = draw(tab(), doubtful)
    ring = ringed(page)
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    day = machine_time().date() - DAYS_AGO * ONE_DAY
    page.wait_for_function(f"() => location.search.includes('from={day}&to={day}')")

"""Tables in a real browser: sorted, searched, walked through by keys, ticked, opened, touched."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from .. import odd
from ..clock import machine_time
from ..conftest import record
from .app import Watched, running, wait_painted, watch
from .test_cross_filter import asked, show

Tab = Callable[..., Watched]
CITIES, VIDEOS = 20_000, 1000
LARGEST = 300_000  # bytes of a message with rows
HOSTILE = "<img src=x onerror=window.hurt=1> & =1+1"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over views in 20,000 cities of 1,000 videos, one of them of a hostile title."""
    folder, at = tmp_path_factory.mktemp("large") / "archive", machine_time()
    archive, chance, days = odd.open_archive(folder), random.Random(5), 20
    for day in range(days):
        date = at.date() - dt.timedelta(days=day + 1)
        views = [_view(chance, n, date) for n in range(day, CITIES, days)]
        odd.put(archive, date, views, fetched_at=at, settled=True)
    _name(folder / archive.folders[0], at)
    with running(folder, SYNC="external") as url:
        yield url


def _view(chance: random.Random, n: int, date: dt.date) -> dict[str, Any]:
    clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}"
    place = {"country": "DE", "region": f"Region {n % 40}", "city": f"City {n:05}"}
    return record(
        f"{n}",
        f"{date}T{clock}:00Z",
        videoKey=f"v{n % VIDEOS if n < VIDEOS else chance.randrange(VIDEOS):04}",
        viewerId=f"p{chance.randrange(5000)}",
        started=chance.random() < 0.6,
        geo=place,
    )


def _name(folder: Path, at: dt.datetime) -> None:
    titles = {f"v{n:04}": f"Film {n}" for n in range(VIDEOS)} | {"v0007": HOSTILE}
    names = {"projects": {}, "channels": {}, "videos": titles, "fetched_at": str(at)}
    (folder / "names.json").write_text(json.dumps(names), "utf-8")


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


def test_a_header_sorts_all_rows_and_the_address_says_so_without_a_new_entry(
    demo: str, tab: Tab
) -> None:
    page = show(tab(), f"{demo}/videos")
    entries = page.evaluate("history.length")
    page.get_by_role("button", name="Play rate", exact=True).click()
    until(page, "sort=play_rate")
    found = rates(column(page, "Play rate"))
    assert len(found) > 100
    assert found == sorted(found, reverse=True)
    assert page.locator("th[aria-sort]").inner_text().split() == ["Play", "rate"]
    page.get_by_role("button", name="Play rate", exact=True).click()
    until(page, "order=rising")
    assert rates(column(page, "Play rate")) == sorted(found)
    page.get_by_role("button", name="Video", exact=True).last.click()
    until(page, "sort=name")
    assert names(page) == sorted(names(page), key=str.lower)
    assert page.evaluate("history.length") == entries


def test_a_search_narrows_while_one_types_and_keeps_the_caret(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    search(page).press_sequentially("summit")
    until(page, "video-search=summit")
    assert all("summit" in name.lower() for name in names(page, 99))
    assert focused(page) == "Search videos"
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("zzz")
    until(page, "video-search=sumzzzmit")
    page.keyboard.type("y")
    assert search(page).input_value() == "sumzzzymit", "the caret stays where it was"
    page.get_by_text("No video matches “sumzzzymit”.").wait_for()
    page.get_by_role("button", name="Clear search").click()
    page.wait_for_function("() => !location.search.includes('search')", timeout=30_000)
    wait_painted(page)
    assert len(names(page, 999)) > 100
    again = show(tab(), f"{demo}/videos?video-search=keynote")
    assert search(again).input_value() == "keynote"
    assert all("keynote" in name.lower() for name in names(again, 99))


def test_rows_are_walked_through_ticked_and_opened_by_keys(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    listed, address = names(page), page.url
    page.locator("tbody .open").first.focus()
    for name in listed[1:4]:
        page.keyboard.press("ArrowDown")
        assert focused(page) == name
    page.wait_for_timeout(600)
    assert page.url == address, "to move chooses nothing"
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Compare 2").is_visible()
    assert page.url == address
    page.keyboard.press("Tab")
    assert focused(page) not in listed, "the rows are one stop"
    page.locator("tbody .open").nth(1).focus()
    page.keyboard.press("Enter")
    until(page, "open=")
    assert page.locator(".st-key-opened h2").inner_text() == listed[1]


def test_a_video_is_opened_left_and_followed_by_the_next(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos?sort=name&order=rising&video-search=summit")
    listed, start = names(page), page.url
    entries = page.evaluate("history.length")
    page.locator("tbody .open").nth(1).click()
    until(page, "open=")
    title = page.locator(".st-key-opened h2")
    assert title.inner_text() == listed[1]
    page.get_by_role("button", name="Next").click()
    page.wait_for_function(
        "name => document.querySelector('.st-key-opened h2')?.innerText === name", arg=listed[2]
    )
    wait_painted(page)
    assert page.evaluate("history.length") == entries + 2
    page.go_back()
    page.wait_for_function(
        "name => document.querySelector('.st-key-opened h2')?.innerText === name", arg=listed[1]
    )
    page.locator(".st-key-opened-back button").click()
    page.wait_for_function("url => location.href === url", arg=start, timeout=30_000)
    wait_painted(page)
    assert names(page) == listed
    page.go_back()
    until(page, "open=")
    page.get_by_role("link", name="Devices").click()
    page.wait_for_function("() => document.querySelector('h1')?.innerText === 'Devices'")
    page.wait_for_function("() => !location.search.includes('open')", timeout=30_000)


def test_ticks_are_collected_across_searches_and_compared(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos")
    page.locator("tbody .tick").first.click()
    search(page).fill("summit 2025")
    page.locator("tbody .tick").first.click()
    page.locator("tbody .tick").nth(1).click()
    page.get_by_role("button", name="Compare 3").click()
    until(page, "open=")
    assert len(asked(page)["open"]) == 3
    assert page.locator(".st-key-opened h2").inner_text() == "3 videos side by side"
    assert len(names(page)) == 3


def test_a_top_video_opens_its_page_and_back_leads_to_the_overview(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/?period=last-7-days")
    before = page.url
    [name] = names(page, 1)
    page.locator("tbody .open").first.click()
    until(page, "open=")
    assert page.url.startswith(f"{demo}/videos?")
    assert page.locator(".st-key-opened h2").inner_text() == name
    page.go_back()
    page.wait_for_function("url => location.href === url", arg=before, timeout=30_000)
    wait_painted(page)
    assert page.locator("h1").inner_text() == "Overview"


def test_columns_are_chosen_and_the_one_sorted_by_comes_into_sight(demo: str, tab: Tab) -> None:
    page = show(tab(), f"{demo}/videos?sort=completion_rate")
    page.get_by_role("button", name="Columns").click()
    for label in ("Plays", "Viewers"):
        page.get_by_role("checkbox", name=label, exact=True).uncheck()
    until(page, "columns=")
    page.keyboard.press("Escape")
    heads = [" ".join(text.split()) for text in page.locator("thead th").all_inner_texts()]
    assert "Plays" not in heads
    assert heads[:3] == ["Video", "Views", "Change"]
    page.set_viewport_size({"width": 800, "height": 900})
    page.reload()
    wait_painted(page)
    box = page.locator(".box").bounding_box()
    cell = page.locator("th[aria-sort]").bounding_box()
    assert box
    assert cell
    assert box["x"] < cell["x"]
    assert cell["x"] + cell["width"] <= box["x"] + box["width"] + 1


def test_a_finger_ticks_and_opens_and_a_phone_shows_a_name_a_number_and_its_change(
    demo: str, browser: Browser
) -> None:
    opened = watch(browser)
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{demo}/videos")
    wait_painted(page)
    row = page.locator("tbody tr").first
    assert (row.bounding_box() or {"height": 0})["height"] >= 44
    cells = row.locator("> *")
    for at in range(3):
        box = cells.nth(at).bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
    row.locator(".hit").tap()
    page.locator("tbody tr").nth(1).locator(".hit").tap()
    assert page.get_by_role("button", name="Compare 2").is_visible()
    name = row.locator(".name").inner_text()
    row.locator(".open").tap()
    until(page, "open=")
    assert page.locator(".st-key-opened h2").inner_text() == name
    context.close()
    opened.close()


def test_a_thousand_rows_are_sorted_here_and_sent_once(large: str, tab: Tab) -> None:
    opened = tab(new=True)
    sizes: list[int] = []
    opened.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data)))
    )
    page = look(opened, f"{large}/videos?compare=none&sort=name&order=rising")
    assert 50_000 < max(sizes) < LARGEST
    assert names(page, 3) == [HOSTILE, "Film 0", "Film 1"]
    assert page.evaluate("window.hurt") is None
    sizes.clear()
    page.get_by_role("button", name="Views", exact=True).last.click()
    page.wait_for_function("() => !location.search.includes('sort')", timeout=30_000)
    wait_painted(page)
    search(page).fill("film 99")
    until(page, "video-search=film")
    assert len(names(page, 99)) == 11
    assert max(sizes) < 50_000, "rows are not sent again"
    page.locator("tbody .open").first.focus()
    search(page).fill("")
    page.locator("tbody .open").first.focus()
    page.keyboard.press("End")
    assert page.locator("tbody tr").count() == VIDEOS


def test_of_twenty_thousand_rows_the_server_sends_the_first_thousand(large: str, tab: Tab) -> None:
    opened = tab(new=True)
    sizes: list[int] = []
    opened.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data)))
    )
    page = look(opened, f"{large}/geography?compare=none&level=city")
    assert max(sizes) < LARGEST
    foot = page.locator("[class*='st-key-table-'] .foot")
    assert foot.inner_text().startswith("The first 1,000 of 20,000 cities")
    page.get_by_role("button", name="City", exact=True).last.click()
    until(page, "order=rising")
    page.get_by_text("City 00000").wait_for()
    assert names(page) == [f"City {n:05}" for n in range(5)]
    page.get_by_placeholder("Search cities").fill("city 1999")
    until(page, "city-search=")
    page.get_by_text("10 of 20,000 cities").wait_for()
    assert sorted(names(page, 20)) == [f"City {n:05}" for n in range(19990, 20000)]


def test_on_paper_are_all_rows_up_to_200_all_columns_and_no_controls(
    demo: str, large: str, tab: Tab
) -> None:
    page = show(tab(), f"{demo}/videos")
    page.emulate_media(media="print")
    assert page.locator("tbody tr:visible").count() > 100
    assert page.locator("[class*='st-key-table-'] :is(.head, .hit, .further):visible").count() == 0
    box = page.locator(".box")
    assert box.evaluate("b => b.scrollHeight <= b.clientHeight + 1")
    page.emulate_media(media="screen")
    page = look(tab(), f"{large}/videos?compare=none")
    page.emulate_media(media="print")
    page.locator("tbody tr").nth(199).wait_for()
    assert page.locator("tbody tr:visible").count() == 200
    assert "Rows 1 to 200 of 1,000" in page.locator("[class*='st-key-table-'] .foot").inner_text()
    page.emulate_media(media="screen")

"""Tables of 1,000 and of 20,000 rows in a real browser, and on paper."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .. import odd
from ..clock import machine_time
from ..conftest import record
from .app import Watched, running, wait_painted
from .rows import look, names, search, until
from .test_cross_filter import show

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

"""The Live page in a real browser: it brings new views by itself, and touches nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dyntube.settings.settings import Settings

from .. import odd
from ..clock import machine_time
from ..conftest import record
from ..odd import HOSTILE
from ..plain import Record
from ..scripted import Answer, Asked, serve
from ..syncing import build, paged
from .app import Watched, running

Tab = Callable[..., Watched]
VIEWS = ".card[data-name=views] .value"
PAINTED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app?.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && document.querySelectorAll('.figure[data-state="drawn"]').length === 1
    && document.querySelector('[data-testid="stDataFrame"] canvas') !== null
    && document.querySelector('[data-stale="true"]') === null;
}"""


def ago(id_: str, seconds: float, **fields: Any) -> Record:
    then = machine_time() - dt.timedelta(seconds=seconds)
    return record(id_, then.isoformat(), **fields)


def draw(opened: Watched, url: str) -> Page:
    opened.open(url)
    opened.page.wait_for_function(PAINTED, timeout=60_000)
    return opened.page


def runs(page: Page) -> list[list[str]]:
    """The fragments of each run from now on; none where all of the page was drawn."""
    found: list[list[str]] = []

    def received(payload: str | bytes) -> None:
        message = ForwardMsg()
        message.ParseFromString(payload if isinstance(payload, bytes) else payload.encode())
        if message.WhichOneof("type") == "new_session":
            found.append(list(message.metadata.run.fragment_ids))

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", received)

    page.on("websocket", opened)
    return found


@pytest.fixture(scope="module")
def odd_views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over an archive that a scheduler has just filled, with a view of hostile texts."""
    folder, at = tmp_path_factory.mktemp("live") / "archive", machine_time()
    texts = {"embed": {"domain": HOSTILE}, "geo": {"country": HOSTILE}, "videoKey": HOSTILE}
    views = [ago("h", 5, **texts), *(ago(f"{n}", 7 * n) for n in range(1, 90))]
    views = [view for view in views if view["date"][:10] == f"{at:%Y-%m-%d}"]
    odd.put(odd.open_archive(folder), at.date(), views, until=at, fetched_at=at)
    with running(folder, SYNC="external") as url:
        yield f"{url}/live"


def test_new_views_appear_by_themselves_and_nothing_else_is_touched(
    tmp_path: Path, tab: Tab
) -> None:
    views = [ago("a", 180)]
    log = paged(views)

    def script(asked: Asked) -> Answer:
        return log(asked) if asked.method == "POST" else Answer(404)

    with (
        serve(script) as server,
        running(tmp_path, STATS_URL=server.url, API_URL=server.url) as url,
    ):
        fetched(tmp_path, server.url, dt.timedelta(seconds=50))
        opened = tab(width=1000, new=True)
        opened.page.clock.install()
        seen = runs(opened.page)
        page = draw(opened, f"{url}/live")
        shown = page.locator(VIEWS)
        expect(shown).to_have_text("1")
        page.locator("button[data-by=video]").click()
        page.get_by_role("button", name="contains").click()
        typed = page.get_by_role("searchbox", name="Part of the name")
        expect(page.get_by_text("Loading …")).to_be_hidden()
        typed.press_sequentially("yor")
        page.wait_for_function(
            """() => {
                const main = document.querySelector('[data-testid="stMain"]');
                main.scrollTo(0, 40);
                return main.scrollTop === 40; // once all is there, the page is long enough
            }"""
        )
        page.wait_for_timeout(1000)
        seen.clear()
        views.append(ago("b", 1))
        expect(shown).to_have_text("2", timeout=90_000)
        assert typed.input_value() == "yor"
        expect(typed).to_be_focused()
        assert page.locator('[data-testid="stMain"]').evaluate("e => e.scrollTop") == 40
        for _ in range(4):  # longer than other pages wait until they draw themselves
            drawn = len(seen)
            page.clock.fast_forward(10_000)
            until(page, lambda drawn=drawn: len(seen) > drawn)
        assert all(seen)  # nothing but the block was drawn
        opened.close()


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what the page has received."""
    for _ in range(600):
        if true():
            return
        page.wait_for_timeout(50)
    assert true()


def fetched(archive: Path, url: str, before: dt.timedelta) -> None:
    """Fill the archive as if that had been so long ago; the page fetches a minute after it."""
    settings = Settings(stats_url=url, api_url=url, archive=archive)
    syncer, _ = build(settings, lambda: machine_time() - before)
    assert syncer.sync([machine_time().date()]).outcome == "done"


def test_what_another_program_fetches_appears_by_itself(tmp_path: Path, tab: Tab) -> None:
    archive, at = odd.open_archive(tmp_path), machine_time()
    odd.put(archive, at.date(), [ago("a", 1)], until=at, fetched_at=at)
    with running(tmp_path, SYNC="external") as url:
        opened = tab(new=True)
        opened.page.clock.install()
        page = draw(opened, f"{url}/live")
        shown = page.locator(VIEWS)
        expect(shown).to_have_text("1")
        at = machine_time()
        views = [ago("a", 2), ago("b", 1)]
        odd.put(archive, at.date(), views, until=at, fetched_at=at)
        until(page, lambda: shown.inner_text() == "2" or page.clock.fast_forward(10_000))
        opened.close()


def test_a_click_on_a_country_filters_the_page_and_the_link_remembers_it(
    odd_views: str, tab: Tab
) -> None:
    page = draw(tab(), odd_views)
    page.locator(".st-key-list-country li button").last.click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(VIEWS)).to_have_text("1")
    page.wait_for_function("() => location.search.includes('country=')")
    again = draw(tab(), page.url)
    expect(again.locator(VIEWS)).to_have_text("1")


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_nothing_is_wider_than_the_screen_and_no_text_of_the_data_runs(
    odd_views: str, tab: Tab, width: int, dark: bool
) -> None:
    page = draw(tab(width=width, dark=dark), odd_views)
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate("() => window.hurt") is None
    assert page.locator("img[src*='evil'], a[href^='javascript']").count() == 0

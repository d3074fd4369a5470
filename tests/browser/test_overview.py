"""The Overview in a real browser, from a fresh start."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ..clock import machine_time
from ..conftest import record
from ..pages.test_page_fetching import Account, period
from ..scripted import Answer, Asked, serve, views
from ..syncing import day_asked
from .app import Watched, running, wait_painted
from .head import chips, choose_period, open_list, remove_chip

Tab = Callable[..., Watched]


def numbers(page: Page) -> list[str]:
    return page.locator(".card .value").all_inner_texts()


def test_a_newcomer_sees_a_whole_page(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.page.set_viewport_size({"width": 1440, "height": 3200})
    opened.open(demo)
    opened.wait_painted()
    page = opened.page
    assert page.locator("h1").inner_text() == "Overview"
    page.get_by_role("button", name="Demo data").click()
    assert "Ask your administrator" in page.get_by_role("dialog").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".choroplethlayer path").count() > 30
    assert page.locator(".st-key-list-country li").count() == 6
    assert all(text.strip() not in ("", "0", "–") for text in numbers(page))
    assert "Views up to" in page.locator(".st-key-freshness").inner_text()


def test_filters_change_numbers_and_the_url_restores_them_in_a_new_tab(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(demo)
    opened.wait_painted()
    page = opened.page
    everything = numbers(page)
    choose_period(page, "Last 7 days")
    page.wait_for_url(lambda url: "period=last-7-days" in url)
    opened.wait_painted()
    week = numbers(page)
    assert week != everything
    open_list(page, "project").get_by_text("Product marketing").click()
    page.wait_for_selector(".chip")
    opened.wait_painted()
    project = numbers(page)
    assert project != week
    page.locator(".draw", has_text="Watch time").click()
    page.wait_for_function("() => document.body.innerText.includes('Watch time over time')")
    opened.wait_painted()
    asked = ("period=last-7-days", "project=", "metric=watch_time")
    page.wait_for_url(lambda url: all(part in url for part in asked))
    other = tab()
    other.open(page.url)
    other.wait_painted()
    assert numbers(other.page) == project
    assert other.page.locator("h2").first.inner_text() == "Watch time over time"
    remove_chip(other.page)
    other.page.locator(".chip").wait_for(state="detached")
    other.page.wait_for_function("() => !location.search.includes('project')")
    other.wait_painted()
    assert numbers(other.page) == week


def test_the_back_button_goes_back_to_the_page_before(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(demo)
    opened.wait_painted()
    opened.open(f"{demo}/?period=last-7-days")
    opened.wait_painted()
    week = numbers(opened.page)
    opened.page.go_back()
    opened.page.wait_for_function("() => !location.search.includes('period')")
    opened.wait_painted()
    assert numbers(opened.page) != week


def test_own_dates_can_be_chosen(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(f"{demo}/?from=2026-11-02&to=2026-11-08&compare=year")
    opened.wait_painted()
    title = opened.page.locator(".st-key-span").inner_text()
    assert "2 – 8 Nov 2026" in title
    assert "3 – 9 Nov 2025" in title  # the same weekdays, 52 weeks before


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_nothing_is_wider_than_the_screen(demo: str, tab: Tab, width: int, dark: bool) -> None:
    opened = tab(width=width, dark=dark)
    opened.open(demo)
    opened.wait_painted()
    main = opened.page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
    background = opened.page.locator('[data-testid="stApp"]').evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    assert background == ("rgb(11, 18, 32)" if dark else "rgb(255, 255, 255)")
    tops = opened.page.locator(".card").evaluate_all(
        "cards => cards.map(card => Math.round(card.getBoundingClientRect().top))"
    )
    assert tops.count(tops[0]) == (2 if width == 390 else 4)


def test_every_control_can_be_reached_with_the_keyboard(demo: str, tab: Tab) -> None:
    opened = tab()
    opened.open(demo)
    opened.wait_painted()
    reached = set()
    for _ in range(90):
        opened.page.keyboard.press("Tab")
        reached.add(
            opened.page.evaluate(
                "() => document.activeElement.closest('[class*=\"st-key-\"]')?.className"
                ".match(/st-key-([\\w-]+)/)?.[1] ?? ''"
            )
        )
    assert reached >= {"period", "filters", "cards", "list-country", "list-device_type"}


HOSTILE = (
    '<img src="http://evil.example/a.png" onerror="window.hurt=1">'
    "![x](http://evil.example/b.png)<script>window.hurt=1</script>**b** [l](javascript:hurt) =1+1"
)


def hostile(asked: Asked) -> Answer:
    if asked.method == "GET":
        kind = asked.path.split("/")[2].split("?")[0]
        item = {"key": f"{kind}<b>key</b>", "name": HOSTILE, "title": HOSTILE}
        return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: [item]}).encode())
    day = day_asked(asked)
    found = record(
        f"{day}{HOSTILE}",
        f"{day}T00:00:01Z",
        videoKey="videos<b>key</b>",
        projectKey="projects<b>key</b>",
        channelKey="channels<b>key</b>",
        geo={"country": HOSTILE, "city": HOSTILE, "region": HOSTILE, "continent": HOSTILE},
        device={"type": HOSTILE, "brand": HOSTILE},
        embed={"domain": HOSTILE, "url": f"javascript:{HOSTILE}"},
    )
    return views([found])


def test_text_from_the_data_is_shown_and_never_run(tmp_path: Path, tab: Tab) -> None:
    with (
        serve(hostile) as server,
        running(tmp_path / "archive", STATS_URL=server.url, API_URL=server.url) as url,
    ):
        opened = tab()
        opened.open(f"{url}/?period=last-7-days&project=projects%3Cb%3Ekey%3C%2Fb%3E")
        page = opened.page
        page.wait_for_selector("[class*='st-key-list-'] li button", timeout=60_000)
        page.locator(".chip", has_text="evil.example/a.png").wait_for()
        page.wait_for_timeout(500)
        assert page.evaluate("() => window.hurt") is None
        assert page.locator("img[src*='evil']").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0
        assert HOSTILE in chips(page)[0]
        opened.close()


def test_the_next_free_port_is_taken_where_the_usual_one_is_not_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # As the app does: else connections of the last minute would refuse it to us alone.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has it, which is as good
            taken.bind(("127.0.0.1", 8501))
            taken.listen()
        with running(tmp_path / "archive") as url:
            assert not url.endswith(":8501")


def test_a_first_fetch_shows_how_far_it_is(tmp_path: Path, tab: Tab) -> None:
    with running(tmp_path / "archive") as url:
        opened = tab()
        opened.open(f"{url}/?period=last-28-days")
        opened.page.wait_for_function(
            "() => /Loading your views: [\\d,]+ of [\\d,]+ days/.test(document.body.innerText)",
            timeout=60_000,
        )
        wait_painted(opened.page)
        expect(opened.page.get_by_text("Loading your views")).to_have_count(0, timeout=60_000)
        opened.wait_painted()
        opened.close()


VIEWS = ".card .value"


def test_a_fetch_is_cancelled_and_gone_on_with(tmp_path: Path, tab: Tab) -> None:
    today = machine_time().date()
    account = Account(newest=9, today=today)
    with (
        serve(account) as server,
        running(tmp_path / "archive", STATS_URL=server.url, API_URL=server.url) as url,
    ):
        opened = tab()
        opened.open(f"{url}/?{period(20, today)}")
        fetching = opened.page.get_by_text("Loading your views: 9 of 20 days")
        expect(fetching).to_be_visible(timeout=60_000)
        opened.page.get_by_role("button", name="Cancel").click()
        stopped = opened.page.get_by_text("Stopped; 9 of 20 days stored.")
        expect(stopped).to_be_visible(timeout=60_000)
        account.open.set()
        opened.page.get_by_role("button", name="Continue").click()
        expect(stopped).to_have_count(0, timeout=60_000)
        come = 38 + min(2, machine_time().hour + 1)  # two a day, at 0 and at 1 o'clock
        expect(opened.page.locator(VIEWS).first).to_have_text(f"{come}", timeout=60_000)
        expect(opened.page.get_by_text("Loading your views")).to_have_count(0, timeout=60_000)
        opened.close()

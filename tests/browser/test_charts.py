"""Figures under a pointer and under a finger: what is reported, and what plotly shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dyntube import charts

from ..charts.drawn import HOSTILE
from .app import ROOT, Watched, _address

Tab = Callable[..., Watched]
PAINTED = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState
    === 'notRunning' && document.querySelector('.st-key-picked code')
    && document.querySelector(
        '.js-plotly-plot :is(.bars, .points, .choroplethlayer) path')
"""
# Where on the page a bucket of a course and a height in its frame are.
AT = """([bucket, height]) => {
    const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect();
    const {xaxis, yaxis} = plot._fullLayout;
    return [box.x + xaxis._offset + xaxis.d2p(plot.data[0].x[bucket]),
            box.y + yaxis._offset + yaxis._length * (1 - height)];
}"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of figures."""
    home = tmp_path_factory.mktemp("gallery")
    script = shutil.copy(Path(__file__).with_name("gallery.py"), home)
    (home / "static").symlink_to(ROOT / "static")
    (home / ".streamlit").symlink_to(ROOT / ".streamlit")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "0"]
    command.append("--logger.hideWelcomeMessage=false")  # which has the address
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=home, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def show(gallery: str, tab: Tab) -> Callable[[str], Page]:
    """Open a figure in a new tab."""

    def shown(name: str) -> Page:
        opened = tab(width=1000)
        opened.open(f"{gallery}/?figure={name}")
        opened.page.wait_for_function(PAINTED)
        return opened.page

    return shown


def told(page: Page) -> list[Any]:
    """All that was picked, once anything is."""
    page.wait_for_function("() => document.querySelector('.st-key-picked code').innerText != '[]'")
    found: list[Any] = json.loads(page.locator(".st-key-picked code").inner_text())
    return found


def values(page: Page) -> list[str]:
    return [charts.picked([picked])[0][1] for picked in told(page)]


def spot(page: Page, across: float, down: float) -> tuple[float, float]:
    """A place of the figure, in pixels of the page."""
    box = page.locator(".js-plotly-plot").bounding_box()
    assert box
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def click(page: Page, at: tuple[float, float]) -> None:
    page.mouse.move(at[0] - 5, at[1])
    page.mouse.move(*at)
    page.wait_for_selector(".hoverlayer > g")
    page.mouse.click(*at)


@pytest.mark.parametrize(
    ("figure", "across", "down", "value"),
    [
        ("map", 0.383, 0.56, "BR"),
        ("mix", 0.5, 0.7, "c"),
    ],
)
def test_a_click_gives_what_it_means(show, figure, across, down, value) -> None:
    page = show(figure)

    click(page, spot(page, across, down))

    assert values(page) == [value]


def test_a_click_anywhere_over_a_day_gives_the_day(show) -> None:
    page = show("trend")

    click(page, page.evaluate(AT, [3, 0.1]))

    assert values(page) == ["2026-11-05T00:00:00"]


def test_a_drag_gives_a_range_of_days(show) -> None:
    page = show("trend")
    start, end = page.evaluate(AT, [1, 0.5]), page.evaluate(AT, [4, 0.6])

    page.mouse.move(start[0] - 15, start[1])
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.move(end[0] + 15, end[1])
    page.mouse.up()

    [[first, last]] = told(page)
    assert "2026-11-02" < first < "2026-11-03 00:00"
    assert "2026-11-06 00:00" < last < "2026-11-07"


def test_a_note_is_told_in_full_under_the_pointer(show) -> None:
    page = show("trend")

    page.locator(".annotation").first.hover()

    page.wait_for_selector(".hoverlayer .hovertext")
    told = page.locator(".hoverlayer").text_content() or ""
    assert re.sub(r"\s", "", HOSTILE) in re.sub(r"\s", "", told)


# On a phone


@pytest.fixture(scope="module")
def phone(browser: Browser, gallery: str) -> Iterator[Callable[[str], Page]]:
    """Open a figure on a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()

    def shown(name: str) -> Page:
        page.goto(f"{gallery}/?figure={name}")
        page.wait_for_function(PAINTED)
        return page

    yield shown
    context.close()


@pytest.mark.parametrize(
    ("figure", "across", "down", "value"),
    [
        ("mix", 0.5, 0.7, "c"),
        ("still", 0.99, 0.5, "2026-11-09T00:00:00"),
    ],
)
def test_a_tap_gives_what_it_means_and_is_not_undone(phone, figure, across, down, value) -> None:
    page = phone(figure)

    page.touchscreen.tap(*spot(page, across, down))

    assert values(page) == [value]
    page.wait_for_timeout(500)
    assert values(page) == [value]


def test_a_tap_on_a_course_shows_the_values_of_the_day_and_chooses_nothing(phone) -> None:
    page = phone("trend")

    page.touchscreen.tap(*page.evaluate(AT, [3, 0.1]))

    page.wait_for_selector(".hoverlayer .hovertext, .hoverlayer .legend")
    page.wait_for_timeout(500)
    assert "5 Nov" in (page.locator(".hoverlayer").text_content() or "")
    assert page.locator(".st-key-picked code").inner_text() == "[]"


def test_a_map_on_a_phone_is_no_higher_than_the_world(phone) -> None:
    box = phone("map").locator(".figure").bounding_box()
    assert box
    assert box["height"] < box["width"] * 0.6


@pytest.mark.parametrize("figure", ["map", "mix", "still"])
def test_a_finger_on_a_figure_scrolls_the_page(phone, figure) -> None:
    page = phone(figure)
    x, y = spot(page, 0.5, 0.5)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *at: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(at)})

    send("touchStart", {"x": x, "y": y})
    for step in range(1, 16):
        send("touchMove", {"x": x, "y": y - 10 * step})
        page.wait_for_timeout(16)
    send("touchEnd")

    page.wait_for_function(
        "() => document.querySelector('[data-testid=\"stMain\"]').scrollTop > 50"
    )

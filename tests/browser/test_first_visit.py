"""The picture of the page that readers see until its scripts are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .app import Watched

Tab = Callable[..., Watched]
GROUND = {False: "rgb(255, 255, 255)", True: "rgb(11, 18, 32)"}  # as in .streamlit/config.toml


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_there_before_any_script_and_gives_way_to_the_page(
    demo: str, tab: Tab, width: int, dark: bool
) -> None:
    opened = tab(new=True, width=width, dark=dark)
    page = opened.page
    page.route("**/static/js/**", lambda _: None)
    page.goto(demo, wait_until="commit")
    picture = page.locator(".sk")
    expect(picture).to_be_visible()
    expect(picture).to_have_css("background-color", GROUND[dark])
    expect(picture.locator("img").locator("visible=true")).to_have_count(1)
    expect(picture.locator(".sk-cards b")).to_have_count(8)
    before = picture.locator(".sk-cards").bounding_box()
    page.unroute("**/static/js/**")  # lets them go
    opened.wait_painted()
    expect(picture).to_be_hidden()
    after = page.locator(".st-key-cards").bounding_box()
    assert before
    assert after
    assert [round(after[side] - before[side]) for side in ("x", "width")] == [0, 0]


def test_it_does_not_come_back_when_another_page_is_opened(demo: str, tab: Tab) -> None:
    opened = tab(new=True)
    opened.open(demo)
    opened.wait_painted()
    opened.page.evaluate(
        """() => {
          window.seen = 0;
          const look = () => {
            if (getComputedStyle(document.querySelector('.sk')).visibility !== 'hidden') seen++;
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    for name in ("Videos", "Data", "Overview"):
        opened.page.get_by_role("link", name=name, exact=True).first.click()
        expect(opened.page.locator("h1")).to_have_text(name)
        opened.wait_painted()
    opened.page.evaluate("document.querySelectorAll('h1').forEach(heading => heading.remove())")
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.seen") == 0

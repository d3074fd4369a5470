"""After a click the page stays as it is until its successor is there: nothing blanks or jumps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from .app import Watched, wait_painted

Tab = Callable[..., Watched]
# Marks the root of every component, looks at all of them in every frame, and adds up what moves.
_WATCH = """() => {
  const roots = [...document.querySelectorAll('.stBidiComponent')].filter(e => e.checkVisibility());
  const inner = e => e.querySelector('[data-testid^="stBidiComponent"]') ?? e;
  const holds = e => {
    const part = inner(e), within = part.shadowRoot ?? [...part.querySelectorAll('*')]
      .map(one => one.shadowRoot).find(Boolean) ?? part;
    return within.textContent.trim().length > 0 || within.querySelector('svg') !== null;
  };
  const kept = roots.filter(holds);
  window.seen = {roots: kept.length, gone: 0, empty: 0, pale: 0, frames: 0, shift: 0};
  const look = () => {
    seen.frames += 1;
    for (const root of kept) {
      const box = root.getBoundingClientRect();
      seen.gone += !root.isConnected;
      seen.empty += root.isConnected && (box.height < 20 || !holds(root));
      seen.pale += root.isConnected && !root.checkVisibility({opacityProperty: true});
      for (let e = root; e; e = e.parentElement) seen.pale += +getComputedStyle(e).opacity < 1;
    }
    window.looking = requestAnimationFrame(look);
  };
  look();
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) seen.shift += entry.value;
  }).observe({type: 'layout-shift', buffered: false});
}"""
_SEEN = "() => { cancelAnimationFrame(looking); return seen; }"


def watched(page: Page, act: Callable[[], None]) -> dict[str, Any]:
    """What happened to the blocks of a page from an act until all is drawn again."""
    before = page.url
    page.evaluate(_WATCH)
    act()
    page.wait_for_function("old => location.href !== old", arg=before, timeout=20_000)
    wait_painted(page)
    seen: dict[str, Any] = page.evaluate(_SEEN)
    return seen


def show(opened: Watched, url: str) -> Page:
    opened.page.set_viewport_size({"width": 1440, "height": 1700})
    opened.open(url)
    opened.wait_painted()
    opened.page.wait_for_function(
        "() => !/Loading your views|so far|loaded yet/.test(document.body.innerText)",
        timeout=120_000,
    )
    opened.wait_painted()
    return opened.page


def row(page: Page, list_: str, number: int) -> Callable[[], None]:
    return lambda: page.locator(f".st-key-list-{list_} li button").nth(number).click()


ACTS: dict[str, Callable[[Page], Callable[[], None]]] = {
    "a row of a list": lambda page: row(page, "country", 1),
    "a card": lambda page: page.locator(".draw", has_text="Watch time").click,
    "another interval": lambda page: page.get_by_text("Week", exact=True).click,
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_jumps_and_no_block_goes_pale_or_empty_or_is_made_anew(
    demo: str, tab: Tab, act: str
) -> None:
    page = show(tab(), demo)

    seen = watched(page, ACTS[act](page))

    assert seen["roots"] >= 8
    assert seen["frames"] > 3
    assert (seen["gone"], seen["empty"], seen["pale"]) == (0, 0, 0)
    assert seen["shift"] <= 0.05


def test_a_chosen_row_is_marked_before_the_server_answers(demo: str, tab: Tab) -> None:
    page = show(tab(), demo)
    brazil = page.locator(".st-key-list-country li button").nth(1)
    marked = "e => { e.click(); return e.getAttribute('aria-pressed'); }"

    assert brazil.evaluate(marked) == "true"

"""What hinders people who read with other means: axe-core's rules, contrast, the keyboard's way.

axe-core leaves open what it cannot see: a text's ground where something lies under it, as a bar or
an axis. There the ground is looked at as it is painted.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Page

from .app import wait_painted, wait_ready

_AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
_RUN = """async () => {
  const found = await axe.run(
    document, {resultTypes: ['violations', 'incomplete'], elementRef: true});
  const unclear = found.incomplete.find(rule => rule.id === 'color-contrast')?.nodes ?? [];
  window.unclear = unclear.map(node => node.element);
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.html.slice(0, 150)}: ${node.failureSummary.split('\\n')[1]?.trim()}`));
}"""
# Each text with its place, its colour and the contrast that its size needs.
_TEXTS = """() => window.unclear.filter(element => element.isConnected).flatMap(element => {
  const style = getComputedStyle(element), range = document.createRange();
  const size = parseFloat(style.fontSize), bold = style.fontWeight >= 700;
  range.selectNodeContents(element);
  return [...range.getClientRects()].filter(box => box.width > 2 && box.height > 2).map(box => ({
    text: element.textContent.trim(), box: [box.left, box.top, box.right, box.bottom],
    colour: element.closest('svg') ? style.fill : style.color,
    needed: size >= 24 || (bold && size >= 18.66) ? 3 : 4.5}));
}).filter(text => text.text)"""
_NO_TEXT = """*, ::before, ::after { -webkit-text-fill-color: transparent !important;
  text-shadow: none !important; caret-color: transparent !important; }
  text, tspan { fill: transparent !important; stroke: transparent !important; }"""
_COUNTS = 0.08  # of the pixels behind a text; less is an edge or a line beside it

_Colour = tuple[int, int, int]


def violations(page: Page, *, covered: bool = False) -> list[str]:
    """Everything on the page, as it is now, that axe-core or a look at its grounds finds wrong.

    Grounds are not looked at where a menu has `covered` part of the page or shades it.
    """
    page.evaluate(_AXE)  # not as a script of the page, which its policy would refuse
    found: list[str] = page.evaluate(_RUN)
    return found if covered else [*found, *_too_pale(page)]


def in_both_themes(page: Page, *, covered: bool = False) -> dict[str, list[str]]:
    """Its violations in light colours, and in dark ones after the reader's system turned dark."""
    found = {"light": violations(page, covered=covered)}
    _darken(page)
    return found | {"dark": violations(page, covered=covered)}


# Colours of the page and of its figures' axes.
_COLOURS = """() => [document.querySelector('h1, [role="alert"]'),
    ...[...document.querySelectorAll('.figure')].map(e => e.querySelector('.xtick text'))]
  .flatMap(e => e ? [`${getComputedStyle(e).color} ${getComputedStyle(e).fill}`] : [])"""


def _darken(page: Page) -> None:
    """Have the reader's system turn dark, and wait until the page and its figures are."""
    light = page.evaluate(_COLOURS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        f"light => ({_COLOURS})().every((colour, n) => colour !== light[n])",
        arg=light,
        timeout=60_000,
    )
    settle(page)


def all_in_sight(page: Page) -> None:
    """As high a screen as the page: what is below the edge of one has no ground to look at."""
    main, size = page.locator('[data-testid="stMain"]'), page.viewport_size
    assert size
    height = max(main.evaluate("e => e.scrollHeight"), size["height"])
    page.set_viewport_size({"width": size["width"], "height": height})
    settle(page)


def settle(page: Page) -> None:
    """Wait for charts and tables where there are any."""
    wait_ready(page)
    if page.locator('.figure, [data-testid="stDataFrame"]').count():
        wait_painted(page)


def _too_pale(page: Page) -> list[str]:
    texts = page.evaluate(_TEXTS)
    if not texts:
        return []
    style = page.add_style_tag(content=_NO_TEXT)
    picture = _shot(page)
    style.evaluate("e => e.remove()")
    found = []
    for text in texts:
        left, top, right, bottom = text["box"]
        if min(left, top) < 0 or right > picture.width or bottom > picture.height:
            continue  # scrolled away
        box = picture.crop((int(left), int(top), int(right) + 1, int(bottom) + 1))
        for ground, pixels in Counter(_pixels(box)).items():
            ratio = contrast(_over(text["colour"], ground), ground)
            if pixels >= _COUNTS * box.width * box.height and ratio < text["needed"]:
                found.append(f"contrast {ratio:.2f}: {text['text']!r} on {ground}")
    return found


_SETTLED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
  Promise.all(document.getAnimations().map(each => each.finished.catch(() => 0))).then(done))))"""


def _shot(page: Page) -> Image.Image:
    page.evaluate(_SETTLED)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _pixels(picture: Image.Image) -> list[_Colour]:
    data = picture.tobytes()
    return list(zip(data[::3], data[1::3], data[2::3], strict=True))


def _over(colour: str, ground: _Colour) -> _Colour:
    """A colour of CSS as seen over this ground."""
    red, green, blue, *alpha = (float(part) for part in colour.split("(")[1][:-1].split(","))
    share = alpha[0] if alpha else 1.0
    mixed = (share * a + (1 - share) * b for a, b in zip((red, green, blue), ground, strict=True))
    return tuple(round(part) for part in mixed)


def contrast(one: _Colour, other: _Colour) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: _Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True)
class Stop:
    """A place that Tab leads to. `seen` is how many pixels show that it has the focus."""

    role: str
    name: str
    key: str
    box: tuple[float, float, float, float]  # x, y, width, height
    seen: int


_FOCUSED = """(() => {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e;
})()"""
_PLACE = f"""() => {{
  const e = {_FOCUSED}, box = e.getBoundingClientRect(), named = e.closest('[class*="st-key-"]');
  const table = e.closest('[data-testid="stDataFrame"]');
  const grid = table?.querySelector('[role="region"][aria-label]')?.ariaLabel ?? '';
  return {{box: [box.x, box.y, box.width, box.height], grid, body: e === document.body,
    key: named?.className.match(/st-key-([\\w-]+)/)?.[1] ?? ''}};
}}"""
_SEEN = 3.0  # the contrast to what was there before


def walk(page: Page, most: int = 200) -> Iterator[Stop]:
    """Press Tab from the top of the page to its end, or this often."""
    session = page.context.new_cdp_session(page)
    for _ in range(most):
        page.keyboard.press("Tab")
        place = page.evaluate(_PLACE)
        if place["body"]:
            return
        role, name = _named(session)
        box = tuple(place["box"])
        # A table is walked cell by cell, and draws where one is: focused anew, it would begin anew.
        seen = box[2] * box[3] if place["grid"] else _ring(page)
        yield Stop(role, name or place["grid"], place["key"], box, seen)
    raise AssertionError(f"The keyboard is still on the page after {most} stops.")


def _named(session: Any) -> tuple[str, str]:
    """The role and the name of what has the focus, as the browser tells them to a reader."""
    handle = session.send("Runtime.evaluate", {"expression": _FOCUSED})["result"]["objectId"]
    asked = {"objectId": handle, "fetchRelatives": False}
    node = session.send("Accessibility.getPartialAXTree", asked)["nodes"][0]
    role, name = (node.get(part, {}).get("value", "") for part in ("role", "name"))
    return str(role), str(name).strip()


def _ring(page: Page) -> int:
    """The pixels that stand out from what is there when nothing has the focus."""
    focused = _shot(page)
    page.evaluate(f"() => {{ window.focused = {_FOCUSED}; window.focused.blur(); }}")
    without = _shot(page)
    page.evaluate("() => window.focused.focus({preventScroll: true})")
    box = ImageChops.difference(focused, without).getbbox()
    if box is None:
        return 0
    pairs = Counter(zip(_pixels(focused.crop(box)), _pixels(without.crop(box)), strict=True))
    return sum(n for (a, b), n in pairs.items() if contrast(a, b) >= _SEEN)

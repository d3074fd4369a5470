"""Pictures of every page: `make shots` draws them into shots/.

`make shots ONLY="data people"` draws some; `make shots DOCS=1` also puts the pages as they usually
are into docs/pages/, where docs/pages.md shows them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from .. import odd
from ..clock import machine_time
from ..sign_in.scenes import ENTRANCES, SCENES, Scene, Stage, staged
from . import chromium
from .accessibility import settle
from .app import PREPARE, ROOT, Watched, running, watch

PROJECT, VIDEOS = "5lCohVbzSymGw", ("HGOEuGbd6dpex", "YWTJyenWxhlEL", "zD7lEDM6Ftivs")
PAGES = {
    "overview": "/",
    "overview-today": "/?period=today",
    "overview-filtered": f"/?period=last-7-days&project={PROJECT}&metric=plays&country=DE",
    "overview-views-behind": "/?behind=completions&sort=views_change",
    "empty": "/?video=no-such-video",
    "wrong-address": "/?from=9999&period=last-week",
    "future": "/?from=2090-01-01&to=2090-01-31",
    "videos": "/videos",
    "videos-channels": "/videos?level=channel&sort=completion_rate",
    "videos-one": f"/videos?open={VIDEOS[0]}",
    "videos-side-by-side": "/videos?align=age" + "".join(f"&open={key}" for key in VIDEOS),
    "engagement": "/engagement",
    "geography": "/geography",
    "geography-change": "/geography?colour=change&continent=EU&country=DE",
    "devices": "/devices?mix=browser",
    "embeds": "/embeds",
    "live": "/live",
    "data": "/data?check=watched_longer",
}
ODD_PAGES = {  # of an archive in which much is wrong
    "data-odd": "/data?check=rejected",
    "overview-in-doubt": "/",
}
LOOKS = {
    "light": (1440, False),
    "dark": (1440, True),
    "phone": (390, False),
    "print": (1440, False),
}
SHOTS, DOCS = ROOT / "shots", ROOT / "docs" / "pages"
IN_DOCS = (
    *("overview", "overview-views-behind", "videos", "videos-one", "videos-side-by-side"),
    *("engagement", "geography", "devices", "embeds", "live", "data"),
    *("sign-in", "no-access", "people"),
)
DOCS_WIDTH = 1000  # pixels; phones are narrower


def main() -> int:
    path = chromium.find()
    if path is None:
        print("No Chromium was found; set CHROMIUM.", file=sys.stderr)
        return 1
    SHOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        _draw_all(browser, Path(folder), os.environ.get("ONLY", "").split())
    if "DOCS" in os.environ:
        _show_in_docs()
    return 0


def _draw_all(browser: Browser, folder: Path, only: Sequence[str]) -> None:
    demo, wrong = folder / "demo", folder / "odd"
    pages, odd_pages, scenes = (
        {name: of for name, of in all_.items() if name in only or not only}
        for all_ in (PAGES, ODD_PAGES, SCENES)
    )
    if pages or scenes:
        with running(demo) as url:
            _wait_until_fetched(browser, url)
            _draw_pages(browser, url, pages)
    if odd_pages:
        odd.build(wrong, machine_time().date(), days=420, now=machine_time())
        with running(wrong, SYNC="external") as url:
            _draw_pages(browser, url, odd_pages)
    if scenes:
        with staged(demo, folder) as stage:
            _draw_scenes(browser, stage, scenes)


def _wait_until_fetched(browser: Browser, url: str) -> None:
    tab = watch(browser)
    tab.open(url)
    tab.page.wait_for_selector(".st-key-cards", timeout=120_000)
    tab.page.wait_for_function(
        "() => !document.body.innerText.includes('Loading your views')", timeout=120_000
    )
    tab.page.context.close()


def _draw_pages(browser: Browser, url: str, pages: Mapping[str, str]) -> None:
    for name, address in pages.items():
        for look in LOOKS:
            with _tab(browser, look) as tab:
                tab.open(url + address)
                _wait(tab, name)
                draw = _print if look == "print" else _draw
                draw(tab.page, SHOTS / f"{name}-{look}.png")


def _draw_scenes(browser: Browser, stage: Stage, scenes: Mapping[str, Scene]) -> None:
    """Nobody prints an entrance or a menu."""
    for name, scene in scenes.items():
        for look in LOOKS:
            part = bool(scene.menu) or name in ENTRANCES
            if part and look == "print":
                continue
            with _tab(browser, look) as tab:
                stage.play(tab.page, scene)
                draw = _print if look == "print" else _draw_sight if part else _draw
                draw(tab.page, SHOTS / f"{name}-{look}.png")


@contextmanager
def _tab(browser: Browser, look: str) -> Iterator[Watched]:
    width, dark = LOOKS[look]
    tab = watch(browser, touch=look == "phone")
    tab.look(width=width, dark=dark)
    yield tab
    tab.page.context.close()


def _wait(tab: Watched, name: str) -> None:
    """Wait until a page is drawn, which may have no chart."""
    if name in ("empty", "future"):
        tab.page.wait_for_selector('[data-testid="stAlert"]', timeout=60_000)
        tab.page.wait_for_timeout(3000)
    elif name == "overview-today":  # which has no views in its first minutes
        tab.page.wait_for_selector("h1", timeout=60_000)
        tab.page.wait_for_timeout(4000)
    else:
        tab.wait_painted()


def _draw(page: Page, file: Path) -> None:
    """The whole page, however high."""
    height = page.locator('[data-testid="stMain"]').evaluate("e => e.scrollHeight")
    assert page.viewport_size
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    settle(page)
    _draw_sight(page, file)


def _draw_sight(page: Page, file: Path) -> None:
    """What is in sight."""
    page.wait_for_timeout(800)
    page.screenshot(path=file)
    print(file.relative_to(ROOT), flush=True)


def _print(page: Page, file: Path) -> None:
    """The sheets of paper, one under the other, if poppler-utils is installed; always the PDF."""
    pdf = file.with_suffix(".pdf")
    page.evaluate(PREPARE)
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    print(pdf.relative_to(ROOT), flush=True)
    if not shutil.which("pdftoppm"):
        return
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", "80", "-png", pdf, Path(folder, "sheet")]
        subprocess.run(command, check=True)
        sheets = [Image.open(sheet) for sheet in sorted(Path(folder).iterdir())]
        size = max(sheet.width for sheet in sheets), sum(sheet.height + 8 for sheet in sheets) - 8
        whole, top = Image.new("RGB", size, "grey"), 0
        for sheet in sheets:
            whole.paste(sheet, (0, top))
            top += sheet.height + 8
        whole.save(file)


def _show_in_docs() -> None:
    """Smaller copies for docs/pages.md."""
    DOCS.mkdir(exist_ok=True)
    for name in IN_DOCS:
        for file in (SHOTS / f"{name}-{look}.png" for look in LOOKS):
            if file.exists():
                picture = Image.open(file).convert("RGB")
                picture.thumbnail((DOCS_WIDTH, 16_000))
                picture.save(DOCS / f"{file.stem}.webp", quality=70, method=6)


if __name__ == "__main__":
    sys.exit(main())

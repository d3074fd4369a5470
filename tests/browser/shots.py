"""Pictures of every page: `make shots` draws them into shots/.

`make shots DOCS=1` also puts the pages as they usually are into docs/pages/, where docs/pages.md
shows them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from .. import odd
from ..clock import machine_time
from . import chromium
from .app import ROOT, Watched, running, watch

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
)
DOCS_WIDTH = 1000  # pixels; phones are narrower


def main() -> int:
    path = chromium.find()
    if path is None:
        print("No Chromium was found; set CHROMIUM.", file=sys.stderr)
        return 1
    SHOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as archives, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        demo, wrong = Path(archives, "demo"), Path(archives, "odd")
        odd.build(wrong, machine_time().date(), days=420, now=machine_time())
        with running(demo) as url:
            _wait_until_fetched(browser, url)
            _draw_all(browser, url, PAGES)
        with running(wrong, SYNC="external") as url:
            _draw_all(browser, url, ODD_PAGES)
    if "DOCS" in os.environ:
        _show_in_docs()
    return 0


def _wait_until_fetched(browser: Browser, url: str) -> None:
    tab = watch(browser)
    tab.open(url)
    tab.page.wait_for_selector(".st-key-cards", timeout=120_000)
    tab.page.wait_for_function(
        "() => !document.body.innerText.includes('Loading your views')", timeout=120_000
    )
    tab.page.context.close()


def _draw_all(browser: Browser, url: str, pages: dict[str, str]) -> None:
    for name, address in pages.items():
        for look, (width, dark) in LOOKS.items():
            tab = watch(browser, touch=look == "phone")
            tab.look(width=width, dark=dark)
            tab.open(url + address)
            _wait(tab, name)
            draw = _print if look == "print" else _draw
            draw(tab.page, SHOTS / f"{name}-{look}.png")
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
    page.wait_for_timeout(800)
    page.screenshot(path=file)
    print(file.relative_to(ROOT), flush=True)


def _print(page: Page, file: Path) -> None:
    """The sheets of paper, one under the other, if poppler-utils is installed; always the PDF."""
    pdf = file.with_suffix(".pdf")
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
        for look in LOOKS:
            picture = Image.open(SHOTS / f"{name}-{look}.png").convert("RGB")
            picture.thumbnail((DOCS_WIDTH, 16_000))
            picture.save(DOCS / f"{name}-{look}.webp", quality=70, method=6)


if __name__ == "__main__":
    sys.exit(main())

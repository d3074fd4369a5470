"""Pictures of every page: `make shots` draws them into shots/."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

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
LOOKS = {"light": (1440, False), "dark": (1440, True), "phone": (390, False)}


def main() -> int:
    path = chromium.find()
    if path is None:
        print("No Chromium was found; set CHROMIUM.", file=sys.stderr)
        return 1
    (ROOT / "shots").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as archives, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        demo, wrong = Path(archives, "demo"), Path(archives, "odd")
        odd.build(wrong, machine_time().date(), days=420, now=machine_time())
        with running(demo) as url:
            _draw_all(browser, url, PAGES)
        with running(wrong, SYNC="external") as url:
            _draw_all(browser, url, ODD_PAGES)
    return 0


def _draw_all(browser: Browser, url: str, pages: dict[str, str]) -> None:
    for name, address in pages.items():
        for look, (width, dark) in LOOKS.items():
            tab = watch(browser)
            tab.look(width=width, dark=dark)
            tab.open(url + address)
            _draw(tab, ROOT / "shots" / f"{name}-{look}.png")


def _draw(tab: Watched, file: Path) -> None:
    page = tab.page
    if any(word in file.name for word in ("empty", "future")):
        page.wait_for_selector('[data-testid="stAlert"]', timeout=60_000)
        page.wait_for_timeout(3000)
    elif "today" in file.name:  # which has no views in its first minutes
        page.wait_for_selector("h1", timeout=60_000)
        page.wait_for_timeout(4000)
    else:
        tab.wait_painted()
    height = page.locator('[data-testid="stMain"]').evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.wait_for_timeout(800)
    page.screenshot(path=file)
    page.context.close()
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())

"""The first visit on a slow line: bytes and seconds until a page shows what people wait for.

`python -m benchmarks.slow_line --page videos` opens that page with an empty cache, at 1.6 Mbit/s
and 150 ms as Chromium emulates them, and lists the largest responses.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.browser import chromium
from tests.browser.app import wait_painted

from . import archive
from .pages import OURS, PATIENCE, WINDOW, cells, heading
from .questions import page_files
from .serving import serving

VIEWS, DAYS, LARGEST = 200_000, 28, 15
BITS, LATENCY = 1_600_000, 150  # a second; milliseconds
# Whether a stage is reached: the browser's time then, in milliseconds since it asked for the page.
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_MENU = """() => document.querySelector('[data-testid="stTopNavLink"]') && performance.now()"""
_NUMBERS = """() => [...document.querySelectorAll('.stBidiComponent, .stBidiComponent *')].some(
  e => e.shadowRoot?.querySelector('.card .value, table td')) && performance.now()"""
STAGES = {"anything at all": _PAINTED, "the menu": _MENU, "the numbers": _NUMBERS}
TARGETS = {"anything at all": "1.5 s", "the numbers": "2.5 MB"}


@dataclass
class Line:
    """What came over a tab's line, as the browser counts it."""

    session: CDPSession
    began: float | None = None
    came: list[tuple[float, str, int]] = field(default_factory=list)  # when, what, bytes
    _addresses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, heard in {
            "requestWillBeSent": self._asked,
            "responseReceived": self._answered,
            "dataReceived": self._data,
            "webSocketFrameReceived": self._message,
        }.items():
            self.session.on(f"Network.{name}", heard)
        self.session.send("Network.enable")

    def slow_down(self, bits: int, latency: int) -> None:
        """Emulate a line of so many bits a second each way, and so many milliseconds."""
        each_way = dict.fromkeys(("downloadThroughput", "uploadThroughput"), bits / 8)
        self.session.send(
            "Network.emulateNetworkConditions", {"offline": False, "latency": latency, **each_way}
        )

    def received(self, seconds: float) -> int:
        """The bytes of the first so many seconds."""
        return sum(size for when, _, size in self.came if when <= (self.began or 0) + seconds)

    def _asked(self, event: Mapping[str, Any]) -> None:
        self.began = self.began or event["timestamp"]
        self._addresses[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def _answered(self, event: Mapping[str, Any]) -> None:
        self._note(event, event["response"]["encodedDataLength"])

    def _data(self, event: Mapping[str, Any]) -> None:
        self._note(event, event["encodedDataLength"])

    def _message(self, event: Mapping[str, Any]) -> None:
        # As the page gets it, in base64; on the line it is compressed to a third.
        size = len(event["response"]["payloadData"]) * 3 // 4
        self.came.append((event["timestamp"], "websocket", size))

    def _note(self, event: Mapping[str, Any], size: int) -> None:
        self.came.append((event["timestamp"], self._addresses[event["requestId"]], size))


def main(page: str = "overview", views: int = VIEWS) -> None:
    """Print two tables: the stages of the first visit, and its largest responses."""
    with sync_playwright() as playwright, serving(OURS, archive.kept(views)) as server:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        address = server.address(page, DAYS)
        visit(browser, address, slow=False)  # the server has made its answers, as for others
        line, reached = visit(browser, address)
        browser.close()
    heading(f"The first visit of {page} on a slow line", "until", "seconds", "received", "target")
    for stage, seconds in reached.items():
        received = f"{line.received(seconds) / 1e6:.2f} MB"
        cells(stage, f"{seconds:.1f} s", received, TARGETS.get(stage, ""))
    heading("Its largest responses", "response", "received")
    sizes = Counter[str]()
    for _, what, size in line.came:
        sizes[what] += size
    for what, size in sizes.most_common(LARGEST):
        cells(what, f"{size / 1000:,.0f} kB")
    cells(f"all {len(sizes)}", f"{sizes.total() / 1000:,.0f} kB")


def visit(browser: Browser, address: str, *, slow: bool = True) -> tuple[Line, dict[str, float]]:
    """Open a page with an empty cache: what came, and the seconds until each stage."""
    context = browser.new_context(**WINDOW)
    page = context.new_page()
    line = Line(context.new_cdp_session(page))
    if slow:
        line.slow_down(BITS, LATENCY)
    page.goto(address, wait_until="commit", timeout=PATIENCE)
    reached = {stage: _when(page, script) / 1000 for stage, script in STAGES.items()}
    page.set_default_timeout(PATIENCE)
    wait_painted(page)
    reached["the last chart"] = page.evaluate("window.paintedSince") / 1000
    context.close()
    return line, reached


def _when(page: Page, script: str) -> float:
    return float(page.wait_for_function(script, timeout=PATIENCE).json_value())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_line", description=__doc__)
    parser.add_argument("--page", choices=[file.stem for file in page_files()], default="overview")
    parser.add_argument("--views", type=int, default=VIEWS)
    main(**vars(parser.parse_args()))

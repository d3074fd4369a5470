"""How long readers wait after a filter change, and after a start; memory.

`python -m benchmarks.pages --views 1000000 --pages overview` measures some pages on so many views.
`benchmarks.rivals.pages` compares with a plain app.
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser import chromium
from tests.browser.app import PAINTED, ROOT

from . import archive
from .machine import row
from .page import offered
from .processes import until_loaded
from .questions import page_files
from .serving import Server, free_port, serving

OURS = ROOT / "app.py"
TIMES, DAYS = 5, (28, 365)
CHANGE_TARGETS = {28: "0.7 s, 150 ms"}  # by the days of the period
START_TARGET, MEMORY_TARGET = "3 s", "600 MB"
USED_BEFORE = 3  # looks after which a browser has the scripts compiled
PATIENCE = 600_000  # milliseconds: a plain app reads all views first
WINDOW: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


class Change(NamedTuple):
    """A filter change: the seconds from the click to the last chart, those from the browser's
    message to the server's last one, and the bytes of all the server's."""

    seconds: float
    server: float
    received: float


Start = tuple[float, float]  # seconds until the server answered, and for the page from then on
# Notes when the page was clicked, and when a chart or the state of the script last changed.
_NOTE = """() => {
  window.noted = {clicked: 0, changed: 0};
  addEventListener('click', () => { noted.clicked = performance.now(); }, true);
  const matters = one => one.target.getRootNode() !== document || one.target.closest?.('.figure')
    || ['data-stale', 'data-test-script-state'].includes(one.attributeName);
  const watch = new MutationObserver(all => {
    if (all.some(matters)) noted.changed = performance.now();
  });
  const panel = root => root.host.closest('[data-testid="stSidebar"], .st-key-period-box');
  const own = [...document.querySelectorAll('*')].map(one => one.shadowRoot)
    .filter(root => root && !panel(root));
  for (const root of [document, ...own])
    watch.observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
# Nothing has changed for a while. There may be no chart: an hour without views has none.
_IS_QUIET = """() =>
  document.querySelector('[data-testid="stApp"]').dataset.testScriptState === 'notRunning'
  && document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]') === null
  && noted.changed > noted.clicked && performance.now() - noted.changed > 300
"""
_ERRORS = '[data-testid="stException"], [data-testid="stAlertContentError"]'


@dataclass
class Reader:
    """A tab, with the messages between it and the server as the browser times them."""

    page: Page
    _began: float | None = None
    _ended: float | None = None
    _received: int = 0

    def __post_init__(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.on("Network.webSocketFrameSent", self._sent)
        session.on("Network.webSocketFrameReceived", self._got)
        session.send("Network.enable")

    def open(self, address: str) -> float:
        """Open a page, and give the seconds until all of it was there."""
        began = time.perf_counter()
        self.page.goto(address)
        self.page.wait_for_function(PAINTED, timeout=PATIENCE)
        seconds = time.perf_counter() - began
        self.page.wait_for_timeout(1000)  # until late scripts are there
        self.page.evaluate(_NOTE)
        self._check()
        return seconds

    def change(self, number: int) -> Change:
        """Choose one more channel, so that every number is asked for anew."""
        option = offered(self.page, number)
        self._began = self._ended = None
        option.click()
        for _ in range(PATIENCE // 20):
            if self._ended is None:
                self.page.wait_for_timeout(20)
        self.page.wait_for_function(_IS_QUIET, polling=100, timeout=PATIENCE)
        seconds = self.page.evaluate("() => noted.changed - noted.clicked") / 1000
        self.page.keyboard.press("Escape")
        self.page.wait_for_timeout(300)
        self._check()
        if self._began is None or self._ended is None:
            sys.exit(f"{self.page.url} did not change.")
        return Change(seconds, self._ended - self._began, self._received)

    def _check(self) -> None:
        if self.page.locator(_ERRORS).count():
            sys.exit(f"{self.page.url} shows an error.")

    def _sent(self, event: Mapping[str, Any]) -> None:
        message = BackMsg.FromString(base64.b64decode(event["response"]["payloadData"]))
        # A page also polls by itself, again and again.
        asked = (
            message.WhichOneof("type") == "rerun_script" and not message.rerun_script.is_auto_rerun
        )
        if asked and self._began is None:
            self._began, self._received = event["timestamp"], 0

    def _got(self, event: Mapping[str, Any]) -> None:
        if self._began is None or self._ended is not None:
            return
        payload = base64.b64decode(event["response"]["payloadData"])
        self._received += len(payload)
        message = ForwardMsg.FromString(payload)
        ended = message.WhichOneof("type") == "script_finished"
        if ended and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._ended = event["timestamp"]


def main(pages: Sequence[str] = (), views: int = archive.USUAL, days: Sequence[int] = DAYS) -> None:
    """Print three tables: after a filter change, after a start, memory."""
    folder, names = archive.kept(views), pages or [file.stem for file in page_files()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        heading(f"A filter change, {views:,} views", *_COLUMNS)
        for name in names:
            for count in days if name != "live" else days[:1]:
                target = CHANGE_TARGETS.get(count, "")
                [change] = changes(browser, archive.kept(views), name, count)
                cells(name, f"{count}", *written(change), target)
        heading(f"A start, {views:,} views", "browser", "server", "first paint", "target")
        for kind, found in _starts(playwright, browser, folder).items():
            server, painted = map(median, zip(*found, strict=True))
            cells(kind, f"{server:.2f} s", f"{painted:.2f} s", START_TARGET)
        heading(f"Memory, {views:,} views", "what", "measured", "target")
        row("after these pages over a year, peak", _memory(browser, folder, names), MEMORY_TARGET)
        browser.close()


_COLUMNS = ("page", "days", "last chart", "server", "received", "target")


def heading(title: str, *columns: str) -> None:
    print(f"\n### {title}\n")
    cells(*columns)
    print("|---" * len(columns) + "|")


def cells(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def new_tab(browser: Browser) -> Reader:
    """A tab with an empty profile."""
    return Reader(browser.new_context(**WINDOW).new_page())


def changes(browser: Browser, folder: Path, name: str, days: int, *others: Server) -> list[Change]:
    """The same filter changes of a page, by turns: the medians of the app, then of other servers.

    The app is on a server of its own, which has no answers of another page.
    """
    with serving(OURS, folder) as ours:
        servers = [ours, *others]
        readers = [new_tab(browser) for _ in servers]
        for reader, server in zip(readers, servers, strict=True):
            reader.open(server.address(name, days))
        until_loaded(ours.process)
        of_all = _by_turns(readers)
    return [Change(*map(median, zip(*of_one, strict=True))) for of_one in of_all]


def written(change: Change) -> list[str]:
    """The cells of a row."""
    return [
        f"{change.seconds:.2f} s",
        f"{change.server * 1000:,.0f} ms",
        f"{change.received / 1000:,.0f} kB",
    ]


def _by_turns(readers: Sequence[Reader]) -> list[tuple[Change, ...]]:
    """The same changes of a page by each of these readers."""
    changes = [[reader.change(number) for reader in readers] for number in range(TIMES)]
    for reader in readers:
        reader.page.context.close()
    return list(zip(*changes, strict=True))


def _starts(playwright: Playwright, browser: Browser, folder: Path) -> dict[str, list[Start]]:
    """By turns, the seconds of a server's start and of the first look at its Overview."""
    port, used, new = free_port(), "used before", "new"
    found: dict[str, list[Start]] = {used: [], new: []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        known = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium.find(), args=chromium.FLAGS, **WINDOW
        )
        for number in range(USED_BEFORE + TIMES):
            for kind in (used, new) if number >= USED_BEFORE else (used,):
                context = known if kind == used else browser.new_context(**WINDOW)
                with serving(OURS, folder, port) as server:
                    page = context.new_page()
                    painted = Reader(page).open(server.address("overview", min(DAYS)))
                (page if kind == used else context).close()
                found[kind].append((server.seconds, painted))
        known.close()
    return {kind: measured[-TIMES:] for kind, measured in found.items()}


def _memory(browser: Browser, folder: Path, names: Sequence[str]) -> str:
    """The app's memory when it has shown all pages over the year."""
    with serving(OURS, folder) as server:
        tab = new_tab(browser)
        for name in names:
            tab.open(server.address(name, max(DAYS)))
        until_loaded(server.process)
        for name in names:
            tab.open(server.address(name, max(DAYS)) + "&device_type=Mobile")
        return server.memory


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    known_pages = [file.stem for file in page_files()]
    parser.add_argument("--pages", nargs="+", choices=known_pages, default=known_pages)
    parser.add_argument("--views", type=int, default=archive.USUAL)
    parser.add_argument("--days", type=int, nargs="+", default=DAYS)
    main(**vars(parser.parse_args()))

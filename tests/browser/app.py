"""The app as a process, and a browser that sees everything it does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[2]
# Everything of a page is there: its script has ended and every chart and table has drawn. This has
# to hold for a while: a click returns before its run begins, and a switch of pages is two runs.
PAINTED = """call => {
  const app = document.querySelector('[data-testid="stApp"]');
  const all = (of, has) => [...document.querySelectorAll(of)].every(e => e.querySelector(has));
  const painted = app?.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && document.querySelector('h1') !== null
    && document.querySelector('.stBidiComponent, [data-testid="stDataFrame"]') !== null
    && [...document.querySelectorAll('.stBidiComponent')].every(e => e.querySelector('.figure')
      || [...e.querySelectorAll('*')].some(part => part.shadowRoot?.childElementCount))
    && document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]') === null
    && [...document.querySelectorAll('.figure')].every(e => e.dataset.state === 'drawn'
      || e.dataset.state === 'away' && e.getBoundingClientRect().top > innerHeight)
    && all('[data-testid="stDataFrame"]', 'canvas')
    && [...document.querySelectorAll('[class*="st-key-table-"] [data-testid$="Isolated"]')]
      .every(e => e.shadowRoot?.childElementCount > 1)  // the first child is Streamlit's
    && all('.figure:has(.geo)', '.choroplethlayer path');
  if (!painted || window.paintedCall !== call) window.paintedSince = performance.now();
  window.paintedCall = call;
  return painted && performance.now() - window.paintedSince >= 300;
}"""
# What "Print or save as PDF" does before it prints.
PREPARE = 'import("/app/static/print.js").then(print => print.prepare())'
# What pages keep in a browser; an empty one has no store.
FORGET = "() => location.origin === 'null' || (localStorage.clear(), sessionStorage.clear())"
_calls = count()
STARTED_SECONDS = 120  # that an app may take to start on a machine that is busy with other tests
PROBE = re.compile(r"//[^/]+/[^/_]+/_stcore/(health|host-config)$")


@contextmanager
def running(archive: Path, **settings: str) -> Iterator[str]:
    """The address of the app, started as `make run` does, on a free port."""
    with running_as(("app.py",), archive, settings) as (url, _):
        yield url


@contextmanager
def running_as(
    arguments: Sequence[str],
    archive: Path,
    settings: dict[str, str],
    folder: Path = ROOT,
    log: list[str] | None = None,
    **streamlit: str,
) -> Iterator[tuple[str, int]]:
    """The address of what Python with these arguments serves, and the number of its process.

    It is started in a folder, whose secrets file has more settings. `log` gets what it says later.
    """
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
    environ = keep | {"DYNTUBE_ARCHIVE": str(archive)}
    environ |= {f"DYNTUBE_{name}": value for name, value in settings.items()}
    environ |= {f"STREAMLIT_{name}": value for name, value in streamlit.items()}
    command = [sys.executable, *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    rest = threading.Thread(target=_read_on, args=(process.stdout, log), daemon=True)
    try:
        url = _address(process)
        rest.start()
        wait_until_healthy(url)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)
        if rest.ident:
            rest.join(timeout=20)
        else:
            process.stdout.close()


def _read_on(said: IO[str], log: list[str] | None) -> None:
    """Read what is logged: a process waits for ever to write more than a pipe holds."""
    with said:
        for line in said:
            if log is not None:
                log.append(line)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"http://\S+:\d+[/\w]*", line):
            return found[0]
    raise AssertionError(f"The app did not start:\n{said}")


def wait_until_healthy(url: str) -> None:
    end = time.monotonic() + STARTED_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{url} is not healthy after {STARTED_SECONDS} s.")


def wait_painted(page: Page) -> None:
    """Wait until the page is drawn and stays as it is."""
    page.wait_for_function(PAINTED, arg=next(_calls), timeout=60_000)


def wait_ready(page: Page) -> None:
    """Wait until the page's script has ended, whether it drew charts and tables or not."""
    page.wait_for_function(
        """() => {
          const app = document.querySelector('[data-testid="stApp"]');
          return app?.dataset.testScriptState === 'notRunning' && document.querySelector('h1')
            && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]');
        }""",
        timeout=60_000,
    )


@dataclass(eq=False)
class Watched:
    """A tab, with what it must not do: load from other hosts, log errors, open dialogs."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    kept: bool = False

    def look(self, *, width: int, dark: bool) -> None:
        """Look with a screen of that width, and at nothing in particular."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.mouse.move(0, 0)

    def open(self, url: str) -> None:
        self.page.goto(url)

    def wait_painted(self) -> None:
        wait_painted(self.page)

    def close(self) -> None:
        """End it; fails when it did what it must not."""
        if self.kept:  # for another reader
            self.page.evaluate(FORGET)
            self.page.goto("about:blank")
            self.page.context.clear_cookies()
        else:
            self.page.context.close()
        assert self.foreign == []
        assert self.errors == []


def watch(
    browser: Browser, *, kept: bool = False, touch: bool = False, any_certificate: bool = False
) -> Watched:
    """A new tab with an empty profile, on a device that is touched or has a mouse."""
    context = browser.new_context(
        has_touch=touch,
        is_mobile=touch,
        ignore_https_errors=any_certificate,
        locale="en-GB",
        reduced_motion="reduce",  # shimmering skeletons take a fifth of the time of a test
    )
    tab = Watched(context.new_page(), kept=kept)

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        local = parts.hostname in ("127.0.0.1", "localhost")
        if parts.scheme not in ("data", "blob") and not local:
            tab.foreign.append(request.url)

    def logged(message: ConsoleMessage) -> None:
        # On a page below the top, Streamlit looks for its server there first.
        probe = PROBE.search(message.location["url"])
        if message.type == "error" and not probe:
            tab.errors.append(message.text)

    tab.page.on("request", asked)
    tab.page.on("console", logged)
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
    return tab

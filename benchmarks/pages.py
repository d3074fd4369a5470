"""How long a reader waits after a filter change, on each page, on 10 million views over a year;
and the memory of the app that has shown them all.

`python -m benchmarks.pages [PAGE ...]` measures some, such as `overview`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.app import running, watch

from . import archive
from .machine import row
from .page import choose
from .questions import page_files, period

TIMES = 5
TARGETS = {28: 0.9, 365: 2.5}  # seconds, by the days of the period
MEMORY_TARGET = 600  # MB


def main(pages: Sequence[str] = ()) -> None:
    folder, names = archive.kept(), pages or [file.stem for file in page_files()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        for days, target in TARGETS.items():
            for name in names:
                seconds = _filter_changes(browser, folder, name, days)
                row(f"a filter change on {name}, {days} days", f"{seconds:.2f} s", f"{target} s")
        now, peak = _memory(browser, folder, names)
        browser.close()
    row("memory of the app after every page over the year", f"{now:,.0f} MB", f"{MEMORY_TARGET} MB")
    row("its peak", f"{peak:,.0f} MB", "")


def _filter_changes(browser: Browser, folder: Path, name: str, days: int) -> float:
    """The median seconds; on a server of its own, which has no answers of another page."""
    with running(folder, SYNC="external") as url:
        tab = watch(browser)
        tab.open(_address(url, name, days))
        tab.wait_painted()
        tab.page.wait_for_timeout(1000)  # until late scripts are there
        seconds = [choose(tab, number) for number in range(TIMES)]
        tab.page.context.close()
    return statistics.median(seconds)


def _memory(browser: Browser, folder: Path, names: Sequence[str]) -> tuple[float, float]:
    """The app's resident memory and its peak, in MB."""
    with running(folder, SYNC="external") as url:
        server = _child_called("streamlit")
        tab = watch(browser)
        for name in names:
            tab.open(_address(url, name, 365))
            tab.wait_painted()
        tab.page.context.close()
        status = _status(server)
    return status["VmRSS"] / 1024, status["VmHWM"] / 1024


def _address(url: str, name: str, days: int) -> str:
    path = "" if name == "overview" else name
    return f"{url}/{path}?{urlencode(period(days))}"


def _child_called(name: str) -> int:
    """The process of this one's children that has a word in its command."""
    for folder in Path("/proc").glob("[0-9]*"):
        number = int(folder.name)
        try:
            command = (folder / "cmdline").read_text("utf-8")
            if name in command and _status(number)["PPid"] == os.getpid():
                return number
        except OSError:  # it has ended meanwhile
            continue
    sys.exit(f"There is no {name} process.")


def _status(process: int) -> dict[str, int]:
    """The whole numbers of a process's status; memory in kB."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    pairs = [line.removesuffix(" kB").split(":\t", 1) for line in lines if ":\t" in line]
    return {name: int(value) for name, value in pairs if value.strip().isdecimal()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    known = [file.stem for file in page_files()]
    parser.add_argument("pages", nargs="*", choices=known, default=known)
    main(parser.parse_args().pages)

"""How long readers wait after a filter change, beside a plain app with the same charts, by turns.

`python -m benchmarks.rivals.pages --views 1000000 --pages overview`, say.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.app import ROOT

from .. import archive
from ..machine import describe, row
from ..pages import DAYS, cells, changes, heading, new_tab, written
from ..serving import serving

PLAIN = ROOT / "benchmarks" / "rivals" / "plain" / "app.py"
PAGES = ("overview", "videos", "engagement", "geography", "devices", "embeds")
TARGET = {28: "5 times"}  # by the days of the period


def main(
    pages: Sequence[str] = PAGES, views: int = archive.USUAL, days: Sequence[int] = DAYS
) -> None:
    """Print two tables: filter changes in both, and what the plain app takes."""
    folder = archive.kept(views)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        with serving(PLAIN, folder) as plain:
            loaded = new_tab(browser).open(plain.address("overview", min(days)))
            heading(f"A filter change, {views:,} views", *_COLUMNS)
            for name in pages:
                for count in days:
                    ours, theirs = changes(browser, archive.kept(views), name, count, plain)
                    faster = (theirs.seconds / ours.seconds, theirs.server / ours.server)
                    times = [f"{ratio:.1f}" for ratio in faster]
                    both = [*written(ours), *written(theirs)]
                    cells(name, f"{count}", *both, *times, TARGET.get(count, ""))
            memory = plain.memory
        browser.close()
    heading(f"The plain app, {views:,} views", "what", "measured", "target")
    row("server is up, once", f"{plain.seconds:.2f} s", "")
    row("then to its first page in a new browser, once", f"{loaded:.2f} s", "")
    row("memory after these changes, peak", memory, "")


_COLUMNS = [
    *("page", "days", "last chart", "server", "received", "plain: last chart", "server"),
    *("received", "times faster", "on the server", "target"),
]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals.pages", description=__doc__)
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=PAGES)
    parser.add_argument("--views", type=int, default=archive.USUAL)
    parser.add_argument("--days", type=int, nargs="+", default=DAYS)
    options = parser.parse_args()
    print(describe())
    main(**vars(options))

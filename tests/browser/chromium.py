"""Find a Chromium for the browser tests, installing one where that is possible.

In this order: CHROMIUM, the PATH, Debian's package (where this user may install it), Playwright's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from .. import debian

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """The path of a Chromium, or None where none can be had."""
    return os.environ.get("CHROMIUM") or _on_path() or _from_debian() or _from_playwright()


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _from_debian() -> str | None:
    debian.install("chromium")
    return _on_path()


def _from_playwright() -> str | None:
    print("Installing Playwright's Chromium for the browser tests ...", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, check=False, capture_output=True, timeout=600)
    if done.returncode:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path

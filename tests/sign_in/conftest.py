"""A browser and a demo archive, as the browser's tests have them."""

from __future__ import annotations

from ..browser.conftest import browser, demo_archive, idle, tab

__all__ = ["browser", "demo_archive", "idle", "tab"]

"""Redraws the page when a reader's system turns light or dark."""

from __future__ import annotations

from .mount import mount


def follow_theme() -> None:
    """Run the page again in its new theme: figures are sent in colours of one of them."""
    mount("theme", "theme", {}, {"changed": lambda _: None})

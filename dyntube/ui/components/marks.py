"""Small things in the head of a page: that its data is invented, and its link."""

from __future__ import annotations

from ...words import tr
from .mount import mount


def demo_mark(name: str, about: str) -> None:
    """A mark that says `about` more when it is clicked."""
    mount("demo_mark", "demo", {"name": name, "about": about}, {}, width="content")


def copy_link() -> None:
    """A button that copies the address of the page."""
    mount("copy_link", "copy-link", {"name": tr("Copy link")}, {}, width="content")

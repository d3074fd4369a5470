"""CSS for what the theme in `.streamlit/config.toml` cannot express."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

STATIC = Path(__file__).parents[2] / "static"
_FOLDER = Path(__file__).parent / "css"
LOGO, ICON = str(STATIC / "logo.svg"), str(STATIC / "icon.svg")

_CSS = "".join(file.read_text("utf-8") for file in sorted(_FOLDER.glob("*.css")))


def apply() -> None:
    """Add the CSS to the page."""
    st.html(f"<style>\n{_CSS}</style>")

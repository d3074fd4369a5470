"""The few rules that the theme in `.streamlit/config.toml` cannot say."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_STATIC = Path(__file__).parents[2] / "static"
LOGO, ICON = str(_STATIC / "logo.svg"), str(_STATIC / "icon.svg")

_CSS = """
<style>
/* Headings stand close to what they belong to. */
.stApp h1, .stApp h3 { padding: 0; }
.stApp [data-testid="stHeading"] [data-testid="stMarkdownContainer"],
.st-key-title [data-testid="stCaptionContainer"] { margin-bottom: 0; }
.st-key-title [data-testid="stCaptionContainer"] p { margin: 0; }
.st-key-head { padding-top: .75rem; }

.sparkline { display: block; width: 100%; height: 2.3rem; }
.st-key-cards [data-testid="stVerticalBlock"],
.st-key-facts [data-testid="stVerticalBlock"] { padding: .7rem .9rem .5rem; }

/* A phone shows the last weeks, and scrolls to the others. */
.st-key-calendar { overflow-x: auto; direction: rtl; }
.st-key-calendar > * { direction: ltr; min-width: 900px; }
.states { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .85rem; }
.states i { display: inline-block; width: 1.1em; height: 1.1em; margin-right: .45em;
  border-radius: 3px; font-style: normal; line-height: 1.1em; text-align: center;
  vertical-align: -.15em; }

.st-key-chips button { min-height: 1.9rem; padding: 0 .6rem; border-radius: 999px; }

@media (max-width: 640px) {
  .st-key-trend-head { flex-direction: column; align-items: flex-start; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"] { display: none; }
  .st-key-cards, .st-key-trend { break-inside: avoid; }
}
</style>
"""


def apply() -> None:
    """Put the rules on the page."""
    st.html(_CSS)

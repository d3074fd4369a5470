"""CSS for what the theme in `.streamlit/config.toml` cannot express."""

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
.st-key-address { display: none; }

/* Long words wrap by themselves. What no browser parts, as joined letters, ends at its box. */
:is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"])
  :is(h1, h2, h3, h4, p, li) { overflow-x: clip; }

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

/* Tables have downloads of their own: the built-in one takes text for formulas. */
[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download as CSV"]) { display: none; }

.st-key-chips { min-height: 1.9rem; }
.st-key-chips [data-testid="stCaptionContainer"] p { margin: 0; line-height: 1.9rem; }
.st-key-chips button { min-height: 1.9rem; padding: 0 .6rem; border-radius: 999px; }

/* The way to the views behind a number shows where the pointer or the keyboard is. */
[class*="st-key-card-"] { position: relative; }
[class*="st-key-open-"]:has(> .stButton) { position: absolute; top: .45rem; right: .55rem;
  width: auto; opacity: 0; }
[class*="st-key-card-"]:hover [class*="st-key-open-"],
[class*="st-key-open-"]:focus-within { opacity: 1; }
[class*="st-key-open-"] button { min-height: 1.6rem; padding: 0 .2rem; }
@media (hover: none) { [class*="st-key-open-"] { opacity: 1; } }

[class*="st-key-crumbs-"] button { min-height: 1.6rem; padding: 0 .1rem; }

@media (max-width: 640px) {
  [class$="-head"] > [data-testid="stLayoutWrapper"], .st-key-trend-head { max-width: 100%; }
  .st-key-trend-head { flex-direction: column; align-items: flex-start; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"],
  [data-testid="stElementToolbar"], [data-testid="stPopoverBody"],
  .st-key-menus, [class*="st-key-open-"], [class*="-head"] input, [data-testid="stPagination"] {
    display: none !important; }
  .stApp, [data-testid="stMain"], [data-testid="stAppViewContainer"] { position: static !important;
    overflow: visible !important; height: auto !important; }
  [data-testid="stLayoutWrapper"]:has(> [data-testid="stVerticalBlock"]) { break-inside: avoid; }
  [data-testid="stPlotlyChart"], [data-testid="stDataFrame"] { break-inside: avoid; }
}
</style>
"""


def apply() -> None:
    """Add the CSS to the page."""
    st.html(_CSS)

"""The few rules that the theme in `.streamlit/config.toml` cannot say."""

from __future__ import annotations

import streamlit as st

_CSS = """
<style>
/* The headings of a page stay on one line with what belongs to them. */
.st-key-head, .st-key-trend-head { row-gap: .5rem; }
.st-key-head { justify-content: space-between; }
h1 { padding: 0 !important; }
h3 { padding: 0 0 .25rem !important; }

/* Eight sparklines in green and red shout; the change beside the number says it already. */
.st-key-cards [data-testid="stMetricChart"] { filter: grayscale(1); opacity: .55; }
.st-key-cards [data-testid="stMetric"] { padding: .75rem 1rem .5rem; }

.st-key-chips button { min-height: 1.9rem; padding: 0 .6rem; border-radius: 999px; }

@media (max-width: 640px) {
  .st-key-cards [data-testid="stMetric"] { padding: .6rem .7rem .4rem; }
  .st-key-trend-head { flex-direction: column; align-items: flex-start; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"] { display: none; }
  [data-testid="stMetric"], .st-key-trend { break-inside: avoid; }
}
</style>
"""


def apply() -> None:
    """Put the rules on the page."""
    st.html(_CSS)

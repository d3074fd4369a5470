"""The freshness badge, and what keeps it from being green."""

from __future__ import annotations

import streamlit as st

from ...report.doubts import doubtful
from ...report.gaps import missing_days, partial_days
from ...report.spans import Spans
from ...trust.reasons import touched
from ...words import tr, trn
from ..door import desk, local_now


def badge(text: str, wrong: list[str], missing: list[str]) -> None:
    """How fresh the data is; green if nothing is wrong or missing."""
    said = " · ".join([text, *wrong, *missing])
    if wrong:
        st.badge(said, icon=":material/warning:", color="orange")
    elif missing:
        st.badge(said, icon=":material/hourglass_empty:", color="gray")
    else:
        st.badge(said, icon=":material/check_circle:", color="green")


def shortcomings(shown: Spans) -> tuple[list[str], list[str]]:
    """Short texts on what is wrong, and on what is missing, for the days a page shows."""
    period, zone, now = shown.period, shown.timezone, local_now(shown.timezone)
    covered = desk().known()
    damaged = touched(desk().damaged_days(), (period,), zone, now.date())
    found = doubtful(desk().trust(), period, shown.comparison, zone, now)
    wrong = {
        tr("last sync failed"): failed(),
        trn("{number} day damaged", "{number} days damaged", len(damaged)): bool(damaged),
        found.text: bool(found.days),
    }
    gone = {*missing_days(period, zone, covered, now)} - {*damaged}
    cut = {*partial_days(period, zone, covered, now)} - {*damaged}
    missing = {
        trn("{number} day not stored", "{number} days not stored", len(gone)): bool(gone),
        trn("{number} day stored in part", "{number} days stored in part", len(cut)): bool(cut),
    }
    said = ([word for word, holds in words.items() if holds] for words in (wrong, missing))
    return next(said), next(said)


def failed() -> bool:
    """Whether the last sync failed and none is running."""
    state = desk().sync_state()
    return state.error is not None and state.progress is None

"""Any selection that a reader can make, for property tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from dyntube.query.checks import CHECKS
from dyntube.query.dimensions import HIERARCHIES, UNKNOWN
from dyntube.query.metrics import METRICS
from dyntube.query.periods import EARLIEST, INTERVALS, LATEST, Period
from dyntube.query.query import Operator
from dyntube.reading.text import clean
from dyntube.report.selection import (
    COLUMNS,
    COMPARE_LABELS,
    CUSTOM,
    FILTERABLE,
    OPERATORS,
    PERIOD_LABELS,
    SORTS,
    Align,
    Colour,
    Order,
    Selection,
)
from dyntube.trust.day_checks import DAY_CHECKS

LEVELS = [name for hierarchy in HIERARCHIES.values() for name in hierarchy]
periods = st.builds(
    lambda start, more: Period(start, min(start + dt.timedelta(days=more), LATEST)),
    st.dates(EARLIEST, LATEST),
    st.integers(0, 4000),
)
KEYS = ("project", "channel", "video")
_KEY_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_SEARCHED = _KEY_TEXTS.map(clean)


@st.composite
def filters(draw: st.DrawFn) -> tuple[str, tuple[str, ...], Operator]:
    """Any filter that can be chosen: keys are any text, others as they are cleaned."""
    name, operator = draw(st.sampled_from(FILTERABLE)), draw(st.sampled_from(list(OPERATORS)))
    texts = st.text(st.characters(exclude_categories=["Cs"])) | st.just(UNKNOWN)
    if name not in KEYS or operator == "contains":
        texts = texts.map(clean)
    values = texts.filter(bool) if operator == "contains" else texts.map(lambda t: t or UNKNOWN)
    return name, tuple(draw(st.lists(values, min_size=1, max_size=3))), operator


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any selection that a reader can make."""
    selection = Selection(
        preset=draw(st.sampled_from(sorted(PERIOD_LABELS.keys() - {CUSTOM}))),
        compare=draw(st.sampled_from(sorted(COMPARE_LABELS.keys() - {"dates"}))),
        timezone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"])),
        metric=draw(st.sampled_from(sorted(METRICS))),
        interval=draw(st.sampled_from([None, *INTERVALS])),
        sort=draw(st.sampled_from(SORTS)),
        order=draw(st.sampled_from(get_args(Order))),
        colour=draw(st.sampled_from(get_args(Colour))),
        align=draw(st.sampled_from(get_args(Align))),
        mix=draw(st.sampled_from(FILTERABLE)),
        columns=tuple(draw(st.lists(st.sampled_from(COLUMNS), max_size=3, unique=True))),
        open=tuple(draw(st.lists(_KEY_TEXTS, max_size=3, unique=True))),
        behind=draw(st.sampled_from([None, *METRICS])),
        check=draw(st.sampled_from([None, *CHECKS, *DAY_CHECKS])),
    )
    if draw(st.booleans()):
        selection = replace(selection, preset=CUSTOM, dates=draw(periods))
    if draw(st.booleans()):
        selection = replace(selection, compare="dates", compare_dates=draw(periods))
    for name, wanted, operator in draw(st.lists(filters(), max_size=6)):
        selection = selection.where(name, wanted, operator)
    for name, text in draw(st.lists(st.tuples(st.sampled_from(LEVELS), _SEARCHED), max_size=3)):
        selection = selection.searching(name, text)
    for level in draw(st.lists(st.sampled_from(LEVELS), max_size=4)):
        selection = selection.at_level(level)
    return selection

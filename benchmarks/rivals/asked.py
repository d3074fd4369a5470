"""The questions that each page really asks, under each filter and over each period."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query
from dyntube.ui import door

from ..questions import ROOT, Recorder, page_files, period, recording

COUNTRIES = ("DE", "US", "GB")


@dataclass(frozen=True)
class Asked:
    """What one page asks, each question once, in its order.

    `wholes` has, for each of them, the question that it is a part of, if any.
    """

    days: int
    filter: str
    page: str
    questions: tuple[Query, ...]
    wholes: tuple[Query | None, ...]

    def __str__(self) -> str:
        return f"the {self.page} page, {self.days} days, {self.filter}"


def record(folder: Path, days: Sequence[int]) -> list[Asked]:
    """Open every page of the app over an archive, and note what it asks.

    Not the Live page: its hour moves on, and so may what is stored of it.
    """
    with recording(folder) as recorder:
        filters: dict[str, Mapping[str, Sequence[str]]] = {
            "no filter": {},
            "one project": {"project": [_first_project(max(days))]},
            "three countries": {"country": COUNTRIES},
        }
        return [
            Asked(count, name, file.stem, *_questions(recorder, file, count, chosen))
            for count in days
            for name, chosen in filters.items()
            for file in page_files()
            if file.stem != "live"
        ]


def _first_project(days: int) -> str:
    """The first project in the answer by project."""
    span = period(days)
    dates = Period(dt.date.fromisoformat(span["from"]), dt.date.fromisoformat(span["to"]))
    return str(
        door.desk()
        .answer(Query(("views",), dates, by=("project",), access=EVERYTHING))["project"]
        .iloc[0]
    )


def _questions(
    recorder: Recorder, file: Path, days: int, filters: Mapping[str, Sequence[str]]
) -> tuple[tuple[Query, ...], tuple[Query | None, ...]]:
    st.cache_data.clear()
    recorder.asked.clear()
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    for name, value in period(days).items():
        at.query_params[name] = [value]
    for name, values in filters.items():
        at.query_params[name] = list(values)
    at.switch_page(str(file.relative_to(ROOT))).run()
    if at.exception or at.error:
        sys.exit(f"{file.stem} is broken: {[*at.exception, *at.error]}")
    wholes = dict(_fit(recorder))
    return tuple(wholes), tuple(wholes.values())


def _fit(recorder: Recorder) -> Iterator[tuple[Query, Query | None]]:
    """The sums and counts among what was asked, and what they are parts of.

    Ends the program where rivals would not do.
    """
    for asked in recorder.asked:
        if isinstance(question := asked.question, Query):
            filters = [*question.filters, *([question.top_values] if question.top_values else [])]
            if question.needs_history or any(f.operator == "contains" for f in filters):
                sys.exit(f"The rivals have not learnt to answer this: {question}")
            yield question, asked.whole if isinstance(asked.whole, Query) else None

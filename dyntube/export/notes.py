"""What the numbers of a file need to be understood later: provenance, units, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..query.metrics import METRICS
from .names import header, metric_and_part, unit
from .table import Sheet

Line = tuple[str, str | int]
_FOLDED = "In wide tables, click the plus signs above the columns to show it."


@dataclass(frozen=True)
class Provenance:
    """What the numbers need to be understood later; texts are ready to read.

    `data_time` says up to when there are views, `made_at` when the export was made; `link` opens
    the page in the same state. `counts` are labels with whole numbers, `annotations` the notes as
    day, scope and text, `doubts` the reasons why numbers of some days may be wrong, accepted or
    not. Views of the `demo` are invented.
    """

    title: str
    period: str
    comparison: str
    filters: tuple[str, ...]
    timezone: str
    data_time: str
    made_at: str
    link: str
    counts: tuple[tuple[str, int], ...]
    annotations: tuple[tuple[str, str, str], ...] = ()
    demo: bool = False
    doubts: tuple[str, ...] = ()


def sections(sheets: Sequence[Sheet], notes: Provenance) -> Iterator[tuple[str, list[Line]]]:
    """The notes on these tables: headings, each with lines of a label and what it says."""
    yield notes.title, list(_about(notes))
    names = list(dict.fromkeys(str(name) for sheet in sheets for name in sheet.rows))
    if meanings := list(_meanings(names)):
        yield "What the numbers mean", meanings
    if notes.annotations:
        yield "Dated notes", [(day, f"{scope}: {text}") for day, scope, text in notes.annotations]


def _about(notes: Provenance) -> Iterator[Line]:
    if notes.demo:
        yield "Data", "Invented demo data: no account is connected."
    yield "Period", notes.period
    yield "Compared with", notes.comparison or "Nothing"
    for number, text in enumerate(notes.filters or ("None",)):
        yield "" if number else "Filters", text
    yield "Time zone", notes.timezone
    yield "Views up to", notes.data_time or "No views are stored"
    for number, text in enumerate(notes.doubts or ("No day",)):
        yield "" if number else "In doubt", text
    yield "Created", notes.made_at
    if notes.link:
        yield "Link to this page", notes.link
    yield from notes.counts


def _meanings(names: Sequence[str]) -> Iterator[Line]:
    """The definitions of the metrics, and what units and parts mean."""
    of = {name: metric_and_part(name) for name in names}
    used = {metric.name for metric, _ in of.values() if metric}
    yield from ((header(name), METRICS[name].help) for name in METRICS if name in used)
    parts = {part for _, part in of.values()}
    if "before" in parts:
        yield "…, before", f"The same number in the comparison period. {_FOLDED}"
    if "change" in parts:
        yield "…, change", "Percentage points for rates, otherwise per cent of the number before."
    if any(unit(name) == "%" for name in names):
        yield "%", "A percentage: 63.9% in an Excel file is 63.9 in a CSV file."

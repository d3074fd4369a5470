"""What the numbers of a file need to be understood later: provenance, units, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..insight.comparison import is_per_day
from ..query.metrics import METRICS
from ..words import tr
from .names import header, metric_and_part, unit
from .table import Sheet

Line = tuple[str, str | int]
DEMO = tr("Sample data: no account is connected.")


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
    if meanings := list(_meanings(sheets)):
        yield tr("What the numbers mean"), meanings
    if notes.annotations:
        lines: list[Line] = [(day, f"{scope}: {text}") for day, scope, text in notes.annotations]
        yield tr("Dated notes"), lines


def _about(notes: Provenance) -> Iterator[Line]:
    if notes.demo:
        yield tr("Data"), DEMO
    yield tr("Period"), notes.period
    yield tr("Compared with"), notes.comparison or tr("Nothing")
    for number, text in enumerate(notes.filters or (tr("None"),)):
        yield "" if number else tr("Filters"), text
    yield tr("Time zone"), notes.timezone
    yield tr("Views up to"), notes.data_time or tr("No views are stored")
    for number, text in enumerate(notes.doubts or (tr("None"),)):
        yield "" if number else tr("Days in doubt"), text
    yield tr("Created"), notes.made_at
    if notes.link:
        yield tr("Link to this page"), notes.link
    yield from notes.counts


def _meanings(sheets: Sequence[Sheet]) -> Iterator[Line]:
    """The definitions of the metrics, and what units and parts mean."""
    names = list(dict.fromkeys(str(name) for sheet in sheets for name in sheet.rows))
    of = {name: metric_and_part(name) for name in names}
    used = {metric.name for metric, _ in of.values() if metric}
    yield from ((header(name), METRICS[name].help) for name in METRICS if name in used)
    parts = {part for _, part in of.values()}
    per_day = any(
        measure and part == "change" and is_per_day(measure, sheet.days)
        for sheet in sheets
        for measure, part in map(metric_and_part, map(str, sheet.rows))
    )
    if "before" in parts:
        yield (
            tr("…, before"),
            tr(
                "The same number in the comparison period. In wide tables, click the plus signs "
                "above the columns to show it."
            ),
        )
    if "change" in parts:
        yield (
            tr("…, change"),
            tr("Percentage points for rates, otherwise per cent of the number before."),
        )
    if per_day:
        yield (
            tr("…, change in daily average"),
            tr(
                "The periods differ in length, so daily averages are compared. Viewers are "
                "compared as totals, or not at all if the lengths differ by more than 10%."
            ),
        )
    if any(unit(name) == "%" for name in names):
        yield "%", tr("A percentage: 63.9% in an Excel file is 63.9 in a CSV file.")

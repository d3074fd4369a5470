"""Number cards: value, change, sparkline, definition, and the views behind."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from ... import formats
from ...insight.comparison import Days, comparable, direction, few, is_per_day
from ...query.metrics import FEW, Metric, metric
from ...report.context import ReportContext
from ...report.doubts import page_doubts
from ...report.firsts import young_subject
from ...report.spans import days_text
from ...report.totals import Totals, totals
from ...words import tr, trn
from .. import session
from ..components.cards import Card, number_cards

# By the metric of which there are few, as `insight.comparison.few` gives it.
_FEW = {"plays": tr("few plays"), "viewers": tr("few viewers"), "views": tr("few views")}
_FEWER = {
    "plays": tr("Fewer than {few} plays: only a rough guide.", few=FEW),
    "viewers": tr("Fewer than {few} viewers: only a rough guide.", few=FEW),
    "views": tr("Fewer than {few} views: only a rough guide.", few=FEW),
}
IN_DOUBT = tr("in doubt")  # marks a number that may be wrong


def cards(
    context: ReportContext, metrics: tuple[str, ...] = (), *, draws: tuple[str, ...] = ()
) -> None:
    """A card for each of these metrics, by default the page's.

    A click on a card of `draws`, by default all, chooses its metric for the page.
    """
    shown = metrics or context.metrics
    found, new, draws = totals(context, metrics), _new(context), draws or shown
    context.tables.add(found.sheet)
    chosen = context.chosen(draws)
    made = [
        replace(
            _card(context, metric(name), found, new), draws=name in draws, chosen=name == chosen
        )
        for name in shown
    ]
    number_cards(made, key="cards", on_draw=_draw, on_rows=_open)


def _draw(name: str) -> None:
    session.change(lambda s: replace(s, metric=name))


def _open(name: str) -> None:
    session.change(lambda s: replace(s, behind=name))


def _new(context: ReportContext) -> str:
    """That the page's subject is younger than the comparison; empty if it is not."""
    for first in young_subject(context).values():
        return tr("new on {day}", day=formats.day(first)) if first else tr("new")
    return ""


def _card(context: ReportContext, measure: Metric, found: Totals, new: str) -> Card:
    row, name = found.row, measure.name
    made = number(measure, row, context.days)
    if new:
        made = replace(made, change="", sign=0, direction=0, before=new)
    return replace(
        made,
        marks=tuple(_marks(context, measure, found)),
        help=tuple(
            explained(
                *(measure, row, _compared(context), context.days),
                so_far=not found.is_whole,
                doubts=page_doubts(context).reasons,
            )
        ),
        course=tuple(found.trend.series(name)),
        rows=tr("See the individual views") if context.desk.access.may_see_rows else "",
    )


def _compared(context: ReportContext) -> str:
    """The period compared with, in words: "the previous period (3 – 30 Oct 2026)"."""
    if context.comparison is None:
        return ""
    name = _COMPARED.get(context.selection.compare, tr("the comparison"))
    return f"{name} ({formats.period(context.comparison)})"


_COMPARED = {"previous": tr("the previous period"), "year": tr("the same period last year")}


def number(measure: Metric, row: pd.Series[float], days: Days = (1, 1)) -> Card:
    """A card of a metric, with its change and the value before; `days` as in `explained`."""
    change = float(row.get(f"{measure.name}_change", math.nan))
    return Card(
        measure.name,
        measure.label,
        formats.value(measure, row[measure.name]),
        formats.change(measure, change),
        formats.direction(measure, change),
        direction(measure, change),
        _before(measure, row, change, days),
    )


def _before(measure: Metric, row: pd.Series[float], change: float, days: Days) -> str:
    """What a number is compared with: "vs 65.6K", "in the daily average · 65.6K before"."""
    before = float(row.get(f"{measure.name}_before", math.nan))
    if math.isnan(before):
        return ""
    if formats.came_from_0(measure, row[measure.name], before):
        return tr("from 0")
    amount = formats.value(measure, before)
    alike = days[0] == days[1]
    if alike or (comparable(measure, days) and not (measure.additive or measure.distinct)):
        return tr("vs {amount}", amount=amount)
    if math.isnan(change):
        return tr("{amount} before", amount=amount)
    if is_per_day(measure, days):
        return tr("in the daily average · {amount} before", amount=amount)
    return tr("in total · {amount} before", amount=amount)


def _marks(context: ReportContext, measure: Metric, found: Totals) -> Iterator[str]:
    """Caveats on a number and its change, in a word or two each."""
    if not found.is_whole and measure.is_amount:
        yield tr("so far")
    if fewer := few(measure, found.row):
        yield _FEW[fewer]
    if page_doubts(context).days:
        yield IN_DOUBT


def explained(
    measure: Metric,
    row: pd.Series[float],
    compared: str = "",
    days: Days = (1, 1),
    *,
    so_far: bool = False,
    doubts: Sequence[str] = (),
) -> Iterator[str]:
    """The definition of a metric in paragraphs: its parts, exact value and the one before.

    `compared` names the comparison and `days` are the lengths of both sides; `so_far` says that
    part of the period is not known; `doubts` are the reasons why it may be wrong.
    """
    yield measure.help
    if measure.ratio_of:
        yield " ÷ ".join(formats.counted(metric(part), row[part]) for part in measure.ratio_of)
    amount = formats.value(measure, row[measure.name], full=True)
    if so_far:
        yield tr("{amount} in this period so far", amount=amount)
    else:
        yield tr("{amount} in this period", amount=amount)
    before = float(row.get(f"{measure.name}_before", math.nan))
    if not math.isnan(before):
        amount = formats.value(measure, before, full=True)
        yield tr("{amount} in {period}", amount=amount, period=compared or tr("the comparison"))
        yield from _about_change(measure, row, days)
    if fewer := few(measure, row):
        yield _FEWER[fewer]
    if doubts:
        yield _doubts_text(doubts)


def _doubts_text(doubts: Sequence[str]) -> str:
    text = tr("In doubt. {reason}", reason=doubts[0])
    if not doubts[1:]:
        return text
    others = trn("And {number} other reason.", "And {number} other reasons.", len(doubts) - 1)
    return f"{text} {others}"


def _about_change(measure: Metric, row: pd.Series[float], days: Days) -> Iterator[str]:
    if not comparable(measure, days):
        yield tr(
            "Not compared: {lengths}, and viewers cannot be counted per day.",
            lengths=days_text(days),
        )
    if math.isnan(row.get(f"{measure.name}_change", math.nan)):
        return
    if measure.more_is_better is None:
        yield tr("Neither more nor less is better, so the change has no colour.")
    if days[0] == days[1]:
        return
    if is_per_day(measure, days):
        yield tr("{lengths}: the change is that of the daily average.", lengths=days_text(days))
    elif measure.distinct:
        yield tr(
            "{lengths}: the change is that of the total, not per day.", lengths=days_text(days)
        )

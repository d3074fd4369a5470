"""The list of days that need attention or have accepted doubts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import streamlit as st

from ... import formats
from ...query.periods import Period
from ...trust.day_checks import DAY_CHECKS
from ...trust.reasons import accepted_text, ended
from ...trust.states import STATE_LABELS, DayState, StoredDay
from ...trust.trust import consecutive_spans
from ...words import tr, trn
from ..components.table import column, plain_table
from ..door import desk
from ..layout import card


def attention_list(days: Sequence[StoredDay]) -> None:
    """The days as a table, which can be narrowed to one state."""
    if problem := desk().trust().problem:
        said = tr("We cannot tell which doubts were accepted.")
        st.warning(f"{said} {formats.escape_markdown(problem)}", icon=":material/warning:")
    rows = attention(days, desk().external)
    if not rows:
        return
    with card(tr("Days that need attention")):
        chosen = _chosen([row.state for row in rows])
        _table([row for row in rows if chosen in (None, row.state)])
        if doubtful := consecutive_spans(day.day for day in days if day.state == "doubt"):
            _how_to_accept(*doubtful[-1])


@dataclass(frozen=True)
class Row:
    """What to know of consecutive days, which `days` names; `state` as in STATE_LABELS."""

    days: str
    state: DayState
    happened: str
    next: str


def _table(rows: Sequence[Row]) -> None:
    plain_table(
        tr("Day"),
        [row.days for row in rows],
        [
            column(tr("State"), [STATE_LABELS[row.state] for row in rows]),
            column(tr("What happened"), [row.happened for row in rows]),
            column(tr("What happens next"), [row.next for row in rows]),
        ],
        tr("Days that need attention"),
        key="attention",
    )


def _chosen(states: Sequence[DayState]) -> DayState | None:
    """The selected state; None for all."""
    counts = Counter(states)
    if len(counts) == 1:
        return None
    return st.pills(
        tr("State"),
        list(counts),
        format_func=lambda state: f"{STATE_LABELS[state]} · {counts[state]:,}",
        key="attention-state",
        label_visibility="collapsed",
    )


def _how_to_accept(first: dt.date, last: dt.date) -> None:
    text = tr(
        "Known to be harmless? Your administrator can accept a doubt: it stays in this list and no "
        "longer counts."
    )
    command = f'python -m dyntube accept --from {first} --to {last} --reason "..."'
    st.caption(f"{text} `{command}`")


def attention(days: Sequence[StoredDay], external: bool) -> list[Row]:
    """A row per day, newest first; consecutive days with equal texts are merged."""
    listed = [day for day in reversed(days) if day.needs_attention or day.accepted]
    said = [(day, _row(day, external)) for day in listed]
    return [replace(run[0][1], days=_dates(run[-1][0].day, run[0][0].day)) for run in _runs(said)]


def _row(day: StoredDay, external: bool) -> Row:
    return Row("", day.state, " ".join(_what_happened(day)), _next(day, external))


def _dates(first: dt.date, last: dt.date) -> str:
    if first == last:
        return formats.day(first)
    span = Period(first, last)
    days = trn("{number} day", "{number} days", span.days)
    return f"{formats.period(span)} · {days}"


_Said = tuple[StoredDay, Row]


def _runs(said: Sequence[_Said]) -> Iterator[list[_Said]]:
    """Runs of consecutive days with equal rows, newest first."""

    def key(numbered: tuple[int, _Said]) -> tuple[int, Row]:
        number, (day, row) = numbered
        # Along a run the day falls and the number grows by one, so their sum is constant.
        return day.day.toordinal() + number, row

    for _, run in groupby(enumerate(said), key):
        yield [found for _, found in run]


def _what_happened(day: StoredDay) -> Iterator[str]:
    if day.state == "damaged":
        yield tr("The stored file cannot be read, so all numbers leave out its views.")
    elif day.state == "missing":
        yield tr("Only partly fetched.") if day.infos else tr("Not loaded yet.")
    yield from (ended(doubt.text) for doubt in day.doubts)
    yield from map(accepted_text, day.accepted)
    if day.rejected:
        yield trn(
            "{number} view could not be read.", "{number} views could not be read.", day.rejected
        )


def _next(day: StoredDay, external: bool) -> str:
    match day.state:
        case "missing":
            return _fetched(external)
        case "damaged":
            return _fetched_again(external)
        case "doubt" if not all(info.final for info in day.infos):
            return _fetched_again(external)
        case "doubt":
            return tr("Stays in doubt until an administrator accepts or repairs it.")
        case "accepted":
            return tr("Nothing: the doubt was accepted.")
        case _:
            check = DAY_CHECKS["rejected"].label
            return tr("Kept and listed below under “{check}”.", check=check)


def _fetched(external: bool) -> str:
    if external:
        return tr("Fetched at the next scheduled sync.")
    return tr("Fetched when someone opens this period, or by Refresh above.")


def _fetched_again(external: bool) -> str:
    if external:
        return tr("Fetched again at the next scheduled sync.")
    return tr("Fetched again when someone opens this period.")

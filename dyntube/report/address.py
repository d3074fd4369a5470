"""Reads and writes the selection in a URL's query parameters.

Anything in a URL that cannot be used is refused with a note, never silently ignored. Saved views
are read the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar, get_args
from unicodedata import category
from urllib.parse import urlencode

from ..errors import PeriodError
from ..query.checks import CHECKS
from ..query.dimensions import HIERARCHIES, LIBRARY, read_value, spelled
from ..query.metrics import METRICS
from ..query.periods import INTERVALS, Period
from ..query.query import Operator
from ..reading.addresses import NO_RULES, PageRules, page
from ..reading.text import clean, short, valid
from ..reading.zones import zone_info
from ..trust.day_checks import DAY_CHECKS
from .selection import (
    COMPARE_LABELS,
    CUSTOM,
    FILTERABLE,
    OPERATORS,
    PERIOD_LABELS,
    SORTS,
    Align,
    Colour,
    Compare,
    Order,
    Selection,
)

T = TypeVar("T")
LONGEST_VALUE = 2000  # characters of a filter value
MOST_VALUES = 300  # filter values; Streamlit ignores URLs with more than 1,000 parameters
LONGEST = 7500  # characters of a URL; proxies refuse lines of 8,192
MOST_NOTES = 8
_SHOWN = 40  # characters quoted in a note
_PAGE = "embed_page"
_OF_STREAMLIT = ("embed", "embed_options")
_PLAIN = (
    *("compare", "timezone", "metric", "interval"),
    *("sort", "order", "colour", "align", "mix", "behind", "check"),
)
_URL_NAMES = {"timezone": "zone"}
_LEVELS = {name: levels for levels in HIERARCHIES.values() for name in levels}


def to_parameters(selection: Selection, default: Selection) -> dict[str, list[str]]:
    """The query parameters of a selection; defaults are left out."""
    parameters: dict[str, list[str]] = {}
    for name in _PLAIN:
        if (value := getattr(selection, name)) != getattr(default, name):
            parameters[_URL_NAMES.get(name, name)] = [str(value)]
    if selection.preset == CUSTOM and selection.dates:
        parameters |= _date_parameters("", selection.dates)
    elif selection.preset != default.preset:
        parameters["period"] = [selection.preset]
    if selection.compare == "dates" and selection.compare_dates:
        parameters |= _date_parameters("compare-", selection.compare_dates)
    if selection.levels:
        parameters["level"] = list(selection.levels)
    for filter_ in selection.filters:
        values = list(filter_.values)
        if filter_.operator != "contains":
            values = [spelled(filter_.dimension, value) for value in values]
        parameters[filter_.dimension + OPERATORS[filter_.operator]] = values
    return parameters


def from_parameters(
    parameters: Mapping[str, list[str]], default: Selection, rules: PageRules = NO_RULES
) -> tuple[Selection, list[str]]:
    """The selection in a URL, and a note for everything in it that was not understood.

    A full URL of an embed page, as in old links, is converted to its page by `rules`, with a note.
    """
    address = _Address(parameters, rules)
    preset, dates = _period(address, default)
    compare, compare_dates = _comparison(address, default)
    selection = Selection(
        preset=preset,
        dates=dates,
        compare=compare,
        compare_dates=compare_dates,
        timezone=address.one("zone", lambda text: zone_info(text).key, default.timezone),
        metric=address.one("metric", _one_of(METRICS.keys()), default.metric),
        interval=address.one("interval", _one_of(INTERVALS), default.interval),
        levels=_levels(address),
        sort=address.one("sort", _one_of(SORTS), default.sort),
        order=address.one("order", _one_of(get_args(Order)), default.order),
        colour=address.one("colour", _one_of(get_args(Colour)), default.colour),
        align=address.one("align", _one_of(get_args(Align)), default.align),
        mix=address.one("mix", _one_of(FILTERABLE), default.mix),
        behind=address.one("behind", _one_of(METRICS.keys()), default.behind),
        check=address.one("check", _one_of((*CHECKS, *DAY_CHECKS)), default.check),
    )
    for name in FILTERABLE:
        for operator in OPERATORS:
            selection = _filtered(address, selection, name, operator)
    return selection, address.notes()


def why_too_long(selection: Selection) -> str:
    """Why the selection does not fit into a URL, as a sentence; empty if it does."""
    values = [value for filter_ in selection.filters for value in filter_.values]
    if len(values) > MOST_VALUES:
        return f"At most {MOST_VALUES} values can be filtered by at once."
    if any(len(value) > LONGEST_VALUE for value in values):
        return f"A value to filter by has at most {LONGEST_VALUE:,} characters."
    if len(urlencode(to_parameters(selection, Selection()), doseq=True)) > LONGEST:
        return f"The values to filter by have room for {LONGEST:,} characters in an address."
    return ""


class _Address:
    """The parameters of a URL; those never taken are refused at the end."""

    def __init__(self, parameters: Mapping[str, list[str]], rules: PageRules) -> None:
        self._rules = rules
        self._left = {
            valid(name): [*dict.fromkeys(map(valid, texts))]
            for name, texts in parameters.items()
            if name.lower() not in _OF_STREAMLIT
        }
        self._notes: list[str] = []

    def has(self, *names: str) -> bool:
        """Whether any of these parameters is still untaken."""
        return not self._left.keys().isdisjoint(names)

    def take(self, name: str) -> list[str]:
        """The distinct texts of a parameter, which is then taken."""
        return self._left.pop(name, [])

    def one(self, name: str, convert: Callable[[str], T], fallback: T) -> T:
        """The converted value of a single-valued parameter; the fallback if absent or invalid."""
        texts = self.take(name)
        try:
            return convert(_only(texts)) if texts else fallback
        except (ValueError, PeriodError) as error:
            self.refuse([(name, text) for text in texts], error)
            return fallback

    def dates(self, prefix: str) -> Period | None:
        """The period between two dates; None if absent or invalid."""
        asked = {f"{prefix}{end}": self.take(f"{prefix}{end}") for end in ("from", "to")}
        if not any(asked.values()):
            return None
        try:
            start, end = (dt.date.fromisoformat(_only(texts)) for texts in asked.values())
            return Period(start, end)
        except (ValueError, PeriodError) as error:
            self.refuse([(name, text) for name, texts in asked.items() for text in texts], error)
            return None

    def page(self, parameter: str, text: str) -> str:
        """The page for a full URL in a filter; a page is returned unchanged."""
        if "://" not in text:
            return text
        found = page(text, self._rules)
        asked = f"{parameter} = {text[:_SHOWN]}"
        self._notes.append(f"The address asks for {asked}, which is the page {found[:_SHOWN]}.")
        return found

    def refuse(
        self, asked: Sequence[tuple[str, str]], error: Exception | None = None, why: str = ""
    ) -> None:
        """Add a note on parameters that cannot be used."""
        named = [
            f"{short(clean(name), _SHOWN)} = {clean(text)[:_SHOWN]}".strip()
            for name, text in asked[:3]
        ]
        what = " and ".join(named) + (f" and {len(asked) - 3:,} more" if asked[3:] else "")
        reason = why or (str(error) if isinstance(error, PeriodError | _Refused) else "")
        self._notes.append(f"The address asks for {what}, which cannot be shown. {reason}".strip())

    def notes(self) -> list[str]:
        """All notes, including those on parameters nothing took."""
        for name, texts in self._left.items():
            self.refuse([(name, text) for text in texts])
        more = len(self._notes) - MOST_NOTES
        rest = [f"The address asks for {more:,} other things that cannot be shown."]
        return [*self._notes[:MOST_NOTES], *(rest if more > 0 else [])]


class _Refused(ValueError):
    """A parameter cannot be used; the message is shown to the reader."""


def _period(address: _Address, default: Selection) -> tuple[str, Period | None]:
    has_dates = address.has("from", "to")
    dates = address.dates("")
    preset = address.one("period", _one_of(PERIOD_LABELS.keys()), "")
    if dates:
        if preset not in ("", CUSTOM):
            address.refuse([("period", preset)], why="The address has dates, which count.")
        return CUSTOM, dates
    if preset == CUSTOM and not has_dates:
        address.refuse([("period", preset)], why="It needs dates: from and to.")
    return preset if preset not in ("", CUSTOM) else default.preset, None


def _comparison(address: _Address, default: Selection) -> tuple[Compare, Period | None]:
    has_dates = address.has("compare-from", "compare-to")
    dates = address.dates("compare-")
    compare = address.one("compare", _one_of(COMPARE_LABELS.keys()), default.compare)
    if compare != "dates":
        if dates:
            asked = [("compare-from", f"{dates.start}"), ("compare-to", f"{dates.end}")]
            address.refuse(asked, why="These dates need compare = dates.")
        return compare, None
    if not has_dates:
        address.refuse([("compare", "dates without dates")])
    return ("dates", dates) if dates else (default.compare, None)


def _levels(address: _Address) -> tuple[str, ...]:
    shown: dict[tuple[str, ...], str] = {}
    for text in address.take("level"):
        if text not in _LEVELS:
            address.refuse([("level", text)])
        elif (other := shown.setdefault(_LEVELS[text], text)) != text:
            address.refuse([("level", text)], why=f"The same table shows {other}.")
    return tuple(shown.values())


def _filtered(address: _Address, selection: Selection, name: str, operator: Operator) -> Selection:
    """The selection with one filter from the URL."""
    parameter = name + OPERATORS[operator]
    texts, values = address.take(parameter), []
    for text in texts:
        try:
            value = _value(name, operator, text)
            values.append(address.page(parameter, value) if name == _PAGE else value)
        except _Refused as refused:
            address.refuse([(parameter, text)], refused)
    filtered = selection.where(name, tuple(values), operator)
    if reason := why_too_long(filtered):
        address.refuse([(parameter, text) for text in texts], why=reason)
        return selection
    return filtered


def _value(name: str, operator: Operator, text: str) -> str:
    if len(text) > LONGEST_VALUE:
        raise _Refused(f"A value to filter by has at most {LONGEST_VALUE:,} characters.")
    if name in LIBRARY and operator != "contains":
        return read_value(name, text)  # unchanged: DynTube's own key
    if any(category(letter) == "Cc" for letter in text):
        raise _Refused("It has control characters, which no text has.")
    text = clean(text)
    if operator != "contains":
        return read_value(name, text)
    if not text:
        raise _Refused("Every text contains nothing.")
    return text


def _only(texts: Sequence[str]) -> str:
    if len(texts) > 1:
        raise _Refused("It can have one value only.")
    return texts[0] if texts else ""


def _date_parameters(prefix: str, period: Period) -> dict[str, list[str]]:
    return {f"{prefix}from": [str(period.start)], f"{prefix}to": [str(period.end)]}


def _one_of(names: Collection[T]) -> Callable[[str], T]:
    known = {str(name): name for name in names}

    def convert(text: str) -> T:
        if text not in known:
            raise ValueError
        return known[text]

    return convert

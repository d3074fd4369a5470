"""Reads and writes the selection in a URL's query parameters.

Anything in a URL that cannot be used is refused with a note, never silently ignored. Saved views
are read the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import get_args
from unicodedata import category
from urllib.parse import urlencode

from ..query.checks import CHECKS
from ..query.dimensions import HIERARCHIES, LIBRARY, read_value, spelled
from ..query.metrics import METRICS
from ..query.periods import INTERVALS, Period
from ..query.query import Operator
from ..reading.addresses import NO_RULES, PageRules
from ..reading.text import clean
from ..reading.zones import zone_info
from ..trust.day_checks import DAY_CHECKS
from ..words import tr
from .parameters import Parameters, Refused, one_of
from .selection import (
    COLUMNS,
    COMPARE_LABELS,
    CUSTOM,
    FILTERABLE,
    OPERATORS,
    PERIOD_LABELS,
    SEARCHABLE,
    SORTS,
    Align,
    Colour,
    Compare,
    Order,
    Selection,
)

LONGEST_VALUE = 2000  # characters of a filter value
MOST_VALUES = 300  # filter values; Streamlit ignores URLs with more than 1,000 parameters
LONGEST = 7500  # characters of a URL; proxies refuse lines of 8,192
_PAGE = "embed_page"
_PLAIN = (
    *("compare", "timezone", "metric", "interval"),
    *("sort", "order", "colour", "align", "mix", "behind", "check"),
)
_URL_NAMES = {"timezone": "zone"}
_SEARCH = "-search"  # video-search=tour: the table of videos is searched, nothing is filtered
_VALUE_TOO_LONG = tr(
    "A filter value can have at most {number} characters.", number=f"{LONGEST_VALUE:,}"
)
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
    if selection.columns:
        parameters["columns"] = list(selection.columns)
    if selection.open:
        parameters["open"] = list(selection.open)
    parameters |= {f"{name}{_SEARCH}": [text] for name, text in selection.searches}
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
    address = Parameters(parameters, rules)
    preset, dates = _period(address, default)
    compare, compare_dates = _comparison(address, default)
    selection = Selection(
        preset=preset,
        dates=dates,
        compare=compare,
        compare_dates=compare_dates,
        timezone=address.one(
            "zone", lambda text: zone_info(text).key, default.timezone, instead=default.timezone
        ),
        metric=address.one(
            *("metric", one_of(METRICS.keys()), default.metric),
            instead=METRICS[default.metric].label,
        ),
        interval=address.one("interval", one_of(INTERVALS), default.interval),
        levels=_levels(address),
        columns=_columns(address),
        open=_open(address),
        sort=address.one("sort", one_of(SORTS), default.sort),
        order=address.one("order", one_of(get_args(Order)), default.order),
        colour=address.one("colour", one_of(get_args(Colour)), default.colour),
        align=address.one("align", one_of(get_args(Align)), default.align),
        mix=address.one("mix", one_of(FILTERABLE), default.mix),
        behind=address.one("behind", one_of(METRICS.keys()), default.behind),
        check=address.one("check", one_of((*CHECKS, *DAY_CHECKS)), default.check),
    )
    for name in SEARCHABLE:
        selection = _searching(address, selection, name)
    for name in FILTERABLE:
        for operator in OPERATORS:
            selection = _filtered(address, selection, name, operator)
    return selection, address.notes()


def changed(
    selection: Selection,
    parameters: Mapping[str, list[str]],
    default: Selection,
    rules: PageRules = NO_RULES,
) -> tuple[Selection, list[str]]:
    """The selection with what a URL with these parameters would set, and notes as above.

    It can set the period, the comparison, the time zone, and filters, which no values remove.
    """
    found, notes = from_parameters(parameters, default, rules)
    given = parameters.keys()
    if given & {"period", "from", "to"}:
        selection = replace(selection, preset=found.preset, dates=found.dates)
    if given & {"compare", "compare-from", "compare-to"}:
        dates = found.compare_dates
        selection = replace(selection, compare=found.compare, compare_dates=dates)
    if "zone" in given:
        selection = replace(selection, timezone=found.timezone)
    for name in FILTERABLE:
        for operator, ending in OPERATORS.items():
            if name + ending in given:
                selection = selection.where(name, found.values(name, operator), operator)
    return selection, notes


def why_too_long(selection: Selection) -> str:
    """Why the selection does not fit into a URL, as a sentence; empty if it does."""
    values = [*selection.open, *(value for f in selection.filters for value in f.values)]
    if len(values) > MOST_VALUES:
        return tr("You can filter by at most {number} values at once.", number=MOST_VALUES)
    if any(len(value) > LONGEST_VALUE for value in values):
        return _VALUE_TOO_LONG
    if len(urlencode(to_parameters(selection, Selection()), doseq=True)) > LONGEST:
        return tr(
            "All filter values together can have at most {number} characters in a link.",
            number=f"{LONGEST:,}",
        )
    return ""


def _period(address: Parameters, default: Selection) -> tuple[str, Period | None]:
    has_dates = address.has("from", "to")
    instead = PERIOD_LABELS[default.preset]
    dates = address.dates("", instead=instead)
    preset = address.one("period", one_of(PERIOD_LABELS.keys()), "", instead=instead)
    if dates:
        if preset not in ("", CUSTOM):
            address.refuse([("period", preset)], why=tr("The dates in it are used."))
        return CUSTOM, dates
    if preset == CUSTOM and not has_dates:
        why = tr("It needs a start and an end date.")
        address.refuse([("period", preset)], why=why, instead=instead)
    return preset if preset not in ("", CUSTOM) else default.preset, None


def _comparison(address: Parameters, default: Selection) -> tuple[Compare, Period | None]:
    has_dates = address.has("compare-from", "compare-to")
    instead = COMPARE_LABELS[default.compare]
    dates = address.dates("compare-", instead=instead)
    compare = address.one(
        "compare", one_of(COMPARE_LABELS.keys()), default.compare, instead=instead
    )
    if compare != "dates":
        if dates:
            asked = [("compare-from", f"{dates.start}"), ("compare-to", f"{dates.end}")]
            address.refuse(asked, why=tr("These dates need compare = dates."))
        return compare, None
    if not has_dates:
        address.refuse([("compare", tr("dates without dates"))], instead=instead)
    return ("dates", dates) if dates else (default.compare, None)


def _levels(address: Parameters) -> tuple[str, ...]:
    shown: dict[tuple[str, ...], str] = {}
    for text in address.take("level"):
        if text not in _LEVELS:
            address.refuse([("level", text)])
        elif (other := shown.setdefault(_LEVELS[text], text)) != text:
            why = tr("The same table shows {other}.", other=other)
            address.refuse([("level", text)], why=why)
    # Tables that used to be several may be one now, which shows the last of their levels.
    return reduce(Selection.at_level, shown.values(), Selection()).levels


def _columns(address: Parameters) -> tuple[str, ...]:
    texts = address.take("columns")
    if unknown := [("columns", text) for text in texts if text not in COLUMNS]:
        address.refuse(unknown)
    return tuple(text for text in texts if text in COLUMNS)


def _open(address: Parameters) -> tuple[str, ...]:
    texts = address.take("open")
    if reason := why_too_long(Selection(open=tuple(texts))):
        address.refuse([("open", text) for text in texts], why=reason)
        return ()
    return tuple(texts)


def _searching(address: Parameters, selection: Selection, name: str) -> Selection:
    """The selection with the search of one table from the URL."""
    parameter = f"{name}{_SEARCH}"
    text = address.one(parameter, lambda typed: _value(name, "contains", typed), "")
    searching = selection.searching(name, text)
    if reason := why_too_long(searching):
        address.refuse([(parameter, text)], why=reason)
        return selection
    return searching


def _filtered(
    address: Parameters, selection: Selection, name: str, operator: Operator
) -> Selection:
    """The selection with one filter from the URL."""
    parameter = name + OPERATORS[operator]
    texts, values = address.take(parameter), []
    for text in texts:
        try:
            value = _value(name, operator, text)
            values.append(address.page(parameter, value) if name == _PAGE else value)
        except Refused as refused:
            address.refuse([(parameter, text)], refused)
    filtered = selection.where(name, tuple(values), operator)
    if reason := why_too_long(filtered):
        address.refuse([(parameter, text) for text in texts], why=reason)
        return selection
    return filtered


def _value(name: str, operator: Operator, text: str) -> str:
    if len(text) > LONGEST_VALUE:
        raise Refused(_VALUE_TOO_LONG)
    if name in LIBRARY and operator != "contains":
        return read_value(name, text)  # unchanged: DynTube's own key
    if any(category(letter) == "Cc" for letter in text):
        raise Refused(tr("It has control characters."))
    text = clean(text)
    if operator != "contains":
        return read_value(name, text)
    if not text:
        raise Refused(tr("“Contains” needs a text."))
    return text


def _date_parameters(prefix: str, period: Period) -> dict[str, list[str]]:
    return {f"{prefix}from": [str(period.start)], f"{prefix}to": [str(period.end)]}

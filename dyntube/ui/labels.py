"""What people read instead of the log's keys and codes, and filters by what they read."""

from __future__ import annotations

from dataclasses import replace

from .. import formats
from ..dimensions import OTHER, UNKNOWN, dimension
from ..embeds import page_name
from ..periods import Period
from ..query import Filter, Operator, Query
from . import state
from .answers import answer, names

# Their values are keys or codes, so what a filter contains is looked for in their labels.
NAMED = ("project", "channel", "video", "continent", "country", "weekday", "hour_of_day")
OPERATOR_WORDS: dict[Operator, str] = {"is": "is", "is_not": "is not", "contains": "contains"}


def label(by: str, value: str) -> str:
    """A value of a dimension as people know it; text from the data comes back unchanged."""
    if value in (UNKNOWN, OTHER):
        return value
    match by:
        case "country":
            return formats.country(value)
        case "continent":
            return formats.continent(value)
        case "weekday" | "hour_of_day":
            return formats.of_clock(by, value)
        case "embed_page":
            return page_name(value, _only_domain())
        case "project" | "channel" | "video":
            return names().of(by, value)
        case _:
            return value


def _only_domain() -> str:
    """The domain that is filtered by, if it is one: its pages need not repeat it."""
    domains = state.current().values("embed_domain") if state.begun() else ()
    return domains[0] if len(domains) == 1 else ""


def sentence(filter_: Filter, value: str) -> str:
    """One value of a filter in words: "Country: Germany", "City contains york"."""
    name = dimension(filter_.dimension).label
    if filter_.operator == "contains":
        return f"{name} contains {value}"
    sign = ": " if filter_.operator == "is" else " is not "
    return f"{name}{sign}{label(filter_.dimension, value)}"


def resolved(
    filters: tuple[Filter, ...], spans: tuple[Period, ...], timezone: str
) -> tuple[Filter, ...]:
    """The same filters, where text to be contained in names has become the keys of those names."""

    def resolve(filter_: Filter) -> Filter:
        by = filter_.dimension
        if filter_.operator != "contains" or by not in NAMED:
            return filter_
        seen = {
            str(value)
            for span in spans
            for value in answer(Query(("views",), span, timezone, (by,)))[by]
        }
        wanted = [text.casefold() for text in filter_.values]
        found = (v for v in seen if any(text in label(by, v).casefold() for text in wanted))
        return replace(filter_, operator="is", values=tuple(sorted(found)))

    return tuple(map(resolve, filters))

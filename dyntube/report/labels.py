"""What people read instead of the log's keys and codes, and filters by what they read.

Keys identify, labels only show: two values may have the same name, so `Labels.each` tells those of
one list apart, and `Labels.one` one by itself.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from .. import formats
from ..desk import Desk
from ..fetch.catalog import Names
from ..query.dimensions import BETWEEN, DIMENSIONS, OTHER, UNKNOWN, dimension
from ..query.periods import Period
from ..query.query import Filter, Operator, Query
from ..reading.addresses import page_name
from ..reading.countries import country_name
from ..reading.text import folded
from .selection import Selection

# Their values are keys or codes, so what a filter contains is looked for in their labels.
NAMED = ("project", "channel", "video", "continent", "country", "weekday", "hour_of_day")
OPERATOR_WORDS: dict[Operator, str] = {"is": "is", "is_not": "is not", "contains": "contains"}
_OURS = {UNKNOWN: formats.UNKNOWN_NAME, OTHER: formats.OTHER_NAME}
_MARKS = {UNKNOWN: "no value", OTHER: "the rest"}
# What a file has beside their labels.
_IDENTITIES = {"project": "key", "channel": "key", "video": "key"} | dict.fromkeys(
    ("continent", "country"), "code"
)


class Labels:
    """What values are called, by the `names` that a reader may see.

    Where one `domain` is filtered by, its pages need not repeat it.
    """

    def __init__(self, names: Names, domain: str = "") -> None:
        self._names, self._domain = names, domain

    def one(self, by: str, value: str) -> str:
        """One value of a dimension as people know it, where nothing beside it says which is meant.

        A title that others have too comes with its key, a city with its region and country, and a
        value that is called like a missing one in quotes; other text from the data comes back
        unchanged.
        """
        if within := _within(by):
            return self._placed(by, value, len(within))
        name = self.name(by, value)
        return _quoted(name) if value != UNKNOWN else name

    def each(self, by: str, values: Iterable[str]) -> dict[str, str]:
        """The labels of the values of one list; no two are equal, whatever they are called."""
        every, within = dict.fromkeys(values), _within(by)
        if not within:
            return told_apart({value: self.name(by, value) for value in every})
        named = {value: self._placed(by, value, 0) for value in every}
        # What lacks a part says so first: others need not say theirs because of it.
        alike = {value: self._lacking(by, value) for value in _alike(named)}
        named |= {value: text for value, text in alike.items() if text}
        for depth in range(1, len(within) + 1):
            named |= {
                value: self._placed(by, value, depth)
                for value in _alike(named)
                if not self._lacking(by, value)
            }
        return told_apart(named)

    def exported(self, by: str, values: Iterable[str]) -> dict[str, list[str | None]]:
        """The columns that a file has for values of a dimension: labels, and keys or codes.

        They leave out nothing: a file has no page around it. A missing value has no key.
        """
        column = list(values)
        if within := _within(by):
            parts = [value.split(BETWEEN, len(within)) for value in column]
            columns: dict[str, list[str | None]] = {
                by: [name or formats.UNKNOWN_NAME for name, *_ in parts]
            }
            for number, what in enumerate(within, 1):
                outer = [part[number] if number < len(part) else UNKNOWN for part in parts]
                columns |= self._columns(what, outer)
            return columns
        return self._columns(by, column)

    def sentence(self, filter_: Filter, value: str) -> str:
        """One value of a filter in words: "Country: Germany", "City contains york"."""
        name = dimension(filter_.dimension).label
        if filter_.operator == "contains":
            return f"{name} contains {value}"
        sign = ": " if filter_.operator == "is" else " is not "
        return f"{name}{sign}{self.one(filter_.dimension, value)}"

    def name(self, by: str, value: str, *, whole: bool = False) -> str:
        """What a value is called; `whole` names leave out nothing that the page says already."""
        if value in _OURS:
            return _OURS[value]
        match by:
            case "country":
                return country_name(value)
            case "continent":
                return formats.continent(value)
            case "weekday" | "hour_of_day":
                return formats.of_clock(by, value)
            case "embed_page":
                return page_name(value, "" if whole else self._domain)
            case "project" | "channel" | "video":
                return _titles(self._names, by).get(value, value)
            case _:
                return value

    def _placed(self, by: str, value: str, depth: int) -> str:
        """A name with so many of those that it lies in: "Paris", "Paris, France"."""
        if value == OTHER:
            return _OURS[OTHER]
        name, *outer = value.split(BETWEEN, len(_within(by)))
        name = _quoted(name) if name else formats.UNKNOWN_NAME
        if not outer:
            return f"{name} (anywhere)"  # an address may say no more
        pairs = [*zip(_within(by), outer, strict=False)][len(outer) - depth :]
        return ", ".join([name, *(self.name(what, part) for what, part in pairs if part)])

    def _lacking(self, by: str, value: str) -> str:
        """A name with all that it is known to lie in, and what is not known; empty if all is."""
        name, *outer = value.split(BETWEEN, len(_within(by)))
        missing = [what for what, part in zip(_within(by), outer, strict=False) if not part]
        if not name or not missing:
            return ""
        placed = self._placed(by, value, len(outer))
        return f"{placed} (no {dimension(missing[0]).label.lower()})"

    def _columns(self, by: str, values: list[str]) -> dict[str, list[str | None]]:
        found = told_apart({value: self.name(by, value, whole=True) for value in values})
        columns: dict[str, list[str | None]] = {by: [found[value] for value in values]}
        if by in _IDENTITIES:
            keys = [None if value in _OURS else value for value in values]
            columns[f"{by}_{_IDENTITIES[by]}"] = keys
        return columns


def only_domain(selection: Selection) -> str:
    """The domain that is filtered by, if it is one."""
    domains = selection.values("embed_domain")
    return domains[0] if len(domains) == 1 else ""


def _alike(named: Mapping[str, str]) -> list[str]:
    often = Counter(map(_look, named.values()))
    return [value for value, name in named.items() if often[_look(name)] > 1]


def _within(by: str) -> tuple[str, ...]:
    """The dimensions of what a value lies in, the smallest first."""
    return DIMENSIONS[by].within if by in DIMENSIONS else ()


def _quoted(name: str) -> str:
    """A name from the data, in quotes where it looks like our own of what has none."""
    return f"“{name}”" if _look(name) == _look(formats.UNKNOWN_NAME) else name


def told_apart(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by value; where some look alike, each says its value too, if it does not yet."""
    found = dict(texts)
    look: Callable[[str], str] = _look
    while marked := _marked(found, look):
        found |= marked
        look = str  # keys that differ in capitals alone can be told apart
    return found


def _marked(texts: Mapping[str, str], look: Callable[[str], str]) -> dict[str, str]:
    often = Counter(map(look, texts.values()))
    return {
        value: f"{text} ({_MARKS.get(value) or value.replace(BETWEEN, ', ')})"
        for value, text in texts.items()
        if often[look(text)] > 1 and text != value
    }


def _look(text: str) -> str:
    """What texts have in common that nobody can tell apart by looking at them."""
    if not text.isascii():
        text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(folded(text).split())


def _titles(names: Names, by: str) -> Mapping[str, str]:
    """The titles of all projects, channels or videos by key, told apart where they look alike."""
    known = names.known(by)
    if by not in _told or _told[by][0] is not known:
        keys = {_look(key): key for key in known}
        seen = {key: title for key, title in known.items() if _look(title)}
        of_others = {
            key: f"{title} ({key})"
            for key, title in seen.items()
            if keys.get(_look(title), key) != key
        }
        _told[by] = known, told_apart(seen | of_others)
    return _told[by][1]


_told: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {}  # of the names last asked for


def resolved(
    filters: tuple[Filter, ...], spans: tuple[Period, ...], timezone: str, desk: Desk
) -> tuple[Filter, ...]:
    """The same filters, where text to be contained in names has become the keys of those names."""
    labels = Labels(desk.names())

    def resolve(filter_: Filter) -> Filter:
        by = filter_.dimension
        if filter_.operator != "contains" or by not in NAMED:
            return filter_
        seen = {
            str(value)
            for span in spans
            for value in desk.answer(_all_of(by, span, timezone, desk))[by]
        }
        wanted = [folded(text) for text in filter_.values]
        called = {value: folded(labels.name(by, value)) for value in seen - {UNKNOWN}}
        found = (v for v, name in called.items() if any(text in name for text in wanted))
        return replace(filter_, operator="is", values=tuple(sorted(found)), looked_up=True)

    return tuple(map(resolve, filters))


def _all_of(by: str, span: Period, timezone: str, desk: Desk) -> Query:
    return Query(("views",), span, timezone, (by,), access=desk.access)

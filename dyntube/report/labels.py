"""Labels for the log's keys and codes, and filters by label.

Keys identify, labels only show: values may share a name. `Labels.each` tells apart the values of a
list, `Labels.one` a value on its own.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from .. import formats
from ..desk import Desk
from ..fetch.catalog import Names
from ..query.dimensions import BETWEEN, DIMENSIONS, OTHER, UNKNOWN, dimension
from ..query.periods import Period
from ..query.query import Filter, Operator, Query
from ..reading.addresses import page_name
from ..reading.countries import country_name
from ..reading.text import folded
from ..words import tr
from .selection import Selection
from .software import SOFTWARE, software_name

# Their values are keys or codes, so `contains` filters search their labels.
NAMED = (
    *("project", "channel", "video", "continent", "country", "weekday", "hour_of_day"),
    *SOFTWARE,
    *(name for name, known in DIMENSIONS.items() if known.shown),
)
OPERATOR_WORDS: dict[Operator, str] = {
    "is": tr("is"),
    "is_not": tr("is not"),
    "contains": tr("contains"),
}
_OURS = {UNKNOWN: formats.UNKNOWN_NAME, OTHER: formats.OTHER_NAME}
_MARKS = {UNKNOWN: tr("no value"), OTHER: tr("the rest")}
# The second column of exports, beside their labels.
_IDENTITIES = {"project": "key", "channel": "key", "video": "key"} | dict.fromkeys(
    ("continent", "country"), "code"
)


class Labels:
    """Labels of values, from the `names` the reader may see.

    With a single `domain` filtered by, page labels leave it out.
    """

    def __init__(self, names: Names, domain: str = "") -> None:
        self._names, self._domain = names, domain

    def one(self, by: str, value: str) -> str:
        """The label of a value shown without others of its dimension.

        An ambiguous title gets its key, a city its region and country, and a value that looks like
        our own "Unknown" quotes; other text from the data is returned unchanged.
        """
        if within := _within(by):
            return _placed(by, value, len(within))
        name = self.name(by, value)
        return _quoted(name) if value != UNKNOWN else name

    def each(self, by: str, values: Iterable[str]) -> dict[str, str]:
        """Distinct labels for the values of one list."""
        every, within = dict.fromkeys(values), _within(by)
        if not within:
            return disambiguated({value: self.name(by, value) for value in every})
        named = {value: _placed(by, value, 0) for value in every}
        # Values with a missing parent are marked first, so that the others may stay short.
        alike = {value: self._lacking(by, value) for value in _alike(named)}
        named |= {value: text for value, text in alike.items() if text}
        for depth in range(1, len(within) + 1):
            named |= {
                value: _placed(by, value, depth)
                for value in _alike(named)
                if not self._lacking(by, value)
            }
        return disambiguated(named)

    def exported(self, by: str, values: Iterable[str]) -> dict[str, list[str | None]]:
        """The export columns of a dimension's values: full labels, and keys or codes.

        Nothing is abbreviated, as a file lacks the page's context. A missing value has no key.
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
        match filter_.operator:
            case "contains":
                return tr("{dimension} contains {text}", dimension=name, text=value)
            case "is":
                text = tr("{dimension}: {name}")
            case "is_not":
                text = tr("{dimension} is not {name}")
        return text.format(dimension=name, name=self.one(filter_.dimension, value))

    def name(self, by: str, value: str, *, whole: bool = False) -> str:
        """The name of a value; `whole` names keep what the page's filters imply."""
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
            case _ if by in SOFTWARE:
                return software_name(by, value)
            case _ if by in DIMENSIONS:
                return DIMENSIONS[by].shown.get(value, value)
            case _:
                return value

    def _lacking(self, by: str, value: str) -> str:
        """A name with its known parents and the first missing one; empty if none is missing."""
        name, *outer = value.split(BETWEEN, len(_within(by)))
        missing = [what for what, part in zip(_within(by), outer, strict=False) if not part]
        if not name or not missing:
            return ""
        placed = _placed(by, value, len(outer))
        what = dimension(missing[0]).noun
        return tr("{place} (no {dimension})", place=placed, dimension=what)

    def _columns(self, by: str, values: list[str]) -> dict[str, list[str | None]]:
        found = disambiguated({value: self.name(by, value, whole=True) for value in values})
        columns: dict[str, list[str | None]] = {by: [found[value] for value in values]}
        if by in _IDENTITIES:
            keys = [None if value in _OURS else value for value in values]
            columns[f"{by}_{_IDENTITIES[by]}"] = keys
        return columns


def only_domain(selection: Selection) -> str:
    """The domain filtered by, if it is a single one."""
    domains = selection.values("embed_domain")
    return domains[0] if len(domains) == 1 else ""


@lru_cache(maxsize=100_000)
def _placed(by: str, value: str, depth: int) -> str:
    """A name with this many of its parents: "Paris", "Paris, France"."""
    if value == OTHER:
        return _OURS[OTHER]
    name, *outer = value.split(BETWEEN, len(_within(by)))
    name = _quoted(name) if name else formats.UNKNOWN_NAME
    if not outer:
        return tr("{place} (anywhere)", place=name)  # a URL may give no parents
    pairs = [*zip(_within(by), outer, strict=False)][len(outer) - depth :]
    parents = (country_name(part) if what == "country" else part for what, part in pairs if part)
    return ", ".join([name, *parents])


def _alike(named: Mapping[str, str]) -> list[str]:
    looks = {value: _look(name) for value, name in named.items()}
    often = Counter(looks.values())
    return [value for value, look in looks.items() if often[look] > 1]


def _within(by: str) -> tuple[str, ...]:
    """The parent dimensions of a value, the innermost first."""
    return DIMENSIONS[by].within if by in DIMENSIONS else ()


def _quoted(name: str) -> str:
    """A name from the data, quoted if it looks like our own "Unknown"."""
    return f"“{name}”" if _look(name) == _look(formats.UNKNOWN_NAME) else name


def disambiguated(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by value; those that look alike get their value appended, unless they equal it."""
    found = dict(texts)
    look: Callable[[str], str] = _look
    while marked := _marked(found, look):
        found |= marked
        look = str  # values differing only in case may stay
    return found


def _marked(texts: Mapping[str, str], look: Callable[[str], str]) -> dict[str, str]:
    looks = {value: look(text) for value, text in texts.items()}
    often = Counter(looks.values())
    return {
        value: f"{text} ({_MARKS.get(value) or value.replace(BETWEEN, ', ')})"
        for value, text in texts.items()
        if often[looks[value]] > 1 and text != value
    }


def _look(text: str) -> str:
    """The text normalised so that visually equal texts compare equal."""
    if not text.isascii():
        text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(folded(text).split())


def _titles(names: Names, by: str) -> Mapping[str, str]:
    """Titles of projects, channels or videos by key, told apart where they look alike."""
    known = names.known(by)
    if by not in _title_cache or _title_cache[by][0] is not known:
        keys = {_look(key): key for key in known}
        seen = {key: title for key, title in known.items() if _look(title)}
        of_others = {
            key: f"{title} ({key})"
            for key, title in seen.items()
            if keys.get(_look(title), key) != key
        }
        _title_cache[by] = known, disambiguated(seen | of_others)
    return _title_cache[by][1]


_title_cache: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {}  # cache by kind


def resolved(
    filters: tuple[Filter, ...], spans: tuple[Period, ...], timezone: str, desk: Desk
) -> tuple[Filter, ...]:
    """The filters, with `contains` on names replaced by `is` with the matching keys."""
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
        called = {value: folded(_searched(labels, by, value)) for value in seen - {UNKNOWN}}
        found = (v for v, name in called.items() if any(text in name for text in wanted))
        return replace(filter_, operator="is", values=tuple(sorted(found)), from_search=True)

    return tuple(map(resolve, filters))


def _searched(labels: Labels, by: str, value: str) -> str:
    """What `contains` is looked for in: the label, for software also the name in the log."""
    name = labels.name(by, value)
    return f"{name}\n{value}" if by in SOFTWARE else name


def _all_of(by: str, span: Period, timezone: str, desk: Desk) -> Query:
    return Query(("views",), span, timezone, (by,), access=desk.access)

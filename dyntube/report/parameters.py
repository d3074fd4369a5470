"""The query parameters of a URL as they are read, with notes on what cannot be used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from typing import TypeVar

from ..errors import PeriodError
from ..query.periods import Period
from ..reading.addresses import PageRules, page
from ..reading.text import clean, short, valid
from ..words import tr, trn

T = TypeVar("T")
MOST_NOTES = 8
_SHOWN = 40  # characters quoted in a note
_OF_STREAMLIT = ("embed", "embed_options")
_NOUNS = {
    "from": tr("start date"),
    "to": tr("end date"),
    "compare-from": tr("start date of the comparison"),
    "compare-to": tr("end date of the comparison"),
    "compare": tr("comparison"),
    "zone": tr("time zone"),
    "period": tr("period"),
    "metric": tr("metric"),
    "interval": tr("interval"),
}
_EMPTY = tr("empty")


class Parameters:
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

    def one(self, name: str, convert: Callable[[str], T], fallback: T, *, instead: str = "") -> T:
        """The converted value of a single-valued parameter; the fallback if absent or invalid.

        `instead` is what the note says is shown then.
        """
        texts = self.take(name)
        try:
            return convert(only(texts)) if texts else fallback
        except (ValueError, PeriodError) as error:
            self.refuse([(name, text) for text in texts], error, instead=instead)
            return fallback

    def dates(self, prefix: str, *, instead: str) -> Period | None:
        """The period between two dates; None if absent or invalid, with a note."""
        asked = {f"{prefix}{end}": self.take(f"{prefix}{end}") for end in ("from", "to")}
        if not any(asked.values()):
            return None
        try:
            start, end = (dt.date.fromisoformat(only(texts)) for texts in asked.values())
            return Period(start, end)
        except (ValueError, PeriodError) as error:
            given = [(name, text) for name, texts in asked.items() for text in texts]
            self.refuse(given, error, instead=instead)
            return None

    def page(self, parameter: str, text: str) -> str:
        """The page for a full URL in a filter; a page is returned unchanged."""
        if "://" not in text:
            return text
        found = page(text, self._rules)
        asked = f"{parameter} = {text[:_SHOWN]}"
        self._notes.append(
            tr("This link has {part}, which is the page {page}.", part=asked, page=found[:_SHOWN])
        )
        return found

    def refuse(
        self,
        asked: Sequence[tuple[str, str]],
        error: Exception | None = None,
        why: str = "",
        instead: str = "",
    ) -> None:
        """Add a note on parameters that cannot be used, and what is shown `instead`."""
        what = reduce(_and, (_named(name, text) for name, text in asked[:3]))
        if asked[3:]:
            what = _and(what, trn("{number} more", "{number} more", len(asked) - 3))
        reason = why or (str(error) if isinstance(error, PeriodError | Refused) else "")
        known = all(name in _NOUNS for name, _ in asked)
        told = (
            tr("This link has an invalid {what}.", what=what)
            if known
            else tr("We ignored part of this link: {what}.", what=what),
            reason,
            instead and tr("Showing “{choice}” instead.", choice=instead),
        )
        self._notes.append(" ".join(filter(None, told)))

    def notes(self) -> list[str]:
        """All notes, including those on parameters nothing took."""
        for name, texts in self._left.items():
            self.refuse([(name, text) for text in texts or ("",)])
        more = len(self._notes) - MOST_NOTES
        rest = trn(
            "We ignored {number} other part of this link.",
            "We ignored {number} other parts of this link.",
            more,
        )
        return [*self._notes[:MOST_NOTES], *([rest] if more > 0 else [])]


class Refused(ValueError):
    """A parameter cannot be used; the message is shown to the reader."""


def only(texts: Sequence[str]) -> str:
    """The one text of a parameter, empty without any; Refused if there are several."""
    if len(texts) > 1:
        raise Refused(tr("It can have one value only."))
    return texts[0] if texts else ""


def _named(name: str, text: str) -> str:
    shown = clean(text)[:_SHOWN]
    if name in _NOUNS:
        return f"{_NOUNS[name]} ({shown or _EMPTY})"
    return f"{short(clean(name), _SHOWN)}={shown}"


def _and(one: str, other: str) -> str:
    return tr("{one} and {other}", one=one, other=other)


def one_of(names: Collection[T]) -> Callable[[str], T]:
    """A function that finds the value with this name, or raises ValueError."""
    known = {str(name): name for name in names}

    def convert(text: str) -> T:
        if text not in known:
            raise ValueError
        return known[text]

    return convert

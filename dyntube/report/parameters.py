"""The query parameters of a URL, taken one by one; what cannot be used is noted, never ignored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from ..errors import PeriodError
from ..query.periods import Period
from ..reading.addresses import PageRules, page
from ..reading.text import clean, short, valid

T = TypeVar("T")
MOST_NOTES = 8
_SHOWN = 40  # characters quoted in a note
_OF_STREAMLIT = ("embed", "embed_options")


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
        reason = why or (str(error) if isinstance(error, PeriodError | Refused) else "")
        self._notes.append(f"The address asks for {what}, which cannot be shown. {reason}".strip())

    def notes(self) -> list[str]:
        """All notes, including those on parameters nothing took."""
        for name, texts in self._left.items():
            self.refuse([(name, text) for text in texts])
        more = len(self._notes) - MOST_NOTES
        rest = [f"The address asks for {more:,} other things that cannot be shown."]
        return [*self._notes[:MOST_NOTES], *(rest if more > 0 else [])]


class Refused(ValueError):
    """A parameter cannot be used; the message is shown to the reader."""


def _only(texts: Sequence[str]) -> str:
    if len(texts) > 1:
        raise Refused("It can have one value only.")
    return texts[0] if texts else ""


def one_of(names: Collection[T]) -> Callable[[str], T]:
    """A function that finds the value with this name, or raises ValueError."""
    known = {str(name): name for name in names}

    def convert(text: str) -> T:
        if text not in known:
            raise ValueError
        return known[text]

    return convert

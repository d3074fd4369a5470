"""What all entries have in common: texts of one line, moments with their zone."""

from __future__ import annotations

import datetime as dt
from unicodedata import category

from ..errors import EntryError

_NOT_TEXT = ("Cc", "Cs")  # control characters and halves of characters: no spreadsheet takes them


def one_line(text: str, what: str, longest: int) -> str:
    """What somebody typed, on one line without control characters.

    Raises EntryError when nothing is left, or more than `longest` characters.
    """
    line = " ".join("".join(" " if category(c) in _NOT_TEXT else c for c in text).split())
    if not line:
        raise EntryError(f"{what} is empty. Write a few words.")
    if len(line) > longest:
        raise EntryError(f"{what} has {len(line):,} characters; {longest} are the most.")
    return line


def moment(text: str) -> dt.datetime:
    """The moment that a stored text says; raises ValueError or TypeError when it says none."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found

"""Shared by all entries: authors, and parsing of single-line text and aware datetimes."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple
from unicodedata import category

from ..errors import EntryError
from ..words import tr, trn


class Author(NamedTuple):
    """Who writes: the `id` of a person, and what others know them by; both "" for nobody."""

    id: str = ""
    name: str = ""


NOBODY = Author()  # where nobody signs in
_NOT_TEXT = ("Cc", "Cs")  # control characters and surrogates: spreadsheets reject them


def one_line(text: str, what: str, longest: int) -> str:
    """Typed text on one line, without control characters.

    Raises EntryError if nothing is left, or more than `longest` characters.
    """
    line = " ".join("".join(" " if category(c) in _NOT_TEXT else c for c in text).split())
    if not line:
        raise EntryError(tr("{what} is empty. Write a few words.", what=what))
    if len(line) > longest:
        raise EntryError(
            trn(
                "{what} has {number} character; the limit is {longest}.",
                "{what} has {number} characters; the limit is {longest}.",
                len(line),
                what=what,
                longest=longest,
            )
        )
    return line


def moment(text: str) -> dt.datetime:
    """A stored aware datetime. Raises ValueError or TypeError."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found

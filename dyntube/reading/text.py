"""Normalises all text from outside: views, names, notes, saved views, URLs.

Keys and ids pass `valid` and are otherwise left alone, so that they stay those DynTube knows. Text
that people read and search passes `clean`. Comparisons with typed text use `folded`, orders by name
`sort_key`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LONGEST = 500  # characters of text for people


def valid(text: str) -> str:
    """Replace lone surrogates, which only JSON allows, with U+FFFD."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def clean(text: str) -> str:
    """Text for people: valid, NFC, stripped, without control characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    composed = unicodedata.normalize("NFC", valid(text))
    kept = (" " if letter in "\t\n\r" else letter for letter in composed if not _is_control(letter))
    return "".join(kept).strip()


def short(text: str, longest: int = LONGEST) -> str:
    """Truncate text, with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def folded(text: str) -> str:
    """The form for comparing texts: NFC, then each character lowercased on its own.

    In SQL: `lower(nfc_normalize(text))`.
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_small, unicodedata.normalize("NFC", text)))


def sort_key(text: str) -> str:
    """The form for sorting names: as `folded`, by letters without their accents first."""
    small = folded(text)
    if small.isascii():
        return f"{small}\0"
    parts = unicodedata.normalize("NFD", small)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return f"{bare}\0{small}"


@lru_cache(maxsize=4096)
def _small(letter: str) -> str:
    # Python's lower() makes two characters of İ, and another Σ at the end of a word.
    return letter.lower()[0]


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" and letter not in "\t\n\r"

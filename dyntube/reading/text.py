"""Text from outside - views, names, notes, saved views, addresses: one door for all of it.

Keys and ids pass `valid` and are otherwise never changed, or they would no longer be the ones that
DynTube knows. What people read and search passes `clean`. Whatever compares text that people typed
compares `folded` text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LONGEST = 500  # characters of a text that people read


def valid(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which is legal in JSON alone."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def clean(text: str) -> str:
    """The text as people read it: valid, in NFC, without control characters or outer blanks."""
    if text.isascii() and text.isprintable():
        return text.strip()
    composed = unicodedata.normalize("NFC", valid(text))
    kept = (" " if letter in "\t\n\r" else letter for letter in composed if not _is_control(letter))
    return "".join(kept).strip()


def short(text: str, longest: int = LONGEST) -> str:
    """The text, cut where it is too long to show."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def folded(text: str) -> str:
    """The one form in which texts are compared: composed, each letter small by itself.

    SQL says the same as `lower(nfc_normalize(text))`.
    """
    return "".join(map(_small, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=4096)
def _small(letter: str) -> str:
    # Python's own lower() makes two letters of İ, and another Σ at the end of a word.
    return letter.lower()[0]


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" and letter not in "\t\n\r"

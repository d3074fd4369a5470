"""Texts in figures: escaped, since plotly renders some HTML, and truncated to fit."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from html import escape

from .. import formats
from ..insight.comparison import few_of
from ..query.metrics import Metric
from .base import Item

_LINE = 40  # characters of a tooltip line on a phone
_TITLE_LINES = 3


def plain(text: str) -> str:
    """Escaped text from the data; quotes stay, as plotly does not decode their entities."""
    return escape(text, quote=False)


def short(text: str, length: int) -> str:
    """Text from the data on one line of at most this many characters, escaped."""
    return plain(_cut(" ".join(text.split()), length, 0))


def apart(texts: Sequence[str], length: int) -> list[str]:
    """Texts as in `short`, keeping as much of their ends as it takes to tell them apart.

    Long names often differ only at the end: in a number, or in the key after the name.
    """
    lines = [" ".join(text.split()) for text in texts]
    shown = [_cut(line, length, 0) for line in lines]
    for ending in range(length // 2, length):
        often = Counter(shown)
        if len(often) == len({*lines}):
            break
        shown = [
            _cut(line, length, ending) if often[cut] > 1 else cut
            for line, cut in zip(lines, shown, strict=True)
        ]
    return [plain(text) for text in shown]


def _cut(text: str, length: int, ending: int) -> str:
    """Text truncated to `length` characters, the last `ending` ones kept."""
    if len(text) <= length:
        return text
    return f"{text[: length - 1 - ending].rstrip()}…{text[len(text) - ending :]}"


def wrapped(text: str) -> list[str]:
    """Text from the data as a few lines that fit on a phone, escaped."""
    lines = textwrap.wrap(text, _LINE, max_lines=_TITLE_LINES, placeholder=" …")
    return [plain(line) for line in lines]


def bold(text: str) -> str:
    """Text from the data, wrapped, as the heading of a tooltip."""
    return "<br>".join(f"<b>{line}</b>" for line in wrapped(text))


def hover(measure: Metric, item: Item, *more: str) -> str:
    """The tooltip of an item; `more` are lines after its amount."""
    lines = [bold(item.label)] if item.label.strip() else []
    lines.append(f"{measure.label}: {formats.value(measure, item.amount, full=True)}")
    lines += [*more, *map(plain, item.hover.splitlines())]
    if item.few:
        lines.append(few_of(item.few))
    return "<br>".join(lines)

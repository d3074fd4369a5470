"""Texts in figures: escaped, since plotly reads a little HTML in them, and cut to what fits."""

from __future__ import annotations

import textwrap
from html import escape

from .. import formats
from ..metrics import FEW_PLAYS, Metric
from .base import Item

_LINE = 40  # characters that fit beside a pointer on a phone
_TITLE_LINES = 3


def plain(text: str) -> str:
    """Text from the data so that it shows as it is; plotly knows no entity for quotes."""
    return escape(text, quote=False)


def short(text: str, length: int) -> str:
    """Text from the data on one line of so many characters at most, escaped."""
    text = " ".join(text.split())
    return plain(text if len(text) <= length else f"{text[: length - 1].rstrip()}…")


def wrapped(text: str) -> list[str]:
    """Text from the data as a few lines that fit on a phone, escaped."""
    lines = textwrap.wrap(text, _LINE, max_lines=_TITLE_LINES, placeholder=" …")
    return [plain(line) for line in lines]


def bold(text: str) -> str:
    """Text from the data, wrapped, as the heading of a hover."""
    return "<br>".join(f"<b>{line}</b>" for line in wrapped(text))


def hover(measure: Metric, item: Item, *more: str) -> str:
    """What is shown of an item under the pointer; `more` are lines after its amount."""
    lines = [bold(item.label)] if item.label.strip() else []
    lines.append(f"{measure.label}: {formats.value(measure, item.amount, full=True)}")
    lines += [*more, *map(plain, item.hover.splitlines())]
    if item.few:
        lines.append(f"Fewer than {FEW_PLAYS} plays")
    return "<br>".join(lines)

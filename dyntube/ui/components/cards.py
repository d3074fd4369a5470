"""Number cards: a metric with its change, the value before and a sparkline."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...insight.comparison import Direction
from .mount import mount


@dataclass(frozen=True)
class Card:
    """One number with its texts.

    `change` is its change, with an arrow by `sign` and a colour by `direction`; `before` is what it
    is compared with ("vs 65.6K"), and `marks` are caveats in a word or two. `help` are the
    paragraphs of its definition. `course` has its values over time, NaN for a gap. A click on a
    card that `draws` chooses its metric; `rows` names the button that shows the views behind it, if
    it has one.
    """

    name: str
    label: str
    value: str
    change: str = ""
    sign: int = 0
    direction: Direction = 0
    before: str = ""
    marks: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    course: tuple[float, ...] = ()
    draws: bool = False
    chosen: bool = False
    rows: str = ""


def number_cards(
    cards: Sequence[Card],
    *,
    key: str,
    on_draw: Callable[[str], None] = lambda _: None,
    on_rows: Callable[[str], None] = lambda _: None,
) -> None:
    """A grid of cards. The callbacks get a card's name, on a click on it or on its button."""
    drawn = {card.name for card in cards if card.draws}
    opened = {card.name for card in cards if card.rows}

    def known(names: set[str], callback: Callable[[str], None]) -> Callable[[Any], None]:
        return lambda name: callback(name) if isinstance(name, str) and name in names else None

    events = {"drawn": known(drawn, on_draw), "rows": known(opened, on_rows)}
    mount("cards", key, {"cards": [_sent(card) for card in cards]}, events)


def _sent(card: Card) -> dict[str, Any]:
    course = [None if math.isnan(value) else round(value, 6) for value in card.course]
    return {**vars(card), "course": course}

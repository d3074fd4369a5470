"""The filters in force, each with a click to change, invert or remove it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from .mount import mount


@dataclass(frozen=True)
class Opposite:
    """A filter inverted: its word, its query parameter, and all values it would have."""

    sign: str
    parameter: str
    values: Sequence[str]


@dataclass(frozen=True)
class Chip:
    """A filter in words, as "Country", "is", "Germany, France"; `hover` has all its values.

    `parameter` is its query parameter.
    """

    by: str
    operator: str
    parameter: str
    name: str
    sign: str
    value: str
    hover: str
    opposite: Opposite | None = None


def chips(
    shown: Sequence[Chip], tips: Sequence[str], *, on_change: Callable[[object], None]
) -> None:
    """The filters; without any, and only on a first visit, a tip.

    `tips` has it for a mouse and for touch, or is empty.

    `on_change` is called with query parameters. A click on a value opens its list in `filters`.
    """
    data = {"chips": [asdict(chip) for chip in shown], "tips": list(tips)}
    mount("chips", "chips", data, {"changed": on_change})

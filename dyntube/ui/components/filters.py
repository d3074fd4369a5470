"""The lists to filter by: a button for each, and the values of the one that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from .mount import mount


@dataclass(frozen=True)
class Button:
    """A list that has a button of its own: its name, and what is chosen; `set` if anything is."""

    by: str
    name: str
    text: str
    set: bool


@dataclass(frozen=True)
class Entry:
    """A dimension in the list of all: `set` says how much is chosen, and `operator` by which.

    `noun` is what one of its values is called within a sentence.
    """

    by: str
    name: str
    noun: str
    set: str
    operator: str


@dataclass(frozen=True)
class Open:
    """The open list: its rows (value, name, count), the values `chosen`, and a `note` below.

    `parameter` is the query parameter that a choice sets.
    """

    by: str
    operator: str
    parameter: str
    rows: Sequence[tuple[str, str, str]]
    chosen: Sequence[str]
    note: str = ""


@dataclass(frozen=True)
class Zone:
    """The button of the time zone."""

    name: str
    text: str
    help: str


def filters(
    buttons: Sequence[Button],
    more: str,
    zone: Zone,
    entries: Sequence[Entry],
    operators: Sequence[tuple[str, str]],
    opened: Open | None,
    number: int,
    *,
    on_open: Callable[[object], None],
    on_change: Callable[[object], None],
) -> None:
    """The buttons, `more` for all entries, and the zone.

    `operators` are values and words, `number` is that of the last change. `on_open` is called with
    {"by", "operator"} of a list whose values are wanted ("" for none), `on_change` with {"asked":
    query parameters, "stays": bool, "number": int}.
    """
    data = {
        "lists": [asdict(button) for button in buttons],
        "more": more,
        "zone": asdict(zone),
        "dimensions": [asdict(entry) for entry in entries],
        "operators": [{"value": value, "name": name} for value, name in operators],
        "open": asdict(opened) if opened else None,
        "number": number,
    }
    mount("filters", "filters", data, {"opened": on_open, "changed": on_change})

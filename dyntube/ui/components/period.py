"""The period in the head of a page, its comparison, and the keys that choose them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from .mount import mount

Ends = tuple[str, str]  # two days, as 2026-11-01


@dataclass(frozen=True)
class Choice:
    """A period or a comparison by name, and the key that chooses it."""

    value: str
    name: str
    key: str = ""


@dataclass(frozen=True)
class Shown:
    """The period: its name, "" for dates alone, and what else can be chosen.

    `before` and `after` say in dates where a step leads, `back` where a zoom came from; all are
    empty if there is none. `limits` are the first and the last day that can be chosen. Without
    `compares` the page compares nothing.
    """

    name: str
    dates: str
    presets: Sequence[Choice]
    chosen: str
    range: Ends
    limits: Ends
    compares: Sequence[Choice]
    compare: str
    compared: Ends
    before: str = ""
    after: str = ""
    back: str = ""


def period(
    shown: Shown | None,
    filters: int,
    *,
    on_choose: Callable[[object], None],
    on_step: Callable[[object], None],
    on_zoom_out: Callable[[object], None],
) -> None:
    """The period with its steps, and for small screens a button for so many `filters`.

    `on_choose` is called with query parameters, `on_step` with -1 or 1. A page without a period of
    its own has None.
    """
    events = {"chosen": on_choose, "stepped": on_step, "zoomed_out": on_zoom_out}
    data = {"period": asdict(shown) if shown else None, "filters": filters}
    mount("period", "period", data, events, width="content")

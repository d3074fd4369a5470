"""Share lists: a row per value with a bar, a number, its share and its change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from ...insight.comparison import Direction
from .mount import mount


@dataclass(frozen=True)
class Row:
    """One value: what a click picks, its texts, and the width of its bar from 0 to 1.

    `hover` has further lines, `searched` is what a search looks at, and `look` is "", "missing"
    (Unknown), "few" (a small basis) or "faded" (others are chosen).
    """

    value: str
    name: str
    number: str
    share: str = ""
    change: str = ""
    direction: Direction = 0
    width: float = 0.0
    chosen: bool = False
    look: str = ""
    hover: tuple[str, ...] = ()
    searched: str = ""


def share_list(
    rows: Sequence[Row],
    label: str,
    *,
    key: str,
    head: tuple[str, str, str, str],
    on_pick: Callable[[str], None],
    rest: str = "",
    more: str = "",
    search: str = "",
    thing: str = "",
) -> None:
    """A list whose rows are buttons; `on_pick` is called with a row's value.

    `label` names the list, `head` its columns (name, number, share, change; an empty last one
    leaves out changes), and `rest` says below it what it leaves out. `more` is the button that
    opens the whole list (see `is_open`), with a field `search`, of which
    each row is a `thing`.
    """
    data = {
        "rows": [asdict(row) for row in rows],
        "label": label,
        "head": head,
        "rest": rest,
        "more": more,
        "open": is_open(key),
        "search": search,
        "thing": thing,
    }
    values = {row.value for row in rows}

    def picked(value: object) -> None:
        if isinstance(value, str) and value in values:
            on_pick(value)

    mount("share_list", key, data, {"picked": picked, "open": lambda _: None})


def is_open(key: str) -> bool:
    """Whether a reader has opened the whole list."""
    state = st.session_state.get(key)
    return state is not None and bool(state.get("open"))

"""Tables people work in: a name opens, a tick compares, a header sorts all rows.

Rows and their head are mounted apart, so that to sort, search or tick sends no rows again. Up to
MOST_ROWS are sorted and searched by the browser at once; of more, the server does and sends these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from ...insight.comparison import Direction
from ...reading.text import clean
from ...report.selection import NAME, Order
from .mount import mount

MOST_ROWS = 1000
LONGEST_SEARCH = 200  # characters


@dataclass(frozen=True)
class Column:
    """A column with a text per row.

    `label` stands in its header, `said` is its full name. To sort in the browser, `ranks` has a
    number per row, None where its value is missing. Of a change, `looks` has the directions. A
    `course` is a line, each text its heights as `heights` writes them.
    """

    name: str
    label: str
    said: str
    texts: Sequence[str]
    kind: Literal["number", "change", "text", "course"] = "number"
    help: str = ""
    ranks: Sequence[int | None] = ()
    looks: Sequence[Direction] = ()


def column(
    label: str, texts: Sequence[str], kind: Literal["number", "text"] = "text", help: str = ""
) -> Column:
    """A column that is known by its label, of a table without a head."""
    return Column(label, label, label, texts, kind, help)


@dataclass(frozen=True)
class Rows:
    """The rows of a table: what a click on a name gives, names, and short remarks below these.

    `searched` are other texts that a search looks at too, `images` the addresses of pictures;
    either may be empty for none. `whole` says that these are all rows there are, by name, for the
    browser to sort and search; else they are as the server has sorted them.
    """

    name: str
    values: Sequence[str]
    names: Sequence[str]
    columns: Sequence[Column]
    marks: Sequence[str] = ()
    searched: Sequence[str] = ()
    images: Sequence[str] = ()
    ranks: Sequence[int | None] = ()
    whole: bool = False


@dataclass(frozen=True)
class Choice:
    """What a reader has chosen: NAME or a column to sort by, a text, and the columns shown."""

    sort: str
    order: Order
    search: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """The head of a table.

    `options` are the columns to choose from with their full names. `gather` is the button for
    ticked rows, with "{}" for their number, of which it takes at `least` so many. `count` is the
    number of all rows with its noun, `found` that of those searched for, each is a `thing`,
    and `foot` what stands below the rows.
    """

    label: str
    choice: Choice
    options: Sequence[tuple[str, str]]
    gather: str
    count: str
    found: int
    thing: str
    foot: str
    least: int = 1
    marked: Sequence[str] = field(default_factory=tuple)


def heights(amounts: Sequence[float]) -> str:
    """Amounts from 0 up as a line: a digit of base 36 for each; "-" for NaN."""
    known = [amount for amount in amounts if amount == amount]
    scale = 35 / (max(known, default=0) or 1)
    return "".join(
        _DIGITS[int(amount * scale + 0.5)] if amount == amount else "-" for amount in amounts
    )


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def table_rows(
    rows: Rows,
    label: str,
    *,
    key: str,
    on_open: Callable[[str], None] | None = None,
    marked: Collection[str] = (),
    head: bool = False,
) -> None:
    """The rows of a table; `on_open` is called with the value of a name. `head`: it has one."""
    values = set(rows.values)

    def opened(value: object) -> None:
        if on_open and isinstance(value, str) and value in values:
            on_open(value)

    data = {name: getattr(rows, name) for name in rows.__dataclass_fields__}
    data["columns"] = [_sent(column) for column in rows.columns]
    data |= {
        "part": "rows",
        "label": label,
        "table": key if head else "",
        "plain": on_open is None,
        "marked": sorted(marked),
    }
    data["images"] = rows.images or None
    mount("table", f"{key}-rows", data, {"opened": opened}, counted=False)


def plain_table(
    name: str, names: Sequence[str], columns: Sequence[Column], label: str, *, key: str
) -> None:
    """A table whose names, in the column `name`, open nothing."""
    table_rows(Rows(name, [*map(str, range(len(names)))], names, columns), label, key=key)


def _sent(column: Column) -> dict[str, Any]:
    names = column.__dataclass_fields__
    return {name: value for name in names if (value := getattr(column, name)) != ()}


def table_head(
    head: Head,
    values: Collection[str],
    *,
    key: str,
    on_choose: Callable[[Choice], None],
    on_gather: Callable[[list[str]], None],
) -> None:
    """The head of the table with this key.

    `on_choose` is called with a new choice, `on_gather` with ticked ones of the `values`.
    """
    number = f"{key}-number"
    data = {name: getattr(head, name) for name in head.__dataclass_fields__ if name != "choice"}
    choice = {name: getattr(head.choice, name) for name in Choice.__dataclass_fields__}
    # With the number of the choice that it answers, the browser knows an old answer.
    told = {"choice": choice, "table": key, "number": st.session_state.get(number, 0)}
    told["part"] = "head"

    def chosen(value: object) -> None:
        if not isinstance(value, dict) or not isinstance(value.get("number"), int):
            return
        st.session_state[number] = value["number"]  # a refused choice is answered too
        if choice := _choice(value, [name for name, _ in head.options]):
            on_choose(choice)

    def gathered(value: object) -> None:
        asked = value if isinstance(value, list) else []
        known = [one for one in asked if isinstance(one, str) and one in values]
        if len(known) >= head.least:
            on_gather(known)

    events: dict[str, Callable[[Any], None]] = {"chosen": chosen, "gathered": gathered}
    mount("table", f"{key}-head", data | told, events)


def _choice(value: object, options: Collection[str]) -> Choice | None:
    """A choice as the browser sends it; None for anything else."""
    if not isinstance(value, dict):
        return None
    sort, order, search = (value.get(name) for name in ("sort", "order", "search"))
    columns = value.get("columns")
    if sort not in (NAME, *options) or order not in ("falling", "rising"):
        return None
    if not isinstance(search, str) or not isinstance(columns, list):
        return None
    kept = tuple(name for name in options if name in columns)
    return Choice(str(sort), order, clean(search[:LONGEST_SEARCH]), kept)

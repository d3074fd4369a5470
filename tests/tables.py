"""Tables as a reader sees them: what a browser makes of the rows it is sent, worked out apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from .components import sent, trigger
from .plain import lowered


@dataclass(frozen=True)
class Table:
    """The data of a table's rows, and of its head if it has one."""

    rows: dict[str, Any]
    head: dict[str, Any] | None

    @property
    def choice(self) -> dict[str, Any]:
        """What is chosen."""
        assert self.head
        choice: dict[str, Any] = self.head["choice"]
        return choice

    @property
    def foot(self) -> str:
        """The line below the rows."""
        return str(self.head["foot"]) if self.head else ""

    @property
    def marked(self) -> set[str]:
        """The names of the rows that are filtered by."""
        values = (self.head or self.rows)["marked"]
        return {name for value, name in zip(*self._names(), strict=True) if value in values}

    @property
    def shown(self) -> pd.DataFrame:
        """The texts of the rows as they are shown, with `name`, `mark` and `value`."""
        values, names = self._names()
        marks = self.rows["marks"] or [""] * len(names)
        columns = {column["name"]: column["texts"] for column in self._columns()}
        frame = pd.DataFrame({"value": values, "name": names, "mark": marks} | columns)
        return frame.iloc[self._order()].reset_index(drop=True)

    def _names(self) -> tuple[list[str], list[str]]:
        return self.rows["values"], self.rows["names"]

    def _columns(self) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = self.rows["columns"]
        if not self.head:
            return columns
        wanted = {*self.choice["columns"], self.choice["sort"]}
        return [column for column in columns if column["name"] in wanted]

    def _order(self) -> list[int]:
        every = range(len(self.rows["values"]))
        if not self.rows["whole"]:
            return list(every)
        text = lowered(self.choice["search"])
        more = self.rows["searched"] or self.rows["names"]
        texts = [lowered(name) for name in self.rows["names"]]
        found = [n for n in every if text in texts[n] or text in lowered(more[n])]
        ranks = {column["name"]: column.get("ranks") for column in self.rows["columns"]}
        ranks["name"] = self.rows["ranks"]
        places = ranks[self.choice["sort"]]
        known = [n for n in found if places[n] is not None]
        missing = [n for n in found if places[n] is None]
        sign = 1 if self.choice["order"] == "rising" else -1
        return [*sorted(known, key=lambda n: sign * places[n]), *missing]


def tables(at: AppTest) -> list[Table]:
    """All tables of a page in their order."""
    every = sent(at, "table")
    heads = {data["table"]: data for data in every if data["part"] == "head"}
    return [Table(data, heads.get(data["table"])) for data in every if data["part"] == "rows"]


def table(at: AppTest, label: str) -> Table:
    """The table with this label."""
    [found] = (one for one in tables(at) if one.rows["label"] == label)
    return found


def choose(at: AppTest, by: str, **choice: object) -> AppTest:
    """Sort, search or choose columns of the table of a dimension."""
    [head] = (one.head for one in tables(at) if one.rows["table"] == f"table-{by}")
    assert head
    asked = head["choice"] | choice | {"number": head["number"] + 1}
    return trigger(at, "table", f"table-{by}-head", "chosen", asked)


def gather(at: AppTest, by: str, *values: object) -> AppTest:
    """Press the button for ticked rows."""
    return trigger(at, "table", f"table-{by}-head", "gathered", list(values))


def press(at: AppTest, key: str, value: object) -> AppTest:
    """Press a name in the table with this key."""
    return trigger(at, "table", f"{key}-rows", "opened", value)


def counted(at: AppTest, label: str) -> dict[str, int]:
    """The views of each row of the table with this label, by its name."""
    shown = table(at, label).shown
    counts = [int(text.replace(",", "")) for text in shown["views"]]
    return dict(zip(shown["name"], counts, strict=True))

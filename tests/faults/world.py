"""The truth: the views that a server knows, and how they change while somebody pages them."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Record = dict[str, Any]
Change = Literal["arrive", "late", "delete", "update"]

ONE_DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
OURS, THEIRS = "ours", "theirs"  # projects
ENDINGS = ("Z", "+00:00")


@dataclass(frozen=True)
class Row:
    """A view: when it was, its record as JSON, and whether nobody could read that record."""

    id: str
    moment: dt.datetime
    record: Record
    bad: bool = False

    @property
    def ours(self) -> bool:
        """Whether it belongs to the project that is asked for."""
        return self.record["projectKey"] == OURS

    def spoiled_by(self, fields: Record) -> Row:
        """The same view with fields that make its record unreadable."""
        return replace(self, record=self.record | fields, bad=True)


class World:
    """All views by id; safe to change and to read from several threads."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows = {row.id: row for row in rows}
        self._lock = threading.Lock()
        self._next = 0
        self.ever = {row.id for row in self._rows.values() if row.ours}  # are or were here

    def rows(self) -> list[Row]:
        """Every view as it is now."""
        with self._lock:
            return list(self._rows.values())

    def ids(self) -> set[str]:
        """The ids of the views that can be read."""
        return {row.id for row in self.rows() if not row.bad}

    def of_day(self, day: dt.date) -> dict[str, Row]:
        """Our readable views of a UTC day, by id."""
        rows = (row for row in self.rows() if row.ours and not row.bad)
        return {row.id: row for row in rows if row.moment.date() == day}

    def bad_of(self, day: dt.date, start: dt.datetime, end: dt.datetime) -> int:
        """How many records from a moment up to another cannot be read, and may be of a day: their
        date says so, or nothing."""

        def says(row: Row) -> dt.date | None:
            try:
                return dt.datetime.fromisoformat(row.record["date"]).astimezone(dt.UTC).date()
            except (KeyError, TypeError, ValueError, AttributeError):
                return None

        found = (row for row in self.rows() if row.bad and start <= row.moment < end)
        return sum(says(row) in (None, day) for row in found)

    def add(self, row: Row) -> None:
        """A view arrives."""
        with self._lock:
            self._rows[row.id] = row
            self.ever.add(row.id)

    def delete(self, id_: str) -> None:
        """A view goes."""
        with self._lock:
            self._rows.pop(id_, None)

    def update(self, id_: str, seconds: int) -> None:
        """A view goes on: its watch time grows."""
        with self._lock:
            if row := self._rows.get(id_):
                record = row.record | {"watchTime": row.record["watchTime"] + seconds}
                self._rows[id_] = replace(row, record=record)

    def change(
        self, kind: Change, rng: random.Random, days: Sequence[dt.date], now: dt.datetime
    ) -> None:
        """One change at random: of a view of these days, or a new one that is not after `now`."""
        if kind in ("arrive", "late"):
            back = dt.timedelta(seconds=rng.randrange(60))
            moment = now - back if kind == "arrive" else some_moment(rng, rng.choice(days))
            if moment <= now:
                self._next += 1
                self.add(new_row(rng, f"{kind}-{self._next}", moment))
        elif known := [row.id for row in self.rows() if not row.bad]:
            if kind == "delete":
                self.delete(rng.choice(known))
            else:
                self.update(rng.choice(known), rng.randrange(1, 100))


def some_moment(rng: random.Random, day: dt.date) -> dt.datetime:
    """A moment of a UTC day, often at an end of it: there views are lost or come twice."""
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    kind = rng.random()
    if kind < 0.1:
        return midnight
    if kind < 0.2:
        edge = rng.choice([1, 999_999, 1_000_000, 1_500_000])
        return midnight + dt.timedelta(microseconds=edge)
    if kind < 0.3:
        edge = rng.choice([1, 500_000, 1_000_000, 1_000_001])
        return midnight + ONE_DAY - dt.timedelta(microseconds=edge)
    return midnight + dt.timedelta(seconds=rng.randrange(86_400), milliseconds=rng.randrange(1000))


def new_row(rng: random.Random, id_: str, moment: dt.datetime, project: str = OURS) -> Row:
    """A view that can be read."""
    record = {
        "id": id_,
        "date": spelled(moment, rng.choice(ENDINGS), rng.randrange(8)),
        "videoKey": f"video-{rng.randrange(3)}",
        "projectKey": project,
        "viewerId": f"viewer-{rng.randrange(9)}",
        "started": True,
        "duration": 100,
        "watchTime": rng.randrange(50),
    }
    return Row(id_, moment, record)


def spelled(moment: dt.datetime, ending: str = "+00:00", digits: int = 6) -> str:
    """A moment as the API writes it, in no fewer fraction digits than it needs."""
    micros = f"{moment:%f}"
    digits = max(digits, len(micros.rstrip("0")))
    fraction = micros + "7"  # a seventh digit says more than we keep
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + ("." + fraction[:digits] if digits else "") + ending


def some_rows(rng: random.Random, days: Sequence[dt.date], most: int) -> list[Row]:
    """Views of some days: few or many, ties among them."""
    rows: list[Row] = []
    for day in days:
        count = rng.choice([0, 1, *(rng.randrange(most + 1) for _ in range(3))])
        while count > 0:
            moment = some_moment(rng, day)
            for _ in range(min(count, rng.choice([1, 1, 1, 2, 5]))):
                rows.append(new_row(rng, f"{day}-{count}", moment))
                count -= 1
    return rows


def spoiled(rng: random.Random, row: Row) -> Row:
    """The same view with a record that nobody can read."""
    bad: Record = rng.choice(
        [
            {"id": float("nan")},
            {"id": {"value": 3}},
            {"id": True},
            {"id": ""},
            {"date": None},
            {"date": 7},
            {"date": "yesterday"},
            {"id": None},
        ]
    )
    return row.spoiled_by(bad)

"""What tests of single faults are made of: plain worlds, and misdeeds at chosen requests."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from .misdeeds import MISDEEDS
from .server import Before, Misdeed
from .wire import Asked
from .world import ONE_DAY, Row, World, new_row

DAY = dt.date(2025, 5, 1)


def days(count: int) -> list[dt.date]:
    """So many days in a row."""
    return [DAY + n * ONE_DAY for n in range(count)]


def at(day: dt.date, *clock: int) -> dt.datetime:
    """A moment of a UTC day."""
    return dt.datetime.combine(day, dt.time(*clock), dt.UTC)


def row(id_: str, moment: dt.datetime, **fields: object) -> Row:
    """A view; say only what the test is about."""
    made = new_row(random.Random(id_), id_, moment)
    made.record.update(fields)
    return made


def hourly(*of: dt.date, count: int = 12) -> World:
    """So many views a day, one an hour."""
    return World(row(f"{day}-{n:02}", at(day, n, 30)) for day in of for n in range(count))


def many(count: int, within: dt.timedelta = ONE_DAY) -> World:
    """Many views of one day, evenly spread from midnight on."""
    return World(row(f"view-{n}", at(DAY) + n * within / count) for n in range(count))


def always(name: str) -> Before:
    """Every answer is that bad one."""
    return lambda asked, rng: MISDEEDS[name]


def in_turn(*names: str | None) -> Before:
    """The first requests get these, in the order they come; the rest are answered well."""
    left = list(names)

    def before(asked: Asked, rng: random.Random) -> Misdeed | None:
        name = left.pop(0) if left else None
        return MISDEEDS[name] if name else None

    return before


def once(matches: Callable[[Asked], bool], misdeed: Misdeed | None, do: Callable = int) -> Before:
    """The first request that matches gets this answer, after `do` was called."""
    left = [misdeed]

    def before(asked: Asked, rng: random.Random) -> Misdeed | None:
        if not left or not matches(asked):
            return None
        do()
        return left.pop()

    return before


def page(number: int) -> Callable[[Asked], bool]:
    """Matches requests for that page."""
    return lambda asked: bool(asked.json["page"] == number)


def of_day(day: dt.date) -> Callable[[Asked], bool]:
    """Matches requests for that day: they end with it."""
    return lambda asked: bool(asked.json["to"] == f"{day + ONE_DAY}T00:00:00")

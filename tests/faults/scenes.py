"""What tests of single faults are made of: plain worlds, and misdeeds at chosen requests."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .misdeeds import MISDEEDS
from .proof import build
from .server import Before, LogServer, Misdeed
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


def undisturbed(server: LogServer, folder: Path, wanted: list[dt.date], **how: Any) -> int:
    """How many requests these days take where nothing goes wrong; nobody knows of them then."""
    before, server.before = server.before, in_turn()
    syncer, _ = build(server, folder / "undisturbed", **how)
    assert not syncer.sync(wanted).failed
    server.before, count = before, len(server.asked)
    server.asked.clear()
    return count


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
    """Matches requests for that day: alone, or with the day before and after."""
    return lambda asked: day_asked(asked) == day


def day_asked(asked: Asked) -> dt.date:
    """The day that a request is for."""
    start, end = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
    second = dt.timedelta(seconds=1)
    return (start + second + ONE_DAY if end - start > 2 * ONE_DAY else end - second).date()

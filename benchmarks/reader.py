"""Somebody who reads the dashboard in a tab, without drawing it: as `python -m benchmarks.readers`
lets many do.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from dyntube.account import open_account
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import DEFAULT_PRESET, PRESETS
from dyntube.query.query import Query

from . import archive
from .questions import page_files
from .session import DROPPED, PATIENCE, Broken, Session

SHORTEST, LONGEST = 5.0, 15.0  # seconds that somebody looks at a page
PATHS = tuple("" if file.stem == "overview" else file.stem for file in page_files())
PERIODS = ("last-7-days", DEFAULT_PRESET, "last-90-days")
LIBRARY = ("project", "channel", "video")  # a reader filters by one of these at a time
VALUES = 300  # of a dimension, at most, that are filtered by

Values = dict[str, tuple[list[str], list[int]]]  # by dimension, and the views of each


@dataclass(frozen=True)
class Request:
    """What a reader did, on which page, and how long that took: PATIENCE where it broke."""

    act: str
    path: str
    seconds: float


@dataclass
class Reader:
    """Somebody with a tab; the same `chance` chooses the same."""

    url: str
    values: Values
    chance: random.Random
    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    session: Session | None = None
    period: str = DEFAULT_PRESET
    filters: dict[str, str] = field(default_factory=dict)
    user: str = ""

    async def read(self, end: float, most: int = 0) -> None:
        """Read until then, or `most` pages, and leave the tab open; begin anew where it breaks."""
        await asyncio.sleep(self.chance.uniform(0, LONGEST))
        while (left := end - time.monotonic()) > 0 and not 0 < most <= len(self.requests):
            try:
                session = await self._next()
                await session.look(min(self.chance.uniform(SHORTEST, LONGEST), left))
            except Broken as error:
                whose = f" (process {self.session.process})" if self.session else ""
                self.errors.append(f"{error}{whose}")
                await self.leave()
                if str(error) != DROPPED:
                    await asyncio.sleep(SHORTEST)

    async def leave(self) -> None:
        """Close the tab."""
        if self.session:
            await self.session.close()
        self.session = None

    async def _next(self) -> Session:
        act = self.chance.choice(("page", "period", "filter"))
        if not self.session:
            act = "reconnect" if self.requests else "open"
        began, seconds = time.perf_counter(), PATIENCE  # where it breaks
        try:
            self.session = self.session or await Session.connect(self.url, self.user)
            await self._do(act, self.session)
            seconds = time.perf_counter() - began
        finally:
            path = self.session.path if self.session else ""
            self.requests.append(Request(act, path, seconds))
        return self.session

    async def _do(self, act: str, session: Session) -> None:
        match act:
            case "reconnect":
                await session.open(self.requests[-1].path, self._address)
            case "open":
                await session.open(self.chance.choice(PATHS), self._address)
            case "page":
                await session.visit(self._other(PATHS, session.path))
            case "period":
                self.period = self._other(PERIODS, self.period)
                await session.ask(self._address)
            case "filter":
                self._choose_filter()
                await session.ask(self._address)

    def _other(self, offered: Sequence[str], shown: str) -> str:
        return self.chance.choice([one for one in offered if one != shown])

    def _choose_filter(self) -> None:
        if self.filters and self.chance.random() < 0.25:
            self.filters.clear()
            return
        dimension = self.chance.choice(list(self.values))
        for other in LIBRARY if dimension in LIBRARY else ():
            self.filters.pop(other, None)
        self.filters[dimension] = self.chance.choices(*self.values[dimension])[0]

    @property
    def _address(self) -> str:
        return query_string(self.period, self.filters)


def values_of(folder: Path) -> Values:
    """What there is to filter by in the last 28 days."""
    engine = open_account(archive.settings(folder)).engine
    period = PRESETS[DEFAULT_PRESET].period(dt.datetime.now(dt.UTC).date())
    found = {}
    for name in (*LIBRARY, "country"):
        query = Query(
            ("views",), period, by=(name,), order_by="views", limit=VALUES, access=EVERYTHING
        )
        answer = engine.answer(query)
        found[name] = answer[name].tolist(), answer["views"].tolist()
    return found


def query_string(period: str, filters: dict[str, str]) -> str:
    return urlencode(({"period": period} if period != DEFAULT_PRESET else {}) | filters)

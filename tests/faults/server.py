"""The view log over the wire: pages of a world, in the manner of one of many possible servers."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .clock import Clock
from .wire import Answer, Asked, Framing, Nothing, Wire
from .world import Record, Row, World

LogPage = dict[str, Any]
CapStyle = Literal["stuck", "refuse", "empty"]

LONG_AFTER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # where a test does not care for the time


@dataclass(frozen=True)
class Manner:
    """What a server always does: nothing that a client could complain of."""

    clamp: int = 1000  # the largest page
    from_inclusive: bool = True
    to_inclusive: bool = False
    shuffle_ties: bool = False
    gzip: bool = False
    framing: Framing = "length"
    clock_skew: dt.timedelta = dt.timedelta(0)  # of its clock, as the Date header tells
    dated: bool = True  # whether there is a Date header
    cap: int | None = None  # rows behind it are out of reach
    cap_style: CapStyle = "stuck"
    filters: bool = True  # whether it minds projectKey
    more_fields: Record = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """One request and what is needed to answer it, well or badly."""

    asked: Asked
    rng: random.Random
    server: LogServer

    @property
    def number(self) -> int:
        """The page asked for."""
        return int(self.asked.json["page"])

    def page(self, number: int | None = None, **manner: Any) -> LogPage:
        """That page or another, as the server stands, or in another manner."""
        behaved = replace(self.server.manner, **manner)
        return self.server.page(self.asked, number or self.number, behaved, self.rng)

    def reply(self, body: bytes, **how: Any) -> Answer:
        """A good answer with this body, in the server's manner."""
        return self.server.reply(body, **how)


Misdeed = Callable[[Asking], Answer | Nothing]
Before = Callable[[Asked, random.Random], Misdeed | None]


def _nothing(asked: Asked, rng: random.Random) -> None:
    return None


class LogServer:
    """`POST /v1/logs/data`. `before` sees every request first, and may make the answer a bad one.

    One server serves one world after another. What it does at random depends on the seed, the
    window, the page and how often that was asked for, not on which thread came first.
    """

    def __init__(self) -> None:
        self.clock = Clock(LONG_AFTER)
        self.world, self.manner = World(), Manner()
        self.before: Before = _nothing
        self.seed: object = 0
        self.elsewhere = Wire(lambda _: Answer(body=b"{}"))  # where redirects lead
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.wire = Wire(self._answer)

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.wire.url

    @property
    def asked(self) -> list[Asked]:
        """Every request of this world."""
        return self.wire.asked

    def start_over(
        self, world: World, manner: Manner, clock: Clock | None = None, seed: object = 0
    ) -> None:
        """Serve another world; nothing is left of the one before."""
        self.wire.hang_up()
        self.wire.asked.clear()
        self.wire.unsent = 0
        self._times.clear()
        self.world, self.manner, self.clock = world, manner, clock or Clock(LONG_AFTER)
        self.before, self.seed = _nothing, seed

    def stop(self) -> None:
        """End both servers."""
        self.wire.close()
        self.elsewhere.close()

    def _answer(self, asked: Asked) -> Answer | Nothing:
        rng = self._rng(asked)
        misdeed = self.before(asked, rng)
        asking = Asking(asked, rng, self)
        if misdeed:
            return misdeed(asking)
        beyond = self.manner.cap and asking.number * asked.json["size"] > self.manner.cap
        if beyond and self.manner.cap_style == "refuse":
            return self.reply(b'{"message": "Result window is too large."}', status=400)
        return self.reply(json.dumps(asking.page()).encode())

    def _rng(self, asked: Asked) -> random.Random:
        key = f"{self.seed} {asked.json}"
        with self._lock:
            self._times[key] += 1
            return random.Random(f"{key} {self._times[key]}")

    def page(self, asked: Asked, number: int, manner: Manner, rng: random.Random) -> LogPage:
        """A page as JSON."""
        rows = self._window(asked, manner)
        if manner.shuffle_ties:
            rng.shuffle(rows)
        rows.sort(key=lambda row: row.moment, reverse=True)
        size = min(asked.json["size"], manner.clamp)
        total = len(rows)
        if manner.cap is not None:
            rows = rows[: manner.cap]
            total = min(total, manner.cap) if manner.cap_style == "stuck" else total
        found = [row.record | manner.more_fields for row in rows[(number - 1) * size :][:size]]
        pager = {"page": number, "size": size, "hits": len(found), "total": total}
        return {"pager": pager | {"pages": -(-total // size)}, "views": found}

    def _window(self, asked: Asked, manner: Manner) -> list[Row]:
        start, end = (
            dt.datetime.fromisoformat(asked.json[name]).replace(tzinfo=dt.UTC)
            for name in ("from", "to")
        )
        project = asked.json.get("projectKey") if manner.filters else None
        return [
            row
            for row in self.world.rows()
            if (start < row.moment < end)
            or (manner.from_inclusive and row.moment == start)
            or (manner.to_inclusive and row.moment == end)
            if not project or row.record["projectKey"] == project
        ]

    def reply(self, body: bytes, **how: Any) -> Answer:
        """An answer in this server's manner; `how` wins over it."""
        headers = {"Content-Type": "application/json"}
        if self.manner.dated:
            headers["Date"] = email.utils.format_datetime(self.date(), usegmt=True)
        if self.manner.gzip and how.get("cut") is None:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, 1)
        headers |= how.pop("headers", {})
        return Answer(body=body, **({"headers": headers, "framing": self.manner.framing} | how))

    def date(self) -> dt.datetime:
        """What this server believes the time to be."""
        return (self.clock.now() + self.manner.clock_skew).replace(microsecond=0)

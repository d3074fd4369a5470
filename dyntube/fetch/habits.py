"""How a server departs from the API's page, as learned from its answers.

It makes the next requests fit at once. Stored for a day, then learned anew: servers get fixed, too.
It proves nothing: every day must still be shown to be whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..atomic import replacing

KEPT_FOR = dt.timedelta(days=1)
FILE_NAME = "server.json"
_SHIFTS = dt.timedelta(minutes=15)  # time zones differ from UTC by whole quarter-hours


@dataclass
class ServerTraits:
    """What is known of one server; thread-safe.

    `get`: it takes GET where the API's page says POST. `most`: its largest page (None: the size
    requested). `shift`: how much later than requested its windows begin. `busy`: a day has more
    views than a third of a page. Not stored: `answers`, whether it has sent this run a readable
    page, `counts`, whether one of them had a total, and `blank`, whether it reports nothing by a
    blank answer.
    """

    get: bool = False
    most: int | None = None
    shift: dt.timedelta = dt.timedelta(0)
    busy: bool = False
    answers: bool = False
    counts: bool = False
    blank: bool = False
    learned_at: dt.datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def page_size(self, wanted: int) -> int:
        """The page size to request, if `wanted` is preferred."""
        return min(wanted, self.most or wanted)

    def learn(self, at: dt.datetime, **what: object) -> None:
        """Record what an answer showed."""
        with self._lock:
            for name, value in what.items():
                setattr(self, name, value)
            self.learned_at = at

    def forget_old(self, now: dt.datetime) -> None:
        """Forget what was learned more than a day ago."""
        with self._lock:
            if self.learned_at and not dt.timedelta(0) <= now - self.learned_at < KEPT_FOR:
                self.get, self.most, self.shift = False, None, dt.timedelta(0)
                self.busy, self.learned_at = False, None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is unusual, for people."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterable[str]:
        if self.get:
            yield "Takes GET requests only."
        if self.most:
            yield f"Gives at most {self.most:,} views a page."
        if self.shift:
            hours = self.shift / dt.timedelta(hours=1)
            yield f"Reads times as local ones, UTC{-hours:+g} h."


def load(folder: Path) -> ServerTraits:
    """The habits stored in a folder; defaults if unreadable."""
    try:
        kept = json.loads((folder / FILE_NAME).read_bytes())
        most, at = kept["most"], dt.datetime.fromisoformat(kept["learned_at"])
        shift = dt.timedelta(minutes=int(kept["shift_minutes"]))
        if at.tzinfo is None or not (most is None or (type(most) is int and most > 0)):
            return ServerTraits()
        return ServerTraits(
            kept["get"] is True,
            most,
            whole_shift(shift),
            kept["busy"] is True,
            learned_at=at,
        )
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return ServerTraits()


def save(habits: ServerTraits, folder: Path) -> None:
    """Save what was learned; errors are ignored, as losing it costs only a few requests."""
    if habits.learned_at is None:
        return
    kept = {
        "get": habits.get,
        "most": habits.most,
        "shift_minutes": habits.shift // dt.timedelta(minutes=1),
        "busy": habits.busy,
        "learned_at": habits.learned_at.isoformat(),
    }
    with contextlib.suppress(OSError), replacing(folder / FILE_NAME) as temporary:
        temporary.write_text(json.dumps(kept), "utf-8")


def whole_shift(shift: dt.timedelta) -> dt.timedelta:
    """The nearest shift that a time zone can cause; none if no zone can."""
    nearest = round(shift / _SHIFTS) * _SHIFTS
    return nearest if abs(nearest) <= dt.timedelta(hours=14) else dt.timedelta(0)

"""What tests of the fetch layer are made of: a paged log, and a syncer that does not wait."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from typing import Any

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.events import FILE_NAME, Event, EventLog
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer, SyncResult
from dyntube.settings.settings import Settings

from .conftest import NOON, record
from .plain import Record
from .scripted import Answer, Asked, Script, Server, views

ONE_DAY = dt.timedelta(days=1)
TODAY = NOON.date()
MAY_1 = dt.date(2026, 5, 1)
AT_ONCE = dt.timedelta(0)
Now = Callable[[], dt.datetime]


def build(settings: Settings, now: dt.datetime | Now = NOON) -> tuple[Syncer, Archive]:
    """A syncer whose clock stands still, or is `now`."""
    clock = now if callable(now) else lambda: now
    archive = Archive(settings.archive, [settings.folder(scope) for scope in settings.scopes])
    client = Client(settings, sleep=lambda _: None, now=clock)
    return Syncer(settings, client, archive, now=clock, sleep=lambda _: None), archive


def paged(records: list[Record]) -> Script:
    """A script that serves these records, newest first, as the API does; they may change."""

    def script(asked: Asked) -> Answer:
        start, end = (dt.datetime.fromisoformat(asked.json[n] + "+00:00") for n in ("from", "to"))
        found = [r for r in list(records) if start <= moment_of(r) < end]
        found.sort(key=moment_of, reverse=True)
        page, size = asked.json["page"], asked.json["size"]
        pages = -(-len(found) // size)
        part = found[(page - 1) * size : page * size]
        return views(part, page=page, size=size, hits=len(part), total=len(found), pages=pages)

    return script


def with_a_ghost(records: list[Record]) -> Script:
    """The same, from a server that counts a view at noon of their day which never comes."""
    day = max(moment_of(view) for view in records).date()
    log = paged([*records, record("ghost", f"{day}T12:00:00Z")])

    def script(asked: Asked) -> Answer:
        answer = json.loads(log(asked).body)
        answer["views"] = [view for view in answer["views"] if view["id"] != "ghost"]
        return Answer(body=json.dumps(answer).encode())

    return script


def day_asked(asked: Asked) -> dt.date:
    """The day that a request is for: alone, or with the day before and after."""
    start, end = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
    second = dt.timedelta(seconds=1)
    return (start + second + ONE_DAY if end - start > 2 * ONE_DAY else end - second).date()


def moment_of(view: Record) -> dt.datetime:
    """When a view began; a date that nobody can read counts as May 1st, at noon."""
    return _moment(view["date"])


@functools.cache  # a log is asked for its views again and again
def _moment(date: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(date)
    except ValueError:
        return dt.datetime.combine(MAY_1, dt.time(12), dt.UTC)


def hourly(count: int, day: dt.date = MAY_1, **fields: Any) -> list[Record]:
    """So many views of a day, one an hour."""
    return [record(f"{day}-{n}", f"{day}T{n:02}:00:00.5+00:00", **fields) for n in range(count)]


def ids(archive: Archive, day: dt.date = MAY_1) -> list[str]:
    """The ids of a stored day, sorted."""
    return sorted(archive.read(day, day)["id"].to_pylist())


class Scene:
    """A server with views that change, and an archive that is brought up to date now and then."""

    def __init__(self, server: Server, settings: Settings, views: list[Record]) -> None:
        self.server, self.settings, self.views, self.now = server, settings, views, NOON
        server.script = paged(views)
        self.syncer, self.archive = build(settings, lambda: self.now)

    def sync(self, day: dt.date = TODAY, *, after: dt.timedelta = AT_ONCE) -> SyncResult:
        """Fetch a day so long after the last time; what is asked is noted anew."""
        self.now += after
        self.server.asked.clear()
        return self.syncer.sync([day], refresh=AT_ONCE)

    def stored(self, day: dt.date = TODAY) -> DayInfo:
        (info,) = self.archive.days()[day]
        return info

    def asked_from(self) -> set[str]:
        """From when on was asked, other than to count."""
        return {asked.json["from"] for asked in self.server.asked if asked.json["size"] > 1}

    def sweeps(self) -> int:
        """How often the first page was asked for, other than to count."""
        return sum(a.json["page"] == 1 and a.json["size"] > 1 for a in self.server.asked)

    def events(self) -> list[Event]:
        """What the journal says, newest first."""
        return EventLog(self.archive.root / self.archive.folders[0] / FILE_NAME).read(999)


MakeScene = Callable[..., Scene]

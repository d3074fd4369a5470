"""An archive in which everything that can be wrong with stored days is, for pages to show."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from dyntube.account import open_state
from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.archive.doubts import Doubt, Kind
from dyntube.events import FILE_NAME, EventLog
from dyntube.reading.parse import read_page
from dyntube.settings.settings import STATS_URL, Settings
from dyntube.trust.accepted import Acceptances

from .clock import NOON
from .conftest import pager, record

ONE_DAY = dt.timedelta(days=1)
UNKNOWN_FIELD = "castSession"
HOSTILE = (
    '<img src="http://evil.example/a.png" onerror="window.hurt=1">'
    "![x](http://evil.example/b.png)<script>window.hurt=1</script>**b** [l](javascript:hurt) =1+1"
)


def settings(archive: Path, stats_url: str = STATS_URL) -> Settings:
    """The settings under which `build` stores."""
    return Settings(stats_url=stats_url, archive=archive)


def open_archive(folder: Path, stats_url: str = STATS_URL) -> Archive:
    """The archive of a whole account at that address."""
    known = settings(folder, stats_url)
    return Archive(folder, [known.folder(known.scopes[0])])


def put(archive: Archive, day: dt.date, records: list[dict[str, Any]], **known: Any) -> DayInfo:
    """Store a day as a sync would: what is not said is as it should be."""
    body = json.dumps({"pager": pager(len(records)), "views": records}).encode()
    page = read_page(body)
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    info: dict[str, Any] = {
        "day": day,
        "rows": len(page.views),
        "api_total": len(records),
        "verified": True,
        "settled": True,
        "fetched_at": midnight + 4 * ONE_DAY,
        "until": midnight + ONE_DAY,
        "newest": max(page.views["date"].to_pylist(), default=None),
        "rejected": len(page.rejected),
    }
    return archive.write(archive.folders[0], DayInfo(**(info | known)), page.views, page.rejected)


def views(day: dt.date, count: int = 3, **fields: Any) -> list[dict[str, Any]]:
    """Views of a day without any oddity, an hour apart from noon on."""
    usual = {
        "clientUserId": "ann",
        "geo": {"country": "DE"},
        "browser": {"family": "Firefox"},
        "device": {"type": "Desktop"},
    }
    return [
        record(
            f"{day}-{n}",
            f"{day}T{12 + n}:00:00Z",
            **({"viewId": f"{day}-{n}"} | usual | fields),
        )
        for n in range(count)
    ]


def fill(archive: Archive, today: dt.date, days: int, now: dt.datetime = NOON) -> None:
    """Whole days until `today`; the last four still change, and were fetched `now`."""
    for n in range(days):
        day = today - n * ONE_DAY
        fresh = {"fetched_at": now, "settled": False} if n < 4 else {}
        put(archive, day, views(day, 1 if n == 0 else 3), **fresh)


def damage(archive: Archive, day: dt.date) -> None:
    """Cut the file of a day short."""
    (path,) = archive.files(day, day)
    path.write_bytes(path.read_bytes()[:100])


def lose(archive: Archive, day: dt.date) -> None:
    """Remove the file of a day."""
    for path in archive.files(day, day):
        path.unlink()


def accept(archive: Archive, kind: Kind, first: dt.date, last: dt.date, reason: str) -> None:
    """Accept the doubts of a kind on some days."""
    state = open_state(archive.root / archive.folders[0])
    Acceptances(state).accept({kind: [(first, last)]}, reason, "ops")


def build(folder: Path, today: dt.date, days: int = 60, now: dt.datetime = NOON) -> Archive:
    """Days until `today`, with one in doubt, one whose doubt is accepted, a damaged and three
    missing ones, and bad records."""
    archive = open_archive(folder)
    fill(archive, today, days, now)

    def ago(count: int) -> dt.date:
        return today - count * ONE_DAY

    odd = [
        {**views(ago(6))[0], "duration": 0},
        {**views(ago(6))[1], "watchTime": 400},
        {**views(ago(6))[2], "ended": True, "watchTime": 3},
    ]
    put(archive, ago(6), odd, duplicates=2, changed=3, removed=1)
    put(archive, ago(8), views(ago(8)), verified=False, api_total=5)
    put(archive, ago(17), views(ago(17)), doubts=(Doubt("zone", "No time names its zone."),))
    accept(archive, "zone", ago(17), ago(17), "They are in UTC, says support.")
    bad = [{"id": HOSTILE, "date": "yesterday"}, {"id": 7, "note": HOSTILE}]
    hostile = views(ago(10), 1, projectKey=HOSTILE, videoKey=HOSTILE, viewId=HOSTILE)
    put(
        archive,
        ago(10),
        [*hostile, *bad],
        unknown_fields={UNKNOWN_FIELD: 3, HOSTILE: 1},
        unread_fields={"watchTime": 2},
    )
    put(archive, ago(12), [])
    damage(archive, ago(15))
    for count in (20, 21, 22):
        lose(archive, ago(count))
    write_journal(archive, today, now - dt.timedelta(minutes=30))
    return archive


def write_journal(archive: Archive, today: dt.date, at: dt.datetime) -> None:
    """One event of each kind, oldest first."""
    event_log = EventLog(archive.root / archive.folders[0] / FILE_NAME, now=lambda: at)
    day = today - 8 * ONE_DAY
    event_log.write("sync_started", days=4)
    event_log.write("waiting", seconds=24)
    event_log.write("day_stored", day=today, views=3, total=3, verified=True)
    event_log.write("day_stored", day=day, views=3, total=5, verified=False)
    event_log.write("day_kept", day=day, reason="Far fewer views came than are stored.")
    event_log.write("day_failed", day=day, reason=f"Could not reach DynTube. {HOSTILE}")
    event_log.write("audit_differs", day=day, stored=3, counted=5)
    event_log.write("audit_failed", reason="Could not reach DynTube.")
    event_log.write("clock_differs", seconds=-190)
    event_log.write("something_new")
    event_log.write("sync_ended", outcome="done", days=4, views=1200, failed=1, seconds=3.2)

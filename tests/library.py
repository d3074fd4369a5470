"""A small installation that knows names: views of two weeks, titles, and what has no title."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dyntube.query.periods import Period
from dyntube.settings.settings import STATS_URL

from . import odd, plain
from .clock import NOON
from .conftest import record

WEEK = Period(dt.date(2026, 5, 4), dt.date(2026, 5, 10), "week")
BEFORE = Period(dt.date(2026, 4, 27), dt.date(2026, 5, 3), "week")
NAMES = {
    "projects": {"p-shop": "Shop", "p-school": "School", "p-idle": "Nobody looks"},
    "channels": {"c-1": "News"},
    "videos": {
        "v-1": "Straße <b>One</b>",
        "v-2": "=1+1 & **two**",
        "v-old": "Old film",
        "v-idle": "Never viewed",
    },
}
GONE = {"videoKey": "v-old", "geo": {"country": "IS", "continent": "EU", "city": "Reykjavik"}}
_PLACES = (
    {"country": "DE", "continent": "EU", "region": "Bavaria", "city": "Munich"},
    {"country": "DE", "continent": "EU", "region": "Berlin", "city": "Berlin"},
    {"country": "US", "continent": "NA", "region": "New York", "city": "New York"},
    {"country": "US", "continent": "NA", "region": "Other", "city": "Other"},
    {"country": "GB", "continent": "EU", "city": "York"},
    {"continent": "EU"},
    {},
)


def views(count: int = 500) -> list[plain.Record]:
    """Views of both weeks, some of nobody knows what; a film and Iceland only in the first."""
    chance = random.Random(8)
    found = []
    for n in range(count):
        day = BEFORE.start + dt.timedelta(days=chance.randrange(14))
        view = record(f"{n:04}", f"{day}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z")
        view |= {
            "videoKey": chance.choice(("v-1", "v-1", "v-2", "v-3")),
            "projectKey": chance.choice(("p-shop", "p-shop", "p-school", None)),
            "channelKey": chance.choice(("c-1", "c-2", "")),
            "viewerId": f"viewer-{chance.randrange(60)}",
            "started": chance.random() < 0.7,
            "ended": chance.random() < 0.3,
            "muted": chance.choice((True, False)),
            "watchTime": chance.choice((5, 50, 100)),
            "geo": chance.choice(_PLACES),
            "device": chance.choice(
                ({"type": "Desktop"}, {"type": "Mobile", "brand": "Apple"}, {})
            ),
            "browser": {"family": chance.choice(("Other", "Fox")), "major": chance.randrange(30)},
            "embed": {"domain": "shop.example", "url": f"https://shop.example/{n % 3}"},
        }
        found.append(view | GONE if day == BEFORE.start else view)
    return found


def build(folder: Path) -> list[plain.Record]:
    """Store those views and the names in a folder; the raw views."""
    archive, raw = odd.open_archive(folder), views()
    for day in sorted({plain.local(view, "UTC").date() for view in raw}):
        odd.put(archive, day, plain.within(raw, day, day, "UTC"))
    names = NAMES | {"fetched_at": str(NOON)}
    (folder / archive.folders[0] / "names.json").write_text(json.dumps(names), "utf-8")
    return raw


def open_it(connect: Callable[..., Any], folder: Path) -> None:
    """Let the app show that folder, which nobody fills any more."""
    connect(STATS_URL, folder, SYNC="external")

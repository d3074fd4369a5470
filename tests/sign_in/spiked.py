"""An archive, people and rules in which every text from outside tries to be more than a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dyntube.account import open_account
from dyntube.errors import EntryError
from dyntube.reading.text import clean
from dyntube.sharing.entries import Author
from dyntube.sharing.people import Known, People
from dyntube.sharing.saved_views import SHARED
from dyntube.trust.accepted import Acceptances

from .. import odd
from ..clock import machine_time
from ..conftest import record
from ..hostile import MARKUP, TEXTS
from .hosted import USER
from .rules import ROOT, rule

ALL = [*TEXTS, *MARKUP]
ADMIN = [(USER, "root@acme.com")]
DAY = machine_time().date() - odd.ONE_DAY
PERIOD = f"from={DAY - odd.ONE_DAY}&to={DAY}"


def view(number: int, date: str) -> dict[str, Any]:
    """A view in which every field has one text; its keys have names."""
    text = ALL[number]
    return record(
        f"{number}-{date}",
        date,
        **{name: f"{name}-{number}" for name in ("videoKey", "projectKey", "channelKey")},
        **dict.fromkeys(("viewerId", "clientUserId", "userKey", "region", "viewId"), text),
        geo={"country": text, "region": text, "city": text, "continent": text, "ip": text},
        device={"type": text, "brand": text, "model": text, "family": text},
        browser={"family": text, "major": text},
        os={"family": text, "major": text, "processor": text},
        embed={"domain": text, "url": f"https://a.example/{text}?utm_campaign={text}"},
        **{text or "field": text},
    )


def build(folder: Path) -> Path:
    """Store all of it, and the rules; returns the file of these."""
    archive = odd.open_archive(folder)
    for day in (DAY, DAY - odd.ONE_DAY, DAY - 20 * odd.ONE_DAY):
        found = [view(n, f"{day}T{n % 24:02}:00:00Z") for n in range(len(ALL))]
        bad = [{"id": text, "date": text, "note": text} for text in MARKUP[:1]]
        # One country that there is: a map without any draws nothing.
        found += odd.views(day, 1)
        odd.put(archive, day, [*found, *bad], unknown_fields=dict.fromkeys(ALL, 1))
    now = machine_time()
    recent = [view(n, (now - 2 * odd.ONE_DAY / 1440).isoformat()) for n in range(len(ALL))]
    odd.put(archive, now.date(), recent, until=now, fetched_at=now, settled=False)
    odd.write_journal(archive, DAY, now)
    named = {"projects": "projectKey", "channels": "channelKey", "videos": "videoKey"}
    names = {
        kind: {f"{key}-{n}": {"name": text, "id": text} for n, text in enumerate(ALL)}
        for kind, key in named.items()
    }
    known = names | {"version": 2, "fetched_at": now.isoformat(" ")}
    (folder / archive.folders[0] / "names.json").write_text(json.dumps(known), "utf-8")
    _write(folder)
    (rules := folder / "access.toml").write_text(ROOT + _rules(), "utf-8")
    return rules


def _write(folder: Path) -> None:
    """Notes, shared views, an acceptance and people, by authors of all names."""
    account, people = open_account(odd.settings(folder)), None
    for number, text in enumerate(ALL):
        by = Author(f"proxy|{text}", text)
        try:
            account.notes.add(DAY, text, "video", f"videoKey-{number}", by)
            account.saved_views.save(text[:60], "videos", {"city": [text]}, SHARED, by)
        except EntryError:  # nothing is left of it on one line
            continue
    people = People(account.state)
    for number, text in enumerate(ALL):
        seen = machine_time()
        people.put(Known(f"x|{number}", "x", text, text, text, [text], seen))
    Acceptances(account.state).accept({"count": [(DAY, DAY)]}, MARKUP[1], MARKUP[0])


def _rules() -> str:
    """A rule that names all of them: people, groups, projects and channels."""
    # The file refuses those with invisible characters, or spaces around them.
    texts = [text for text in ALL if text.isprintable() and text.strip() == text]
    people = [text for text in texts if "@" not in text and clean(text) == text]
    return rule("analyst", people=people, groups=texts, projects=texts, channels=texts)

"""An archive in which every text and every sum tells whose it is, and the people who read it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from dyntube.account import open_account
from dyntube.archive.doubts import Doubt
from dyntube.events import FILE_NAME, EventLog
from dyntube.sharing.entries import Author
from dyntube.sharing.saved_views import SHARED
from dyntube.thumbnails.kept import Kept

from .. import odd
from ..clock import machine_time
from ..conftest import record
from .hosted import USER
from .rules import EVERYTHING, rule

LAST = machine_time().date() - 3 * odd.ONE_DAY
DAYS = [LAST - n * odd.ONE_DAY for n in reversed(range(10))]
PERIOD = f"from={DAYS[0]}&to={DAYS[-1]}"


@dataclass(frozen=True)
class Cell:
    """Views of one project and channel: `word` is in all their texts, `code` in their keys."""

    word: str
    code: str
    project: str | None
    channel: str | None
    country: str
    daily: int

    @property
    def video(self) -> str:
        """The key of its only video."""
        return f"v-{self.code}"

    @property
    def total(self) -> int:
        """How many views it has in PERIOD; one day has a few more."""
        return self.daily * len(DAYS) + len(self.word)

    @property
    def countries(self) -> str:
        """The name of its country, which no other has."""
        return {"BT": "Bhutan", "LS": "Lesotho", "KI": "Kiribati", "TV": "Tuvalu"}[self.country]


CELLS = (
    Cell("quokka", "zq7", "p-zq7", "c-zq7", "BT", 131),
    Cell("bilby", "zb3", "p-zq7", "c-zb3", "LS", 113),
    Cell("numbat", "zn9", "p-zn9", "c-zn9", "KI", 157),
    Cell("potoroo", "zp5", None, None, "TV", 179),
)
PROJECTS = {"p-zq7": "currawong", "p-zn9": "lyrebird"}  # words in the names
CHANNELS = {"c-zq7": "brolga", "c-zb3": "jabiru", "c-zn9": "cassowary"}
OF_THE_STORE = ("thylacine", "dunnart", "echidna", "4,711")  # set aside, unknown, logged, counted
PERSONAL = "secret"  # in all that identifies a viewer


@dataclass(frozen=True)
class Reader:
    """A person, and what the rules of RULES let them see."""

    name: str
    role: str
    projects: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    everything: bool = False

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What the proxy says of them."""
        return [(USER, f"{self.name}@acme.com")]

    def sees(self, cell: Cell) -> bool:
        """Whether the views of a cell are theirs to see."""
        by_key = cell.project in self.projects or cell.channel in self.channels
        return self.everything or by_key

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What they see."""
        return tuple(filter(self.sees, CELLS))

    @property
    def rule(self) -> str:
        """Their rule in access.toml."""
        projects = EVERYTHING if self.everything else self.projects
        people = [f"{self.name}@acme.com"]
        return rule(self.role, people=people, projects=projects, channels=self.channels)

    def foreign(self, address: str = "") -> Iterator[str]:
        """Texts, in small letters, that must not come to them, who have asked for an address."""
        if self.everything:
            return
        yield from OF_THE_STORE
        for name, word in (PROJECTS | CHANNELS).items():
            if name not in (*self.projects, *self.channels):
                yield word
        carried = {key for cell in self.cells for key in (cell.project, cell.channel)}
        for cell in set(CELLS) - set(self.cells):
            yield from (cell.word, cell.countries.lower())
            keys = {cell.project, cell.channel, cell.video} - carried - {None}
            yield from (key for key in keys if key and key not in address)
        yield from (f"{other.name}@acme.com" for other in PEOPLE if other is not self)
        yield from (f"{number:,}" for number in self.foreign_sums())

    def foreign_sums(self) -> set[int]:
        """Numbers of views of PERIOD that only views of others explain."""
        every = {sum(c.total for c in some) for n in range(1, 5) for some in combinations(CELLS, n)}
        own = {
            sum(cell.total for cell in some)
            for n in range(1, 5)
            for some in combinations(self.cells, n)
        }
        return every - own


RITA = Reader("rita", "reader", projects=("p-zq7",))
CARL = Reader("carl", "analyst", channels=("c-zb3",))
PAUL = Reader("paul", "analyst-personal", projects=("p-zn9",))
NORA = Reader("nora", "reader")
ROOT = Reader("root", "admin", everything=True)
PEOPLE = (ROOT, RITA, CARL, PAUL, NORA)
RULES = "\n".join(person.rule for person in PEOPLE)


def views(cell: Cell, day: dt.date) -> list[dict[str, Any]]:
    """Its views of a day."""
    extra = len(cell.word) if day == DAYS[4] else 0
    return [
        view(cell, f"{day}-{n}", f"{day}T{n % 24:02}:{n % 60:02}:00Z", n)
        for n in range(cell.daily + extra)
    ]


def view(cell: Cell, id_: str, date: str, n: int = 0) -> dict[str, Any]:
    """A view in which every text names its cell."""
    word, secret = cell.word, f"{PERSONAL}-{cell.word}-{n % 40}"
    return record(
        f"{word}-{id_}",
        date,
        **{"projectKey": cell.project, "channelKey": cell.channel, "videoKey": cell.video},
        **{"viewerId": secret, "clientUserId": secret, "userKey": secret, "region": f"{word}-cdn"},
        geo={
            "ip": secret,
            "city": f"{word}ville",
            "region": f"{word}land",
            "country": cell.country,
        },
        browser={"family": f"{word}fox", "major": "1"},
        device={"type": "Desktop", "brand": f"{word}tech", "model": f"{word}phone"},
        os={"family": f"{word}os", "major": "1"},
        embed={"domain": f"{word}.example", "url": _page(word)},
        castSession=f"{word}-cast",
    )


def _page(word: str) -> str:
    tags = "&".join(f"utm_{tag}={word}-{tag}" for tag in ("source", "medium", "campaign"))
    return f"https://{word}.example/{word}-page?{tags}"


def build(folder: Path) -> Path:
    """Store all of it, and the rules; returns the file of these."""
    archive = odd.open_archive(folder)
    for n, day in enumerate(DAYS):
        doubts = (Doubt("count", "DynTube counts 4,711 views."),) if n == 2 else ()
        every = [view for cell in CELLS for view in views(cell, day)]
        bad = [{"id": "thylacine", "date": "never"}] if n == 5 else []
        odd.put(archive, day, [*every, *bad], doubts=doubts, unknown_fields={"dunnart": 3})
    _now(archive)
    home = folder / archive.folders[0]
    (home / "names.json").write_text(json.dumps(_names()), "utf-8")
    pictures = Kept(home / "thumbnails")
    for cell in CELLS:
        pictures.put(_image(cell), f"picture of {cell.word}".encode())
    EventLog(home / FILE_NAME).write("day_failed", day=DAYS[0], reason="echidna")
    _write(folder)
    (rules := folder / "access.toml").write_text(RULES, "utf-8")
    return rules


def _now(archive: Any) -> None:
    """A view of each cell a few minutes ago, for the Live page."""
    now = machine_time()
    ago = now - dt.timedelta(minutes=4)
    found = [view(cell, "now", ago.isoformat()) for cell in CELLS]
    odd.put(archive, ago.date(), found, until=now, fetched_at=now, settled=False)


def _image(cell: Cell) -> str:
    return f"https://images.dyntube.com/{cell.word}.jpg"


def _names() -> dict[str, Any]:
    projects = {
        key: {"name": f"Project {word}", "id": f"id-{key}"} for key, word in PROJECTS.items()
    }
    videos = {
        cell.video: {"name": f"Film {cell.word}", "image": _image(cell)}
        | ({"project_id": f"id-{cell.project}"} if cell.project else {})
        | ({"channel": cell.channel} if cell.channel else {})
        for cell in CELLS
    }
    channels = {key: {"name": f"Channel {word}"} for key, word in CHANNELS.items()}
    named = {"projects": projects, "channels": channels, "videos": videos}
    return named | {"version": 2, "fetched_at": machine_time().isoformat(" ")}


def _write(folder: Path) -> None:
    """Notes and shared views about everything, each by an author of its own."""
    account = open_account(odd.settings(folder))
    for cell in CELLS:
        by = Author(f"proxy|{cell.word}@acme.com", f"{cell.word}@acme.com")
        account.notes.add(DAYS[3], f"Note of {cell.word}", "video", cell.video, by)
        address = {"video": [cell.video]}
        account.saved_views.save(f"View of {cell.word}", "videos", address, SHARED, by)
    for kind, words in (("project", PROJECTS), ("channel", CHANNELS)):
        for key, word in words.items():
            account.notes.add(DAYS[3], f"Note of {word}", kind, key)  # type: ignore[arg-type]
            account.saved_views.save(f"View of {word}", "overview", {kind: [key]}, SHARED)


def total(cells: tuple[Cell, ...]) -> dict[str, str]:
    """What cards say of the views of some cells in PERIOD, added up by plain Python."""
    every = [view for cell in cells for day in DAYS for view in views(cell, day)]
    people = {view["clientUserId"] for view in every}
    return {"views": f"{len(every):,}", "viewers": f"{len(people):,}"}

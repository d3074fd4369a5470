"""Names of projects, channels and videos: fetched, kept beside the archive, shown while offline."""

from __future__ import annotations

import datetime as dt
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .api import CatalogKind, Client
from .errors import ArchiveError
from .files import cannot, make_folder, replacing

KINDS: tuple[CatalogKind, ...] = ("projects", "channels", "videos")
LIVE = dt.timedelta(hours=1)  # names older than this are fetched again
_FRESH_SECONDS = 1.0
_NAME_FIELDS = {"projects": "name", "channels": "name", "videos": "title"}


@dataclass(frozen=True)
class Names:
    """Names by key, as of `fetched_at` (None: never fetched)."""

    projects: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    videos: Mapping[str, str] = field(default_factory=dict)
    fetched_at: dt.datetime | None = None

    def known(self, dimension: str) -> Mapping[str, str]:
        """The names of all projects, channels or videos; none of other dimensions."""
        names = {"project": self.projects, "channel": self.channels, "video": self.videos}
        return names.get(dimension, {})

    def of(self, dimension: str, key: str) -> str:
        """The name of a project, channel or video; the key itself where no name is known."""
        return self.known(dimension).get(key, key)


class Catalog:
    """The names of one account."""

    def __init__(
        self,
        client: Client,
        folder: Path,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._client, self._file, self._now = client, folder / "names.json", now
        self._kept = (0, Names())
        self._looked = -math.inf

    def names(self) -> Names:
        """The names last fetched; none when nothing was or the file cannot be read.

        What another process fetched is seen a second later: a page asks for hundreds of names.
        """
        if time.monotonic() - self._looked > _FRESH_SECONDS:
            try:
                changed = self._file.stat().st_mtime_ns
                if changed != self._kept[0]:
                    self._kept = changed, _read(self._file)
            except OSError:
                return Names()
            self._looked = time.monotonic()
        return self._kept[1]

    def is_old(self) -> bool:
        """Whether the names should be fetched again."""
        fetched_at = self.names().fetched_at
        return fetched_at is None or self._now() - fetched_at > LIVE

    def refresh(self) -> Names:
        """Fetch all names and keep them. Raises ApiError, or ArchiveError when keeping fails."""
        found = {kind: self._fetch(kind) for kind in KINDS}
        names = Names(**found, fetched_at=self._now())
        try:
            make_folder(self._file.parent)
            with replacing(self._file) as temporary:
                temporary.write_text(json.dumps(asdict(names), default=str, indent=1), "utf-8")
        except OSError as error:
            raise ArchiveError(cannot("file", self._file, "written", error)) from error
        self._looked = -math.inf
        return names

    def _fetch(self, kind: CatalogKind) -> dict[str, str]:
        items = self._client.catalog(kind)
        named = ((item.get("key"), item.get(_NAME_FIELDS[kind])) for item in items)
        return {
            str(key): str(name).strip() for key, name in named if key and str(name or "").strip()
        }


def _read(file: Path) -> Names:
    try:
        stored = json.loads(file.read_text("utf-8"))
        return Names(**{**stored, "fetched_at": dt.datetime.fromisoformat(stored["fetched_at"])})
    except (ValueError, TypeError, KeyError):
        return Names()

"""Names of projects, channels and videos: fetched, stored beside the archive, available offline.

Known names are kept: what DynTube lists is merged into what it listed before, and what it no longer
lists is marked as gone.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..atomic import Reread, failure_text, make_folder, replacing
from ..errors import ApiError, ArchiveError, AuthError, UnavailableError
from ..query.access import Access
from ..reading.text import LONGEST, clean, short, valid
from .client import MOST_NAMES, CatalogKind, Client

KINDS: tuple[CatalogKind, ...] = ("projects", "channels", "videos")
MAX_AGE = dt.timedelta(hours=1)  # names older than this are refetched
VERSION = 2  # of the file; the first had only a name for each key
FRESH_SECONDS = 1.0
_SIZES = ("sm", "md", "xs", "lg")  # of pictures, the best for thumbnails first
_LONGEST_URL = 2000
_NAME_FIELDS = {"projects": "name", "channels": "name", "videos": "title"}


@dataclass(frozen=True)
class CatalogEntry:
    """A project, channel or video; `gone` if DynTube no longer lists it.

    `id` of a project is how its videos refer to it; `project_id` and `channel` (a key) of a video
    are its parents, `image` the URL of its picture.
    """

    name: str
    gone: bool = False
    id: str = ""
    project_id: str = ""
    channel: str = ""
    image: str = ""


CatalogEntries = Mapping[CatalogKind, dict[str, CatalogEntry]]


@dataclass(frozen=True)
class Names:
    """Names by key, as of `fetched_at` (None: never fetched).

    `gone` has the keys, by dimension, that DynTube no longer lists. `parents` has the keys of a
    video's project and channel, empty if unknown; `images` has the URLs of pictures of videos.
    """

    projects: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    videos: Mapping[str, str] = field(default_factory=dict)
    fetched_at: dt.datetime | None = None
    gone: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)

    def known(self, dimension: str) -> Mapping[str, str]:
        """The names of all projects, channels or videos; none for other dimensions."""
        names = {"project": self.projects, "channel": self.channels, "video": self.videos}
        return names.get(dimension, {})

    def within(self, access: Access) -> Names:
        """The visible names; a video is visible by its project and channel."""
        if access.all_views:
            return self
        return replace(
            self,
            projects={key: name for key, name in self.projects.items() if access.sees(key, "")},
            channels={key: name for key, name in self.channels.items() if access.sees("", key)},
            videos={key: n for key, n in self.videos.items() if self._video_is_seen(key, access)},
            gone={},
            parents={k: both for k, both in self.parents.items() if access.sees(*both)},
            images={key: u for key, u in self.images.items() if self._video_is_seen(key, access)},
        )

    def _video_is_seen(self, key: str, access: Access) -> bool:
        return access.sees(*self.parents.get(key, ("", "")))

    def of(self, dimension: str, key: str) -> str:
        """The name of a project, channel or video; its key if no name is known."""
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
        self._kept = Reread(self._file, lambda raw: _names(*_read(raw)[1:]))
        self._names, self._looked = Names(), -math.inf

    def names(self) -> Names:
        """The known names; none if never fetched, the last ones read if the file cannot be.

        Names fetched by another process show up a second later: a page asks for hundreds of names.
        """
        if time.monotonic() - self._looked > FRESH_SECONDS:
            try:
                self._names = self._kept.get()
            except FileNotFoundError:
                return Names()
            except OSError:
                return self._names
            self._looked = time.monotonic()
        return self._names

    def is_old(self) -> bool:
        """Whether the names should be refetched."""
        fetched_at = self.names().fetched_at
        return fetched_at is None or abs(self._now() - fetched_at) > MAX_AGE

    def refresh(self) -> Names:
        """Fetch all names and merge them into the known ones.

        Raises ApiError if they came incomplete; what came is stored all the same. Raises
        ArchiveError if they cannot be stored.
        """
        fetched_at, known = self._known()
        things, failure = dict(known), None
        for kind in KINDS:
            listed, error = self._fetch(kind)
            things[kind] = _merged(known[kind], listed, whole=error is None)
            failure = failure or error
            if isinstance(error, AuthError | UnavailableError):
                break
        # If one list came and another never does, all are retried at the usual interval.
        broke_off = isinstance(failure, AuthError | UnavailableError)
        if failure is None or (things != known and not broke_off):
            fetched_at = self._now()
        self._keep(things, fetched_at)
        if failure:
            raise failure
        return _names(fetched_at, things)

    def _fetch(self, kind: CatalogKind) -> tuple[dict[str, CatalogEntry], ApiError | None]:
        """The things listed, by key, and the error that cut the list short, if any."""
        listed: dict[str, CatalogEntry] = {}
        try:
            for item in self._client.catalog(kind):
                if key := _key(item.get("key")):
                    listed[key] = CatalogEntry(
                        _name(item.get(_NAME_FIELDS[kind])),
                        id=_key(item.get("id")) if kind == "projects" else "",
                        project_id=_key(item.get("projectId")) if kind == "videos" else "",
                        channel=_key(item.get("channelKey")) if kind == "videos" else "",
                        image=_image(item.get("image")) if kind == "videos" else "",
                    )
        except ApiError as error:
            return listed, error
        return listed, None

    def _known(self) -> tuple[dt.datetime | None, CatalogEntries]:
        try:
            version, fetched_at, things = _read(self._file.read_bytes())
        except FileNotFoundError:
            return None, {kind: {} for kind in KINDS}
        except OSError as error:
            raise ArchiveError(failure_text("file", self._file, "read", error)) from error
        if version > VERSION:
            raise ArchiveError(
                f"The file {self._file} was written by a newer version of DynTube Analytics. "
                "Update this one to fetch names."
            )
        return fetched_at, things

    def _keep(self, things: CatalogEntries, fetched_at: dt.datetime | None) -> None:
        whole: dict[str, object] = {"version": VERSION, "fetched_at": fetched_at}
        for kind, known in things.items():
            whole[kind] = {key: _brief(thing) for key, thing in known.items()}
        try:
            make_folder(self._file.parent)
            with replacing(self._file) as temporary:
                temporary.write_text(json.dumps(whole, default=str, indent=1), "utf-8")
        except OSError as error:
            raise ArchiveError(failure_text("file", self._file, "written", error)) from error
        self._looked = -math.inf


def _merged(
    known: Mapping[str, CatalogEntry], listed: Mapping[str, CatalogEntry], *, whole: bool
) -> dict[str, CatalogEntry]:
    """The known things after a new list; an empty list marks none as gone."""
    merged = {}
    for key, thing in listed.items():
        before = known.get(key, thing)
        if name := thing.name or before.name:
            merged[key] = CatalogEntry(
                name,
                id=thing.id or before.id,
                project_id=thing.project_id or before.project_id,
                channel=thing.channel or before.channel,
                image=thing.image or before.image,
            )
    for key, thing in known.items():
        if key not in listed and len(merged) < MOST_NAMES:
            merged[key] = replace(thing, gone=thing.gone or (whole and bool(listed)))
    return merged


def _names(fetched_at: dt.datetime | None, things: CatalogEntries) -> Names:
    by_id = {project.id: key for key, project in things["projects"].items() if project.id}
    gone = {
        kind.removesuffix("s"): frozenset(key for key, thing in known.items() if thing.gone)
        for kind, known in things.items()
    }
    return Names(
        projects={key: project.name for key, project in things["projects"].items()},
        channels={key: channel.name for key, channel in things["channels"].items()},
        videos={key: video.name for key, video in things["videos"].items()},
        fetched_at=fetched_at,
        gone={dimension: keys for dimension, keys in gone.items() if keys},
        parents={
            key: (by_id.get(video.project_id, ""), video.channel)
            for key, video in things["videos"].items()
        },
        images={key: video.image for key, video in things["videos"].items() if video.image},
    )


def _read(raw: bytes) -> tuple[int, dt.datetime | None, CatalogEntries]:
    """The version of a file, when its names were fetched, and all of it that can be read."""
    try:
        stored = json.loads(raw)
    except (ValueError, RecursionError):
        stored = None
    found = stored if isinstance(stored, dict) else {}
    version = found.get("version")
    things = {kind: dict(_things(found.get(kind))) for kind in KINDS}
    return version if isinstance(version, int) else 1, _moment(found.get("fetched_at")), things


def _things(stored: object) -> Iterator[tuple[str, CatalogEntry]]:
    for key, kept in stored.items() if isinstance(stored, dict) else ():
        fields = kept if isinstance(kept, dict) else {"name": kept}
        name = _name(fields.get("name"))
        if name and _key(key):
            belongs = {what: _key(fields.get(what)) for what in ("id", "project_id", "channel")}
            belongs["image"] = _url(fields.get("image"))
            yield _key(key), CatalogEntry(name, gone=fields.get("gone") is True, **belongs)


def _brief(thing: CatalogEntry) -> dict[str, Any]:
    return {name: value for name, value in asdict(thing).items() if value}


def _key(value: object) -> str:
    """A key or id as text; empty if it is neither, or too long for one."""
    text = valid(str(value)) if isinstance(value, str | int) and value is not True else ""
    return text if len(text) <= LONGEST else ""


def _image(value: object) -> str:
    """The URL of a small picture, of the sizes that DynTube lists; empty if there is none."""
    sizes = value if isinstance(value, dict) else {}
    return next(filter(None, (_url(sizes.get(f"{size}Url")) for size in _SIZES)), "")


def _url(value: object) -> str:
    text = valid(value) if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST_URL else ""


def _name(value: object) -> str:
    return short(clean(str(value))) if isinstance(value, str | int | float) else ""


def _moment(value: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None

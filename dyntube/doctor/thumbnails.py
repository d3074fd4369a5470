"""Pictures of videos: whether the settings allow the hosts on which the known ones are."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from .. import formats
from ..fetch.catalog import Catalog
from ..fetch.client import Client
from ..reading.text import clean, short
from ..settings.settings import Settings
from ..thumbnails.download import Downloads
from .check import Check, ok, warning

SETTING = "DYNTUBE_THUMBNAIL_HOSTS"
_MOST_HOSTS = 3  # that are named


def of_thumbnails(settings: Settings) -> Check:
    """From where pictures are fetched, or which other hosts have some."""
    allowed = settings.thumbnail_hosts
    if not allowed:
        return ok("thumbnails", "off: no picture of a video is fetched or shown")
    others: Counter[str] = Counter() if settings.demo else _elsewhere(settings)
    if not others:
        return ok("thumbnails", f"fetched from {', '.join(allowed)}")
    named = ", ".join(origin for origin, _ in others.most_common(_MOST_HOSTS))
    more = " and elsewhere" if len(others) > _MOST_HOSTS else ""
    return warning(
        "thumbnails",
        f"those of {formats.count(others.total(), 'video')} are not fetched: they are at "
        f"{named}{more}",
        f"Name their host in {SETTING} if you know it; only https:// is fetched.",
    )


def _elsewhere(settings: Settings) -> Counter[str]:
    """Where the pictures of videos are that are not fetched, and of how many videos."""
    downloads = Downloads(settings.thumbnail_hosts)
    folder = settings.archive / settings.folder(settings.scopes[0])
    images = Catalog(Client(settings), folder).names().images.values()
    return Counter(_origin(url) for url in images if not downloads.host(url))


def _origin(url: str) -> str:
    """The scheme and host of a URL, for people."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "an address that cannot be read"
    return short(clean(f"{parts.scheme}://{host}" if host else parts.scheme or "no host"), 80)

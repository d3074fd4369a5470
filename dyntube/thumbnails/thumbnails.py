"""The pictures of an account's videos: those that are stored, and a worker that fetches others."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from ..errors import ApiError, ArchiveError, UnavailableError
from ..events import event, unforeseen
from ..fetch.catalog import Catalog
from .download import Downloads
from .kept import MOST, Kept, name
from .picture import thumbnail

AT_ONCE = 4  # downloads
WAITING = 200  # pictures that may wait to be fetched
_DAY = 86_400 * 10**9  # ns
RENEWED_AFTER = 7 * _DAY  # a URL may come to show another picture
FAILED_FOR = _DAY // 4  # a picture that did not come is not asked for again for so long
REST = 600.0  # seconds that a host which does not answer, or a full disk, is left alone


class Thumbnails:
    """The pictures of an account's videos; thread-safe."""

    def __init__(self, catalog: Catalog, kept: Kept, downloads: Downloads) -> None:
        self._catalog, self._kept, self._downloads = catalog, kept, downloads
        self._host = lru_cache(MOST)(downloads.host)
        self._changed = threading.Condition()
        self._waiting: dict[str, str] = {}  # hosts by URL
        self._busy: set[str] = set()
        self._workers, self._closed = 0, False
        self._rests: dict[str, float] = {}  # until when, by host; "" is the folder

    def versions(self, keys: Collection[str]) -> dict[str, str]:
        """What changes with the picture of each of these videos that has one stored."""
        files, found = self._kept.files(), {}
        for key, (url, _) in self._allowed(keys).items():
            file = name(url)
            if at := files.get(file):
                found[key] = f"{file[:8]}{at:x}"
        return found

    def picture(self, key: str) -> bytes | None:
        """The stored picture of a video, if any, in the form of `picture.TYPE`."""
        return next((self._kept.read(url) for url, _ in self._allowed([key]).values()), None)

    def want(self, keys: Collection[str]) -> None:
        """Fetch the missing and old pictures of these videos in the background."""
        self._start(self._due(keys), WAITING)

    def fetch(self, keys: Collection[str], seconds: float) -> None:
        """Fetch the missing and old pictures of these videos, for about so many seconds."""
        self._start(self._due(keys), MOST)
        with self._changed:
            self._changed.wait_for(lambda: self._workers == 0, seconds)
            self._waiting.clear()

    def close(self, seconds: float) -> None:
        """Fetch no more, and wait up to `seconds` for what is under way."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.wait_for(lambda: self._workers == 0, seconds)

    def _allowed(self, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
        """URL and host of the pictures of these videos, by key, where they may be fetched."""
        images = self._catalog.names().images
        urls = {key: images[key] for key in keys if key in images}
        hosts = {key: self._host(url) for key, url in urls.items()}
        return {key: (urls[key], host) for key, host in hosts.items() if host}

    def _due(self, keys: Collection[str]) -> dict[str, str]:
        """The hosts by URL of pictures to fetch now."""
        files, now = self._kept.files(), time.time_ns()
        if sum(at > now - RENEWED_AFTER for at in files.values()) >= MOST:
            return {}  # else each new picture would drop one that is shown, too
        return {
            url: host
            for url, host in self._allowed(keys).values()
            if abs(now - files.get(name(url), 0)) > RENEWED_AFTER
            and abs(now - files.get(name(url, "failed"), 0)) > FAILED_FOR
        }

    def _start(self, due: Mapping[str, str], most: int) -> None:
        with self._changed:
            for url, host in due.items():
                ready = not (self._closed or self._is_resting(host) or url in self._busy)
                if ready and len(self._waiting) < most:
                    self._waiting.setdefault(url, host)
            while self._workers < min(AT_ONCE, len(self._waiting) + len(self._busy)):
                self._workers += 1
                threading.Thread(target=self._work, daemon=True).start()

    def _is_resting(self, host: str) -> bool:
        return time.monotonic() < max(self._rests.get(host, 0.0), self._rests.get("", 0.0))

    def _work(self) -> None:
        while job := self._next():
            url, host = job
            try:
                self._fetch(url, host)
            finally:
                with self._changed:
                    self._busy.discard(url)

    def _next(self) -> tuple[str, str] | None:
        with self._changed:
            while self._waiting:
                url = next(iter(self._waiting))
                host = self._waiting.pop(url)
                if not self._is_resting(host):
                    self._busy.add(url)
                    return url, host
            self._workers -= 1
            self._changed.notify_all()
            return None

    def _fetch(self, url: str, host: str) -> None:
        """Download and store a picture, or remember what went wrong."""
        try:
            try:
                self._kept.put(url, thumbnail(self._downloads.get(url)))
            except UnavailableError as error:
                self._rest(host, error)
            except ApiError as error:
                event("thumbnail_not_fetched", host=host, reason=str(error))
                self._kept.put_failure(url)
        except ArchiveError as error:
            self._rest("", error)
        except Exception as error:  # the last line of defence
            self._rest("", unforeseen(error))

    def _rest(self, host: str, error: Exception) -> None:
        event("thumbnails_not_fetched", host=host, reason=str(error))
        with self._changed:
            self._rests[host] = time.monotonic() + REST

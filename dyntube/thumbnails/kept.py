"""The folder of stored pictures: a file each, named by a hash of the URL it was downloaded from.

An empty file with another ending says when a download failed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ..atomic import CLOCK_TICK_NS, failure_text, make_folder, replacing
from ..errors import ArchiveError
from ..events import event

MOST = 10_000  # files; a picture has about 4 KB
Kind = Literal["webp", "failed"]


class Kept:
    """The stored pictures, oldest dropped first when there are too many; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed: tuple[int, dict[str, int]] = (-1, {})

    def files(self) -> Mapping[str, int]:
        """When each file was written, in ns since 1970, by `name`."""
        try:
            changed = self._folder.stat().st_mtime_ns
            known_at, known = self._listed
            if known_at == changed:
                return known
            with os.scandir(self._folder) as entries:
                found = dict(_times(entries))
        except FileNotFoundError:
            return {}
        except OSError as error:
            event("thumbnails_not_read", reason=error.strerror)
            return {}
        if time.time_ns() - changed > CLOCK_TICK_NS:
            self._listed = changed, found
        return found

    def read(self, url: str) -> bytes | None:
        """The stored picture, if any."""
        try:
            return (self._folder / name(url, "webp")).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            event("thumbnails_not_read", reason=error.strerror)
            return None

    def put(self, url: str, picture: bytes) -> None:
        """Store a picture. Raises ArchiveError."""
        self._write(name(url, "webp"), picture)
        self._drop(name(url, "failed"))

    def put_failure(self, url: str) -> None:
        """Remember that a download has failed. Raises ArchiveError."""
        self._write(name(url, "failed"), b"")

    def _write(self, file_name: str, content: bytes) -> None:
        file = self._folder / file_name
        try:
            make_folder(self._folder)
            with replacing(file) as temporary:
                temporary.write_bytes(content)
            files = self.files()
            for oldest in sorted(files, key=files.__getitem__)[: max(len(files) - MOST, 0)]:
                self._drop(oldest)
        except OSError as error:
            raise ArchiveError(failure_text("file", file, "written", error)) from error

    def _drop(self, file_name: str) -> None:
        (self._folder / file_name).unlink(missing_ok=True)


def _times(entries: Iterator[os.DirEntry[str]]) -> Iterator[tuple[str, int]]:
    for entry in entries:
        with contextlib.suppress(FileNotFoundError):  # it has just been dropped
            yield entry.name, entry.stat().st_mtime_ns


@lru_cache(maxsize=MOST)
def name(url: str, kind: Kind = "webp") -> str:
    """The name of a URL's file."""
    return f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.{kind}"

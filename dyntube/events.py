"""Events of the archive: written to the log, and to a journal beside the days.

An event is a name and a few facts: days, counts, seconds, error texts. Never a record, a person's
id or a key.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .atomic import replacing
from .errors import UnforeseenError
from .logs import OURS

FILE_NAME = "journal.jsonl"
_KEPT = 2**20  # bytes; beyond this, the older half is dropped
_log = logging.getLogger(OURS)


@dataclass(frozen=True)
class Event:
    """An event at a moment in UTC."""

    at: dt.datetime
    name: str
    facts: dict[str, object]


class EventLog:
    """The journal of one scope folder; `write` requires the archive's lock."""

    def __init__(
        self, file: Path, *, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._file, self._now = file, now

    def write(self, name: str, **facts: object) -> None:
        """Log an event and append it to the journal, if the file can be written."""
        event(name, **facts)
        line = json.dumps({"at": self._now().isoformat(), "event": name} | facts, default=str)
        try:
            with self._file.open("ab+") as file:
                if _is_cut(file):  # by a crash: do not append to the cut line
                    line = "\n" + line
                file.write(f"{line}\n".encode())
            if self._file.stat().st_size > _KEPT:
                self._shorten()
        except OSError as error:
            event("journal_not_written", reason=error.strerror)

    def read(self, limit: int) -> list[Event]:
        """The newest events, newest first, without lines cut by a crash."""
        try:
            lines = self._file.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return []
        events = (_parse(line) for line in reversed(lines[-limit:]))
        return [event for event in events if event]

    def _shorten(self) -> None:
        lines = self._file.read_bytes().splitlines(keepends=True)
        with replacing(self._file) as temporary:
            temporary.write_bytes(b"".join(lines[len(lines) // 2 :]))


def event(name: str, **facts: object) -> None:
    """Log an event."""
    _log.info(name, extra={"facts": facts})


def bug(reference: str, error: BaseException) -> None:
    """Log an unforeseen error with its traceback, under a reference shown to the reader."""
    _log.error("bug", exc_info=error, extra={"facts": {"reference": reference}})


def unforeseen(error: BaseException) -> UnforeseenError:
    """Log an unforeseen error as a bug; returns the error to show to the reader."""
    reference = uuid.uuid4().hex[:8]
    bug(reference, error)
    return UnforeseenError(
        f"Something went wrong on our side. Reference {reference}: whoever runs this dashboard "
        "finds it in the log."
    )


def _is_cut(file: IO[bytes]) -> bool:
    if not file.seek(0, 2):
        return False
    file.seek(-1, 2)
    return file.read(1) != b"\n"


def _parse(line: str) -> Event | None:
    try:
        values = json.loads(line)
        at = dt.datetime.fromisoformat(values.pop("at"))
        return Event(at, str(values.pop("event")), values)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

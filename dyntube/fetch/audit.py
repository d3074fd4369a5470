"""Audits of settled days: verify their files and compare them with DynTube's count."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

from ..archive.archive import Archive
from ..archive.audits import Audits
from ..errors import ApiError
from ..events import EventLog
from ..query.periods import midnight
from .client import Window
from .day import ONE_DAY, Task
from .plan import audits
from .window import Sweeper


@dataclass(frozen=True)
class Audit:
    """Audits the days of one scope, stored in `folder`."""

    archive: Archive
    folder: str
    sweeper: Sweeper
    event_log: EventLog

    def differing(
        self, known: Audits, now: dt.datetime, stop: threading.Event
    ) -> list[tuple[Task, int]]:
        """The due days that must be fetched again, each with DynTube's count.

        All others are recorded in `known` as audited.
        """
        stored = {day: infos[0] for day, infos in self.archive.days(self.folder).items()}
        due = audits(stored, known.when(), now=now)
        damaged = {day for day in due if self.archive.verify(self.folder, [day])}
        wrong: list[tuple[Task, int]] = []
        try:
            for day in due:
                if stop.is_set():
                    break
                info = stored[day]
                start, end = info.asked_from or midnight(day), info.asked_to
                counted = self.sweeper.count(Window(start, end or midnight(day + ONE_DAY)))
                differs = counted not in (info.api_total, known.counted(day))
                if differs:
                    self.event_log.write(
                        "audit_differs", day=day, stored=info.api_total, counted=counted
                    )
                if differs or day in damaged:
                    kept = None if day in damaged else info
                    wrong.append((Task(self.sweeper.scope, day, kept), counted))
                else:
                    known.note(day, now, counted)
        except ApiError as error:
            self.event_log.write("audit_failed", reason=str(error))
        return wrong

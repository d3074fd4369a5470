"""The store of an installation, for its administrator: days, syncs, problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .archive.dayfile import DayInfo
from .archive.generations import day_of
from .archive.scopes import StoredScope, other_scopes
from .events import Event
from .fetch.background import Background, SyncStatus
from .people.reader import Reader
from .reading.records import Rejected
from .trust.states import StoredDay, stored_days


@dataclass(frozen=True)
class Store:
    """Everything stored, regardless of access to views; all methods may raise ArchiveError."""

    account: Account
    background: Background
    reader: Reader

    def days(self) -> list[StoredDay]:
        """Every UTC day from the first stored one to today, with its state."""
        archive, today = self.account.archive, dt.datetime.now(dt.UTC).date()
        empty, trust = self.account.syncer.empty, self.account.trust()
        damaged = set(map(day_of, archive.damaged()))
        return stored_days(archive.days(), damaged, len(archive.folders), today, empty, trust)

    def infos(self) -> list[DayInfo]:
        """The metadata of each stored day and scope."""
        return [info for infos in self.account.archive.days().values() for info in infos]

    def rejected(self, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, Rejected]]:
        """The rejected records from the first to the last UTC day."""
        return self.account.archive.rejected(first, last)

    def events(self, most: int) -> list[Event]:
        """The newest events of the journal, newest first."""
        return self.account.event_log.read(most)

    def empty_from(self) -> dt.date:
        """The UTC day of the first view; days before it are not missing."""
        return self.account.empty()[1]

    def outdated(self) -> int:
        """The number of day files written by an older version."""
        return len(self.account.syncer.outdated)

    def server_habits(self) -> tuple[str, ...]:
        """Sentences on how the server deviates from its documentation."""
        return self.account.server_habits()

    def other_scopes(self) -> tuple[Path, list[StoredScope]]:
        """The archive's root, and the other scopes in it."""
        archive = self.account.archive
        return archive.root, other_scopes(archive.root, archive.folders)

    def sync_now(self, days: Collection[dt.date]) -> SyncStatus:
        """Fetch these UTC days now, settled or not."""
        self.reader.log("sync", did="sync_now", days=len(days))
        return self.background.sync_now(days)

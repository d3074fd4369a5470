"""One reader's door to an installation: answers, names, notes and days, as far as the reader may
see them. Pages, reports and downloads use nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

import pandas as pd
import pyarrow as pa

from .account import Account
from .archive.coverage import Coverage
from .archive.dayfile import DayInfo
from .archive.doubts import LABELS
from .archive.generations import day_of
from .engine.wanted import still_wanted
from .errors import NotAllowedError
from .fetch.background import Background, SyncStatus
from .fetch.catalog import Names
from .people.reader import Reader, SignedIn
from .pinboard import Pinboard
from .query.access import Access
from .query.periods import Period, local_days
from .query.query import ChecksQuery, CountQuery, Query, Question, ViewsQuery
from .reading.addresses import PageRules
from .sharing.visible import Visible
from .store import Store
from .trust.trust import Trust
from .words import tr

THUMBNAILS = "api/thumbnail/"  # the path of pictures, followed by a video's key


@dataclass(frozen=True)
class Desk:
    """What one reader may ask of an installation.

    Every method checks or filters by `access`; what only some roles may have raises
    NotAllowedError. All may raise ArchiveError.
    """

    account: Account
    background: Background
    reader: Reader

    @property
    def access(self) -> Access:
        """What the reader may see at this moment; a session may end and rules may change."""
        return self.reader.access

    @property
    def demo(self) -> bool:
        """Whether the views are invented."""
        return self.account.settings.demo

    @property
    def external(self) -> bool:
        """Whether another program fetches."""
        return self.account.settings.sync == "external"

    @property
    def timezone(self) -> str:
        """The time zone of days where an address names none."""
        return self.account.settings.timezone

    @property
    def rules(self) -> PageRules:
        """What tells pages of sites apart."""
        return self.account.settings.rules

    @property
    def own_domains(self) -> tuple[str, ...]:
        """The sites on which videos are expected."""
        return self.account.settings.own_domains

    def answer(self, query: Query, rollup: Query | None = None) -> pd.DataFrame:
        """See `Engine.answer`. Do not change the frame."""
        with self._asking(query):
            return self.account.engine.answer(query, rollup)

    def total(self, query: Query, rollup: Query | None = None) -> pd.DataFrame:
        """One row over all rows of a question; see `Engine.total`. Do not change the frame."""
        with self._asking(query):
            return self.account.engine.total(query, rollup)

    def rows(self, query: ViewsQuery) -> pd.DataFrame:
        """The views themselves; see `Engine.rows`. Do not change the frame."""
        self._check_rows(query)
        with self._asking(query):
            self.reader.sees_rows()
            return self.account.engine.rows(query)

    def batches(self, query: ViewsQuery) -> Iterator[pa.Table]:
        """All views of a question, to export; NotAllowedError comes in the middle, too."""
        self._check_rows(query)
        self.reader.sees_rows()
        return self._exported(query)

    def count(self, query: CountQuery) -> int:
        """How many views a metric is about."""
        with self._asking(query):
            return self.account.engine.count(query)

    def checks(self, query: ChecksQuery) -> dict[str, int]:
        """The count of all views and of each check of views."""
        with self._asking(query):
            found = self.account.engine.checks(query).iloc[0]
        return {str(name): int(count) for name, count in found.items()}

    @contextmanager
    def _asking(self, asked: Question) -> Iterator[None]:
        self.check_same(asked.access)
        with self.reader.turn(still_wanted.get() or (lambda: True)):
            yield

    def _exported(self, query: ViewsQuery) -> Iterator[pa.Table]:
        batches = self.account.engine.batches(query)
        while True:
            self._check_rows(query)
            with self._asking(query):
                batch = next(batches, None)
            if batch is None:
                return
            self.reader.export(batch.num_rows)
            yield batch

    def _check_rows(self, asked: ViewsQuery) -> None:
        if not asked.access.may_see_rows:
            self.reader.refused("individual_views")
            raise NotAllowedError(tr("You may see numbers, but not the individual views."))

    def exports(self, what: str, form: str, drawn_for: Access | None = None) -> None:
        """Log an export. Raises NotAllowedError if it was drawn for other rights than now."""
        self.check_same(drawn_for or self.access)
        self.reader.log("export", what=what, form=form)

    def check_same(self, access: Access) -> None:
        """Raise NotAllowedError unless the reader may still see what was drawn with an access."""
        if access != self.access:
            self.reader.refused("other_access")
            raise NotAllowedError(tr("What you may see has changed. Reload this page."))

    def names(self) -> Names:
        """The names that are known of projects, channels and videos that may be seen."""
        return self.account.catalog.names().within(self.access)

    def thumbnails(self, keys: Collection[str]) -> dict[str, str]:
        """The relative URLs of stored pictures of videos, by key; others are fetched for later."""
        visible = self._visible
        seen = [key for key in keys if visible.thing("video", key)]
        if self.background.fetches:
            self.account.thumbnails.want(seen)
        versions = self.account.thumbnails.versions(seen).items()
        return {key: f"{THUMBNAILS}{quote(key, safe='')}?v={version}" for key, version in versions}

    def thumbnail(self, key: str) -> bytes | None:
        """The picture of a video as WebP; None if none is stored or the video is not seen."""
        seen = self._visible.thing("video", key)
        return self.account.thumbnails.picture(key) if seen else None

    @property
    def pinboard(self) -> Pinboard:
        """Notes and saved views."""
        return Pinboard(self.account, self.reader)

    @property
    def _visible(self) -> Visible:
        return Visible(self.access, self.account.catalog.names())

    def version(self) -> str:
        """A text that changes whenever what is stored does."""
        return self.account.archive.version()

    def has_days(self) -> bool:
        """Whether any day is stored."""
        return bool(self.account.archive.days())

    def check_days(self, span: Period, timezone: str) -> None:
        """Verify the checksums of a span's day files, so that damaged days count as missing."""
        days = span.utc_days(timezone)
        self.account.archive.files(days[0], days[-1])

    def known(self) -> Coverage:
        """When views are known."""
        return self.account.coverage()

    def fetched(self) -> Coverage:
        """When views were fetched."""
        return self.account.fetched()

    def newest_view(self) -> dt.datetime | None:
        """When the newest stored view began; who may not see all gets the end of what is known."""
        if self.access.all_views:
            return max((info.newest for info in self._infos() if info.newest), default=None)
        return max((info.until for info in self._infos()), default=None)

    def last_fetch(self) -> dt.datetime | None:
        """When a day was last fetched."""
        return max((info.fetched_at for info in self._infos()), default=None)

    def trust(self) -> Trust:
        """What is in doubt; those who may not see all views are not told how many there are."""
        trust = self.account.trust()
        if self.access.all_views:
            return trust
        doubts = {
            day: tuple(replace(doubt, text=f"{LABELS[doubt.kind]}.") for doubt in of_day)
            for day, of_day in trust.doubts.items()
        }
        return Trust(doubts, problem=trust.problem)

    def damaged_days(self) -> list[dt.date]:
        """The UTC days whose files cannot be read."""
        return list(map(day_of, self.account.archive.damaged()))

    def refused_before(self) -> tuple[dt.date, str]:
        """Before which UTC day DynTube gives no views, in its own words."""
        return self.account.syncer.refused_before

    def first_stored_day(self) -> dt.date | None:
        """The first UTC day that is stored; for those who may not see all, with views they see."""
        first = self.account.first_stored_day()
        if first is None or self.access.all_views:
            return first
        last = max(self.account.archive.days())
        query = Query(("views",), Period(first, last), by=("day",), access=self.access)
        days = self.account.engine.answer(query)["day"]
        return days.min().date() if len(days) else None

    def first_day(self) -> dt.date | None:
        """The UTC day of the first view there is; see `Account.first_day`."""
        return self.account.first_day() if self.access.all_views else self.first_stored_day()

    def first_known_day(self, timezone: str) -> dt.date | None:
        """The first local day with views, as far as that is known without asking DynTube."""
        known = self.account.first_known_day() if self.access.all_views else None
        return _local(known or self.first_stored_day(), timezone)

    def first_local_day(self, timezone: str) -> dt.date | None:
        """The first local day that is stored."""
        return _local(self.first_stored_day(), timezone)

    def admin(self) -> SignedIn:
        """The reader as an administrator with what is known of people."""
        self._check_admin(tr("Only administrators may see who may see what."))
        if not isinstance(self.reader, SignedIn):
            raise NotAllowedError(tr("Nobody signs in here, so everybody sees everything."))
        return self.reader

    def store(self) -> Store:
        """The store itself, for administrators: it knows of the views of all."""
        self._check_admin(tr("Only administrators may see the store itself."))
        return Store(self.account, self.background, self.reader)

    def _infos(self) -> list[DayInfo]:
        return [info for infos in self.account.archive.days().values() for info in infos]

    def sync_state(self) -> SyncStatus:
        """What the sync is doing."""
        return self._told(self.background.state)

    def ensure(self, days: Collection[dt.date], refresh: dt.timedelta | None = None) -> SyncStatus:
        """See to it that these UTC days are stored and fresh; see `Background.ensure`."""
        most = self.reader.fetch_days
        wanted = sorted(days)[-most:] if most else days
        return self._told(self.background.ensure(wanted, refresh))

    def cancel(self) -> None:
        """End the running sync, for administrators; what it has stored stays."""
        self._sync("cancel")
        self.background.cancel()

    def retry(self) -> None:
        """Go on at once with what has failed or was cancelled, for administrators."""
        self._sync("retry")
        self.background.retry()

    def _sync(self, did: str) -> None:
        self._check_admin(tr("Only administrators may stop or start fetching."))
        self.reader.log("sync", did=did)

    def _check_admin(self, text: str) -> None:
        if not self.access.is_admin:
            self.reader.refused("admins_only")
            raise NotAllowedError(text)

    def _told(self, state: SyncStatus) -> SyncStatus:
        """How far a sync is, without the views of others."""
        if self.access.all_views or state.progress is None:
            return state
        return replace(state, progress=replace(state.progress, views=0))


def _local(first: dt.date | None, timezone: str) -> dt.date | None:
    return local_days(first, first, timezone).start if first else None

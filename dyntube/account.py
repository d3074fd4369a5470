"""One installation, put together: settings, API client, archive, names and engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .archive.archive import Archive
from .archive.coverage import Coverage, coverage
from .demo import process as demo
from .demo.catalog import IMAGES
from .demo.embeds import OWN_DOMAINS
from .engine.clickhouse.backend import ClickHouse, open_warehouse
from .engine.duckdb_backend import open_engine
from .engine.engine import Engine
from .errors import ApiError, BadResponseError, ConfigError, RequestError
from .events import FILE_NAME, EventLog
from .fetch import habits
from .fetch.beginning import LONG_AGO
from .fetch.catalog import Catalog
from .fetch.client import Client
from .fetch.sync import Syncer
from .settings.settings import FetchScope, Settings, read_settings
from .sharing import notes, people, saved_views
from .sharing.notes import Notes
from .sharing.saved_views import SavedViews
from .sharing.state import State
from .thumbnails.download import Downloads
from .thumbnails.kept import Kept
from .thumbnails.thumbnails import AT_ONCE, Thumbnails
from .trust import accepted
from .trust.accepted import Acceptances
from .trust.trust import CurrentTrust, Trust

DEMO = "No DYNTUBE_API_KEY is set: this is invented demo data."


@dataclass(frozen=True)
class Account:
    """Everything one installation works with."""

    settings: Settings
    client: Client
    archive: Archive
    event_log: EventLog
    syncer: Syncer
    catalog: Catalog
    thumbnails: Thumbnails
    engine: Engine
    state: State
    notes: Notes
    saved_views: SavedViews
    acceptances: Acceptances
    trusted: CurrentTrust

    @property
    def warehouse(self) -> ClickHouse:
        """The warehouse that answers queries; raises ConfigError where the day files do."""
        if not isinstance(self.engine.backend, ClickHouse):
            raise ConfigError("There is no warehouse: set DYNTUBE_ENGINE, see docs/scaling.md.")
        return self.engine.backend

    def trust(self) -> Trust:
        """What is to be said against the numbers of stored days."""
        return self.trusted.now()

    def coverage(self) -> Coverage:
        """When views are known: where they were fetched, and before the first of them."""
        return coverage(self.archive.days(), len(self.archive.folders), self.empty())

    def fetched(self) -> Coverage:
        """When views were fetched."""
        return coverage(self.archive.days(), len(self.archive.folders))

    def server_habits(self) -> tuple[str, ...]:
        """How the server departs from the API's page, as the last sync has found."""
        return habits.load(self.archive.root / self.archive.folders[0]).sentences

    def first_stored_day(self) -> dt.date | None:
        """The first UTC day in the archive; `periods.local_days` has the local days of it."""
        return next(iter(self.archive.days()), None)

    def first_known_day(self) -> dt.date | None:
        """The UTC day of the account's first view, if a search found it before all stored days."""
        stored, (_, begins) = self.first_stored_day(), self.empty()
        return begins if LONG_AGO < begins <= (stored or begins) else None

    def first_day(self) -> dt.date | None:
        """The UTC day of the first view there is; where DynTube cannot be asked, that is stored.

        Where it refuses to count, that is the first day that is asked for. Raises ApiError where
        nothing is stored either.
        """
        days = self.archive.days().items()
        stored = next((day for day, infos in days if any(info.rows for info in infos)), None)
        if self.settings.sync == "external":
            return stored
        try:
            found = self.syncer.first_day()
        except ApiError as error:
            if stored is None and not isinstance(error, RequestError | BadResponseError):
                raise
            return stored or min(self.syncer.asked_from)
        # The archive may reach further back than DynTube still does.
        return min(filter(None, (stored, found)), default=None)

    def empty(self) -> tuple[dt.date, dt.date]:
        """From which UTC day on, up to but without which, no scope has views: none is missing."""
        starts, ends = zip(*self.syncer.empty, strict=True)
        return max(starts), min(ends)


def open_account(settings: Settings | None = None) -> Account:
    """Connect what the settings describe; without an account, start the demo and connect to that.

    Raises ConfigError for a wrong setting and UnavailableError when the demo does not start.
    """
    settings = settings or read_settings()
    if settings.demo:
        # It ends with this process, so nobody has to stop it.
        url = demo.start().url
        own = settings.own_domains or OWN_DOMAINS
        settings = replace(settings, stats_url=url, api_url=url, own_domains=own)
    folders = [settings.folder(scope) for scope in settings.scopes]
    archive = Archive(settings.archive, folders, settings.rules)
    first_folder = settings.archive / folders[0]
    client = Client(settings, habits=habits.load(first_folder))
    event_log = EventLog(first_folder / FILE_NAME)
    syncer = Syncer(settings, client, archive, event_log=event_log)
    catalog = Catalog(client, first_folder)
    state = state_of(settings)
    acceptances = Acceptances(state)
    return Account(
        settings,
        client,
        archive,
        event_log,
        syncer,
        catalog,
        Thumbnails(catalog, Kept(first_folder / "thumbnails"), _downloads(settings)),
        _open_engine(settings, archive),
        state,
        Notes(state),
        SavedViews(state),
        acceptances,
        CurrentTrust(archive, acceptances),
    )


def _downloads(settings: Settings) -> Downloads:
    """Downloads of pictures; the demo's alone come from this machine, and over http."""
    if settings.demo and settings.thumbnail_hosts:
        replaced = IMAGES, f"{settings.api_url}/images/"
        return Downloads((), at_once=AT_ONCE, replaced=replaced)
    return Downloads(settings.thumbnail_hosts, at_once=AT_ONCE)


def _open_engine(settings: Settings, archive: Archive) -> Engine:
    if settings.engine:
        return open_warehouse(archive, settings.engine, follow=settings.sync == "app")
    return open_engine(archive, settings.memory)


def state_of(settings: Settings) -> State:
    """The state of the account that settings describe, whichever keys are fetched."""
    scopes = [settings.archive / settings.folder(scope) for scope in settings.scopes]
    return open_state(settings.archive / settings.folder(FetchScope()), scopes)


def open_state(folder: Path, scopes: Sequence[Path] = ()) -> State:
    """The state in an account's folder; 0.1 kept lists in the folder of one of these scopes."""
    tables = people.PEOPLE, people.EXPORTS
    return State(folder, [notes.OLD, saved_views.OLD, accepted.OLD], tables, scopes)

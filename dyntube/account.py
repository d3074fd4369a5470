"""One installation, put together: settings, API client, archive, names and engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from . import notes, saved_views
from .api import Client
from .archive import Archive
from .catalog import Catalog
from .config import Settings, read_settings
from .demo import process as demo
from .demo.embeds import OWN_DOMAINS
from .engine import Engine
from .journal import FILE_NAME, Journal
from .notes import Notes
from .saved_views import SavedViews
from .shelf import Shelf
from .sync import Syncer


@dataclass(frozen=True)
class Account:
    """Everything one installation works with."""

    settings: Settings
    client: Client
    archive: Archive
    journal: Journal
    syncer: Syncer
    catalog: Catalog
    engine: Engine
    notes: Notes
    saved_views: SavedViews

    def first_stored_day(self) -> dt.date | None:
        """The first UTC day in the archive."""
        return next(iter(self.archive.days()), None)

    def first_day(self) -> dt.date | None:
        """The UTC day of the first view there is; where an external sync fetches, that is stored.

        Raises ApiError.
        """
        stored = self.first_stored_day()
        if self.settings.sync == "external":
            return stored
        # The archive may reach further back than DynTube still does.
        return min(filter(None, (stored, self.syncer.first_day())), default=None)


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
    client = Client(settings)
    folders = [settings.folder(scope) for scope in settings.scopes]
    archive = Archive(settings.archive, folders)
    first_folder = settings.archive / folders[0]
    journal = Journal(first_folder / FILE_NAME)
    syncer = Syncer(settings, client, archive, journal=journal)
    catalog = Catalog(client, first_folder)
    return Account(
        settings,
        client,
        archive,
        journal,
        syncer,
        catalog,
        Engine(archive),
        Notes(Shelf(first_folder / notes.FILE_NAME, notes.load)),
        SavedViews(Shelf(first_folder / saved_views.FILE_NAME, saved_views.load)),
    )

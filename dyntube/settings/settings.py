"""Settings: read once, from the environment or `.streamlit/secrets.toml`, and passed on.

`sources` finds that file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from ..errors import ConfigError
from ..reading.addresses import NO_RULES, PageRules
from ..reading.zones import zone_info
from . import texts
from .networks import THIS_MACHINE, Network, networks
from .sign_in import SignIn, chooses_way, is_about_sign_in, read_sign_in
from .sources import Sources, Stray, find_sources
from .texts import Sync
from .warehouse import Warehouse, warehouse

STATS_URL = "https://stats.dyntube.com"
API_URL = "https://api.dyntube.com"
LOOPBACK = "127.0.0.1"
THUMBNAIL_HOSTS = ("*.dyntube.com", "*.dyntube.io")

ScopeKind = Literal["account", "project", "channel"]
T = TypeVar("T")
NO_KEYS: tuple[str, ...] = ()
NO_DOMAINS: tuple[str, ...] = ()
NO_HOSTS: tuple[str, ...] = ()
IN_APP: Sync = "app"
IN_FILES: Warehouse | None = None


@dataclass(frozen=True)
class FetchScope:
    """What a sync fetches: the whole account, one project or one channel."""

    kind: ScopeKind = "account"
    key: str = ""

    def parameters(self) -> dict[str, str]:
        """The filter fields of the request body."""
        return {} if self.kind == "account" else {f"{self.kind}Key": self.key}


@dataclass(frozen=True)
class Settings:
    """The configuration of this installation.

    `sync`: who fetches, the app while people use it, or an external scheduler; the app then needs
    no API key, and the archive may be read-only for it. `own_domains` are where videos are
    expected, subdomains included; empty: not configured. `rules` tell the pages of some sites
    apart. `memory`: megabytes for the newest days. `hosts` are the names the dashboard answers to
    besides its machine's own; "*.acme.com" covers all below acme.com. `api_zone` is the time zone
    of dates without one; empty: not configured. `engine` answers queries instead of the day files.
    `thumbnail_hosts` are where pictures of videos may be fetched, in the form of `hosts`; empty:
    there are none. `browser` prints pages; empty: the first that is found. `sign_in`: how people
    sign in; None: whoever reaches the dashboard sees everything. `proxies` are believed when they
    say for whom they ask. Metrics are served at `metrics_port` of `metrics_address`; 0: they are
    not. `demo`: no account is connected.
    """

    api_key: str = field(default="", repr=False)
    stats_url: str = STATS_URL
    api_url: str = API_URL
    archive: Path = Path("archive")
    timezone: str = "UTC"
    scopes: tuple[FetchScope, ...] = (FetchScope(),)
    page_size: int = 1000
    concurrency: int = 4
    refresh_minutes: int = 10
    sync: Sync = "app"
    own_domains: tuple[str, ...] = ()
    rules: PageRules = NO_RULES
    memory: int = 500
    hosts: tuple[str, ...] = ()
    api_zone: str = ""
    engine: Warehouse | None = None
    thumbnail_hosts: tuple[str, ...] = THUMBNAIL_HOSTS
    browser: str = ""
    sign_in: SignIn | None = None
    proxies: tuple[Network, ...] = THIS_MACHINE
    metrics_port: int = 0
    metrics_address: str = LOOPBACK
    demo: bool = False

    @property
    def zone_of_api(self) -> dt.tzinfo:
        """The time zone of dates without one."""
        return zone_info(self.api_zone) if self.api_zone else dt.UTC

    def folder(self, scope: FetchScope) -> str:
        """The name of a scope's archive folder; hashed, so that no outside text enters a path."""
        if self.demo:
            return "demo"
        identity = f"{self.stats_url}\n{scope.kind}\n{scope.key}"
        return f"{scope.kind}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class ParsedSettings:
    """The settings, with the default for each `wrong` one; `wrong` has reasons by name.

    `names` lists all settings.
    """

    settings: Settings
    sources: Sources
    names: tuple[str, ...]
    wrong: Mapping[str, str]

    @property
    def unknown(self) -> list[str]:
        """A sentence for each name that looks like a setting but is not one."""
        return [_unknown(stray) for stray in self.sources.strays(self.names)]

    @property
    def unsafe(self) -> list[str]:
        """A sentence for each setting that could let in others than it should.

        That is a misspelt one, too, where nobody signs in without it.
        """
        wrong = [text for name, text in self.wrong.items() if is_about_sign_in(name)]
        if self.settings.sign_in is None:
            strays = self.sources.strays(self.names)
            wrong += [_unknown(s) for s in strays if chooses_way(s.name) or chooses_way(s.meant)]
        return wrong


def _unknown(stray: Stray) -> str:
    if stray.table:
        return f"{stray.name} stands below [{stray.table}], where no setting is looked for."
    meant = f"did you mean {stray.meant}?" if stray.meant else "the README lists all settings."
    return f"{stray.name} is no setting; {meant}"


def read_settings(
    environ: Mapping[str, str] | None = None, secrets_file: Path | None = None
) -> Settings:
    """Read the settings; the environment overrides the file.

    Raises ConfigError, naming every wrong setting.
    """
    reading = try_settings(environ, secrets_file)
    if reading.sources.trouble or reading.wrong:
        raise ConfigError(reading.sources.trouble or " ".join(reading.wrong.values()))
    return reading.settings


def try_settings(
    environ: Mapping[str, str] | None = None, secrets_file: Path | None = None
) -> ParsedSettings:
    """Read the settings, and return errors instead of raising them."""
    sources = find_sources(environ, secrets_file)
    read = _Reader(sources)
    is_set = sources.text("DYNTUBE_API_KEY") or sources.text("DYNTUBE_STATS_URL")
    demo = not is_set and sources.text("DYNTUBE_SYNC") != "external"
    settings = Settings(
        api_key=read("DYNTUBE_API_KEY", texts.api_key, ""),
        stats_url=read("DYNTUBE_STATS_URL", texts.url, STATS_URL),
        api_url=read("DYNTUBE_API_URL", texts.url, API_URL),
        archive=sources.folder / read("DYNTUBE_ARCHIVE", texts.path, Path("archive")),
        timezone=read("DYNTUBE_TIMEZONE", texts.timezone, "UTC"),
        scopes=read.scopes() or (FetchScope(),),
        page_size=read("DYNTUBE_PAGE_SIZE", texts.whole_number, 1000),
        concurrency=read("DYNTUBE_CONCURRENCY", texts.whole_number, 4),
        refresh_minutes=read("DYNTUBE_REFRESH_MINUTES", texts.whole_number, 10),
        sync=read("DYNTUBE_SYNC", texts.sync, IN_APP),
        own_domains=read("DYNTUBE_OWN_DOMAINS", texts.domains, NO_DOMAINS),
        rules=read("DYNTUBE_PAGE_PARAMETERS", texts.rules, NO_RULES),
        memory=read("DYNTUBE_MEMORY", texts.megabytes, 500),
        hosts=read("DYNTUBE_HOSTS", texts.hosts, NO_HOSTS),
        api_zone=read("DYNTUBE_API_ZONE", texts.timezone, ""),
        engine=read.engine(sources.folder),
        thumbnail_hosts=read("DYNTUBE_THUMBNAIL_HOSTS", texts.hosts_or_off, THUMBNAIL_HOSTS),
        browser=read("DYNTUBE_BROWSER", texts.program, ""),
        sign_in=read_sign_in(read, sources.folder),
        proxies=read("DYNTUBE_PROXIES", networks, THIS_MACHINE),
        metrics_port=read("DYNTUBE_METRICS_PORT", texts.port, 0),
        metrics_address=read("DYNTUBE_METRICS_ADDRESS", texts.address, LOOPBACK),
        demo=demo,
    )
    if any(table.split(".")[0] == "auth" for _, table in sources.tables):
        read.names.append("auth")
        read.wrong["auth"] = (
            f"{sources.file} has a section [auth]: name the provider in DYNTUBE_OIDC_URL and the "
            "settings that go with it instead; see docs/hosting.md."
        )
    return ParsedSettings(settings, sources, tuple(read.names), read.wrong)


def read_hosts(
    environ: Mapping[str, str] | None = None, secrets_file: Path | None = None
) -> tuple[str, ...]:
    """Read `hosts` alone: it is needed even to show that other settings are wrong.

    Raises ConfigError.
    """
    sources = find_sources(environ, secrets_file)
    read = _Reader(sources)
    hosts = read("DYNTUBE_HOSTS", texts.hosts, NO_HOSTS)
    if sources.trouble or read.wrong:
        raise ConfigError(sources.trouble or " ".join(read.wrong.values()))
    return hosts


class _Reader:
    """Reads settings and collects their errors."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.names: list[str] = []
        self.wrong: dict[str, str] = {}

    def __call__(self, name: str, convert: Callable[[str, str], T], default: T) -> T:
        self.names.append(name)
        text = self._sources.text(name)
        try:
            return convert(name, text) if text else default
        except ConfigError as error:
            self.wrong[name] = str(error)
            return default

    def is_set(self, name: str) -> bool:
        """Whether it has a text."""
        return bool(self._sources.text(name))

    def engine(self, folder: Path) -> Warehouse | None:
        def in_folder(name: str, text: str) -> str:
            return texts.secret_in_file(name, text, folder)

        found = self("DYNTUBE_ENGINE", warehouse, IN_FILES)
        password = self("DYNTUBE_ENGINE_PASSWORD", texts.secret, "")
        in_file = self("DYNTUBE_ENGINE_PASSWORD_FILE", in_folder, "")
        if password and in_file:
            self.wrong["DYNTUBE_ENGINE_PASSWORD"] = (
                "Set DYNTUBE_ENGINE_PASSWORD or DYNTUBE_ENGINE_PASSWORD_FILE, not both."
            )
        return found and replace(found, password=password or in_file)

    def scopes(self) -> tuple[FetchScope, ...]:
        projects = self("DYNTUBE_PROJECT_KEYS", texts.keys, NO_KEYS)
        channels = self("DYNTUBE_CHANNEL_KEYS", texts.keys, NO_KEYS)
        if projects and channels:
            self.wrong["DYNTUBE_PROJECT_KEYS"] = (
                "Set DYNTUBE_PROJECT_KEYS or DYNTUBE_CHANNEL_KEYS, not both: "
                "a view in both would be fetched and counted twice."
            )
        return tuple(FetchScope("project", key) for key in projects) or tuple(
            FetchScope("channel", key) for key in channels
        )

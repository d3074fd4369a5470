"""Settings: read once, from the environment or `.streamlit/secrets.toml`, and handed on."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import ConfigError

STATS_URL = "https://stats.dyntube.com"
API_URL = "https://api.dyntube.com"
SECRETS_FILE = Path(".streamlit/secrets.toml")

ScopeKind = Literal["account", "project", "channel"]
Sync = Literal["app", "external"]
T = TypeVar("T")
NO_KEYS: tuple[str, ...] = ()
NO_DOMAINS: tuple[str, ...] = ()
IN_APP: Sync = "app"


@dataclass(frozen=True)
class Scope:
    """What one sync asks the API for: the whole account, one project or one channel."""

    kind: ScopeKind = "account"
    key: str = ""

    def parameters(self) -> dict[str, str]:
        """The filter fields of the request body."""
        return {} if self.kind == "account" else {f"{self.kind}Key": self.key}


@dataclass(frozen=True)
class Settings:
    """How this installation is set up.

    `sync` says who fetches: the app while people look, or an external scheduler; then the app
    needs no API key and may read an archive that it cannot write. `own_domains` are where videos
    are expected, with all domains below them; none: nobody has said. The app keeps the newest days
    in so many megabytes of `memory`. `demo` means: no account is connected.
    """

    api_key: str = field(default="", repr=False)
    stats_url: str = STATS_URL
    api_url: str = API_URL
    archive: Path = Path("archive")
    timezone: str = "UTC"
    scopes: tuple[Scope, ...] = (Scope(),)
    page_size: int = 1000
    concurrency: int = 4
    refresh_minutes: int = 10
    sync: Sync = "app"
    own_domains: tuple[str, ...] = ()
    memory: int = 500
    demo: bool = False

    def folder(self, scope: Scope) -> str:
        """The archive folder's name of a scope: no text from outside becomes part of a path."""
        if self.demo:
            return "demo"
        identity = f"{self.stats_url}\n{scope.kind}\n{scope.key}"
        return f"{scope.kind}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"


def read_settings(
    environ: Mapping[str, str] | None = None, secrets_file: Path = SECRETS_FILE
) -> Settings:
    """Read the settings; the environment wins over the file.

    Raises ConfigError, naming the setting.
    """
    known = _secrets(secrets_file) | dict(os.environ if environ is None else environ)

    def read(name: str, convert: Callable[[str, str], T], default: T) -> T:
        text = known.get(name, "").strip()
        return convert(name, text) if text else default

    api_key = read("DYNTUBE_API_KEY", _api_key, "")
    sync = read("DYNTUBE_SYNC", _sync, IN_APP)
    connected = api_key or known.get("DYNTUBE_STATS_URL", "").strip() or sync == "external"
    projects = read("DYNTUBE_PROJECT_KEYS", _keys, NO_KEYS)
    channels = read("DYNTUBE_CHANNEL_KEYS", _keys, NO_KEYS)
    if projects and channels:
        raise ConfigError(
            "Set DYNTUBE_PROJECT_KEYS or DYNTUBE_CHANNEL_KEYS, not both: "
            "a view in both would be fetched and counted twice."
        )
    return Settings(
        api_key=api_key,
        stats_url=read("DYNTUBE_STATS_URL", _url, STATS_URL),
        api_url=read("DYNTUBE_API_URL", _url, API_URL),
        archive=Path(read("DYNTUBE_ARCHIVE", _text, "archive")).expanduser(),
        timezone=read("DYNTUBE_TIMEZONE", _timezone, "UTC"),
        scopes=tuple(Scope("project", key) for key in projects)
        or tuple(Scope("channel", key) for key in channels)
        or (Scope(),),
        page_size=read("DYNTUBE_PAGE_SIZE", _whole_number, 1000),
        concurrency=read("DYNTUBE_CONCURRENCY", _whole_number, 4),
        refresh_minutes=read("DYNTUBE_REFRESH_MINUTES", _whole_number, 10),
        sync=sync,
        own_domains=read("DYNTUBE_OWN_DOMAINS", _domains, NO_DOMAINS),
        memory=read("DYNTUBE_MEMORY", _megabytes, 500),
        demo=not connected,
    )


def _secrets(path: Path) -> dict[str, str]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}. Is it TOML?") from None
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in values.items()
        if name.startswith("DYNTUBE_")
    }


def _text(name: str, text: str) -> str:
    return text


def _api_key(name: str, text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(f"{name} has characters that no API key has: was it copied whole?")
    return text


def _keys(name: str, text: str) -> tuple[str, ...]:
    if not text.isprintable():
        raise ConfigError(f"{name} has characters that no key has: was it copied whole?")
    return tuple(dict.fromkeys(key.strip() for key in text.split(",") if key.strip()))


_LABEL = "[0-9A-Za-z_\x80-\U0010ffff-]{1,63}"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}([.]{_LABEL})*[.]?")


def _domains(name: str, text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for domain in found:
        if not (domain.isprintable() and _DOMAIN.fullmatch(domain)):
            raise ConfigError(
                f"{name} has {domain[:80]!r}, which is no domain. Write acme.com, without "
                "https://, port or path; it stands for every domain below it too."
            )
    return found


def _url(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.scheme not in ("http", "https"):
        raise ConfigError(f"{name} must look like https://stats.dyntube.com.")
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        raise ConfigError(
            f"{name} must start with https://, or the API key would travel readable; "
            "http:// is for servers on this machine."
        )
    return text.rstrip("/")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _timezone(name: str, text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"{name} is {text!r}, which is no time zone; one is Europe/Berlin."
        ) from None


def _sync(name: str, text: str) -> Sync:
    if text not in ("app", "external"):
        raise ConfigError(f"{name} must be app or external, not {text!r}.")
    return cast(Sync, text)


def _megabytes(name: str, text: str) -> int:
    return _whole_number(name, text, least=0)


def _whole_number(name: str, text: str, least: int = 1) -> int:
    if not text.isdecimal() or int(text) < least:
        raise ConfigError(f"{name} must be a whole number from {least}, not {text!r}.")
    return int(text)

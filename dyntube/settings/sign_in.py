"""How people sign in: with OpenID Connect, or at a proxy in front. Without either, nobody does."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from ..errors import ConfigError
from . import texts
from .texts import checked_url

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

THIS_MACHINE: tuple[Network, ...] = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1")))
DISCOVERY = "/.well-known/openid-configuration"
SESSION_HOURS = 8
_LEAST_SECRET = 32  # characters; `openssl rand -hex 32` gives 64
_LEAST_LETTERS = 10  # different ones: of 32 random hex digits, fewer than that never happen
_MOST_HOURS = 30 * 24  # as long as a browser keeps the cookie
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")


@dataclass(frozen=True)
class OpenId:
    """A provider that speaks OpenID Connect. `url` is ours, as browsers reach it."""

    discovery: str
    client_id: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    url: str
    groups_claim: str = "groups"
    scopes: str = "openid email profile"

    @property
    def origin(self) -> str:
        """The part of `url` that browsers send as Origin: without the path."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class ProxyHeaders:
    """A proxy that signs people in, and names them in headers."""

    user: str
    groups: str = ""
    sign_out_url: str = ""


@dataclass(frozen=True)
class SignIn:
    """How people sign in, where the rules are that say what they see, and for how long."""

    way: OpenId | ProxyHeaders
    access_file: Path
    hours: int = SESSION_HOURS


class Read(Protocol):
    """Reads settings by name; `wrong` collects what is wrong with them."""

    wrong: dict[str, str]

    def __call__(self, name: str, convert: Callable[[str, str], T], default: T) -> T:
        """The value of a setting, or the default."""

    def is_set(self, name: str) -> bool:
        """Whether it has a text."""


def read_sign_in(read: Read, folder: Path) -> SignIn | None:
    """How people sign in; None if nobody does. Relative paths start from `folder`."""
    provider, proxy = _open_id(read, folder), _proxy_headers(read)
    if read.is_set(_OPEN_ID) and read.is_set(_PROXY):
        read.wrong[_PROXY] = f"Set {_OPEN_ID} or {_PROXY}, not both: people sign in one way."
    access = folder / read(_ACCESS, texts.path, Path("access.toml"))
    hours = read("DYNTUBE_SESSION_HOURS", session_hours, SESSION_HOURS)
    way = provider or proxy
    if read.is_set(_ACCESS) and not way:
        read.wrong[_ACCESS] = (
            f"{_ACCESS} says who sees what, but nobody signs in: set {_OPEN_ID} or {_PROXY} too, "
            "or take it out."
        )
    return SignIn(way, access, hours) if way else None


def is_about_sign_in(name: str) -> bool:
    """Whether a wrong setting could let people in whom it should not."""
    return name.startswith(_ABOUT_SIGN_IN)


_ABOUT_SIGN_IN = (
    *("auth", "DYNTUBE_OIDC_", "DYNTUBE_PROXY_", "DYNTUBE_PROXIES", "DYNTUBE_COOKIE_SECRET"),
    *("DYNTUBE_URL", "DYNTUBE_ACCESS", "DYNTUBE_SESSION_HOURS", "DYNTUBE_SIGN_OUT_URL"),
)


def chooses_way(name: str) -> bool:
    """Whether a name is of the settings that say how people sign in."""
    return name.upper().startswith(("DYNTUBE_OIDC_", "DYNTUBE_PROXY_"))


_OPEN_ID, _ACCESS = "DYNTUBE_OIDC_URL", "DYNTUBE_ACCESS"
_PROXY, _PROXY_GROUPS = "DYNTUBE_PROXY_USER_HEADER", "DYNTUBE_PROXY_GROUPS_HEADER"
_NEEDED = {
    "DYNTUBE_OIDC_CLIENT_ID": "the name under which the provider knows the dashboard",
    "DYNTUBE_OIDC_CLIENT_SECRET": "what the provider gave with it",
    "DYNTUBE_COOKIE_SECRET": "what `openssl rand -hex 32` prints",
    "DYNTUBE_URL": "the address that people open, like https://dash.acme.com",
}
_OF_OPEN_ID = ("CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "GROUPS_CLAIM", "SCOPES")


def _open_id(read: Read, folder: Path) -> OpenId | None:
    found = OpenId(
        read(_OPEN_ID, discovery_url, ""),
        read("DYNTUBE_OIDC_CLIENT_ID", client_id, ""),
        _secret(read, "DYNTUBE_OIDC_CLIENT_SECRET", texts.secret, folder),
        _secret(read, "DYNTUBE_COOKIE_SECRET", cookie_secret, folder),
        read("DYNTUBE_URL", own_url, ""),
        read("DYNTUBE_OIDC_GROUPS_CLAIM", claim, OpenId.groups_claim),
        read("DYNTUBE_OIDC_SCOPES", scopes, OpenId.scopes),
    )
    if read.is_set(_OPEN_ID):
        _name_missing(read, (found.client_id, found.client_secret, found.cookie_secret, found.url))
        return found
    if any(read.is_set(f"DYNTUBE_OIDC_{name}") for name in _OF_OPEN_ID):
        read.wrong[_OPEN_ID] = f"{_OPEN_ID} is missing: the address of your sign-in provider."
    return None


def _name_missing(read: Read, given: tuple[str, ...]) -> None:
    for name, text in zip(_NEEDED, given, strict=True):
        if not text and not {name, f"{name}_FILE"} & read.wrong.keys():
            read.wrong[name] = f"{name} is missing: {_NEEDED[name]}."


def _secret(read: Read, name: str, convert: Callable[[str, str], str], folder: Path) -> str:
    """A secret, or the first line of the file that the setting with _FILE names."""

    def in_file(of: str, text: str) -> str:
        return convert(of, texts.secret_in_file(of, text, folder))

    found, found_in_file = read(name, convert, ""), read(f"{name}_FILE", in_file, "")
    if read.is_set(name) and read.is_set(f"{name}_FILE"):
        read.wrong[name] = f"Set {name} or {name}_FILE, not both."
    return found or found_in_file


def _proxy_headers(read: Read) -> ProxyHeaders | None:
    found = ProxyHeaders(
        read(_PROXY, header, ""),
        read(_PROXY_GROUPS, header, ""),
        read("DYNTUBE_SIGN_OUT_URL", sign_out_url, ""),
    )
    if read.is_set(_PROXY) and not read.is_set("DYNTUBE_PROXIES"):
        read.wrong["DYNTUBE_PROXIES"] = (
            "DYNTUBE_PROXIES is missing: the addresses from which the proxy connects, like "
            "127.0.0.1. From any other the header with the user is ignored."
        )
    if read.is_set(_PROXY_GROUPS) and not read.is_set(_PROXY):
        read.wrong[_PROXY] = f"{_PROXY} is missing: the header in which the proxy names the user."
    if found.user and found.user == found.groups:
        read.wrong[_PROXY_GROUPS] = f"{_PROXY_GROUPS} must be another header than {_PROXY}."
    return found if read.is_set(_PROXY) else None


def discovery_url(name: str, text: str) -> str:
    """The URL of a provider, or of its discovery document; always the latter is returned."""
    address = web_url(name, text)
    return address if address.endswith(DISCOVERY) else f"{address}{DISCOVERY}"


def web_url(name: str, text: str) -> str:
    """A URL without its trailing slash; https:// unless it is on this machine."""
    found = checked_url(name, text, "https://login.acme.com", "anybody on the way could sign in")
    if set(found) & set("?#"):
        raise ConfigError(f"{name} must end before its query: https://login.acme.com.")
    return found


def own_url(name: str, text: str) -> str:
    """Our URL, with its host as browsers send it: signing in compares the two."""
    parts = urlsplit(web_url(name, text))
    netloc = parts.netloc.lower().removesuffix({"https": ":443"}.get(parts.scheme, ":80"))
    try:
        return parts._replace(netloc=netloc.encode("idna").decode()).geturl()
    except ValueError:  # of the codec
        raise ConfigError(f"{name} must look like https://dash.acme.com.") from None


def sign_out_url(name: str, text: str) -> str:
    """A URL, or a path on this host."""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_path else web_url(name, text)


def cookie_secret(name: str, text: str) -> str:
    """A secret that nobody can guess."""
    if len(text) < _LEAST_SECRET or len(set(text)) < _LEAST_LETTERS:
        raise ConfigError(
            f"{name} is too weak: whoever guesses it can be anybody. Use what "
            "`openssl rand -hex 32` prints."
        )
    return text


def header(name: str, text: str) -> str:
    """The name of an HTTP header that only a proxy sends."""
    found = text.lower()
    if not _HEADER.fullmatch(text):
        raise ConfigError(f"{name} must be the name of a header, like X-Forwarded-Email.")
    if found in _OF_BROWSERS or found.startswith(("accept", "content-", "if-", "sec-")):
        raise ConfigError(
            f"{name} names a header that says something else: take one of the proxy's own, like "
            "X-Forwarded-Email."
        )
    return found


_OF_BROWSERS = {
    *("authorization", "cache-control", "connection", "cookie", "date", "dnt", "forwarded", "host"),
    *("keep-alive", "origin", "pragma", "range", "referer", "te", "transfer-encoding", "upgrade"),
    *("user-agent", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port"),
    *("x-forwarded-proto", "x-real-ip", "x-request-id", "x-requested-with"),
}


def networks(name: str, text: str) -> tuple[Network, ...]:
    """Comma-separated IP addresses and networks, like 10.0.0.0/8."""
    found = tuple(_network(name, part.strip()) for part in text.split(",") if part.strip())
    if not found:
        raise ConfigError(f"{name} names no address: write 10.1.2.3 or 10.1.0.0/16.")
    return found


def _network(name: str, text: str) -> Network:
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        raise ConfigError(
            f"{name} has {text[:80]!r}, which is no IP address or network. Write 10.1.2.3 or "
            "10.1.0.0/16: the addresses from which the proxy connects."
        ) from None
    if not found.prefixlen:
        raise ConfigError(f"{name} has {text[:80]!r}: everybody would be the proxy.")
    return found


def client_id(name: str, text: str) -> str:
    """What a provider calls us."""
    if not text.isprintable() or len(text) > 200:
        raise ConfigError(f"{name} must be what the provider calls the dashboard.")
    return text


def session_hours(name: str, text: str) -> int:
    """Whole hours, up to a month."""
    hours = texts.whole_number(name, text)
    if hours > _MOST_HOURS:
        raise ConfigError(f"{name} must be at most {_MOST_HOURS} hours, which is a month.")
    return hours


def claim(name: str, text: str) -> str:
    """The name of a claim."""
    if not text.isprintable() or len(text) > 200:
        raise ConfigError(f"{name} must be the name of a claim, like groups or roles.")
    return text


def scopes(name: str, text: str) -> str:
    """Space-separated scopes; openid is always one of them."""
    found = dict.fromkeys(("openid", *filter(None, re.split(r"[\s,]+", text))))
    if not all(part.isascii() and part.isprintable() for part in found):
        raise ConfigError(f"{name} must look like: openid email profile groups.")
    return " ".join(found)

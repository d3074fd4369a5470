"""How people sign in: with OpenID Connect, or at a proxy in front. Without either, nobody does."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from ..errors import ConfigError
from . import texts
from .urls import discovery_url, own_url, sign_out_url

T = TypeVar("T")

SESSION_HOURS = 8
_LEAST_SECRET = 32  # characters; `openssl rand -hex 32` gives 64
# Bytes of a compressed secret: of 32 random hex digits at least 30, a block of 16 twice gives 21.
_LEAST_CONTENT = 28
_LOOKED_AT = 256  # characters: in thousands, repeating takes many bytes, too
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

    @property
    def path(self) -> str:
        """The path of `url`: empty, or like "/dash"."""
        return urlsplit(self.url).path


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


def cookie_secret(name: str, text: str) -> str:
    """A secret that nobody can guess, as far as that can be seen."""
    if len(text) < _LEAST_SECRET or _content(text.encode()) < _LEAST_CONTENT:
        raise ConfigError(
            f"{name} is too weak: whoever guesses it can be anybody. Use what "
            "`openssl rand -hex 32` prints."
        )
    return text


def _content(text: bytes) -> int:
    """How many bytes say the same: few of what repeats itself, or counts up or down."""
    steps = bytes((after - before) % 256 for before, after in pairwise(text))
    return min(map(_compressed, (text, steps)))


def _compressed(text: bytes) -> int:
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)  # without header and checksum
    return len(made.compress(text[:_LOOKED_AT]) + made.flush())


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

"""Parsers for the text of settings. Each takes the setting's name, for its ConfigError."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from ..errors import ConfigError, PeriodError
from ..reading.addresses import PageRules, in_ascii
from ..reading.zones import zone_info

Sync = Literal["app", "external"]


def path(name: str, text: str) -> Path:
    """A folder; ~ is a home folder."""
    home = text.split("/")[0]
    if "\0" in text:
        raise ConfigError(f"{name} has a character that no path can have.")
    if home.startswith("~") and not os.path.isdir(os.path.expanduser(home)):
        raise ConfigError(
            f"{name} starts with {home[:80]!r}, but there is no such home folder on this machine. "
            "Write the whole path."
        )
    return Path(text).expanduser()


def program(name: str, text: str) -> str:
    """A program: its path, or its name in PATH."""
    return str(path(name, text))


def api_key(name: str, text: str) -> str:
    """An API key, safe in a header."""
    _refuse_quotes(name, text)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(f"{name} has characters that no API key has: was it copied whole?")
    return text


def secret(name: str, text: str) -> str:
    """A password, as it is."""
    return text


def secret_in_file(name: str, text: str, folder: Path = Path()) -> str:
    """The first line of a file, without blanks around it; a relative path starts from `folder`."""
    try:
        lines = (folder / path(name, text)).read_text("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:  # not its name: that may be the secret, by mistake
        why = (isinstance(error, OSError) and error.strerror) or "it is no text"
        raise ConfigError(
            f"{name} names a file that cannot be read ({why}): it has to be readable for the user "
            "that runs this."
        ) from None
    if not lines or not lines[0].strip():
        raise ConfigError(f"{name} names a file without a first line.")
    return lines[0].strip()


def keys(name: str, text: str) -> tuple[str, ...]:
    """Comma-separated keys, deduplicated."""
    _refuse_quotes(name, text)
    if not text.isprintable():
        raise ConfigError(f"{name} has characters that no key has: was it copied whole?")
    return tuple(dict.fromkeys(key.strip() for key in text.split(",") if key.strip()))


def _refuse_quotes(name: str, text: str) -> None:
    if text[:1] in ("'", '"'):  # as from a file for `docker run --env-file`
        raise ConfigError(f"{name} starts with a quote: write it without quotes.")


_LABEL = "[0-9A-Za-z_\x80-\U0010ffff-]{1,63}"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}([.]{_LABEL})*[.]?")


def domains(name: str, text: str) -> tuple[str, ...]:
    """Comma-separated domains, deduplicated."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for domain in found:
        if not (domain.isprintable() and _DOMAIN.fullmatch(domain)):
            raise ConfigError(
                f"{name} has {domain[:80]!r}, which is no domain. Write acme.com, without "
                "https://, port or path; it stands for every domain below it too."
            )
    return found


def rules(name: str, text: str) -> PageRules:
    """Page rules, separated by semicolons: a domain, a colon, its parameters."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in filter(str.strip, text.split(";")):
        domain, _, parameters = rule.partition(":")
        [domain] = domains(name, domain) or ("",)
        kept = tuple(dict.fromkeys(parameters.lower().split()))
        if not domain or not kept:
            raise ConfigError(
                f"{name} has {rule.strip()[:80]!r}, which names no domain and parameters. Write "
                "shop.example: p id; lms.example: # for pages like /?p=12 and /#/lesson/3."
            )
        found[in_ascii(domain)] = kept
    return PageRules(tuple(sorted(found.items())))


def hosts(name: str, text: str) -> tuple[str, ...]:
    """Comma-separated host names, deduplicated."""
    parts = (part.strip() for part in text.split(","))
    return tuple(dict.fromkeys(_host(name, part) for part in parts if part))


def hosts_or_off(name: str, text: str) -> tuple[str, ...]:
    """Comma-separated host names, deduplicated; none for `off`."""
    return () if text.lower() == "off" else hosts(name, text)


def covers(names: Collection[str], host: str) -> bool:
    """Whether a host is one of these names; "*.acme.com" covers all below acme.com."""
    return host in names or any(host.endswith(n[1:]) for n in names if n.startswith("*."))


def in_browsers(host: str) -> str:
    """A host's name as browsers send it: lower case, ASCII, no trailing dot.

    Raises ValueError if it is none, or has letters for which Python writes others.
    """
    if not _DOMAIN.fullmatch(host) or _UNLIKE & set(host):
        raise ValueError(host)
    return host.rstrip(".").lower().encode("idna").decode()


_UNLIKE = {*"ßẞς\u200c\u200d"}  # IDNA 2003 takes them for others, and browsers do not


def _host(name: str, text: str) -> str:
    """A host's name as browsers send it; "*." may be before it."""
    star, bare = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    try:
        return star + in_browsers(bare)
    except ValueError:
        raise ConfigError(
            f"{name} has {text[:80]!r}, which is no name of a host. Write dash.acme.com, without "
            "https://, port or path; *.acme.com stands for every name below acme.com."
        ) from None


def url(name: str, text: str) -> str:
    """The URL of an API, without its trailing slash; https:// unless it is on this machine."""
    return checked_url(name, text, "https://stats.dyntube.com", "the API key would travel readable")


def checked_url(name: str, text: str, like: str, danger: str) -> str:
    """A URL without its trailing slash; https:// unless it is on this machine.

    `like` is an example of one, `danger` what http:// would do.
    """
    try:
        parts = urlsplit(text)
        sound = parts.hostname and "@" not in parts.netloc and parts.port != 0
        sound = sound and text.isprintable() and " " not in text
    except ValueError:
        sound = False
    if not sound or parts.scheme not in ("http", "https"):
        raise ConfigError(f"{name} must look like {like}.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ConfigError(
            f"{name} must start with https://, or {danger}; http:// is for servers on this machine."
        )
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def timezone(name: str, text: str) -> str:
    """The name of a time zone."""
    try:
        return zone_info(text).key
    except PeriodError as error:
        raise ConfigError(f"{name} cannot be used: {error}") from None


def sync(name: str, text: str) -> Sync:
    """Who fetches: `app` or `external`."""
    if text not in ("app", "external"):
        raise ConfigError(f"{name} must be app or external, not {text!r}.")
    return cast(Sync, text)


def port(name: str, text: str) -> int:
    """A port."""
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 65535:
        raise ConfigError(f"{name} must be a port from 1 to 65535, not {text[:80]!r}.")
    return int(text)


def address(name: str, text: str) -> str:
    """An IP address of this machine to listen on."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ConfigError(
            f"{name} must be an IP address of this machine, like 127.0.0.1 or 0.0.0.0 for all of "
            f"them, not {text[:80]!r}."
        ) from None


def megabytes(name: str, text: str) -> int:
    """A whole number from 0."""
    return whole_number(name, text, least=0)


_DIGITS = 9  # more than any number here needs; Python refuses to read very many


def whole_number(name: str, text: str, least: int = 1) -> int:
    """A whole number, at least `least`."""
    if not text.isdecimal() or len(text) > _DIGITS or int(text) < least:
        raise ConfigError(f"{name} must be a whole number from {least}, not {text[:80]!r}.")
    return int(text)

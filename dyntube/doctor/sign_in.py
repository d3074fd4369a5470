"""Checks of who may come in: the provider or the proxy, the address people open, access.toml."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from .. import formats
from ..errors import ConfigError
from ..people.policy import Policy, parse
from ..settings.settings import ParsedSettings, Settings
from ..settings.sign_in import DISCOVERY, OpenId, ProxyHeaders, is_about_sign_in
from ..settings.texts import covers
from .check import Check, failed, ok, skipped, warning

_SECONDS = 10
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_CLOCKS_APART = dt.timedelta(minutes=2)  # Authlib refuses tokens from further ahead
ALL = ("sign-in", "provider", "address", "access file")


def of_sign_in(reading: ParsedSettings, now: dt.datetime) -> Iterator[Check]:
    """All checks; of an installation without sign-in, who sees what."""
    settings = reading.settings
    if reading.sources.trouble or any(map(is_about_sign_in, reading.wrong)):
        yield from skipped(ALL, "the settings above have to be right first")
        return
    if settings.sign_in is None:
        yield ok("sign-in", "off: whoever reaches the dashboard sees everything", _HOW)
        return
    way = settings.sign_in.way
    if isinstance(way, OpenId):
        yield ok("sign-in", f"OpenID Connect, for {settings.sign_in.hours} hours")
        yield _provider(way, now)
        yield _address(way, settings)
    else:
        yield _proxy(way, settings)
    yield from _access(settings)


_HOW = "docs/hosting.md says how people sign in."


def _provider(way: OpenId, now: dt.datetime) -> Check:
    host = urlsplit(way.discovery).netloc
    try:
        answer = requests.get(way.discovery, timeout=_SECONDS, allow_redirects=False)
        found = answer.json() if answer.status_code == requests.codes.ok else {}
    except requests.RequestException as error:  # also of what is no JSON
        return failed("provider", f"{host} gave no answer ({type(error).__name__})", _REACH)
    missing = [name for name in _NEEDED if not isinstance(found, dict) or not found.get(name)]
    if missing:
        text = f"{host} answered {answer.status_code}, without {', '.join(missing)}"
        return failed("provider", text, "Is DYNTUBE_OIDC_URL the address of the provider?")
    if found["issuer"].rstrip("/") != way.discovery.removesuffix(DISCOVERY):
        text = f"{host} calls itself {found['issuer']}"
        return warning("provider", text, "Use that address in DYNTUBE_OIDC_URL.")
    return _clock(host, answer.headers, now)


_REACH = "Can this machine reach it? Until it answers, nobody new can sign in."


def _clock(host: str, headers: Mapping[str, str], now: dt.datetime) -> Check:
    try:
        ahead = parsedate_to_datetime(headers.get("Date", "")) - now
    except (TypeError, ValueError):
        return ok("provider", f"{host} answers")
    if ahead <= _CLOCKS_APART:
        return ok("provider", f"{host} answers")
    text = f"the clock of {host} is {formats.hours(ahead.total_seconds())} ahead of this one"
    return failed("provider", text, "Have this machine set its clock (NTP): else nobody signs in.")


def _address(way: OpenId, settings: Settings) -> Check:
    host, back = urlsplit(way.url).hostname or "", f"{way.url}/oauth2callback"
    if not (covers(settings.hosts, host) or host == "localhost" or host[:1].isdigit()):
        advice = f"Set DYNTUBE_HOSTS={host}, unless that is this machine's own name."
        return warning("address", f"{way.url}, which DYNTUBE_HOSTS does not name", advice)
    return ok("address", way.url, f"The provider has to know {back} as a redirect address.")


def _proxy(way: ProxyHeaders, settings: Settings) -> Check:
    proxies = ", ".join(map(str, settings.proxies))
    text = f"by the header {way.user}, from {proxies} alone"
    advice = "The proxy has to replace that header in every request, and websockets are some."
    return ok("sign-in", text, advice)


def _access(settings: Settings) -> Iterator[Check]:
    file = settings.sign_in.access_file if settings.sign_in else None
    if file is None:
        return
    try:
        policy = parse(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        text = f"{file} cannot be read ({type(error).__name__})"
        yield failed("access file", text, "Without it nobody sees anything: see docs/hosting.md.")
        return
    except ConfigError as error:
        yield failed(
            "access file", f"{file}: {error}", "Until it is right the last good one counts."
        )
        return
    yield _rules(policy, str(file))


def _rules(policy: Policy, file: str) -> Check:
    text = f"{file}: {formats.count(len(policy.rules), 'rule')}"
    if not any(rule.access.is_admin for rule in policy.rules):
        return warning("access file", f"{text}, none for an admin", "Nobody sees the Data page.")
    return ok("access file", text)

"""Checks of who may come in: the provider or the proxy, the address people open, access.toml."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from .. import formats
from ..errors import ConfigError
from ..fetch.catalog import Catalog, Names
from ..fetch.client import Client
from ..people.policy import Policy
from ..people.policy_file import read
from ..reading.text import clean, short
from ..settings.networks import address_in, wide
from ..settings.settings import ParsedSettings, Settings
from ..settings.sign_in import OpenId, ProxyHeaders, is_about_sign_in
from ..settings.texts import covers
from ..settings.urls import DISCOVERY
from .check import Check, failed, ok, skip, skipped, warning

_SECONDS = 10
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_MOST_KEYS = 5  # that are named
_SAME_CLOCK = dt.timedelta(minutes=1)
_REFUSED = dt.timedelta(minutes=2)  # Authlib refuses tokens from further ahead
ALL = ("sign-in", "provider", "address", "access file", "access keys")


def of_sign_in(reading: ParsedSettings, now: dt.datetime) -> Iterator[Check]:
    """All checks; of an installation without sign-in, who sees what."""
    settings = reading.settings
    if reading.sources.trouble or any(map(is_about_sign_in, reading.wrong)):
        yield from skipped(ALL, "the settings above have to be right first")
        return
    if reading.unsafe:
        advice = "The app does not start before that is right."
        yield failed("sign-in", " ".join(reading.unsafe).rstrip("."), advice)
        return
    if settings.sign_in is None:
        yield ok("sign-in", "off: whoever reaches the dashboard sees everything", _HOW)
        return
    way = settings.sign_in.way
    if isinstance(way, OpenId):
        yield ok("sign-in", f"OpenID Connect, for {settings.sign_in.hours} hours")
        yield _provider(way, settings.sign_in.hours, now)
        yield _address(way, settings)
    else:
        yield _proxy(way, settings)
    yield from _access(settings, settings.sign_in.access_file)


_HOW = "docs/hosting.md says how people sign in."


def _provider(way: OpenId, hours: int, now: dt.datetime) -> Check:
    host = urlsplit(way.discovery).netloc
    try:
        answer = requests.get(way.discovery, timeout=_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return failed("provider", f"{host} gave no answer ({type(error).__name__})", _REACH)
    found = _described(answer)
    if missing := [name for name in _NEEDED if name not in found]:
        text = f"{host} answered {answer.status_code}, without {', '.join(missing)}"
        return failed("provider", text, "Is DYNTUBE_OIDC_URL the address of the provider?")
    if found["issuer"].rstrip("/") != way.discovery.removesuffix(DISCOVERY):
        text = f"{host} calls itself {short(clean(found['issuer']), 200)}"
        return warning("provider", text, "Use that address in DYNTUBE_OIDC_URL.")
    ahead = _ahead(answer.headers, now + answer.elapsed)
    return _clock(host, ahead, dt.timedelta(hours=hours))


def _described(answer: requests.Response) -> dict[str, str]:
    """The texts of a discovery document; none if it is something else."""
    try:
        found = answer.json() if answer.status_code == requests.codes.ok else {}
    except requests.JSONDecodeError:
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {name: text for name, text in items if text and isinstance(text, str)}


_REACH = "Can this machine reach it? Until it answers, nobody new can sign in."


def _ahead(headers: Mapping[str, str], now: dt.datetime) -> dt.timedelta:
    """How far the clock of whoever answers is ahead of ours; nothing if that is not said.

    A cache on the way keeps the header Date, and says in Age how long ago that was.
    """
    age = headers.get("Age", "")
    kept = int(age[:_DIGITS]) if age.isdecimal() else 0
    try:
        return parsedate_to_datetime(headers.get("Date", "")) + dt.timedelta(seconds=kept) - now
    except (TypeError, ValueError, OverflowError):
        return dt.timedelta()


def _clock(host: str, ahead: dt.timedelta, session: dt.timedelta) -> Check:
    if abs(ahead) <= _SAME_CLOCK:
        return ok("provider", f"{host} answers")
    is_ahead, apart = ahead > dt.timedelta(), formats.hours(abs(ahead).total_seconds())
    told = f"the clock of {host} is {apart} {'ahead of' if is_ahead else 'behind'} this one"
    if ahead > _REFUSED or -ahead >= session:
        effect = "what it signs is refused" if is_ahead else "every session is over at once"
        return failed("provider", f"{told}: {effect}", f"{_NTP} Until then nobody gets in.")
    effect = "sessions end that much earlier, and a token that is good for minutes may be refused"
    if is_ahead:
        effect = "from two minutes on nobody gets in"
    return warning("provider", f"{told}: {effect}", _NTP)


_NTP = "Set the clock that is wrong, most likely that of this machine (NTP)."
_DIGITS = 9  # of an age; Python refuses to read very many


def _address(way: OpenId, settings: Settings) -> Check:
    host, back = urlsplit(way.url).hostname or "", f"{way.url}/oauth2callback"
    if not (covers(settings.hosts, host) or host == "localhost" or address_in(host)):
        advice = f"Set DYNTUBE_HOSTS={host}, unless that is this machine's own name."
        return warning("address", f"{way.url}, which DYNTUBE_HOSTS does not name", advice)
    return ok("address", way.url, f"The provider has to know {back} as a redirect address.")


def _proxy(way: ProxyHeaders, settings: Settings) -> Check:
    proxies = ", ".join(map(str, settings.proxies))
    text = f"by the header {way.user}, from {proxies} alone"
    if large := wide(settings.proxies):
        advice = f"Whoever has an address in {large[0]} can be anybody: list the proxy's own alone."
        return warning("sign-in", text, advice)
    advice = "The proxy has to replace that header in every request, and websockets are some."
    return ok("sign-in", text, advice)


def _access(settings: Settings, file: Path) -> Iterator[Check]:
    try:
        policy = read(file)
    except ConfigError as error:
        yield failed("access file", f"{file}: {str(error).rstrip('.')}", _WRITE)
    else:
        yield _rules(policy, str(file))
        folder = settings.archive / settings.folder(settings.scopes[0])
        yield _keys(policy, Catalog(Client(settings), folder).names())
        return
    yield skip("access keys", "the access file has to be right first")


_WRITE = (
    "docs/hosting.md says what it has, DYNTUBE_ACCESS where it is. Until it is right the last good "
    "one counts, and nobody sees anything without."
)


def _rules(policy: Policy, file: str) -> Check:
    text = f"{file}: {formats.count(len(policy.rules), 'rule')}"
    if not any(rule.access.is_admin for rule in policy.rules):
        return warning("access file", f"{text}, none for an admin", "Nobody sees the Data page.")
    return ok("access file", text)


def _keys(policy: Policy, names: Names) -> Check:
    """Whether rules are about projects and channels that there are."""
    access = [rule.access for rule in policy.rules]
    kinds = (
        ("project", {key for one in access for key in one.projects}, names.projects),
        ("channel", {key for one in access for key in one.channels}, names.channels),
    )
    if names.fetched_at is None:
        return skip("access keys", "names have to be fetched first")
    unknown = [
        f"{kind} {key}" for kind, keys, known in kinds for key in sorted(keys - known.keys())
    ]
    if not unknown:
        count = sum(len(keys) for _, keys, _ in kinds)
        return ok("access keys", f"DynTube knows all {count:,}" if count else "rules name none")
    more = f" and {len(unknown) - _MOST_KEYS:,} more" if len(unknown) > _MOST_KEYS else ""
    named = ", ".join(short(clean(key), 60) for key in unknown[:_MOST_KEYS])
    text = f"DynTube does not know {named}{more}"
    return warning("access keys", text, "Nobody sees anything by them: are they keys, not names?")

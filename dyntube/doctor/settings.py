"""Checks of the settings: where each is set, which are invalid, which names are unknown."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from .. import formats
from ..reading.text import clean, short
from ..settings.settings import ParsedSettings, Settings
from ..settings.sources import ENVIRONMENT, SECRETS_FILE, Stray
from .check import Check, failed, ok, warning
from .thumbnails import SETTING, of_thumbnails

KEY = "DYNTUBE_API_KEY"
_SECRET = ("_KEY", "_PASSWORD", "_SECRET")  # how the names of secrets end


def of_settings(reading: ParsedSettings) -> Iterator[Check]:
    """The secrets file, each setting in use, and names that look like settings."""
    yield _file(reading)
    for name in reading.names:
        if name in reading.sources.given or name in reading.wrong:
            yield from _setting(reading, name)
    yield from map(_stray, reading.sources.strays(reading.names))
    if reading.settings.demo and not reading.sources.trouble:
        yield warning(
            "account",
            "none is connected: the dashboard shows invented demo data",
            f"Set {KEY}: copy {SECRETS_FILE}.example to {SECRETS_FILE} and fill it in.",
        )


def _file(reading: ParsedSettings) -> Check:
    sources = reading.sources
    if sources.trouble:
        return failed(
            "secrets file",
            sources.trouble,
            "Correct it, or let the user who starts this read it. Until then its settings are "
            "not known.",
        )
    if sources.file:
        return ok("secrets file", str(sources.file))
    return ok("secrets file", f"none at {sources.folder / SECRETS_FILE}")


def _setting(reading: ParsedSettings, name: str) -> Iterator[Check]:
    given, hidden = reading.sources.given.get(name), reading.sources.hidden.get(name)
    if name in reading.wrong:
        reason = reading.wrong[name].removeprefix(f"{name} ").rstrip(".")
        yield failed(name, f"{reason} · {_place(given.source)}" if given else reason)
    elif given and given.text.strip():
        place = _place(given.source)
        if hidden and hidden.text.strip() not in ("", given.text.strip()):
            place += ", not the other one in the secrets file"
        yield ok(name, f"{_shown(name, given.text.strip())} · {place}")
    elif hidden and hidden.text.strip():
        yield warning(
            name,
            "is empty in the environment, which hides the one in the secrets file",
            "Unset it in the environment.",
        )


def _stray(stray: Stray) -> Check:
    where = _place(stray.source)
    if stray.table:
        return warning(
            stray.name,
            f"stands below [{stray.table}] in the {where}, where no setting is looked for",
            f"Write {stray.meant} above the first line with brackets.",
        )
    advice = f"Did you mean {stray.meant}?" if stray.meant else "The README lists all settings."
    return warning(stray.name, f"is no setting · {where}", advice)


def _place(source: str) -> str:
    return ENVIRONMENT if source == ENVIRONMENT else "secrets file"


def _shown(name: str, text: str) -> str:
    return (
        f"set, {formats.count(len(text), 'character')}"
        if name.endswith(_SECRET)
        else short(clean(text), 80)
    )


def of_dashboard(reading: ParsedSettings, now: dt.datetime) -> Iterator[Check]:
    """What readers depend on: the zone of their days, the hosts they may use, pictures.

    Also who may read the metrics.
    """
    settings, given = reading.settings, reading.sources.text

    def is_known(name: str) -> bool:
        return name not in reading.wrong and bool(given(name) or not reading.sources.trouble)

    if is_known("DYNTUBE_TIMEZONE"):
        local = now.astimezone(ZoneInfo(settings.timezone))
        advice = (
            "" if given("DYNTUBE_TIMEZONE") else "Set DYNTUBE_TIMEZONE to where your days start."
        )
        yield ok("time zone", f"{settings.timezone}, where it is {formats.moment(local)}", advice)
    if is_known("DYNTUBE_HOSTS"):
        names = ["localhost", "IP addresses", "the names of this machine", *settings.hosts]
        advice = "" if settings.hosts else "Set DYNTUBE_HOSTS if people come by another name."
        yield ok("hosts", f"answers to {', '.join(names)}", advice)
    if is_known(SETTING):
        yield of_thumbnails(settings)
    if is_known("DYNTUBE_METRICS_PORT") and is_known("DYNTUBE_METRICS_ADDRESS"):
        yield _metrics(settings, address_is_set=bool(given("DYNTUBE_METRICS_ADDRESS")))


def _metrics(settings: Settings, *, address_is_set: bool) -> Check:
    if not settings.metrics_port and address_is_set:
        return warning(
            "metrics",
            "are off, so that DYNTUBE_METRICS_ADDRESS does nothing",
            "Set DYNTUBE_METRICS_PORT too.",
        )
    if not settings.metrics_port:
        return ok("metrics", "off", "Set DYNTUBE_METRICS_PORT to watch this with Prometheus.")
    where = f"served at {settings.metrics_address}, port {settings.metrics_port}"
    if ipaddress.ip_address(settings.metrics_address).is_loopback:
        return ok("metrics", f"{where}, for this machine alone")
    advice = "Anybody who reaches this port reads them: let only Prometheus through to it."
    return ok("metrics", where, advice)

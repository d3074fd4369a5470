"""Diagnosis of an installation: what was checked, what was found, what to do.

    settings    where each is set, which are invalid, which names are unknown
    server      DynTube: connection, key, clock, views, names
    log         sample views: fields, pages, windows
    cost        how long a first fetch takes
    store       the archive: permissions, space, days, other scopes
    warehouse   ClickHouse, if it is the engine: connection, days loaded
    state       notes and saved views: whether their file is intact and on a local disk
    sign_in     who may come in: provider or proxy, address, access.toml
    thumbnails  pictures of videos: whether the hosts they are on are allowed
    site        the dashboard through its proxy, if its address is given
    report      lines for a terminal, or JSON

Nothing is changed or stored: a few pages are requested and examined.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from ..errors import ConfigError, DynTubeError
from ..events import unforeseen
from ..settings.settings import ParsedSettings, try_settings
from . import server, store
from .asking import Clock, open_log
from .check import Check, failed, skipped
from .report import LineWrapper, as_json, summary, together
from .settings import KEY, of_dashboard, of_settings
from .sign_in import of_sign_in
from .site import of_site, site_address
from .warehouse import of_warehouse

__all__ = ["Check", "examine", "run"]

_SERVER = {KEY, "DYNTUBE_STATS_URL", "DYNTUBE_API_URL"}
_SCOPES = {"DYNTUBE_PROJECT_KEYS", "DYNTUBE_CHANNEL_KEYS"}
_ARCHIVE = {"DYNTUBE_ARCHIVE", "DYNTUBE_STATS_URL"}


def run(*, json: bool = False, site: str = "", ca: str = "") -> int:
    """Run all checks and print them; those of a `site` only if its address is given.

    `ca` is a file with certificates that are trusted there. Raises ConfigError for either.
    Returns the exit status: 0 if nothing failed, 1 if something did, 2 for invalid settings.
    """
    reading = try_settings()
    sections = examine(reading)
    if ca and not Path(ca).is_file():
        raise ConfigError(f"--ca names no file: {ca}.")
    if site:
        sections = chain(sections, _of_site(site_address(site), ca))
    found: list[Check] = []
    if json:
        found = [check for _, checks in sections for check in checks]
        print(as_json(found))
    else:
        _tell(_lines(sections, found))
    if reading.wrong or reading.sources.trouble:
        return 2
    return int(any(check.state == "failed" for check in found))


def _tell(texts: Iterable[str]) -> None:
    """Print each text as it arrives; on a terminal, an ellipsis shows that more will follow."""
    more = "  …" if sys.stdout.isatty() else ""
    gone = f"\r{' ' * len(more)}\r" if more else ""
    for text in texts:
        print(f"{gone}{text}", end=f"\n{more}", flush=True)
    print(gone, end="", flush=True)


def _lines(sections: Iterable[tuple[str, Iterator[Check]]], found: list[Check]) -> Iterator[str]:
    """The findings as lines, as they arrive; they are also added to `found`."""
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    lines = LineWrapper(shutil.get_terminal_size().columns, colours=colours)
    for title, checks in sections:
        yield lines.title(title)
        longest = 0
        if title == "Settings":  # all known at once
            known = list(checks)
            longest, checks = max(len(check.name) for check in known), iter(known)
        for group in together(checks):
            found += group
            yield lines.of(group, longest)
        yield ""
    yield summary(found)


def utc_now() -> dt.datetime:
    """Now, by this machine's clock."""
    return dt.datetime.now(dt.UTC)


def examine(
    reading: ParsedSettings, clock: Clock = utc_now
) -> Iterator[tuple[str, Iterator[Check]]]:
    """All checks by section; each is yielded as soon as it is made."""
    yield "Settings", _safely("Settings", of_settings(reading))
    yield "DynTube", _safely("DynTube", _server(reading, clock))
    yield "Archive", _safely("Archive", _archive(reading, clock()))
    if reading.settings.engine:
        checks = of_warehouse(reading.settings, reading.settings.engine)
        yield "Warehouse", _safely("Warehouse", checks)
    yield "Sign-in", _safely("Sign-in", of_sign_in(reading, clock()))
    yield "Dashboard", _safely("Dashboard", of_dashboard(reading, clock()))


def _of_site(url: str, ca: str) -> Iterator[tuple[str, Iterator[Check]]]:
    yield "Site", _safely("Site", of_site(url, ca))


def _safely(name: str, checks: Iterator[Check]) -> Iterator[Check]:
    try:
        yield from checks
    except DynTubeError as error:
        yield failed(name, str(error))
    except Exception as error:  # last resort: the other checks go on
        yield failed(name, str(unforeseen(error)))


def _server(reading: ParsedSettings, clock: Clock) -> Iterator[Check]:
    settings = reading.settings
    if _unknown(reading, _SERVER | _SCOPES):
        yield from skipped(server.ALL, "the settings above have to be right first")
    elif settings.demo:
        yield from skipped(server.ALL, "demo data needs no connection")
    elif settings.sync == "external" and not settings.api_key:
        yield from skipped(server.ALL, "a scheduler fetches, and no key is set here")
    else:
        asking = open_log(settings, clock)
        yield from _safely("DynTube", server.of_server(asking))
        yield server.names(asking)


def _archive(reading: ParsedSettings, now: dt.datetime) -> Iterator[Check]:
    if _unknown(reading, _ARCHIVE | _SCOPES):
        yield from skipped(store.ALL, "the settings above have to be right first")
    else:
        yield from store.of_archive(reading.settings, now)


def _unknown(reading: ParsedSettings, names: set[str]) -> bool:
    return bool(reading.sources.trouble or names & reading.wrong.keys())

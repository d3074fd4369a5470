"""The selectable time zones: one list for URLs, settings, Python and the select box."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from ..errors import PeriodError
from ..words import tr

# Files among the zones that are none: "not set", and this machine's own zone.
_NO_ZONES = {"Factory", "localtime"}


@cache
def zones() -> tuple[str, ...]:
    """The IANA name of every time zone, aliases included, sorted.

    Without `posix/` and `right/`: leap seconds shift the hours of the latter.
    """
    return tuple(sorted(available_timezones() - _NO_ZONES))


def zone_info(timezone: str) -> ZoneInfo:
    """The time zone with this name from `zones`; raises PeriodError for any other."""
    if not isinstance(timezone, str) or timezone not in _known():
        name = str(timezone)[:40]
        raise PeriodError(
            tr("{name} is no time zone; one is {other}.", name=repr(name), other=_like(name))
        )
    return ZoneInfo(timezone)


@cache
def _known() -> frozenset[str]:
    return frozenset(zones())


def _like(timezone: str) -> str:
    """The closest match by zone or city name, else Europe/Berlin. CEST is not close to EST."""
    exact = {name.casefold(): name for name in zones()}
    if timezone.casefold() in exact:
        return exact[timezone.casefold()]
    places = [name for name in zones() if "/" in name]
    names = {name.rpartition("/")[2].casefold(): name for name in reversed(places)}
    names |= {name.casefold(): name for name in places}
    found = get_close_matches(timezone.casefold(), names, n=1, cutoff=0.8)
    return names[found[0]] if found else "Europe/Berlin"

"""The time zones that can be chosen: one list for addresses, settings, Python and the box."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from ..errors import PeriodError

# Files beside those of zones: "not set", and whatever this computer's own zone is.
_NO_ZONES = {"Factory", "localtime"}


@cache
def zones() -> tuple[str, ...]:
    """The IANA name of every time zone, other names of zones among them, in order.

    Not the trees `posix/` and `right/`: leap seconds shift the hours of the second.
    """
    return tuple(sorted(available_timezones() - _NO_ZONES))


def zone_info(timezone: str) -> ZoneInfo:
    """The time zone of a name, as it stands in `zones`; raises PeriodError for any other."""
    if not isinstance(timezone, str) or timezone not in _known():
        name = str(timezone)[:40]
        raise PeriodError(f"{name!r} is no time zone; one is {_like(name)}.")
    return ZoneInfo(timezone)


@cache
def _known() -> frozenset[str]:
    return frozenset(zones())


def _like(timezone: str) -> str:
    """A zone whose name, or whose place, is nearly this. CEST is not nearly EST."""
    exact = {name.casefold(): name for name in zones()}
    if timezone.casefold() in exact:
        return exact[timezone.casefold()]
    places = [name for name in zones() if "/" in name]
    names = {name.rpartition("/")[2].casefold(): name for name in reversed(places)}
    names |= {name.casefold(): name for name in places}
    found = get_close_matches(timezone.casefold(), names, n=1, cutoff=0.8)
    return names[found[0]] if found else "Europe/Berlin"

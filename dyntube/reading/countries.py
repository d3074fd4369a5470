"""Country codes and names. The only module that imports pycountry."""

from __future__ import annotations

from functools import cache
from typing import Any

import pycountry

# Codes in use that ISO 3166 lacks: two of the European Union, and those of Kosovo.
_OTHER_CODES = {"UK": "GB", "EL": "GR", "XKX": "XK", "RKS": "XK", "KOSOVO": "XK"}
_OTHER_NAMES = {"XK": "Kosovo"}
_OTHER_ALPHA_3 = {"XK": "XKX"}
# Placeholders for an unknown country; ISO 3166 leaves ZZ and XX to its users.
_NOWHERE = {"", "ZZ", "XX", "UNDEFINED", "NULL", "NONE", "NIL", "N/A", "(NOT SET)"}


@cache
def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code for a country's code or English name, in any case.

    Other text comes back: up to three characters in upper case, more as it is. None for a
    placeholder that means an unknown country.
    """
    wanted = text.strip().upper()
    if wanted in _NOWHERE or not any(map(str.isalnum, wanted)):
        return None
    if wanted in _OTHER_CODES:
        return _OTHER_CODES[wanted]
    if (found := _found(wanted)) is not None:
        return str(found.alpha_2)
    return wanted if len(wanted) <= 3 else text.strip()


def _found(wanted: str) -> Any:
    try:
        return pycountry.countries.lookup(wanted.zfill(3) if wanted.isdecimal() else wanted)
    except LookupError:
        return None


@cache
def country_name(code: str) -> str:
    """The English name for an alpha-2 code; other text comes back unchanged."""
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return _OTHER_NAMES.get(code, code)
    return str(getattr(found, "common_name", found.name))


@cache
def country_alpha_3(code: str) -> str | None:
    """The alpha-3 code for an alpha-2 code, as maps use it; None if there is none."""
    found = pycountry.countries.get(alpha_2=code)
    return _OTHER_ALPHA_3.get(code) if found is None else str(found.alpha_3)

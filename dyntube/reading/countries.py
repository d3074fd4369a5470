"""Countries: one code for each, whatever it came as, and their names. The door to pycountry."""

from __future__ import annotations

from functools import cache
from typing import Any

import pycountry

# Codes that are in use and not in ISO 3166: of the European Union, and of a territory.
_OTHER_CODES = {"UK": "GB", "EL": "GR", "XKX": "XK", "RKS": "XK", "KOSOVO": "XK"}
_OTHER_NAMES = {"XK": "Kosovo"}
_OTHER_ALPHA_3 = {"XK": "XKX"}
# What stands where no country is known; ZZ and XX are for users of ISO 3166 to give a meaning.
_NOWHERE = {"", "ZZ", "XX", "UNDEFINED", "NULL", "NONE", "NIL", "N/A", "(NOT SET)"}


@cache
def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country, from its codes or English name in any case.

    Other codes are given back in capitals, other text as it is; None where it says that no country
    is known.
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
    """The English name of an alpha-2 code; other text comes back as it is."""
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return _OTHER_NAMES.get(code, code)
    return str(getattr(found, "common_name", found.name))


@cache
def country_alpha_3(code: str) -> str | None:
    """The three-letter code of an alpha-2 code, which maps know countries by."""
    found = pycountry.countries.get(alpha_2=code)
    return _OTHER_ALPHA_3.get(code) if found is None else str(found.alpha_3)

"""Lenient JSON: keeps what Python would drop or reject, and accepts names in any spelling."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_NUMBER = 4000  # digits; Python's own limit is slightly higher


@dataclass(frozen=True)
class BadValue:
    """A value that is never accepted: not finite, too many digits, or conflicting duplicates.

    `raw` is the value as received.
    """

    raw: object


def parse_json(text: bytes | str) -> Any:
    """Parse JSON; what Python would drop or reject is kept as `BadValue`.

    Raises ValueError or RecursionError.
    """
    return json.loads(
        text, parse_constant=BadValue, parse_float=_float, parse_int=_int, object_pairs_hook=_object
    )


def spellings(names: Iterable[str]) -> dict[str, str]:
    """The lookup table that `spelled` needs for these names."""
    return {_folded(name): name for name in names}


def spelled(made: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Rename known fields to their documented spelling: WatchTime or watch_time to watchTime.

    Conflicting values under several spellings become a `BadValue`.
    """
    names = [known.get(_folded(name), name) for name in made]
    return _object(list(zip(names, made.values(), strict=True)))


def whole_number(value: object) -> int | None:
    """A non-negative integer given as 12, 12.0 or "12"; None for anything else."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    several: dict[str, list[Any]] = {}
    for name, value in pairs:
        several.setdefault(name, []).append(value)
    # A repeated value is harmless; of conflicting ones, none can be trusted.
    return {
        name: values[0] if all(value == values[0] for value in values) else BadValue(values)
        for name, values in several.items()
    }


def _int(text: str) -> object:
    return int(text) if len(text) <= LONGEST_NUMBER else BadValue(text)


def _float(text: str) -> object:
    number = float(text)
    return number if math.isfinite(number) else BadValue(text)


def says_failed(answer: object) -> bool:
    """Whether a JSON answer calls itself an error, as some do with status 200."""
    said = _by_lower_name(answer)
    failed = said.get("success") is False or said.get("status") in ("error", "fail", "failed")
    return failed or any(said.get(name) for name in ("error", "errors"))


def says_partial(answer: object) -> bool:
    """Whether a JSON answer calls itself incomplete, in any spelling."""
    said = _by_lower_name(answer)
    failed = _by_lower_name(said.get("shards")).get("failed")
    return bool(failed) or any(str(said.get(name)).lower() == "true" for name in _PARTIAL)


def _by_lower_name(answer: object) -> dict[str, object]:
    """An object's fields by name: lower case, without underscores and a leading `is`."""
    found = answer.items() if isinstance(answer, dict) else ()
    return {str(n).lower().replace("_", "").removeprefix("is"): v for n, v in found}


_PARTIAL = ("partial", "partialresult", "partialresults", "incomplete", "truncated", "timedout")

"""JSON as servers write it: what Python would lose or refuse is kept, names in any spelling."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_NUMBER = 4000  # digits; Python itself refuses some more


@dataclass(frozen=True)
class BadValue:
    """A value that no reader takes: a number that is none or too large, a field that comes twice.

    `raw` is what came.
    """

    raw: object


def parse_json(text: bytes | str) -> Any:
    """JSON with what Python would lose or refuse of it kept as `BadValue` values.

    Raises ValueError or RecursionError.
    """
    return json.loads(
        text, parse_constant=BadValue, parse_float=_float, parse_int=_int, object_pairs_hook=_object
    )


def spellings(names: Iterable[str]) -> dict[str, str]:
    """What `spelled` needs to know of these names."""
    return {_folded(name): name for name in names}


def spelled(made: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """An object with its known names as they are documented: WatchTime and watch_time too.

    Where one comes in several spellings with different values, nobody knows which is meant.
    """
    names = [known.get(_folded(name), name) for name in made]
    return _object(list(zip(names, made.values(), strict=True)))


def whole_number(value: object) -> int | None:
    """A number from 0 that is plainly said: 12, 12.0 or "12"; None for any other value."""
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
    # The same value twice says one thing; of different ones, nobody knows which is meant.
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
    """Whether JSON says of itself that it is an error, as some do with status 200."""
    said = _by_lower_name(answer)
    failed = said.get("success") is False or said.get("status") in ("error", "fail", "failed")
    return failed or any(said.get(name) for name in ("error", "errors"))


def says_partial(answer: object) -> bool:
    """Whether JSON says of itself that something is left out, in any spelling."""
    said = _by_lower_name(answer)
    failed = _by_lower_name(said.get("shards")).get("failed")
    return bool(failed) or any(str(said.get(name)).lower() == "true" for name in _PARTIAL)


def _by_lower_name(answer: object) -> dict[str, object]:
    """The fields of an object by their names without capitals, underscores and a leading `is`."""
    found = answer.items() if isinstance(answer, dict) else ()
    return {str(n).lower().replace("_", "").removeprefix("is"): v for n, v in found}


_PARTIAL = ("partial", "partialresult", "partialresults", "incomplete", "truncated", "timedout")

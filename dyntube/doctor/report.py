"""The checks as lines for a terminal or as JSON."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from ..formats import count
from ..reading.text import clean
from .check import Check, State

_COLOURS: dict[State, int] = {"ok": 32, "warning": 33, "failed": 31, "skipped": 90}
_INDENT, _STATE, _NAME = 2, 9, 14  # columns
_NARROWEST, _WIDEST = 60, 100


def as_json(checks: Iterable[Check]) -> str:
    """The checks as a JSON list."""
    return json.dumps([asdict(check) for check in checks], indent=1)


class LineWrapper:
    """Lines wrapped to this many columns, optionally with `colours`."""

    def __init__(self, columns: int, *, colours: bool) -> None:
        self._columns = min(max(columns, _NARROWEST), _WIDEST)
        self._colours = colours

    def title(self, text: str) -> str:
        """The heading of a section."""
        return f"\x1b[1m{text}\x1b[0m" if self._colours else text

    def of(self, checks: Sequence[Check], longest_name: int = 0) -> str:
        """A check with its advice below; several skipped checks share a line."""
        check = checks[0]
        state = f"{check.state:<{_STATE}}"
        if self._colours:
            state = f"\x1b[{_COLOURS[check.state]}m{state}\x1b[0m"
        name, text = clean(check.name).ljust(max(_NAME, longest_name + 2)), clean(check.text)
        if check.state == "skipped":
            name, text = "", f"{', '.join(clean(check.name) for check in checks)}: {text}"
        beside = " " * (_INDENT + _STATE + len(name))
        first, *rest = self._wrapped(text, beside)
        rest += self._wrapped(f"→ {clean(check.advice)}", beside, "  ") if check.advice else []
        return "\n".join([f"{' ' * _INDENT}{state}{name}{first.strip()}", *rest])

    def _wrapped(self, text: str, indent: str, hanging: str = "") -> list[str]:
        return textwrap.wrap(
            text,
            self._columns,
            initial_indent=indent,
            subsequent_indent=indent + hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def together(checks: Iterable[Check]) -> Iterator[list[Check]]:
    """Each check by itself, but consecutive ones skipped for the same reason together."""
    waiting: list[Check] = []
    for check in checks:
        if waiting and (check.state, check.text) != (waiting[0].state, waiting[0].text):
            yield waiting
            waiting = []
        if check.state == "skipped":
            waiting.append(check)
        else:
            yield [check]
    if waiting:
        yield waiting


def summary(checks: Iterable[Check]) -> str:
    """The overall result."""
    states = Counter(check.state for check in checks)
    said = [f"{states['failed']} failed"] if states["failed"] else []
    said += [count(states["warning"], "warning")] if states["warning"] else []
    return f"{', '.join(said) or 'All is well'}."

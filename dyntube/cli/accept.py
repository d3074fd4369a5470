"""The command `accept`, and how commands report days in doubt."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..account import Account, open_account
from ..archive.doubts import KINDS, LABELS, Kind
from ..errors import ConfigError, EntryError
from ..formats import count
from ..trust.accepted import Span
from ..trust.reasons import acceptance_json, accepted_text, ended, reasons
from ..trust.trust import Trust, consecutive_spans

DOUBTFUL = 3  # exit status: success, but days are in doubt
_MOST_RUNS = 5  # of days, in one line
_HELP = """Accept doubts: they stay visible on their days, and no longer count. Without --kind all
that is in doubt now is accepted, and a doubt that says something else later is not; with --kind all
doubts of these kinds are, those that come later as well."""


def add_accept(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `accept`, without the days and --json."""
    kinds = "; ".join(f"{kind}: {LABELS[kind]}" for kind in KINDS)
    command = commands.add_parser("accept", help="accept doubts, with a reason", description=_HELP)
    command.set_defaults(run=_accept)
    command.add_argument("--reason", default="", metavar="TEXT", help="why they are acceptable")
    command.add_argument("--kind", dest="kinds", type=_kinds, metavar="KIND,...", help=kinds)
    command.add_argument("--by", default=None, metavar="NAME", help="who accepts them")
    command.add_argument("--undo", action="store_true", help="accept them no longer")


def _kinds(text: str) -> tuple[Kind, ...]:
    names = [name.strip() for name in text.split(",")]
    found: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind in names)
    if unknown := [name for name in names if name not in KINDS]:
        known = ", ".join(KINDS)
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no kind of doubt; they are: {known}")
    return found


def _accept(options: argparse.Namespace) -> int:
    if options.start is None or options.end is None:
        raise ConfigError("Say on which days: --from 2026-11-12 --to 2026-11-14.")
    account, first, last = open_account(), options.start, options.end
    if options.undo:
        changed = account.acceptances.undo(first, last, options.kinds or KINDS)
        text = "What was accepted on these days counts again."
        _print(account, options, text if changed else "Nothing was accepted on these days.")
        return 0
    if not options.reason.strip():
        raise ConfigError('Say why these doubts are acceptable: --reason "...".')
    texts = {} if options.kinds else _open(account.trust(), first, last)
    spans: dict[Kind, list[Span]] = {kind: [(first, last)] for kind in options.kinds or ()}
    for kind, span in texts:
        spans.setdefault(kind, []).append(span)
    by = _user() if options.by is None else options.by
    account.acceptances.accept(spans, options.reason, by, texts)
    accepted = "; ".join(f"{kind}, {_spelled(of_kind)}" for kind, of_kind in spans.items())
    _print(account, options, f"Accepted: {accepted}.")
    return 0


def _open(
    trust: Trust, first: dt.date, last: dt.date
) -> Mapping[tuple[Kind, Span], tuple[str, ...]]:
    found = trust.open(first, last)
    if not found:
        raise EntryError(
            f"No day from {first} to {last} has doubts that count. To accept those that may come, "
            f"name their kind: --kind {','.join(KINDS)}."
        )
    return found


def _print(account: Account, options: argparse.Namespace, text: str) -> None:
    first, last = options.start, options.end
    kept = [item for item in account.acceptances.all() if item.first <= last and item.last >= first]
    print(json.dumps([acceptance_json(item) for item in kept]) if options.json else text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in a container
        return ""


def print_doubts(account: Account, days: Collection[dt.date] | None = None) -> int:
    """Print which of these UTC days, by default all, are in doubt; returns the exit status."""
    trust = account.trust()
    found = trust.doubts if days is None else trust.on(days).doubts
    for reason in reasons(found):
        _say(f"{_spelled(consecutive_spans(reason.days))}: {reason.text}")
    if found:
        are = "is" if len(found) == 1 else "are"
        _say(
            f"{count(len(found), 'day')} {are} in doubt, so numbers may be wrong. "
            "`python -m dyntube repair` fetches these days again; `accept` marks a doubt as known "
            "and harmless."
        )
    if trust.problem:
        _say(f"It is not known what was accepted. {trust.problem}")
    return 1 if trust.problem else DOUBTFUL if found else 0


def _say(text: str) -> None:
    print(f"dyntube: {text}", file=sys.stderr)


def _spelled(spans: Sequence[Span]) -> str:
    """Days as typed: "2026-11-12 to 2026-11-14, 2026-11-20"."""
    shown = [f"{a}" if a == b else f"{a} to {b}" for a, b in spans[:_MOST_RUNS]]
    rest = sum((b - a).days + 1 for a, b in spans[_MOST_RUNS:])
    return ", ".join(shown) + (f" and {count(rest, 'more day')}" if rest else "")


def doubt_lines(trust: Trust, day: dt.date) -> Iterator[str]:
    """A line for each doubt on a UTC day."""
    for doubt in trust.doubts.get(day, ()):
        yield f"in doubt ({doubt.kind}): {ended(doubt.text)}"
    for known in trust.accepted.get(day, ()):
        yield f"accepted ({known.doubt.kind}): {accepted_text(known)}"

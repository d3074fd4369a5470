"""The rules of access.toml: who may see what. Pure; `policy_file` reads them.

    [[rule]]
    people = ["ada@acme.com"]         # or groups = [...], or domains = ["acme.com"]
    role = "analyst"                  # reader, analyst, analyst-personal, admin
    projects = ["key", ...]           # or "*" for everything
    channels = ["key", ...]

    [limits]                          # of each person; see `Limits`
    questions = 4

Nobody sees anything that no rule grants. A rule grants the union of its projects and channels. Of
the rules that match, only the most specific kind counts: person, then group, then domain. Rules of
that kind add up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Literal, cast, get_args

from ..errors import ConfigError, NoAccessError
from ..query.access import Access, Role
from ..reading.text import clean, short
from ..words import tr
from .person import Person, lower

Kind = Literal["people", "groups", "domains"]
KINDS: tuple[Kind, ...] = get_args(Kind)  # the most specific first
ROLES: tuple[Role, ...] = get_args(Role)
EVERYTHING = "*"
_KEYS = {*KINDS, "role", "projects", "channels"}
_CLEANED = ("people", "domains")  # what is compared with a text that was `clean`
_RULE, _LIMITS = (re.compile(rf"\s*{name}") for name in (r"\[\[\s*rule\s*]]", r"\[\s*limits\s*]"))
_ADDRESS = re.compile(r"[^@]+@[^@]*[^@.]")
_DOMAIN = re.compile(r"[^@*\s.]+([.][^@*\s.]+)+")
_LONGEST = 80  # characters of a wrong text that are shown


@dataclass(frozen=True)
class Rule:
    """One rule, by its place in the file from 1."""

    number: int
    people: frozenset[str]
    groups: frozenset[str]
    domains: frozenset[str]
    access: Access

    def matches(self, person: Person, kind: Kind) -> frozenset[str]:
        """By which names of a kind the rule means a person."""
        match kind:
            case "people":
                # A subject that looks like an address would be somebody else's.
                subject = "" if "@" in person.subject else person.subject
                return self.people & {lower(person.email), subject}
            case "groups":
                return self.groups & person.groups
            case "domains":
                return self.domains & {person.domain}


@dataclass(frozen=True)
class Limits:
    """What one person may do: questions under way at once, UTC days fetched for one page, and views
    exported in one UTC day.
    """

    questions: int = 4
    fetch_days: int = 400
    export_rows: int = 5_000_000


@dataclass(frozen=True)
class Granted:
    """What a person may see, and why: the names by which rules mean them, with their numbers."""

    access: Access
    kind: Kind
    why: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Policy:
    """All rules, in the order of the file."""

    rules: tuple[Rule, ...] = ()
    limits: Limits = Limits()

    def grant(self, person: Person) -> Granted:
        """What a person may see. Raises NoAccessError, with a sentence for them."""
        for kind in KINDS:
            if kind != "people" and person.groups_left_out:
                raise NoAccessError(_TOO_MANY_GROUPS, _THEIR_GROUPS)
            found = [(rule, rule.matches(person, kind)) for rule in self.rules]
            matching = [(rule, names) for rule, names in found if names]
            if matching:
                why = tuple(
                    (name, rule.number) for rule, names in matching for name in sorted(names)
                )
                return Granted(_together(rule for rule, _ in matching), kind, why)
        raise NoAccessError(
            tr("You are signed in, but nothing is shared with you yet. Ask your administrator."),
            tr("No rule names them, their groups or their domain."),
        )


_TOO_MANY_GROUPS = tr(
    "You are in more groups than your sign-in can name, so we can't tell what you may see. Ask "
    "your administrator to use app roles instead of groups, or to name you in a rule."
)
_THEIR_GROUPS = tr("They are in more groups than their sign-in names.")


def parse(text: str) -> Policy:
    """The policy that a file describes. Raises ConfigError, naming the rule and what to do."""
    try:
        read = tomllib.loads(text)
    except RecursionError:
        raise ConfigError("it has too many brackets within brackets.") from None
    except ValueError as error:  # also of numbers with thousands of digits
        raise ConfigError(f"it is not TOML: {error}.") from None
    if unknown := read.keys() - {"rule", "limits"}:
        raise ConfigError(f"{_shown(min(unknown))} is unknown. Rules begin with [[rule]].")
    tables = read.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError("each rule begins with [[rule]], in two pairs of brackets.")
    lines = _lines(text, _RULE, len(tables))
    rules = []
    for number, (line, table) in enumerate(zip(lines, tables, strict=True), 1):
        with _at(line):
            rules.append(_rule(number, table))
    _check_roles(rules, lines)
    with _at(*_lines(text, _LIMITS, 1)):
        return Policy(tuple(rules), _limits(read.get("limits", {})))


def _lines(text: str, header: re.Pattern[str], count: int) -> list[int]:
    """The lines that begin so many tables, from 1; zeros if they are written in another way."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if header.match(line)]
    return found if len(found) == count else [0] * count


@contextmanager
def _at(line: int) -> Iterator[None]:
    """Name the line in what is raised."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"line {line}: {error}" if line else str(error)) from None


def _rule(number: int, table: Mapping[str, object]) -> Rule:
    of = f"rule {number}"
    if unknown := table.keys() - _KEYS:
        raise ConfigError(f"{of} has {_shown(min(unknown))}, which is unknown.")
    people, groups, domains = (_texts(of, kind, table.get(kind, [])) for kind in KINDS)
    if not (people or groups or domains):
        raise ConfigError(f"{of} is for nobody: it needs people, groups or domains.")
    if wrong := [name for name in people if "@" in name and not _ADDRESS.fullmatch(name)]:
        raise ConfigError(f"{of} has the address {_shown(wrong[0])}: write ada@acme.com.")
    if wrong := [domain for domain in domains if not _DOMAIN.fullmatch(domain)]:
        raise ConfigError(
            f"{of} has the domain {_shown(wrong[0])}: write acme.com, without @, * and a dot at an "
            "end. Those below it are others: name each."
        )
    return Rule(
        number,
        _folded(people),
        frozenset(groups),
        frozenset(map(lower, domains)),
        _access(of, table),
    )


def _access(of: str, table: Mapping[str, object]) -> Access:
    role = table.get("role")
    if role not in ROLES:
        raise ConfigError(f"{of} needs a role: one of {', '.join(ROLES)}.")
    keys = {name: table.get(name, []) for name in ("projects", "channels")}
    every = EVERYTHING in keys.values()
    projects, channels = (
        _texts(of, name, [] if value == EVERYTHING else value) for name, value in keys.items()
    )
    if EVERYTHING in (*projects, *channels):
        raise ConfigError(f'{of}: write projects = "*", without brackets, for everything.')
    if role == "admin" and not every:
        raise ConfigError(f'{of}: an admin sees everything, so it needs projects = "*".')
    if every:
        return Access(all_views=True, role=role)
    return Access(frozenset(projects), frozenset(channels), role=role)


def _texts(of: str, name: str, value: object) -> list[str]:
    is_list = isinstance(value, list) and all(isinstance(text, str) and text for text in value)
    if not is_list:
        raise ConfigError(f'{of}: {name} is a list of texts, like ["one", "two"].')
    texts = cast("list[str]", value)
    if odd := [text for text in texts if not text.isprintable() or text.strip() != text]:
        raise ConfigError(
            f"{of}: {_shown(odd[0])} has spaces around it or invisible characters, as copied texts "
            "do."
        )
    if name in _CLEANED and (odd := [text for text in texts if clean(text) != text]):
        raise ConfigError(
            f"{of}: {_shown(odd[0])} has letters in a form that no sign-in has: type it anew."
        )
    return texts


def _folded(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(lower(text) if "@" in text else text for text in texts)


def _shown(text: str) -> str:
    return ascii(short(text, _LONGEST))


def _check_roles(rules: Iterable[Rule], lines: Sequence[int]) -> None:
    first: dict[tuple[Kind, str], Rule] = {}
    for rule in rules:
        people, domains = sorted(rule.people), sorted(rule.domains)
        named: list[tuple[Kind, str]] = [("people", name) for name in people]
        named += [("domains", name) for name in domains]
        for key in named:
            other = first.setdefault(key, rule)
            if other.access.role != rule.access.role:
                numbers = f"rules {other.number} and {rule.number}"
                with _at(lines[rule.number - 1]):
                    raise ConfigError(f"{numbers} give {_shown(key[1])} different roles.")


def _together(rules: Iterable[Rule]) -> Access:
    """The union of what rules grant."""
    every = [rule.access for rule in rules]
    roles = {access.role for access in every}
    if len(roles) > 1:
        listed = ", ".join(sorted(roles))
        raise NoAccessError(
            tr(
                "Your groups give you different roles ({roles}). Ask your administrator to put you "
                "into one of them, or to name you in a rule.",
                roles=listed,
            ),
            tr("Their groups give them different roles: {roles}.", roles=listed),
        )
    [role] = roles
    if any(access.all_views for access in every):
        return Access(all_views=True, role=role)
    projects = frozenset[str]().union(*(access.projects for access in every))
    channels = frozenset[str]().union(*(access.channels for access in every))
    return Access(projects, channels, role=role)


def _limits(table: object) -> Limits:
    known = {field.name for field in fields(Limits)}
    if not isinstance(table, dict) or table.keys() - known:
        raise ConfigError(f"[limits] has only these: {', '.join(sorted(known))}.")
    for name, value in table.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ConfigError(f"[limits]: {name} is a whole number from 1.")
    return Limits(**table)

"""Rules of access.toml."""

from __future__ import annotations

import json
from collections.abc import Collection

EVERYTHING = "*"
Keys = Collection[str]  # EVERYTHING, or keys of projects or channels


def rule(role: str, *, projects: Keys = (), channels: Keys = (), **whom: Collection[str]) -> str:
    """A rule for people, groups or domains."""
    lines = {name: [*names] for name, names in whom.items()}
    keys = {"projects": projects, "channels": channels}
    lines |= {name: of if of == EVERYTHING else [*of] for name, of in keys.items() if of}
    texts = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in lines.items())
    return "\n".join(("[[rule]]", f'role = "{role}"', *texts, ""))


def for_all(role: str, *people: str) -> str:
    """A rule by which people see everything."""
    return rule(role, people=people, projects=EVERYTHING)


ADA = for_all("admin", "ada@acme.com")
ROOT = for_all("admin", "root@acme.com")
NORTH = rule("analyst", groups=["north"], projects=["p1"])

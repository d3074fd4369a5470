"""The audit log: who did what, with which rights, from where. One JSON line of the log for each.

Facts are names of actions, roles, keys of projects and channels, counts: never the name of a video
or a viewer, nor what was asked for.
"""

from __future__ import annotations

from typing import Literal

from ..events import event
from ..query.access import Access

Action = Literal[
    "sign_in",
    "sign_out",
    "sessions_ended",
    "refused",
    "export",
    "personal_columns",
    "view_as",
    "sync",
    "access_changed",
]


def audit(
    action: Action, who: str, address: str = "", access: Access | None = None, **facts: object
) -> None:
    """Log an action of a person, by `Person.id`; `address` is where their browser is."""
    rights = {"rights": _rights(access)} if access else {}
    event("audit", action=action, who=who, **{"from": address}, **rights, **facts)


def _rights(access: Access) -> dict[str, object]:
    scope: dict[str, object] = {"all": True}
    if not access.all_views:
        scope = {"projects": sorted(access.projects), "channels": sorted(access.channels)}
    return {"role": access.role} | scope

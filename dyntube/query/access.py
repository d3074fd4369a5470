"""What a reader may see: a part of every question, so that none can be asked without it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Role = Literal["reader", "analyst", "analyst-personal", "admin"]
# Columns of raw views that tell who somebody is, or where.
PERSONAL = frozenset({"client_user_id", "viewer_id", "geo_ip", "user_key"})


@dataclass(frozen=True)
class Access:
    """The rights of a reader, not the person: readers with the same rights share answers.

    A view is seen when its project is among `projects` or its channel among `channels` (keys, as
    DynTube has them), or when `all_views` are seen, those without a project among them. Empty sets
    grant nothing. By `role` a reader sees numbers, an analyst also raw views, `analyst-personal`
    with the columns in PERSONAL, and an admin also the store itself: days, syncs, the event log.
    """

    projects: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    all_views: bool = False
    role: Role = "reader"

    @property
    def may_see_rows(self) -> bool:
        """Whether raw views may be seen."""
        return self.role != "reader"

    @property
    def is_admin(self) -> bool:
        """Whether the store itself may be seen: it holds the views of all."""
        return self.role == "admin" and self.all_views

    def columns(self, names: Collection[str]) -> tuple[str, ...]:
        """Those of some columns of raw views that may be seen."""
        hidden = PERSONAL if self.role in ("reader", "analyst") else frozenset()
        return tuple(name for name in names if name not in hidden)

    def sees(self, project: str, channel: str) -> bool:
        """Whether what belongs to this project and channel may be seen; "" where it has none."""
        return self.all_views or project in self.projects or channel in self.channels


EVERYTHING = Access(all_views=True, role="admin")

"""Row-level access: part of every query, so that none can be made without it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Role = Literal["reader", "analyst", "analyst-personal", "admin"]
# Columns of raw views that identify or locate a person.
PERSONAL = frozenset({"client_user_id", "viewer_id", "geo_ip", "user_key"})


@dataclass(frozen=True)
class Access:
    """A reader's permissions, not identity: readers with the same permissions share answers.

    A view is visible if its project is in `projects` or its channel in `channels` (DynTube's keys),
    or with `all_views`, which includes those without a project. Empty sets grant nothing. The
    `role` reader sees numbers, an analyst also raw views, `analyst-personal` with the columns in
    PERSONAL, and an admin also the store itself: days, syncs, the event log.
    """

    projects: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    all_views: bool = False
    role: Role = "reader"

    @property
    def may_see_rows(self) -> bool:
        """Whether raw views are visible."""
        return self.role != "reader"

    @property
    def may_see_personal(self) -> bool:
        """Whether raw views are visible with the columns in PERSONAL."""
        return self.role in ("analyst-personal", "admin")

    @property
    def is_admin(self) -> bool:
        """Whether the store itself is visible: it holds everybody's views."""
        return self.role == "admin" and self.all_views

    def to_json(self) -> str:
        """Its fields as an object on one line."""
        lists = {"projects": sorted(self.projects), "channels": sorted(self.channels)}
        return json.dumps({**lists, "all_views": self.all_views, "role": self.role})

    @classmethod
    def from_json(cls, text: str) -> Access:
        """The access that `to_json` wrote."""
        found = json.loads(text)
        projects, channels = found.pop("projects"), found.pop("channels")
        return cls(frozenset(projects), frozenset(channels), **found)

    def columns(self, names: Collection[str]) -> tuple[str, ...]:
        """Those of the given columns of raw views that are visible."""
        hidden = frozenset() if self.may_see_personal else PERSONAL
        return tuple(name for name in names if name not in hidden)

    def sees(self, project: str, channel: str) -> bool:
        """Whether anything in this project and channel is visible; "" where it has none."""
        return self.all_views or project in self.projects or channel in self.channels


EVERYTHING = Access(all_views=True, role="admin")

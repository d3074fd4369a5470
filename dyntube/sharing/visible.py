"""What of the things that people write about, and filter by, a reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..fetch.catalog import Names
from ..query.access import Access
from ..query.dimensions import CLOCK, DIMENSIONS, LIBRARY

# Dimensions whose values reveal nothing about whose views they are.
_COMMON = ("continent", "country", "device_type", "browser", "os", "sound", "plan", *CLOCK)


@dataclass(frozen=True)
class Visible:
    """What a reader may see of what `names` knows."""

    access: Access
    names: Names

    def thing(self, what: str, key: str) -> bool:
        """Whether a project, channel or video may be seen; "everything" is seen by all."""
        if self.access.all_views or what == "everything":
            return True
        parents = {"project": (key, ""), "channel": ("", key)}
        return self.access.sees(*parents.get(what, self.names.parents.get(key, ("", ""))))

    def filters(self, parameters: Mapping[str, list[str]]) -> bool:
        """Whether a saved view's filters reveal nothing hidden from this reader."""
        filters = {name.removesuffix("-not"): keys for name, keys in parameters.items()}
        return self.access.all_views or all(
            all(self.thing(name, key) for key in keys)
            if name in LIBRARY
            else name in _COMMON or name.removesuffix("-contains") not in DIMENSIONS
            for name, keys in filters.items()
        )

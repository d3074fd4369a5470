"""Why the numbers of a stored day may be wrong: every kind of doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ..words import tr

Kind = Literal["count", "no_count", "window", "zone", "field", "gone"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LABELS: dict[Kind, str] = {
    "count": tr("DynTube's own count differs from the views it sent"),
    "no_count": tr("DynTube gives no count of the views, so some may be missing"),
    "window": tr("DynTube may not have sent the whole day"),
    "zone": tr("DynTube's times have no time zone; they are read as UTC"),
    "field": tr("a field is missing or unreadable in many views"),
    "gone": tr("DynTube no longer has these views; the stored ones are kept"),
}


@dataclass(frozen=True)
class Doubt:
    """One reason, as a sentence about its day."""

    kind: Kind
    text: str

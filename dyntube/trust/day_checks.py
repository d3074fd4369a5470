"""Quality checks of stored days, computed from the metadata of their fetch.

A new check is one entry here and nothing else; checks of views are in `query.checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..archive.doubts import KINDS, Kind
from ..query.checks import EVERY_NUMBER, touched
from .reasons import accepted_text, ended
from .states import StoredDay


@dataclass(frozen=True)
class DayCheck:
    """A quality check of stored days; `amount` is its count for one day.

    `why` gives the cause, if that differs from day to day.
    """

    name: str
    label: str
    amount: Callable[[StoredDay], int]
    help: str
    touches: tuple[str, ...]
    counts: Literal["views", "days"] = "views"
    why: Callable[[StoredDay], str] | None = None

    @property
    def touched(self) -> str:
        """The labels of what it affects."""
        return touched(self.touches)


# For each kind of doubt, the label and help of its check.
_DOUBT_CHECKS: dict[Kind, tuple[str, str]] = {
    "count": ("Days that do not add up", "Fetched again until they match."),
    "no_count": ("Days that DynTube does not count", "Read until nothing new comes."),
    "window": ("Days that may not be whole", "Counted as they came."),
    "zone": ("Days whose times name no zone", "Read as UTC; hours may be shifted."),
    "field": ("Days on which a field is gone", "Counted as missing."),
    "gone": ("Days that DynTube no longer has", "What was stored is kept."),
}


def _doubt_check(kind: Kind) -> DayCheck:
    """The check for days with one kind of doubt, accepted or not."""
    label, help_ = _DOUBT_CHECKS[kind]

    def why(day: StoredDay) -> str:
        counted = (ended(doubt.text) for doubt in day.doubts if doubt.kind == kind)
        accepted = (accepted_text(known) for known in day.accepted if known.doubt.kind == kind)
        return " ".join((*counted, *accepted))

    # The first has an older name, which is used in links.
    name = "differing" if kind == "count" else kind
    return DayCheck(name, label, lambda day: int(day.has(kind)), help_, EVERY_NUMBER, "days", why)


_DAY_CHECKS = (
    DayCheck(
        "duplicates",
        "Sent twice by DynTube",
        lambda day: sum(info.duplicates for info in day.infos),
        "Merged; the longer watch time is kept.",
        (),
    ),
    DayCheck(
        "rejected",
        "Could not be read",
        lambda day: sum(info.rejected for info in day.infos),
        "Set aside with the reason; in no number.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "unread",
        "Fields that could not be read",
        lambda day: sum(sum(info.unread_fields.values()) for info in day.infos),
        "Counted as missing; kept as they came.",
        (),
    ),
    DayCheck(
        "changed",
        "Changed when fetched again",
        lambda day: sum(info.changed for info in day.infos),
        "The newest version counts.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "removed",
        "Gone when fetched again",
        lambda day: sum(info.removed for info in day.infos),
        "No longer counted.",
        EVERY_NUMBER,
    ),
    *map(_doubt_check, KINDS),
    DayCheck(
        "thin",
        "Days on which a field is rare",
        lambda day: int(bool(day.thin)),
        "Numbers that rest on it are made of few views.",
        EVERY_NUMBER,
        "days",
        lambda day: day.thin,
    ),
    DayCheck(
        "low",
        "Days of far fewer views than usual",
        lambda day: int(bool(day.low)),
        "Below a fifth of the same weekdays around them; counted as they came.",
        EVERY_NUMBER,
        "days",
        lambda day: day.low,
    ),
    DayCheck(
        "empty",
        "Days without any view",
        lambda day: int(bool(day.infos) and not day.rows),
        "Counted as days with 0 views.",
        (),
        "days",
    ),
)
DAY_CHECKS = {check.name: check for check in _DAY_CHECKS}

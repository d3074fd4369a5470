"""Quality checks of stored days, computed from the metadata of their fetch.

A new check is one entry here and nothing else; checks of views are in `query.checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..archive.doubts import KINDS, Kind
from ..query.checks import EVERY_NUMBER, touched
from ..words import tr
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
    "count": (tr("Count differs from DynTube"), tr("Fetched again until it matches.")),
    "no_count": (tr("No count from DynTube to compare"), tr("Read until no more views come.")),
    "window": (tr("Days that may be incomplete"), tr("Counted as received.")),
    "zone": (tr("Times without a time zone"), tr("Read as UTC; hours may be shifted.")),
    "field": (tr("Days with a field missing"), tr("Treated as missing.")),
    "gone": (tr("Days that DynTube no longer has"), tr("The stored views are kept.")),
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
        tr("Sent twice by DynTube"),
        lambda day: sum(info.duplicates for info in day.infos),
        tr("Merged; the longer watch time is kept."),
        (),
    ),
    DayCheck(
        "rejected",
        tr("Views that could not be read"),
        lambda day: sum(info.rejected for info in day.infos),
        tr("Excluded from all numbers; reason listed."),
        EVERY_NUMBER,
    ),
    DayCheck(
        "unread",
        tr("Fields that could not be read"),
        lambda day: sum(sum(info.unread_fields.values()) for info in day.infos),
        tr("Treated as missing; the original is kept."),
        (),
    ),
    DayCheck(
        "changed",
        tr("Changed in DynTube since"),
        lambda day: sum(info.changed for info in day.infos),
        tr("The newest version counts."),
        EVERY_NUMBER,
    ),
    DayCheck(
        "removed",
        tr("Deleted in DynTube since"),
        lambda day: sum(info.removed for info in day.infos),
        tr("No longer counted."),
        EVERY_NUMBER,
    ),
    *map(_doubt_check, KINDS),
    DayCheck(
        "thin",
        tr("Days with a field mostly missing"),
        lambda day: int(bool(day.thin)),
        tr("Numbers that need it are based on few views."),
        EVERY_NUMBER,
        "days",
        lambda day: day.thin,
    ),
    DayCheck(
        "low",
        tr("Days with far fewer views than usual"),
        lambda day: int(bool(day.low)),
        tr("Under 20% of the usual; counted as received."),
        EVERY_NUMBER,
        "days",
        lambda day: day.low,
    ),
    DayCheck(
        "empty",
        tr("Days without views"),
        lambda day: int(bool(day.infos) and not day.rows),
        tr("Counted as days with 0 views."),
        (),
        "days",
    ),
)
DAY_CHECKS = {check.name: check for check in _DAY_CHECKS}

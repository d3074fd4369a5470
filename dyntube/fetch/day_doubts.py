"""What may be wrong with a day, judging by its fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ..archive.doubts import Doubt
from ..query.dimensions import LONGEST_TIME
from ..reading.records import COLUMNS
from ..settings.settings import ScopeKind
from .whole_day import DayResult

MOST_BAD = 0.01  # share of a day's records; if more are unreadable, the API has changed
FIELDS = ("videoKey", "started", "duration", "watchTime")  # in all records on DynTube's API page
_FEW = 3  # views; fewer may lack a field by chance
_MANY = 20  # views; fewer may all be of a looping video
_FAR_LONGER = 10  # times the video's length, watched in most views: the units differ


def doubts_about(
    came: DayResult,
    unknown: Mapping[str, int],
    unread: Mapping[str, int],
    api_zone: str,
    kind: ScopeKind = "account",
) -> Iterator[Doubt]:
    """Every doubt about a day.

    `unknown` and `unread` count the views by fields that are unknown or could not be read;
    `api_zone` is the time zone set for dates without one; `kind` is what was requested.
    """
    swept, views = came.swept, len(came.views)
    if not swept.verified:
        yield Doubt("count", _count_text(came))
    elif swept.total is None and views:
        yield Doubt("no_count", f"DynTube sent {_views(views)} and no count of them.")
    if not came.shown:
        yield Doubt("window", "What came does not show that it is the whole day.")
    if swept.zoneless and not api_zone:
        yield Doubt(
            "zone",
            "The times of views name no time zone; read as UTC. Set DYNTUBE_API_ZONE.",
        )
    yield from _field_doubts(came, unknown, unread)
    yield from _value_doubts(came.views)
    if kind != "account" and (strange := came.views[f"{kind}_key"].null_count):
        field = f"{kind}Key"
        if strange > max(1, MOST_BAD * views):
            text = f"{field} is missing in {strange:,} of {_views(views)}"
            yield Doubt("field", f"{text}, so they may be of another {kind}.")


def _count_text(came: DayResult) -> str:
    counted = came.swept.counted - came.outside
    sent = came.swept.records - came.outside
    if counted == sent:
        return f"DynTube counts exactly {_views(counted)}, which may be the most that it counts."
    return f"DynTube counts {_views(counted)} and sent {sent:,}."


def _views(count: int) -> str:
    return f"{count:,} {'view' if count == 1 else 'views'}"


def _field_doubts(
    came: DayResult, unknown: Mapping[str, int], unread: Mapping[str, int]
) -> Iterator[Doubt]:
    views = len(came.views)
    for field, count in sorted(unread.items()):
        if count > max(1, MOST_BAD * views):
            yield Doubt("field", f"{field} could not be read in {count:,} of {_views(views)}.")
    renamed = max(unknown.values(), default=0) == views
    for field in FIELDS if views >= _FEW or (views and renamed) else ():
        if not _filled(came, field) and field not in unread:
            new = ", ".join(sorted(name for name, count in unknown.items() if count == views))
            instead = f"; new in all of them: {new}" if new else ""
            which = "the only view" if views == 1 else f"all {views:,} views"
            yield Doubt("field", f"{field} is missing in {which}{instead}.")


def _value_doubts(views: pa.Table) -> Iterator[Doubt]:
    """Doubts about times that are impossible, or not in seconds."""
    count, most = len(views), max(1, MOST_BAD * len(views))
    for field in ("watchTime", "duration"):
        values = views[_COLUMN[field]]
        odd = pc.or_(pc.less(values, 0), pc.greater(values, LONGEST_TIME))
        if (found := pc.sum(odd).as_py() or 0) > most:
            what = "is below 0 or above 7 days"
            yield Doubt("field", f"{field} {what} in {found:,} of {_views(count)}.")
    lengths = pc.multiply(views["duration"], _FAR_LONGER)
    longer = pc.and_(pc.greater(views["duration"], 0), pc.greater(views["watch_time"], lengths))
    if count >= _MANY and 2 * (found := pc.sum(longer).as_py() or 0) > count:
        text = f"watchTime is more than {_FAR_LONGER} times the duration in {found:,} of"
        yield Doubt("field", f"{text} {_views(count)}. Are both in seconds?")


def _filled(came: DayResult, field: str) -> bool:
    values = came.views[_COLUMN[field]]
    return bool(values.null_count < len(values))


_COLUMN = {column.field: column.name for column in COLUMNS}

"""The videos that a page has open, in the order of the list they were opened from."""

from __future__ import annotations

from .breakdown import breakdown
from .context import ReportContext


def neighbours(context: ReportContext, video: str) -> tuple[str | None, str | None]:
    """The videos before and after one in the list as it is searched and sorted.

    None at its ends, and for a video that is not in it.
    """
    rows = breakdown(context, "video").found(context.selection.searched("video"))
    keys = [str(key) for key in rows["video"]]
    if video not in keys:
        return None, None
    at = keys.index(video)
    return (keys[at - 1] if at else None), (keys[at + 1] if keys[at + 1 :] else None)

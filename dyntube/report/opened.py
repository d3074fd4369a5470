"""The videos that a page has open, in the order of the list they were opened from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from .. import formats
from ..words import tr
from .breakdown import breakdown
from .context import ReportContext
from .firsts import first_days, young_subject
from .gaps import missing_days
from .page import has_views
from .watched import video_watched


class Place(NamedTuple):
    """The place of a video in a list of so many, with those before and after it, None at its ends.

    Its number is 0 if it is not in the list.
    """

    number: int
    all: int
    before: str | None = None
    after: str | None = None


def place(context: ReportContext, video: str) -> Place:
    """The place of a video in the list as it is searched and sorted."""
    rows = breakdown(context, "video").found(context.selection.searched("video"))
    keys = [str(key) for key in rows["video"]]
    if video not in keys:
        return Place(0, len(keys))
    at = keys.index(video)
    before, after = keys[at - 1] if at else None, keys[at + 1] if keys[at + 1 :] else None
    return Place(at + 1, len(keys), before, after)


def are_unknown(context: ReportContext) -> bool:
    """Whether none of the open videos has a stored view, though all of the period is stored."""
    videos = context.selection.open
    if not videos or has_views(context):
        return False
    if missing_days(context.period, context.timezone, context.known, context.now):
        return False
    return not first_days(context, "video", videos)


def about(context: ReportContext, video: str) -> str:
    """What is known of a video: length, project, channel, and its first view if that is certain."""
    return " · ".join(_facts(context, video))


def _facts(context: ReportContext, video: str) -> Iterator[str]:
    length = video_watched(context, video).length
    if not math.isnan(length):
        yield tr("Length {length}", length=formats.clock(length))
    project, channel = context.desk.names().parents.get(video, ("", ""))
    if project:
        yield tr("Project {name}", name=context.labels.one("project", project))
    if channel:
        yield tr("Channel {name}", name=context.labels.one("channel", channel))
    if first := young_subject(context).get(video):
        yield tr("First view {day}", day=formats.day(first))

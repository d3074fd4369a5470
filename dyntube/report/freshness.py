"""How fresh the data is, in words."""

from __future__ import annotations

import datetime as dt

from .. import formats
from ..desk import Desk
from ..words import tr


def views_up_to(desk: Desk, now: dt.datetime) -> str:
    """The newest view's time in the zone of `now`, for files; empty if nothing is stored."""
    newest = desk.newest_view()
    return stamp(newest.astimezone(now.tzinfo)) if newest else ""


def stamp(local: dt.datetime) -> str:
    """A local moment that stays true in a file: "28 Nov 2026, 14:06 (Europe/Berlin)"."""
    return f"{formats.moment(local)} ({local.tzinfo})"


def data_time(desk: Desk, now: dt.datetime) -> str:
    """Up to when there are views, and when that was checked; empty if nothing is stored."""
    newest, fetched = desk.newest_view(), desk.last_fetch()
    if newest is None or fetched is None:
        return ""
    local = newest.astimezone(now.tzinfo)
    time = f"{local:%H:%M}" if local.date() == now.date() else formats.moment(local)
    checked = formats.ago((now - fetched).total_seconds())
    return tr("Views up to {time} · checked {ago}", time=time, ago=checked)

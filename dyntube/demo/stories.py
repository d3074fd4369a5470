"""The patterns to find in the numbers, and their dates: each recurs by the calendar.

CAMPAIGN  2026-11-11 and every 56 days: one short film on one landing page, a spike of three days.
VIRAL     2026-11-02 and every 56 days: one short film rises for three days, then fades within
          ten; mostly on phones of one country, on one site.
OUTAGE    2026-10-14 and every 56 days, 13:00 to 19:00 UTC: views down by 80 %, and few of the
          remaining ones are played.
MIRROR    2026-11-14 and every 56 days, for 35 days: a site shows the videos without permission,
          under another name each time.
PHONES    2026-08-25 and every 91 days: ever fewer plays on phones are watched to the end, until
          the next cycle starts repaired.

Dates are fixed, so that a day's views never depend on when the demo was started. On 2026-11-23 the
latest ones began 12, 21, 40, 9 and 90 days ago. There are none before 2024.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from .catalog import catalog
from .chance import one_fraction
from .embeds import MIRRORS, pages

FULL_SINCE = dt.date(2024, 1, 1)  # before it, a pilot with few views
OUTAGE_HOURS = (13, 19)  # UTC
OUTAGE_REMAINS = 0.2
CAMPAIGN_DOMAIN = "go.fernhill.example"
VIRAL_DOMAIN = "clipstream.example"
VIRAL_COUNTRIES = ("BR", "IN", "PH", "MX", "ID", "TR")
FILMS = "Launch films"  # the channel whose videos are used
_CAMPAIGN_CURVE = (0.9, 0.35, 0.12)  # extra views per ordinary view, by day
_VIRAL_CURVE = (0.15, 0.4, 0.7, 0.5, 0.34, 0.24, 0.16, 0.11, 0.07, 0.05, 0.03, 0.02)


@dataclass(frozen=True)
class Story:
    """A recurring story: it begins on `anchor` and every `cycle` days, and lasts `days`."""

    name: str
    anchor: dt.date
    cycle: int
    days: int

    def age(self, day: dt.date) -> int | None:
        """Days since it last began; None when it is over."""
        age = (day - self.anchor).days % self.cycle
        began = day - dt.timedelta(days=age)
        return age if age < self.days and began >= FULL_SINCE else None

    def turn(self, day: dt.date) -> int:
        """The number of its occurrence; 0 at the anchor, negative before."""
        return (day - self.anchor).days // self.cycle


CAMPAIGN = Story("campaign", dt.date(2026, 11, 11), 56, len(_CAMPAIGN_CURVE))
VIRAL = Story("viral", dt.date(2026, 11, 2), 56, len(_VIRAL_CURVE))
OUTAGE = Story("outage", dt.date(2026, 10, 14), 56, 1)
MIRROR = Story("mirror", dt.date(2026, 11, 14), 56, 35)
PHONES = Story("phones", dt.date(2026, 8, 25), 91, 91)
STORIES = (CAMPAIGN, VIRAL, OUTAGE, MIRROR, PHONES)


@dataclass(frozen=True)
class Chapter:
    """The effects of all stories on one day: extra views per ordinary view, and catalog indices."""

    campaign: float = 0.0
    viral: float = 0.0
    mirror: float = 0.0
    outage: bool = False
    phones: float = 0.0  # 0 to 1: progress of the decline on phones
    campaign_video: int = 0
    viral_video: int = 0
    viral_country: str = ""
    mirror_domain: int = 0


@functools.lru_cache(maxsize=4096)
def chapter(day: dt.date) -> Chapter:
    ages = {story.name: story.age(day) for story in STORIES}
    campaign, viral, mirror = ages["campaign"], ages["viral"], ages["mirror"]
    return Chapter(
        campaign=0.0 if campaign is None else _CAMPAIGN_CURVE[campaign],
        viral=0.0 if viral is None else _VIRAL_CURVE[viral],
        mirror=0.0 if mirror is None else min(0.015 + 0.004 * mirror, 0.06),
        outage=ages["outage"] is not None,
        phones=(ages["phones"] or 0) / PHONES.days,
        campaign_video=_film(CAMPAIGN, day, 0),
        viral_video=_film(VIRAL, day, 1),
        viral_country=VIRAL_COUNTRIES[VIRAL.turn(day) % len(VIRAL_COUNTRIES)],
        mirror_domain=pages().domains.index(MIRRORS[MIRROR.turn(day) % len(MIRRORS)]),
    )


def _film(story: Story, day: dt.date, salt: int) -> int:
    """The story's film: one of the newest at its start, varying by occurrence."""
    videos = catalog().videos
    names = [channel.name for channel in catalog().channels]
    begins = story.anchor + dt.timedelta(days=story.turn(day) * story.cycle)
    known = [
        (video.released, number)
        for number, video in enumerate(videos)
        if names[video.channel] == FILMS and video.released.date() < begins
    ]
    newest = [number for _, number in sorted(known, reverse=True)[salt : salt + 4 : 2]]
    if not newest:
        return 0
    return newest[int(one_fraction(story.turn(day) + 10_000, 71 + salt) * len(newest))]

"""The pages with their metrics and tables; `pages/*.py` draw them."""

from __future__ import annotations

from collections.abc import Iterator

from ..export.table import Sheet
from ..query.dimensions import HIERARCHIES, MACHINE
from ..words import tr
from .breakdown import Breakdown, breakdown
from .context import TIME, ReportContext
from .domains import CAMPAIGN, domain_watch, has_campaigns, top_domains
from .length_and_sound import METRICS as OF_PLAYS
from .length_and_sound import by_kind_of_play
from .live import live_notes, live_tables
from .over_time import over_time
from .page import Page
from .selection import Selection
from .share_over_time import share_over_time
from .side_by_side import side_by_side
from .stored import data_tables
from .totals import totals
from .watched import completion, curve_sheet, histogram_sheet, video_watched, watched
from .week import week

COMMON = (
    *("views", "plays", "play_rate", "viewers"),
    *("watch_time", "average_percent_watched", "completion_rate"),
)
TREND = ("views", "watch_time", "viewers", "completion_rate")
TOP_VIDEOS = ("views", "watch_time", "completion_rate")
OF_VIDEO = (
    ("country", "device_type", "embed_domain"),
    ("city", "browser", "embed_page"),
)
MIX = ("device_type", "browser", "os")
EMBED_CARDS = ("views", "plays", "play_rate", "completion_rate")
EMBED_BARS = ("views", "play_rate", "completion_rate")
# The level shown of each hierarchy without filters on it.
BEGINNINGS = {
    "library": "video",
    "place": "country",
    "device": "device_type",
    "browser": "browser",
    "system": "os",
    "embed": "embed_domain",
    "campaign": "campaign_source",
}


def shown_of(selection: Selection, hierarchies: tuple[str, ...]) -> str:
    """The hierarchy that a table shows: of the level chosen last, else one with a filter."""
    for level in reversed(selection.levels):
        for name in hierarchies:
            if level in HIERARCHIES[name]:
                return name
    filtered = (n for n in hierarchies if any(map(selection.values, HIERARCHIES[n])))
    return next(filtered, hierarchies[0])


def drill(context: ReportContext, *hierarchies: str) -> Breakdown:
    """The page's metrics at the selected level of one of these hierarchies."""
    hierarchy = shown_of(context.selection, hierarchies)
    level = context.selection.level(HIERARCHIES[hierarchy], BEGINNINGS[hierarchy])
    return breakdown(context, level)


def _overview(context: ReportContext) -> Iterator[Sheet]:
    yield totals(context).sheet
    yield over_time(context).sheet
    yield breakdown(context, "video", TOP_VIDEOS).sheet
    for by in ("embed_domain", "country", "device_type"):
        yield breakdown(context, by, (context.chosen_metric,)).sheet


def _videos(context: ReportContext) -> Iterator[Sheet]:
    videos = context.selection.open
    if len(videos) == 1:
        yield from _one_video(context, videos[0])
    elif videos:
        yield side_by_side(context, videos, TREND).sheet
        yield breakdown(context, "video").only(videos).sheet
    else:
        yield drill(context, "library").sheet


def _one_video(context: ReportContext, video: str) -> Iterator[Sheet]:
    yield totals(context).sheet
    yield over_time(context).sheet
    yield video_watched(context, video).sheet
    yield from _histogram(context)
    for by in (by for row in OF_VIDEO for by in row):
        yield breakdown(context, by, (context.chosen_metric,)).sheet
    yield from _week(context)


def _histogram(context: ReportContext) -> Iterator[Sheet]:
    now, _ = watched(context)
    if now.plays:
        yield histogram_sheet(now)


def _week(context: ReportContext) -> Iterator[Sheet]:
    found = week(context, OF_PLAYS)
    if found.plays:
        yield found.sheet


def _engagement(context: ReportContext) -> Iterator[Sheet]:
    yield totals(context).sheet
    yield curve_sheet(*watched(context))
    yield from _histogram(context)
    found = completion(context)
    yield found.rules
    yield by_kind_of_play(context, "sound").sheet
    yield found.funnel
    yield by_kind_of_play(context, "length").sheet
    yield from _week(context)


def _geography(context: ReportContext) -> Iterator[Sheet]:
    yield breakdown(context, "country").sheet
    yield drill(context, "place").sheet


def _devices(context: ReportContext) -> Iterator[Sheet]:
    for by in MIX:
        yield breakdown(context, by).sheet
    yield share_over_time(context, MIX).sheet
    yield drill(context, *MACHINE).sheet


def _embeds(context: ReportContext) -> Iterator[Sheet]:
    yield totals(context, EMBED_CARDS).sheet
    yield domain_watch(context).sheet
    yield top_domains(context, EMBED_BARS).sheet
    yield breakdown(context, "embed_page", (context.chosen_metric,)).sheet
    yield drill(context, "embed").sheet
    if has_campaigns(context):
        yield drill(context, "campaign").sheet


OVERVIEW = Page(
    "overview",
    tr("Overview"),
    (*COMMON, "sound_on_rate"),
    _overview,
    rollups=(("video", TIME),),
)
VIDEOS = Page(
    "videos",
    tr("Videos"),
    (*COMMON[:5], "average_watch_time", *COMMON[5:]),
    _videos,
    rollups=(("video", TIME),),
    opens=True,
)
ENGAGEMENT = Page(
    "engagement",
    tr("Engagement"),
    OF_PLAYS,
    _engagement,
    rollups=(("length", "sound", "watched_percent"), ("weekday", "hour_of_day", TIME)),
)
GEOGRAPHY = Page("geography", tr("Geography"), COMMON, _geography, rollups=(("country", TIME),))
DEVICES = Page("devices", tr("Devices"), COMMON, _devices, rollups=((*MIX, TIME),))
EMBEDS = Page("embeds", tr("Embeds"), COMMON, _embeds, rollups=(("embed_domain", TIME), CAMPAIGN))
LIVE = Page(
    "live",
    tr("Live"),
    ("views", "plays", "viewers", "watch_time"),
    live_tables,
    always=True,
    span=tr("The last 60 minutes"),
    notes=live_notes,
)
DATA = Page("data", tr("Data"), ("views",), data_tables, always=True, for_admins=True)
PAGES = {
    page.name: page
    for page in (OVERVIEW, VIDEOS, ENGAGEMENT, GEOGRAPHY, DEVICES, EMBEDS, LIVE, DATA)
}

"""What metrics and the values of dimensions are called within a sentence, where labels do not fit:
no language but English makes one of the other by small letters."""

from __future__ import annotations

from collections.abc import Callable

from ..words import tr, trn

REACHED = (25, 50, 75, 90, 95)  # per cent of a video, each with a metric
# "Views by country"
SINGULARS = {
    "project": tr("project"),
    "channel": tr("channel"),
    "video": tr("video"),
    "continent": tr("continent"),
    "country": tr("country"),
    "region": tr("region"),
    "city": tr("city"),
    "device_type": tr("device type"),
    "device_brand": tr("device brand"),
    "device_model": tr("device model"),
    "browser": tr("browser"),
    "browser_version": tr("browser version"),
    "os": tr("operating system"),
    "os_version": tr("operating system version"),
    "embed_domain": tr("embedding domain"),
    "embed_page": tr("embedding page"),
    "campaign_source": tr("campaign source"),
    "campaign_medium": tr("campaign medium"),
    "campaign_name": tr("campaign"),
    "campaign_term": tr("campaign term"),
    "campaign_content": tr("campaign content"),
    "sound": tr("sound"),
    "plan": tr("plan"),
    "delivery_region": tr("delivery region"),
    "length": tr("video length"),
    "watched_percent": tr("share watched"),
    "minute": tr("minute"),
    "watched_until": tr("watched until"),
    "hour": tr("hour"),
    "day": tr("day"),
    "week": tr("week"),
    "month": tr("month"),
    "hour_of_day": tr("hour of the day"),
    "weekday": tr("weekday"),
}
# "Search countries"; of dimensions that have a table or a list
PLURALS = {
    "project": tr("projects"),
    "channel": tr("channels"),
    "video": tr("videos"),
    "continent": tr("continents"),
    "country": tr("countries"),
    "region": tr("regions"),
    "city": tr("cities"),
    "device_type": tr("device types"),
    "device_brand": tr("device brands"),
    "device_model": tr("device models"),
    "browser": tr("browsers"),
    "browser_version": tr("browser versions"),
    "os": tr("operating systems"),
    "os_version": tr("operating system versions"),
    "embed_domain": tr("embedding domains"),
    "embed_page": tr("embedding pages"),
    "campaign_source": tr("campaign sources"),
    "campaign_medium": tr("campaign media"),
    "campaign_name": tr("campaigns"),
}
# "60 countries"
NUMBERS: dict[str, Callable[[int], str]] = {
    "project": lambda n: trn("{number} project", "{number} projects", n),
    "channel": lambda n: trn("{number} channel", "{number} channels", n),
    "video": lambda n: trn("{number} video", "{number} videos", n),
    "continent": lambda n: trn("{number} continent", "{number} continents", n),
    "country": lambda n: trn("{number} country", "{number} countries", n),
    "region": lambda n: trn("{number} region", "{number} regions", n),
    "city": lambda n: trn("{number} city", "{number} cities", n),
    "device_type": lambda n: trn("{number} device type", "{number} device types", n),
    "device_brand": lambda n: trn("{number} device brand", "{number} device brands", n),
    "device_model": lambda n: trn("{number} device model", "{number} device models", n),
    "browser": lambda n: trn("{number} browser", "{number} browsers", n),
    "browser_version": lambda n: trn("{number} browser version", "{number} browser versions", n),
    "os": lambda n: trn("{number} operating system", "{number} operating systems", n),
    "os_version": lambda n: trn(
        "{number} operating system version", "{number} operating system versions", n
    ),
    "embed_domain": lambda n: trn("{number} embedding domain", "{number} embedding domains", n),
    "embed_page": lambda n: trn("{number} embedding page", "{number} embedding pages", n),
    "campaign_source": lambda n: trn("{number} campaign source", "{number} campaign sources", n),
    "campaign_medium": lambda n: trn("{number} campaign medium", "{number} campaign media", n),
    "campaign_name": lambda n: trn("{number} campaign", "{number} campaigns", n),
}
# "48.1% of views"
METRICS = {
    "views": tr("views"),
    "plays": tr("plays"),
    "watch_time": tr("watch time"),
    "completions": tr("completions"),
    "sound_on": tr("plays with sound"),
    "timed_plays": tr("plays with known watch time"),
    "lasting_plays": tr("plays with known watch time and length"),
    "heard_plays": tr("plays with known sound"),
    "watched_length": tr("watched (each play capped at the video's length)"),
    "played_length": tr("total length"),
    "viewers": tr("viewers"),
    "new_viewers": tr("new viewers"),
    **{
        f"reached_{percent}": tr("plays that watched {percent}%", percent=percent)
        for percent in REACHED
    },
    "play_rate": tr("play rate"),
    "average_watch_time": tr("average watch time"),
    "average_percent_watched": tr("average % watched"),
    "completion_rate": tr("completion rate"),
    "views_per_viewer": tr("views per viewer"),
    "sound_on_rate": tr("sound on"),
}
# "1 view", of metrics that count something
COUNTS: dict[str, Callable[[int], str]] = {
    "views": lambda n: trn("{number} view", "{number} views", n),
    "plays": lambda n: trn("{number} play", "{number} plays", n),
    "completions": lambda n: trn("{number} completion", "{number} completions", n),
    "sound_on": lambda n: trn("{number} play with sound", "{number} plays with sound", n),
    "timed_plays": lambda n: trn(
        "{number} play with known watch time", "{number} plays with known watch time", n
    ),
    "lasting_plays": lambda n: trn(
        "{number} play with known watch time and length",
        "{number} plays with known watch time and length",
        n,
    ),
    "heard_plays": lambda n: trn(
        "{number} play with known sound", "{number} plays with known sound", n
    ),
    "viewers": lambda n: trn("{number} viewer", "{number} viewers", n),
    "new_viewers": lambda n: trn("{number} new viewer", "{number} new viewers", n),
}

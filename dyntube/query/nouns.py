"""What values of a dimension are called in a sentence, for dimensions with a table of their own."""

from __future__ import annotations

from collections.abc import Callable

from ..words import tr, trn

# "Search countries"
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

"""All videos in the selected period."""

from dyntube import ui
from dyntube.report import pages
from dyntube.words import tr


def draw(context: ui.ReportContext) -> None:
    ui.cards(context)
    ui.trend_chart(context)
    left, right = ui.columns(3, 2)
    with left, ui.card(tr("Top videos"), page="videos"):
        ui.top_videos(context, 6, pages.TOP_VIDEOS)
    with right, ui.card(tr("Top sites"), page="embeds"):
        ui.top_list(context, "embed_domain", rows=6)
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card(tr("Views by country")):
        ui.country_map(context)
    with middle, ui.card(tr("Countries"), page="geography"):
        ui.top_list(context, "country", rows=6)
    with right, ui.card(tr("Devices"), page="devices"):
        ui.top_list(context, "device_type", rows=6)


ui.page(pages.OVERVIEW, draw)

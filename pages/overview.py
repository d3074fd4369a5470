"""All videos in the selected period."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.cards(context)
    ui.trend_chart(context, pages.TREND)
    left, right = ui.columns(3, 2)
    with left, ui.card("Top videos"):
        ui.top_table(context, "video", 6, pages.TOP_VIDEOS)
    with right, ui.card("Where"):
        ui.country_map(context)
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card("Countries"):
        ui.top_list(context, "country", rows=6)
    with middle, ui.card("Devices"):
        ui.top_list(context, "device_type", rows=6)
    with right, ui.card("Embedded on"):
        ui.top_list(context, "embed_domain", rows=6)


ui.page(pages.OVERVIEW, draw)

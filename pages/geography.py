"""Where people watch: the map, then every continent, country, region and city."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.world(context, pages.TREND)
    ui.drill(context, "place", title="Places")


ui.page(pages.GEOGRAPHY, draw)

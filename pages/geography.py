"""Where people watch: the map, then continents, countries, regions and cities."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.world(context, pages.TREND)
    ui.drill(context, "place", title="Places")


ui.page(pages.GEOGRAPHY, draw)

"""Where people watch: the map, then continents, countries, regions and cities."""

from dyntube import ui
from dyntube.report import pages
from dyntube.words import tr


def draw(context: ui.ReportContext) -> None:
    ui.world(context, pages.TREND)
    ui.drill(context, "place", title=tr("Places"))


ui.page(pages.GEOGRAPHY, draw)

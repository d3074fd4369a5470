"""The last 60 minutes, auto-refreshing."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.live(context)


ui.page(pages.LIVE, draw)

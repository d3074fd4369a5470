"""The last 60 minutes, as they come in."""

from dyntube import ui

METRICS = ("views", "plays", "viewers", "watch_time")


def draw(context: ui.ReportContext) -> None:
    ui.live(context)


ui.page("Live", METRICS, draw, always=True, span="The last 60 minutes")

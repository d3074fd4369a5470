"""How much of the videos is watched, completion, and when people watch."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.cards(context)
    left, right = ui.columns(1, 1)
    with left:
        ui.watched_curve(context)
    with right:
        ui.watched_histogram(context)
    left, right = ui.columns(1, 1)
    with left:
        ui.completion_rules(context)
        ui.by_sound(context)
    with right:
        ui.funnel(context)
    ui.by_length(context)
    ui.heatmap(context)


ui.page(pages.ENGAGEMENT, draw)

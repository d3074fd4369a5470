"""How much of the videos is watched, by whom it is finished, and when."""

from dyntube import ui

METRICS = ("plays", "average_watch_time", "average_percent_watched", "completion_rate")


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
    with right:
        ui.funnel(context)
    ui.by_length_and_sound(context)
    ui.heatmap(context)


ROLLUPS = (("length", "sound", "watched_percent"), ("weekday", "hour_of_day", ui.TIME))
ui.page("Engagement", METRICS, draw, rollups=ROLLUPS)

"""How much of the videos is watched, by whom it is finished, and when."""

from dyntube import ui

METRICS = ("plays", "average_watch_time", "average_percent_watched", "completion_rate")


def draw(scene: ui.Scene) -> None:
    ui.cards(scene)
    left, right = ui.columns(1, 1)
    with left:
        ui.watched_curve(scene)
    with right:
        ui.watched_histogram(scene)
    left, right = ui.columns(1, 1)
    with left:
        ui.completion_rules(scene)
    with right:
        ui.funnel(scene)
    ui.by_length_and_sound(scene)
    ui.heatmap(scene)


TOGETHER = (("length", "sound", "watched_percent"), ("weekday", "hour_of_day", ui.TIME))
ui.page("Engagement", METRICS, draw, together=TOGETHER)

"""Where people watch: the map, then every continent, country, region and city."""

from dyntube import ui

METRICS = (
    "views",
    "plays",
    "play_rate",
    "viewers",
    "watch_time",
    "average_percent_watched",
    "completion_rate",
)
SHOWN = ("views", "watch_time", "viewers", "completion_rate")


def draw(scene: ui.Scene) -> None:
    ui.world(scene, SHOWN)
    ui.drill(scene, "place", "country", title="Places")


ui.page("Geography", METRICS, draw, together=(("country", ui.TIME),))

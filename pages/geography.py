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


def draw(context: ui.ReportContext) -> None:
    ui.world(context, SHOWN)
    ui.drill(context, "place", "country", title="Places")


ui.page("Geography", METRICS, draw, rollups=(("country", ui.TIME),))

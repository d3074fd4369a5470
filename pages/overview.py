"""How all videos did in the chosen period."""

from dyntube import ui

METRICS = (
    "views",
    "plays",
    "play_rate",
    "viewers",
    "watch_time",
    "average_percent_watched",
    "completion_rate",
    "sound_on_rate",
)
TREND = ("views", "watch_time", "viewers", "completion_rate")


def draw(scene: ui.Scene) -> None:
    ui.cards(scene)
    ui.trend_chart(scene, TREND)
    left, right = ui.columns(3, 2)
    with left, ui.card("Top videos"):
        ui.top_table(scene, "video", 6, ("views", "watch_time", "completion_rate"))
    with right, ui.card("Where"):
        ui.country_map(scene)
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card("Countries"):
        ui.share_bars(scene, "country", rows=6)
    with middle, ui.card("Devices"):
        ui.share_bars(scene, "device_type", rows=6)
    with right, ui.card("Embedded on"):
        ui.share_bars(scene, "embed_domain", rows=6)


ui.page("Overview", METRICS, draw, together=(("video", ui.TIME),))

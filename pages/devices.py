"""On what people watch: devices, browsers and systems, and how their mix develops."""

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
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card("Devices"):
        ui.share_bars(scene, "device_type", rows=6, metrics=METRICS)
    with middle, ui.card("Browsers"):
        ui.share_bars(scene, "browser", rows=6, metrics=METRICS)
    with right, ui.card("Operating systems"):
        ui.share_bars(scene, "os", rows=6, metrics=METRICS)
    ui.mix(scene, ("device_type", "browser", "os"))
    ui.drill(scene, "device", "device_type", title="Devices, brands and models")
    ui.drill(scene, "browser", "browser", title="Browsers and versions")
    ui.drill(scene, "system", "os", title="Operating systems and versions")


ui.page("Devices", METRICS, draw, together=(("device_type", "browser", "os", ui.TIME),))

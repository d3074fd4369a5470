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


def draw(context: ui.ReportContext) -> None:
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card("Devices"):
        ui.share_bars(context, "device_type", rows=6, metrics=METRICS)
    with middle, ui.card("Browsers"):
        ui.share_bars(context, "browser", rows=6, metrics=METRICS)
    with right, ui.card("Operating systems"):
        ui.share_bars(context, "os", rows=6, metrics=METRICS)
    ui.mix(context, ("device_type", "browser", "os"))
    ui.drill(context, "device", "device_type", title="Devices, brands and models")
    ui.drill(context, "browser", "browser", title="Browsers and versions")
    ui.drill(context, "system", "os", title="Operating systems and versions")


ui.page("Devices", METRICS, draw, rollups=(("device_type", "browser", "os", ui.TIME),))

"""Devices, browsers and operating systems, and their mix over time."""

from dyntube import ui
from dyntube.report import pages
from dyntube.words import tr


def draw(context: ui.ReportContext) -> None:
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card(tr("Devices")):
        ui.top_list(context, "device_type", rows=6, metrics=context.metrics)
    with middle, ui.card(tr("Browsers")):
        ui.top_list(context, "browser", rows=6, metrics=context.metrics)
    with right, ui.card(tr("Operating systems")):
        ui.top_list(context, "os", rows=6, metrics=context.metrics)
    ui.shares_over_time(context, pages.MIX)
    ui.drill(context, *pages.MACHINE, title=tr("Devices and software"))


ui.page(pages.DEVICES, draw)

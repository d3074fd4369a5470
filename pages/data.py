"""What is stored, and whether the numbers can be trusted."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.health(context)
    ui.stored_days(context)
    with ui.card("Quality checks"):
        ui.quality_checks(context)
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card("Missing names"):
        ui.missing_names(context)
    with middle, ui.card("Unexpected fields"):
        ui.unknown_fields(context)
    with right, ui.card("Fields that could not be read"):
        ui.unread_fields(context)
    with ui.card("Sync log"):
        ui.sync_log(context)


ui.page(pages.DATA, draw)

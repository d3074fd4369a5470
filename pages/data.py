"""What is stored, and whether the numbers can be trusted."""

from dyntube import ui
from dyntube.report import pages
from dyntube.words import tr


def draw(context: ui.ReportContext) -> None:
    ui.health(context)
    ui.stored_days(context)
    with ui.card(tr("Quality checks")):
        ui.quality_checks(context)
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card(tr("Missing names")):
        ui.missing_names(context)
    with middle, ui.card(tr("Unexpected fields")):
        ui.unknown_fields(context)
    with right, ui.card(tr("Fields that could not be read")):
        ui.unread_fields(context)
    with ui.card(tr("Sync log")):
        ui.sync_log(context)


ui.page(pages.DATA, draw)

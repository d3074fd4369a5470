"""What is stored, and whether the numbers can be trusted."""

from dyntube import ui


def draw(scene: ui.Scene) -> None:
    ui.health(scene)
    ui.stored_days(scene)
    with ui.card("Quality checks"):
        ui.quality_checks(scene)
    left, middle, right = ui.columns(1, 1, 1)
    with left, ui.card("Names still missing"):
        ui.missing_names(scene)
    with middle, ui.card("Unknown fields"):
        ui.unknown_fields()
    with right, ui.card("Fields that could not be read"):
        ui.unread_fields()
    with ui.card("Sync log"):
        ui.sync_log(scene)


ui.page("Data", ("views",), draw, always=True)

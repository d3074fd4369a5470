"""All videos, one by itself, or several side by side."""

from dyntube import ui
from dyntube.report import pages
from dyntube.words import tr


def draw(context: ui.ReportContext) -> None:
    videos = context.selection.open
    if len(videos) == 1:
        ui.video_detail(context, videos[0])
    elif videos:
        ui.compare_videos(context, videos, pages.TREND)
    else:
        ui.drill(context, "library", title=tr("All videos"))


ui.page(pages.VIDEOS, draw)

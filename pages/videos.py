"""Every video, one video, or some side by side."""

from dyntube import ui

METRICS = (
    "views",
    "plays",
    "play_rate",
    "viewers",
    "watch_time",
    "average_watch_time",
    "average_percent_watched",
    "completion_rate",
)
TREND = ("views", "watch_time", "viewers", "completion_rate")


def draw(context: ui.ReportContext) -> None:
    videos = context.selection.values("video")
    if len(videos) == 1:
        ui.video_detail(context, videos[0], TREND)
    elif videos:
        ui.compare_videos(context, videos, TREND)
    ui.drill(context, "library", "video", title="All videos")


ui.page("Videos", METRICS, draw, rollups=(("video", ui.TIME),))

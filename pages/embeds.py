"""On whose pages people watch: which domains come and go, how each plays, and its pages."""

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
CARDS = ("views", "plays", "play_rate", "completion_rate")
SHOWN = ("views", "play_rate", "completion_rate")


def draw(context: ui.ReportContext) -> None:
    ui.cards(context, CARDS)
    ui.domain_watch(context)
    left, right = ui.columns(1, 1)
    with left:
        ui.domain_bars(context, SHOWN)
    with right, ui.card("Domains and their pages"):
        ui.treemap(context, "embed_domain", "embed_page")
    ui.drill(context, "embed", "embed_domain", title="Domains and pages")
    ui.campaigns(context)


ui.page("Embeds", METRICS, draw, rollups=(("embed_domain", ui.TIME), ui.CAMPAIGN))

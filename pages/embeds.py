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


def draw(scene: ui.Scene) -> None:
    ui.cards(scene, CARDS)
    ui.domain_watch(scene)
    left, right = ui.columns(1, 1)
    with left:
        ui.domain_bars(scene, SHOWN)
    with right, ui.card("Domains and their pages"):
        ui.treemap(scene, "embed_domain", "embed_page")
    ui.drill(scene, "embed", "embed_domain", title="Domains and pages")
    ui.campaigns(scene)


ui.page("Embeds", METRICS, draw, together=(("embed_domain", ui.TIME), ui.CAMPAIGN))

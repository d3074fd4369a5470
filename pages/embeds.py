"""On whose pages people watch: which domains come and go, how each plays, and its pages."""

from dyntube import ui
from dyntube.report import pages


def draw(context: ui.ReportContext) -> None:
    ui.cards(context, pages.EMBED_CARDS)
    ui.domain_watch(context)
    left, right = ui.columns(1, 1)
    with left:
        ui.domain_bars(context, pages.EMBED_BARS)
    with right, ui.card("Domains and their pages"):
        ui.treemap(context, "embed_domain", "embed_page")
    ui.drill(context, "embed", title="Domains and pages")
    ui.campaigns(context)


ui.page(pages.EMBEDS, draw)

"""Embed domains and pages: which are new or gone, and how videos play on them."""

from dyntube import ui
from dyntube.report import pages
from dyntube.words import tr


def draw(context: ui.ReportContext) -> None:
    ui.cards(context, pages.EMBED_CARDS)
    ui.domain_watch(context)
    left, right = ui.columns(1, 1)
    with left:
        ui.domain_bars(context, pages.EMBED_BARS)
    with right, ui.card(tr("Top pages")):
        ui.top_list(context, "embed_page", rows=10)
    ui.drill(context, "embed", title=tr("Domains and pages"))
    ui.campaigns(context)


ui.page(pages.EMBEDS, draw)

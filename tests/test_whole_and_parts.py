"""What is cut from a list is still in the totals above it; a footer sums what it stands under."""

from __future__ import annotations

from typing import Any

import pytest

from dyntube.charts import picked

from .opened import Pages, chart, pages, views

__all__ = ["pages"]
TREEMAP = "Views by embedding domain and embedding page"


def embeds(domain: str, count: int, *, each: int = 1, page: str = "page") -> list[dict[str, Any]]:
    """Pages of a domain, with so many views each."""
    return [
        view
        for n in range(count)
        for view in views(each, embed={"domain": domain, "url": f"https://{domain}/{page}-{n}"})
    ]


def tiles(at: Any) -> dict[tuple[tuple[str, str], ...], list[str]]:
    """What is shown of each tile, by what a click on it filters by."""
    (trace,) = chart(at, TREEMAP)
    found: dict[Any, list[str]] = {}
    for picks, hover in trace["customdata"]:
        found.setdefault(tuple(picked([picks, hover])), []).append(hover)
    return found


def test_a_domain_of_many_small_pages_is_there_with_all_its_views(pages: Pages) -> None:
    pages.store(embeds("few.example", 200, each=2) + embeds("many.example", 600))
    found = tiles(pages.open("embeds"))

    many, few = ((("embed_domain", name),) for name in ("many.example", "few.example"))
    assert "Views: 600" in found[many][0]
    assert "Views: 400" in "".join(found[few])
    assert sum(len(some) for some in found.values()) == 200 + 2


def test_the_pages_that_are_not_shown_are_the_rest_of_their_domain(pages: Pages) -> None:
    pages.store(embeds("a.example", 150, each=2) + embeds("b.example", 100, each=1))
    found = tiles(pages.open("embeds"))

    whole = found[("embed_domain", "b.example"),]
    assert any("Views: 100" in text for text in whole)
    assert any("Other in b.example" in text and "Views: 50" in text for text in whole)


def test_domains_that_are_not_shown_are_one_tile(pages: Pages) -> None:
    pages.store([v for n in range(130) for v in embeds(f"{n}.example", 1, each=1 + (n < 99))])
    found = tiles(pages.open("embeds"))

    (rest,) = found[()]
    assert "<b>Other (30)</b>" in rest
    assert "Views: 30" in rest


def test_an_unknown_page_is_that_of_its_own_domain(pages: Pages) -> None:
    unknown = [views(n, embed={"domain": f"{d}.example"}) for d, n in (("a", 4), ("b", 3))]
    nowhere = views(2, embed={})
    pages.store([*unknown[0], *unknown[1], *nowhere, *embeds("a.example", 1)])
    found = tiles(pages.open("embeds"))

    page = ("embed_page", "")
    in_a = found[page, ("embed_domain", "a.example")]
    assert ["Views: 4" in text for text in in_a] == [True]
    assert "<b>Unknown</b>" in in_a[0]
    assert "Views: 2" in found[page, ("embed_domain", "")][0]
    at = pages.open("embeds", embed_page="", embed_domain="a.example")
    assert at.metric[0].value == "4"


def test_the_footer_of_a_searched_table_sums_the_rows_found(pages: Pages) -> None:
    pages.store(embeds("a.example", 2, each=3) + embeds("b.example", 1, each=5))
    at = pages.open("embeds")
    assert "2 rows by embedding domain · 11 views" in at.caption[-1].value

    at.text_input(key="table-embed_domain-search").set_value("A.EX").run()

    assert at.caption[-1].value.startswith("1 of 2 rows by embedding domain · 6 views · 6 plays")
    assert "6 viewers" in at.caption[-1].value
    at.text_input(key="table-embed_domain-search").set_value("example").run()
    assert "11 views" in at.caption[-1].value


@pytest.mark.parametrize(("text", "said"), [("a", "not added up"), ("1.a", "3 viewers")])
def test_viewers_of_some_rows_are_not_added_up(pages: Pages, text: str, said: str) -> None:
    pages.store([v for n in range(3) for v in embeds(f"{n}.a", 1, each=3)] + embeds("b", 1))
    at = pages.open("embeds")

    at.text_input(key="table-embed_domain-search").set_value(text).run()

    assert said in at.caption[-1].value

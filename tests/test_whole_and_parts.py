"""What is cut from a list is still in the totals above it; a footer sums what it stands under."""

from __future__ import annotations

from typing import Any

import pytest

from .opened import Pages, pages, views

__all__ = ["pages"]


def embeds(domain: str, count: int, *, each: int = 1, page: str = "page") -> list[dict[str, Any]]:
    """Pages of a domain, with so many views each."""
    return [
        view
        for n in range(count)
        for view in views(each, embed={"domain": domain, "url": f"https://{domain}/{page}-{n}"})
    ]


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

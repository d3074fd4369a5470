"""What is cut from a list is still in the totals above it; a footer sums what it stands under."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ..opened import Pages, pages, views
from ..tables import choose, table

__all__ = ["pages"]


def embeds(domain: str, count: int, *, each: int = 1, page: str = "page") -> list[dict[str, Any]]:
    """Pages of a domain, with so many views each."""
    return [
        view
        for n in range(count)
        for view in views(each, embed={"domain": domain, "url": f"https://{domain}/{page}-{n}"})
    ]


def foot(at: AppTest) -> str:
    return table(at, "Table of embedding domains").foot


def test_the_footer_of_a_searched_table_sums_the_rows_found(pages: Pages) -> None:
    pages.store(embeds("a.example", 2, each=3) + embeds("b.example", 1, each=5))
    at = pages.open("embeds")
    assert foot(at).startswith("2 embedding domains · 11 views")

    choose(at, "embed_domain", search="A.EX")

    assert foot(at).startswith("1 of 2 embedding domains · 6 views · 6 plays")
    assert "6 viewers" in foot(at)
    choose(at, "embed_domain", search="example")
    assert "11 views" in foot(at)


def test_a_footer_of_one_view_says_so(pages: Pages) -> None:
    pages.store(embeds("a.example", 1) + embeds("b.example", 1, each=2))
    at = pages.open("embeds")

    choose(at, "embed_domain", search="a.example")

    assert foot(at).split(" · ")[1:3] == ["1 view", "1 play"]


@pytest.mark.parametrize(("text", "said"), [("a", "not added up"), ("1.a", "3 viewers")])
def test_viewers_of_some_rows_are_not_added_up(pages: Pages, text: str, said: str) -> None:
    pages.store([v for n in range(3) for v in embeds(f"{n}.a", 1, each=3)] + embeds("b", 1))
    at = pages.open("embeds")

    choose(at, "embed_domain", search=text)

    assert said in foot(at)

"""A catalog's pager is believed where it is plain, and never without end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dyntube.errors import BadResponseError
from dyntube.fetch import client as api
from dyntube.fetch.client import Client
from dyntube.settings.settings import Settings

from ..scripted import Answer, Asked, Server

SIZE = api.CATALOG_PAGE_SIZE


def listing(count: int) -> list[dict[str, str]]:
    return [{"key": f"v{n}", "title": f"Video {n}"} for n in range(count)]


def page_of(asked: Asked) -> int:
    return int(asked.path.split("page=")[1].split("&")[0])


def answer(items: list[Any], pager: str) -> Answer:
    """An answer whose pager is this JSON, be it legal or not."""
    return Answer(body=f'{{"videos": {json.dumps(items)}, "pager": {pager}}}'.encode())


def serves(server: Server, items: list[Any], pager: str) -> None:
    """Serve these things page by page, always with that pager."""

    def script(asked: Asked) -> Answer:
        first = (page_of(asked) - 1) * SIZE
        return answer(items[first : first + SIZE], pager)

    server.script = script


def keys(server: Server) -> list[str]:
    settings = Settings(stats_url=server.url, api_url=server.url)
    client = Client(settings, sleep=lambda _: None)
    return [item["key"] for item in client.catalog("videos")]


ODD = ['"abc"', "{}", "[1]", "NaN", "1e400", "1e9", "1000000000", "-1", "0", "null", "true", "2.5"]


@pytest.mark.parametrize("pager", [*(f'{{"totalPages": {odd}}}' for odd in ODD), "{}", "[]", "7"])
def test_where_the_pager_says_nothing_plain_pages_are_read_until_one_is_empty(
    server: Server, pager: str
) -> None:
    serves(server, listing(2 * SIZE + 7), pager)
    assert len(keys(server)) == 2 * SIZE + 7
    assert len(server.asked) == 4


@pytest.mark.parametrize("plain", ["3", '"3"', "3.0", "3e0"])
@pytest.mark.parametrize("name", ["totalPages", "pages"])
def test_a_plain_number_of_pages_is_believed(server: Server, name: str, plain: str) -> None:
    serves(server, listing(2 * SIZE + 7), f'{{"{name}": {plain}}}')
    assert len(keys(server)) == 2 * SIZE + 7
    assert len(server.asked) == 3


def test_a_catalog_that_pages_as_the_log_does_is_read_whole(server: Server) -> None:
    serves(server, listing(250), '{"page": 1, "size": 100, "hits": 100, "total": 250, "pages": 3}')
    assert len(keys(server)) == 250


def test_without_a_plain_number_a_page_that_comes_again_is_the_last(server: Server) -> None:
    server.script = lambda asked: answer(listing(SIZE), '{"totalPages": 1e9}')
    assert set(keys(server)) == {item["key"] for item in listing(SIZE)}
    assert len(server.asked) == 2


def test_where_a_page_past_the_last_is_refused_it_was_the_last(server: Server) -> None:
    def script(asked: Asked) -> Answer:
        return answer(listing(SIZE), "{}") if page_of(asked) == 1 else Answer(404)

    server.script = script
    assert len(keys(server)) == SIZE


@pytest.mark.parametrize("second", [[], listing(SIZE)], ids=["empty", "the first again"])
def test_a_page_that_was_promised_and_brings_nothing_is_an_error(
    server: Server, second: list[Any]
) -> None:
    server.script = lambda asked: answer(
        listing(SIZE) if page_of(asked) == 1 else second, '{"totalPages": 3}'
    )
    with pytest.raises(BadResponseError, match="3 pages of videos, but page 2"):
        keys(server)
    assert len(server.asked) == 2


@pytest.mark.parametrize("bound", ["MOST_CATALOG_PAGES", "MOST_NAMES"])
def test_a_catalog_without_end_is_an_error(
    server: Server, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(api, bound, 5)
    server.script = lambda asked: answer(
        [{"key": f"{page_of(asked)}-{n}"} for n in range(2)], '{"totalPages": 1e400}'
    )
    with pytest.raises(BadResponseError, match="videos without end"):
        keys(server)
    assert len(server.asked) <= 5


def test_an_empty_catalog_is_one(server: Server) -> None:
    for items in ("[]", "null"):
        server.script = lambda asked, items=items: Answer(
            body=f'{{"videos": {items}, "pager": {{"totalPages": 0}}}}'.encode()
        )
        assert keys(server) == []


def test_things_without_a_key_do_not_end_a_catalog_whose_pages_are_counted(server: Server) -> None:
    server.script = lambda asked: answer(
        [{"title": "no key"}] if page_of(asked) < 3 else listing(1), '{"totalPages": 3}'
    )
    settings = Settings(stats_url=server.url, api_url=server.url)
    found = [item.get("key") for item in Client(settings).catalog("videos")]
    assert found == [None, None, "v0"]

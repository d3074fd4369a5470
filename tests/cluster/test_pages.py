"""Every page on ClickHouse says what it says on DuckDB, and tells when the warehouse is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.account import open_account
from dyntube.desk import Desk
from dyntube.fetch.background import Background
from dyntube.people.reader import Anyone
from dyntube.query.access import EVERYTHING, Access
from dyntube.report.pages import PAGES
from dyntube.report.read import as_json, read_page
from dyntube.settings.settings import Settings

from ..browser.app import Watched, running
from ..clock import NOON
from ..components import cards, sent
from ..pages.test_every_page import EMPTY, STATES
from ..pages.test_pages import open_page
from .nodes import Cluster

Connect = Callable[..., None]


@pytest.fixture(scope="module")
def address(cluster: Cluster, stand_in: str, filled: Path) -> str:
    """A warehouse with all of the filled archive."""
    at = cluster.warehouse()
    settings = Settings(stats_url=stand_in, api_url=stand_in, archive=filled, engine=at)
    backend = open_account(settings).warehouse
    backend.tables.create()
    assert len(backend.load()) > 56
    return cluster.address(at.database)


def desk(stand_in: str, filled: Path, access: Access, engine: str = "") -> Desk:
    from dyntube.settings.warehouse import warehouse

    at = warehouse("", engine) if engine else None
    account = open_account(
        Settings(stats_url=stand_in, api_url=stand_in, archive=filled, engine=at, sync="external")
    )
    return Desk(
        account, Background(account.syncer, account.catalog, external=True), Anyone(access=access)
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", {**STATES, **EMPTY})
def test_a_page_says_the_same(
    stand_in: str, filled: Path, address: str, page: str, state: str
) -> None:
    query = {**STATES, **EMPTY}[state]
    limited = Access(frozenset({"5lCohVbzSymGw"}), role="reader")
    for access in (EVERYTHING, limited) if page != "data" else (EVERYTHING,):
        desks = (desk(stand_in, filled, access, engine) for engine in ("", address))
        said = [as_json(read_page(one, PAGES[page], f"?{query}", NOON)) for one in desks]
        assert equal(*said), state


def equal(one: object, other: object) -> bool:
    """Equal; sums of fractions to nine digits."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
        case list(), list():
            return len(one) == len(other) and all(map(equal, one, other))
        case float(), float():
            return one == pytest.approx(other, rel=1e-9, nan_ok=True)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("page", ["overview", *(name for name in PAGES if name != "overview")])
def test_a_page_is_drawn(
    connect: Connect, stand_in: str, filled: Path, address: str, page: str
) -> None:
    connect(stand_in, filled, SYNC="external", ENGINE=address)
    at = open_page("country=DE", page)
    assert not at.exception
    assert not at.error
    assert sent(at, "figure") or sent(at, "table") or at.dataframe


def test_without_the_warehouse_pages_say_so_and_what_is_kept_here_works(
    cluster: Cluster, connect: Connect, stand_in: str, filled: Path, address: str
) -> None:
    connect(stand_in, filled, SYNC="external", ENGINE=address)
    cluster.nodes[1].stop()
    try:
        at = open_page("period=last-7-days&country=AT")
        assert errors(at) == [AWAY]
        data = open_page("", "data")
        assert sent(data, "table"), "days and syncs are listed"
        assert AWAY in errors(data)
    finally:
        cluster.nodes[1].start()
    assert not at.run().error
    assert cards(at)[0].value != "0"


QUERY = "from=2026-11-01&to=2026-11-20&country=DE"


def errors(at: AppTest) -> list[str]:
    return [error.value.replace("\u2060", "").replace("\\", "") for error in at.error]


AWAY = (
    "The database with the views cannot be reached. Numbers are back as soon as it answers; "
    "whoever runs this dashboard finds the reason in the log."
)


@pytest.fixture
def app(stand_in: str, filled: Path, address: str) -> Iterator[str]:
    settings = {"STATS_URL": stand_in, "API_URL": stand_in, "SYNC": "external", "ENGINE": address}
    with running(filled, **settings) as url:
        yield url


def test_a_real_browser_shows_the_overview(
    app: str, stand_in: str, filled: Path, tab: Callable[..., Watched]
) -> None:
    opened = tab(new=True)
    opened.open(f"{app}/?{QUERY}")
    opened.wait_painted()
    values = opened.page.locator(".card .value")
    assert values.count() == 8
    own = desk(stand_in, filled, EVERYTHING)
    read = as_json(read_page(own, PAGES["overview"], f"?{QUERY}", NOON))
    views = read["tables"][0]["rows"][0]["views"]
    assert values.first.inner_text() == f"{views:,}"

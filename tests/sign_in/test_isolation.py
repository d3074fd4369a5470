"""The matrix of people, pages, states and files, through the real app: nobody sees what is not
theirs, in whatever order they come, with cold caches and with answers kept of others.

`ISOLATION=all` tries every state on every page; `make test` a fixed sample of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from .canaries import (
    CARL,
    CELLS,
    CHANNELS,
    NORA,
    OF_THE_STORE,
    PAUL,
    PEOPLE,
    PERIOD,
    PROJECTS,
    RITA,
    ROOT,
    RULES,
    Reader,
    build,
    total,
)
from .hosted import PROXY, behind_proxy, draw, get
from .looking import PAGES, buttons, cards, files, leaks, menus, numbers, rows, said, states
from .tab import Tab, tabs

EVERY = os.environ.get("ISOLATION") == "all"
Opened = tuple[str, Callable[..., Tab]]
ORDERS = {"the admin first": PEOPLE, "the admin last": (NORA, PAUL, CARL, RITA, ROOT)}
RAW = ("csv", "parquet")


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    """The app over the archive of `canaries`, and how to open tabs in it."""
    with (
        behind_proxy(folder, folder / "access.toml", SYNC="external") as url,
        tabs(url) as open_tab,
    ):
        yield url, open_tab


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canaries") / "archive"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[Opened]:
    with opened(folder) as found:
        yield found


def tried(reader: Reader, turn: int) -> Iterator[tuple[str, str]]:
    """Pages and addresses for a reader: every page, in a sample each in one state."""
    known = list(states(reader).values())
    for number, page in enumerate(PAGES):
        start = (PEOPLE.index(reader) * 3 + number * 2 + turn * 7) % len(known)
        for address in known if EVERY else (known[start],):
            yield page, address


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_shows_nothing_of_others_whoever_came_before(folder: Path, order: str) -> None:
    everything = b""
    with opened(folder) as (_, open_tab):
        for warm in (0, 1):
            for reader in ORDERS[order]:
                tab = open_tab(reader.headers)
                for page, address in tried(reader, warm + 2 * [*ORDERS].index(order)):
                    came = tab.open(page, address).raw
                    assert leaks(reader, came, address) == [], (reader.name, page, address)
                    everything += came.lower() if reader is ROOT else b""
    assert [cell.word for cell in CELLS if cell.word.encode() not in everything] == []


@pytest.mark.parametrize("reader", PEOPLE, ids=lambda reader: reader.name)
def test_menus_and_lists_of_filters_name_nothing_of_others(app: Opened, reader: Reader) -> None:
    tab = app[1](reader.headers)
    for page in PAGES[:-2] if EVERY else ("", "videos"):
        tab.open(page, PERIOD)
        came = b"".join(menus(tab))
        assert leaks(reader, came, PERIOD) == []
        assert [cell.word for cell in reader.cells if cell.word.encode() not in came.lower()] == []


def test_an_admin_gets_each_canary_so_that_its_absence_elsewhere_says_something(
    app: Opened,
) -> None:
    tab, came = app[1](ROOT.headers), b""
    for page, query in (("", ""), ("data", "&check=rejected"), ("people", ""), ("geography", "")):
        came += tab.open(page, PERIOD + query).raw
        if page != "people":
            came += b"".join(menus(tab))
    wanted = [*OF_THE_STORE, *PROJECTS.values(), *CHANNELS.values(), "rita@acme.com"]
    wanted += [word for cell in CELLS for word in (cell.word, cell.countries, cell.video)]
    assert [word for word in wanted if word.lower().encode() not in came.lower()] == []
    for foreign in (RITA, CARL, PAUL, NORA):
        assert set(foreign.foreign()) & {f"{sum(c.total for c in CELLS):,}"}


@pytest.mark.parametrize("reader", PEOPLE, ids=lambda reader: reader.name)
def test_totals_are_those_of_plain_python_over_what_the_reader_may_see(
    app: Opened, reader: Reader
) -> None:
    tab = app[1](reader.headers)
    tab.open("", f"{PERIOD}&compare=none")

    assert {name: cards(tab).get(name) for name in ("views", "viewers")} == (
        total(reader.cells) if reader.cells else {"views": None, "viewers": None}
    )


@pytest.mark.parametrize("reader", PEOPLE, ids=lambda reader: reader.name)
def test_files_say_nothing_of_others(app: Opened, reader: Reader) -> None:
    tab, pages = app[1](reader.headers), PAGES[:-2]
    for number, page in enumerate(pages if EVERY else pages[:3]):
        tab.open(page, f"{PERIOD}&compare=none")
        ending = ("csv", "excel", "csv")[number % 3]
        found = dict(files(tab, lambda k, e=ending: EVERY or k == "export-page" or k.endswith(e)))
        assert bool(found) == bool(reader.cells) or page == "live"
        for key, content in found.items():
            assert len(content) > 20
            assert leaks(reader, said(content), PERIOD) == [], (page, key)
            if content.startswith(b"PK"):
                assert numbers(content) & reader.foreign_sums() == set(), (page, key)


@pytest.mark.parametrize("reader", PEOPLE, ids=lambda reader: reader.name)
def test_raw_views_are_exactly_those_that_the_reader_may_see(app: Opened, reader: Reader) -> None:
    for ending in RAW:
        for name, address in states(reader).items():
            if not (EVERY or name in ("as it opens", "a foreign project", "all time")):
                continue
            answer = get(f"{app[0]}/api/views.{ending}?{address}", reader.headers)
            if reader.role == "reader":
                assert answer.status == 403
            elif answer.status == 200:
                assert leaks(reader, said(answer.content), address) == []
            assert leaks(reader, answer.content) == [] or ending == "parquet"
            if ending == "parquet" and name == "as it opens" and answer.status == 200:
                found = rows(answer.content)
                assert len(found) == sum(cell.total for cell in reader.cells)
                assert {row["video_key"] for row in found} == {c.video for c in reader.cells}


@pytest.mark.parametrize("reader", PEOPLE, ids=lambda reader: reader.name)
def test_pictures_are_served_of_the_videos_that_the_reader_may_see(
    app: Opened, reader: Reader
) -> None:
    answers = {c: get(f"{app[0]}/api/thumbnail/{c.video}", reader.headers) for c in CELLS}

    assert [c for c, answer in answers.items() if answer.status == 200] == [*reader.cells]
    assert leaks(reader, b"".join(answer.content for answer in answers.values())) == []


def test_what_an_open_tab_may_do_ends_with_the_rules_that_allowed_it(
    folder: Path,
) -> None:
    rules, moved = folder / "access.toml", replace(PAUL, projects=("p-zq7",))
    with opened(folder) as (url, open_tab):
        tab = open_tab(PAUL.headers)
        assert b"numbat" in tab.open("", PERIOD).raw
        offered = buttons(tab)
        address = url + tab.file(offered["export-page"])
        assert get(address, PAUL.headers).status == 200
        try:
            rules.write_text(RULES.replace(PAUL.rule, moved.rule))

            assert {tab.file(id_) for id_ in offered.values()} == {""}
            assert get(address, PAUL.headers).status == 403
            assert get(f"{url}/api/thumbnail/v-zn9", PAUL.headers).status == 404
            for came in menus(tab):
                assert leaks(moved, came, PERIOD) == []
            assert leaks(moved, tab.run().raw, PERIOD) == []
            assert cards(tab)["views"] == total(moved.cells)["views"]
            rules.write_text(RULES.replace(PAUL.rule, ""))
            assert draw(url, headers=PAUL.headers, source=PROXY).says("nothing is shared with you")
            own = PAUL.headers[0][1].encode()  # whom the page names
            assert own in (told := tab.run().raw)
            assert leaks(replace(PAUL, projects=()), told.replace(own, b""), PERIOD) == []
        finally:
            rules.write_text(RULES)

"""The Embeds page in every state, over an archive of known views."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.desk import Desk
from dyntube.query.metrics import METRICS
from dyntube.query.query import Query
from dyntube.report import domains
from dyntube.report.tables import PageTables
from dyntube.settings.settings import STATS_URL

from .. import odd, plain
from ..clock import TODAY
from ..components import cards, sent
from ..conftest import record
from ..odd import HOSTILE, ONE_DAY
from ..tables import table, tables
from .test_pages import APP, said

# The default period is the 28 days before today; the 28 before those are compared.
# domain: on which days, counted back from today, and how many views of which some are played
PLAN = {
    "acme.example": (range(1, 57), 4),
    "shop.acme.example": (range(1, 57, 2), 3),
    "old.example": (range(1, 57, 3), 2),
    "new.example": ((5, 9), 40),
    HOSTILE: ((3,), 1),
    "gone.example": (range(30, 36), 5),
    "back.example": ((2, 60), 2),
    "Shop.ACME.example.": ((4,), 1),
    None: ((6, 40), 2),
}
OWN = {"OWN_DOMAINS": "acme.example, back.example"}
LOST = "No longer showing your videos"
LISTS = [f"{name}: sites with their views and plays" for name in ("New", LOST, "Unexpected")]


def records(day: int) -> list[dict[str, Any]]:
    """The views of one day, counted back from today; each second one is not played."""
    date = f"{TODAY - day * ONE_DAY}T12:00:00Z"
    return [
        record(
            f"{number}-{day}-{n}",
            date,
            started=n % 2 == 0,
            ended=n % 4 == 0,
            embed={"domain": domain, "url": f"https://{domain}/page-{n % 3}"} if domain else {},
            geo={"country": "DE" if n else "FR"},
        )
        for number, (domain, (days, count)) in enumerate(PLAN.items())
        for n in range(count if day in days else 0)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embeds") / "archive"
    archive = odd.open_archive(folder)
    for day in (*range(1, 57), 60):
        odd.put(archive, TODAY - day * ONE_DAY, records(day))
    return folder


@pytest.fixture
def open_embeds(folder: Path, connect: Callable[..., None]) -> Callable[..., AppTest]:
    def open_(query: str = "", **settings: str) -> AppTest:
        connect(STATS_URL, folder, SYNC="external", **settings)
        at = AppTest.from_file(APP, default_timeout=60)
        for part in filter(None, query.split("&")):
            name, value = part.split("=")
            at.query_params[name] = [*at.query_params.get(name, []), value]
        at = at.switch_page("pages/embeds.py").run()
        assert not at.exception
        assert not at.error
        return at

    return open_


def listed(at: AppTest, alt: str) -> list[tuple[str, int, int]] | None:
    """The domains of a list with their views and plays; None where there is no such list."""
    rows = next((one.shown for one in tables(at) if one.rows["label"] == alt), None)
    if rows is None:
        return None
    counts = ([int(text.replace(",", "")) for text in rows[name]] for name in ("views", "plays"))
    return list(zip(rows["name"], *counts, strict=True))


def counts(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def words(at: AppTest) -> str:
    return "\n".join(caption.value for caption in at.caption)


def of(domain: str, first: int, last: int) -> tuple[str, int, int]:
    """A domain's views and plays from one day to another, counted back from today."""
    views = [view for day in range(first, last - 1, -1) for view in records(day)]
    mine = [view for view in views if plain.known(view, "embed", "domain") == domain]
    numbers = plain.metrics(mine)
    return domain, int(numbers["views"]), int(numbers["plays"])


def bars(at: AppTest) -> dict[str, str]:
    """What the list of domains says of each."""
    (found,) = (one for one in sent(at, "share_list") if "by embedding domain" in one["label"])
    return {row["value"]: row["number"] for row in found["rows"]}


def test_the_page_counts_and_lists_new_gone_and_unexpected_domains(open_embeds) -> None:
    at = open_embeds(**OWN)

    assert at.title[0].value == "Embeds"
    found = counts(at)
    assert [found[name] for name in ("New", LOST, "Unexpected")] == ["2", "1", "3"]
    new, gone, unexpected = (listed(at, alt) for alt in LISTS)
    assert new == [of("new.example", 28, 1), of(HOSTILE, 28, 1), of("back.example", 28, 1)]
    assert gone == [of("gone.example", 56, 29)]
    assert unexpected == [of(d, 28, 1) for d in ("new.example", "old.example", HOSTILE)]
    assert ", 1 returned after a pause" in words(at)
    assert table(at, LISTS[0]).shown["mark"].tolist() == ["New", "New", "Returned"]


def test_the_four_cards_are_those_of_all_views(open_embeds) -> None:
    at = open_embeds()

    expected = plain.metrics(view for day in range(1, 29) for view in records(day))
    shown = {card.label: card.value for card in cards(at)}
    assert shown["Views"] == f"{expected['views']:,}"
    assert shown["Play rate"] == f"{expected['play_rate']:.1%}"
    assert set(shown) == {"Views", "Plays", "Play rate", "Completion rate"}


def test_without_own_domains_none_is_unexpected_and_the_setting_is_named(open_embeds) -> None:
    at = open_embeds()

    assert "Unexpected" not in counts(at)
    assert listed(at, LISTS[2]) is None
    assert "DYNTUBE_OWN_DOMAINS" in words(at)
    assert "DYNTUBE_OWN_DOMAINS" not in words(open_embeds(**OWN))


def test_where_every_domain_is_known_the_page_says_so(open_embeds) -> None:
    first, last = TODAY - 20 * ONE_DAY, TODAY - 15 * ONE_DAY
    at = open_embeds(f"from={first}&to={last}", OWN_DOMAINS="acme.example,old.example")

    assert counts(at)["New"] == counts(at)[LOST] == counts(at)["Unexpected"] == "0"
    for text in ("No new sites", "No lost sites", "All sites are your own"):
        assert text in words(at)


def test_without_a_comparison_nobody_can_say_what_is_gone(open_embeds) -> None:
    at = open_embeds("compare=none", **OWN)

    assert counts(at)[LOST] == "–"
    assert "Without a comparison" in words(at)
    assert listed(at, LISTS[0]) == [of("new.example", 28, 1), of(HOSTILE, 28, 1)]


def test_where_nothing_older_is_stored_nobody_can_say_what_is_new(open_embeds) -> None:
    at = open_embeds(f"from={TODAY - 60 * ONE_DAY}&to={TODAY - ONE_DAY}")

    assert counts(at)["New"] == "–"
    assert "No views are stored before this period" in words(at)


def test_the_page_says_how_far_back_it_knows_and_what_it_misses(open_embeds) -> None:
    first = formats.day(TODAY - 60 * ONE_DAY)
    assert f"We only have views since {first}, with 3 days missing" in words(open_embeds())


def test_a_first_view_before_which_days_are_missing_may_have_been_earlier(open_embeds) -> None:
    """All days are stored but those between the 60th and the 56th day before today."""
    found = table(open_embeds(OWN_DOMAINS="back.example"), LISTS[2]).shown.set_index("name")
    known = table(open_embeds(**OWN), LISTS[0]).shown.set_index("name")

    edge = formats.day(TODAY - 56 * ONE_DAY)
    assert found.loc["acme.example", "first_view"] == f"by {edge}"
    assert known.loc["new.example", "first_view"] == formats.day(TODAY - 9 * ONE_DAY)
    assert known.loc["back.example", "first_view"] == (f"by {formats.day(TODAY - 60 * ONE_DAY)}")


def test_a_filter_asks_nothing_about_the_past_again(
    open_embeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Query] = []
    answer = Desk.answer
    monkeypatch.setattr(
        Desk,
        "answer",
        lambda desk, query, rollup=None: asked.append(query) or answer(desk, query, rollup),
    )

    open_embeds(**OWN)
    history = {q for q in asked if q.by == ("embed_domain", "day") and q.metrics == ("views",)}
    asked.clear()
    at = open_embeds("country=FR", **OWN)

    assert len(history) >= 2
    assert history <= set(asked)
    assert listed(at, LISTS[0]) == [("new.example", 2, 2), (HOSTILE, 1, 1), ("back.example", 1, 1)]


def test_a_domain_that_is_filtered_by_is_marked_and_no_list_filters_itself_away(
    open_embeds,
) -> None:
    at = open_embeds("embed_domain=new.example", **OWN)

    assert [len(listed(at, alt) or []) for alt in LISTS] == [3, 1, 3]
    assert table(at, LISTS[0]).marked == {"new.example"}
    assert len(bars(at)) == 8
    pages = table(at, "Table of embedding pages").shown
    assert set(pages["name"]) == {"/page-0", "/page-1", "/page-2"}


@pytest.mark.parametrize(
    "query", ["embed_page=https://new.example/page-0", "embed_domain-contains=NEW"]
)
def test_a_page_or_a_part_of_a_name_is_looked_for_in_every_list(query: str, open_embeds) -> None:
    at = open_embeds(f"embed_domain=acme.example&{query}", **OWN)

    assert "No views match" in at.info[-1].value
    at = open_embeds(query, **OWN)
    domains = [domain for alt in LISTS for domain, *_ in listed(at, alt) or []]
    assert set(domains) == set(bars(at)) == {"new.example"}


@pytest.mark.parametrize("name", ["views", "play_rate", "completion_rate"])
def test_the_bars_show_the_chosen_metric_of_each_domain(name: str, open_embeds) -> None:
    shown = bars(open_embeds(f"metric={name}"))

    raw = [view for day in range(1, 29) for view in records(day)]
    expected = plain.grouped(raw, lambda view: plain.known(view, "embed", "domain"))
    values = {domain: row[name] for domain, row in expected.items()}
    assert shown == {d: formats.value(METRICS[name], value) for d, value in values.items()}
    in_order = [values[domain] for domain in shown]
    assert in_order == sorted(in_order, reverse=True)


def test_the_bars_are_of_the_domains_with_most_views_whatever_they_show(
    open_embeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domains, "_BARS", 2)

    assert set(bars(open_embeds("metric=play_rate"))) == {"acme.example", "new.example"}


def test_a_metric_that_the_bars_do_not_offer_leaves_them_at_views(open_embeds) -> None:
    at = open_embeds("metric=watch_time")

    assert at.button_group(key="switch-metric").value == "views"
    assert bars(at)["new.example"] == "80"


def test_domains_full_of_markup_are_text(open_embeds) -> None:
    at = open_embeds(**OWN)

    for chart in sent(at, "figure"):
        assert "<script" not in chart["figure"]
        assert "<img" not in chart["figure"]
    shown = "\n".join(e.value for kind in (at.markdown, at.caption, at.header) for e in kind)
    assert "evil.example" not in shown + said(at)


def test_the_watch_is_a_table_of_the_workbook(open_embeds, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = {}
    monkeypatch.setattr(
        PageTables, "add", lambda self, sheet: sheets.update({sheet.title: sheet.rows})
    )

    open_embeds(**OWN)

    rows = sheets["New and lost sites"].set_index("embed_domain")
    assert rows["status"].to_dict() == {
        "new.example": "New",
        "back.example": "Returned",
        HOSTILE: "New",
        "gone.example": "Gone",
    } | dict.fromkeys(("acme.example", "shop.acme.example", "old.example"), "") | {
        "Shop.ACME.example.": ""
    }
    assert rows.loc["new.example", "first_view"].date() == TODAY - 9 * ONE_DAY
    assert rows.loc["gone.example", "last_view"].date() == TODAY - 30 * ONE_DAY
    assert "Views by site" in sheets

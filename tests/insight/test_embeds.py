"""Which domains are new, back, gone or not expected, against a few lines of plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dyntube.insight.domains import watch
from dyntube.query.dimensions import UNKNOWN
from dyntube.query.periods import Period
from dyntube.reading.addresses import in_ascii, is_own, page_name, site

ONE_DAY = dt.timedelta(days=1)
START = dt.date(2026, 10, 1)  # of the stored history
EARLIER = Period(START + ONE_DAY * 10, START + ONE_DAY * 19)
NOW = Period(START + ONE_DAY * 20, START + ONE_DAY * 29)

# A view: its domain, its day counted from START, whether the reader's filters keep it.
View = tuple[str, int, bool]


def seen(*days: int, of: str = "a.example", kept: bool = True) -> list[View]:
    return [(of, day, kept) for day in days]


def counts(views: list[View], span: Period) -> pd.DataFrame:
    """The views of a period by domain; every view is played."""
    kept = Counter(name for name, day, kept in views if kept and is_in(day, span))
    amounts = pd.Series(list(kept.values()), dtype="int64")
    return pd.DataFrame({"embed_domain": texts(kept), "views": amounts, "plays": amounts})


def is_in(day: int, span: Period) -> bool:
    return span.start <= START + ONE_DAY * day <= span.end


def texts(values: Iterable[str]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def watched(
    views: list[View], comparison: Period | None = EARLIER, **known: Any
) -> dict[str, dict[str, Any]]:
    """The rows of the watch over these views, by domain."""
    days = sorted({(domain, day) for domain, day, _ in views if day <= 29})
    stored = pd.DataFrame(
        {
            "embed_domain": texts(domain for domain, _ in days),
            "day": pd.to_datetime([START + ONE_DAY * day for _, day in days]),
        }
    )
    before = counts(views, comparison) if comparison else None
    rows = watch(counts(views, NOW), before, stored, period=NOW, comparison=comparison, **known)
    return {row["embed_domain"]: row for row in rows.to_dict("records")}


def statuses(views: list[View], comparison: Period | None = EARLIER) -> dict[str, str]:
    return {name: row["status"] for name, row in watched(views, comparison).items()}


OLD = seen(0, 15, 25, of="old.example")  # so that there is a history


def test_a_domain_is_new_when_its_first_stored_view_lies_in_the_period():
    rows = watched([*OLD, *seen(22, 22, 28)])

    assert rows["a.example"]["status"] == "New"
    assert rows["a.example"]["first_view"] == pd.Timestamp("2026-10-23")
    assert rows["a.example"]["last_view"] == pd.Timestamp("2026-10-29")
    assert (rows["a.example"]["views"], rows["a.example"]["views_before"]) == (3, 0)
    assert rows["old.example"]["status"] == ""


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ((20,), "New"),
        ((19, 20), ""),
        ((9, 20), "Returned"),
        ((9, 10, 20), ""),
        ((9, 19, 29), ""),
        ((10,), "Gone"),
        ((0, 19), "Gone"),
    ],
)
def test_where_a_domain_had_views_decides_what_it_is(days, status):
    assert statuses([*OLD, *seen(*days)])["a.example"] == status


def test_a_domain_of_neither_period_is_not_listed():
    assert set(statuses([*OLD, *seen(0, 9)])) == {"old.example"}


def test_where_nothing_is_stored_before_the_period_no_domain_is_new():
    assert statuses(seen(20, 25), None) == {"a.example": ""}


def test_without_a_comparison_none_is_back_or_gone_but_one_may_be_new():
    views = [*OLD, *seen(9, 20), *seen(15, of="b.example"), *seen(21, of="c.example")]

    assert statuses(views, None) == {"old.example": "", "a.example": "", "c.example": "New"}


@pytest.mark.parametrize("shift", [10, 20])
def test_a_comparison_that_does_not_begin_before_the_period_makes_none_gone(shift):
    later = Period(EARLIER.start + ONE_DAY * shift, EARLIER.end + ONE_DAY * shift)

    rows = watched([*OLD, *seen(35), *seen(9, 25, of="b.example")], later)

    assert [row["status"] for row in rows.values()] == ["", ""]
    assert rows["b.example"]["views_before"] == 0


def test_a_domain_first_seen_between_comparison_and_period_is_neither_new_nor_back():
    long_ago = Period(START, START + ONE_DAY * 5)

    assert statuses([*OLD, *seen(12, 25)], long_ago)["a.example"] == ""


def test_a_domain_seen_between_comparison_and_period_is_not_back():
    gap_between = Period(START + ONE_DAY * 8, START + ONE_DAY * 12)

    assert statuses([*OLD, *seen(2, 15, 25)], gap_between)["a.example"] == ""
    assert statuses([*OLD, *seen(2, 25)], gap_between)["a.example"] == "Returned"


def test_filters_decide_what_is_listed_and_never_make_a_domain_new_gone_or_back():
    views = [
        *OLD,
        *seen(5, 15, of="a.example", kept=False),  # others saw it before
        *seen(25, of="a.example"),
        *seen(15, of="b.example"),
        *seen(25, of="b.example", kept=False),  # and others still see it
        *seen(5, of="c.example"),
        *seen(15, of="c.example", kept=False),
        *seen(25, of="c.example"),
        *seen(25, of="d.example", kept=False),
    ]

    rows = watched(views)

    assert set(rows) == {"old.example", "a.example", "b.example", "c.example"}
    assert {row["status"] for row in rows.values()} == {""}
    assert rows["a.example"]["first_view"] == pd.Timestamp("2026-10-06")


def test_views_of_no_known_domain_are_no_domain():
    assert set(statuses([*OLD, *seen(22, of=UNKNOWN)])) == {"old.example"}


@pytest.mark.parametrize("other", ["A.Example", "a.example.", "www.a.example", "WWW.A.EXAMPLE."])
def test_another_spelling_of_a_known_domain_is_not_new_and_makes_none_gone(other):
    rows = watched([*OLD, *seen(15), *seen(25, of=other)])

    assert rows[other]["status"] == rows["a.example"]["status"] == ""
    assert rows[other]["first_view"] == pd.Timestamp("2026-10-16")


def test_the_domain_with_most_views_comes_first_and_the_gone_come_last():
    views = [*OLD, *seen(15, 16, of="gone.example"), *seen(15, of="less.example")]

    rows = watched([*views, *seen(21, 22, 23, of="new.example")])

    assert list(rows) == ["new.example", "old.example", "gone.example", "less.example"]


def test_a_domain_comes_back_as_it_was_whatever_is_in_it():
    hostile = "<b>=1+1</b>](javascript:alert(1)) \u202e\n"

    assert watched([*OLD, *seen(25, of=hostile)])[hostile]["status"] == "New"


DOMAINS = ("a.example", "A.example.", "b.example", "www.b.example", "c.example", UNKNOWN)


@given(
    st.lists(st.tuples(st.sampled_from(DOMAINS), st.integers(0, 29), st.booleans())),
    st.sampled_from((EARLIER, None, Period(START, START + ONE_DAY * 4))),
)
@example([], EARLIER)
def test_the_watch_agrees_with_its_definition_over_any_views(views, comparison):
    expected = {}
    history = any(day < 20 for _, day, _ in views)
    for domain in {domain for domain, _, _ in views} - {UNKNOWN}:
        mine = {d for d in DOMAINS if d.lower().strip(".w") == domain.lower().strip(".w")}
        days = {day for name, day, _ in views if name in mine}
        kept = [day for name, day, kept in views if kept and name == domain]
        now = sum(is_in(day, NOW) for day in kept)
        before = sum(is_in(day, comparison) for day in kept) if comparison else 0
        if not now + before:
            continue
        status = ""
        if history and min(days) >= 20:
            status = "New"
        elif comparison and max(days) < 20:
            status = "Gone"
        elif comparison and START + ONE_DAY * min(days) < comparison.start:
            status = "" if any(is_in(day, comparison) for day in days) else "Returned"
        expected[domain] = (status, now, before)

    rows = watched(views, comparison)

    assert expected == {
        name: (row["status"], row["views"], row["views_before"]) for name, row in rows.items()
    }


# Own domains


@pytest.mark.parametrize(
    ("domain", "own", "expected"),
    [
        ("acme.com", "acme.com", True),
        ("www.acme.com", "acme.com", True),
        ("a.b.acme.com", "acme.com", True),
        ("ACME.com.", "acme.com", True),
        ("acme.com", "Acme.COM.", True),
        ("acme.com", "www.acme.com", False),
        ("evil-acme.com", "acme.com", False),
        ("acme.com.evil.example", "acme.com", False),
        ("acme.co", "acme.com", False),
        ("com", "acme.com", False),
        ("", "acme.com", False),
        ("shop.bücher.example", "xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "BÜCHER.example", True),
        ("bucher.example", "bücher.example", False),
        ("xn--acme-.com", "acme.com", False),
        ("intranet", "intranet", True),
    ],
)
def test_an_own_domain_covers_itself_and_what_lies_below_it(domain, own, expected):
    assert is_own(domain, (own,)) is expected
    assert is_own(domain, ("other.example", own)) is expected


def test_each_domain_is_own_or_not_where_own_domains_are_named():
    views = [*OLD, *seen(25, of="shop.a.example"), *seen(15, of="b.example")]

    named = watched(views, own=("a.example", "old.example"))

    owned = {name: row["own"] for name, row in named.items()}
    assert owned == {"old.example": "yes", "shop.a.example": "yes", "b.example": "no"}
    assert {row["own"] for row in watched(views).values()} == {""}


# Names


@pytest.mark.parametrize(
    ("text", "name", "of_site"),
    [
        ("Acme.COM.", "acme.com", "acme.com"),
        ("WWW.acme.com", "www.acme.com", "acme.com"),
        ("www.com", "www.com", "www.com"),
        ("wwwacme.com", "wwwacme.com", "wwwacme.com"),
        ("shop.acme.com", "shop.acme.com", "shop.acme.com"),
        ("Bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("bu\u0308cher。example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("www.faß.de", "www.xn--fa-hia.de", "xn--fa-hia.de"),
        ("", "", ""),
    ],
)
def test_a_domain_has_one_spelling_in_the_dns_and_www_makes_no_other_site(text, name, of_site):
    assert (in_ascii(text), site(text)) == (name, of_site)


@given(st.text() | st.text(alphabet="aA.üÜwß。-x\ud800"))
def test_any_text_has_one_spelling_and_that_is_its_own(text):
    name = in_ascii(text)

    assert name.isascii()
    assert in_ascii(name) == name
    assert name.endswith(site(text))


@pytest.mark.parametrize(
    ("page", "domain", "shown"),
    [
        ("a.example/b", "", "a.example/b"),
        ("a.example/b", "a.example", "/b"),
        ("a.example/b", "www.A.example", "/b"),
        ("a.example", "a.example", "/"),
        ("a.example.evil/b", "a.example", "a.example.evil/b"),
        ("b.example/a.example/c", "a.example", "b.example/a.example/c"),
        ("about:blank", "a.example", "about:blank"),
        ("a.example?p=12", "a.example", "a.example?p=12"),
    ],
)
def test_a_page_is_shown_without_its_domain_where_that_is_said_already(page, domain, shown):
    assert page_name(page, domain) == shown

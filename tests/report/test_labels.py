"""What people read instead of keys and codes, and filters by what they read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS, OTHER, UNKNOWN
from dyntube.query.query import Filter, Query
from dyntube.report.labels import NAMED
from dyntube.report.selection import FILTERABLE, Selection
from dyntube.ui import door

from .. import library
from ..library import BEFORE, WEEK
from ..naming import label, resolved, sentence
from ..reader import Reader


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labels") / "archive"
    library.build(folder)
    return folder


@pytest.fixture(autouse=True)
def reader(folder: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Reader:
    library.open_it(connect, folder)
    return Reader(monkeypatch)


def found(by: str, *texts: str, zone: str = "UTC") -> Filter:
    (filter_,) = resolved((Filter(by, texts, "contains"),), (WEEK, BEFORE), zone)
    return filter_


# Labels


@pytest.mark.parametrize(
    ("by", "value", "text"),
    [
        ("project", "p-shop", "Shop"),
        ("channel", "c-1", "News"),
        ("video", "v-2", "=1+1 & **two**"),
        ("video", "v-3", "v-3"),  # it has no title
        ("video", "p-shop", "p-shop"),  # the key of something else
        ("country", "DE", "Germany"),
        ("country", "XX", "XX"),
        ("continent", "EU", "Europe"),
        ("weekday", "1", "Monday"),
        ("weekday", "9", "9"),
        ("hour_of_day", "7", "07:00"),
        ("hour_of_day", "soon", "soon"),
        ("browser", "DE", "DE"),
        ("browser", "<b>![x](y)</b>", "<b>![x](y)</b>"),
        ("browser", "Mobile Safari UI/WKWebView", "In-app browser (iOS)"),
        ("browser", "Chrome Mobile WebView", "In-app browser (Android)"),
        ("browser", "Chrome Mobile", "Chrome (mobile)"),
        ("browser", "Safari", "Safari"),
        ("browser", "Mac OS X", "Mac OS X"),  # no browser
        ("browser_version", "Chrome Mobile WebView 120", "In-app browser 120 (Android)"),
        ("browser_version", "Chrome Mobile 120", "Chrome 120 (mobile)"),
        ("browser_version", "Chrome 120", "Chrome 120"),
        ("browser_version", "IE", "Internet Explorer"),
        ("browser_version", "IEther 3", "IEther 3"),
        ("os", "Mac OS X", "macOS"),
        ("os", "Android", "Android"),
        ("os_version", "Mac OS X 14", "macOS 14"),
        ("city", "Paris\x1fÎle-de-France\x1fFR", "Paris, Île-de-France, France"),
        ("city", "Paris\x1f\x1fFR", "Paris, France"),
        ("city", "Paris\x1f\x1f", "Paris"),
        ("city", "\x1f\x1fFR", "Unknown, France"),
        ("city", "\x1f\x1f", "Unknown"),
        ("city", "Unknown\x1f\x1fFR", "“Unknown”, France"),
        ("city", "Paris", "Paris (anywhere)"),  # of an old link
        ("city", "", "Unknown (anywhere)"),
        ("region", "Limburg\x1fBE", "Limburg, Belgium"),
        ("device_model", "P\x1fFair", "P, Fair"),
        ("embed_page", "shop.example/a", "shop.example/a"),
    ],
)
def test_people_read_names_and_text_stays_as_it_is(by: str, value: str, text: str) -> None:
    assert label(by, value) == text


def test_what_is_unknown_or_the_rest_is_called_so_everywhere() -> None:
    for by in FILTERABLE:
        anywhere = " (anywhere)" if DIMENSIONS[by].within else ""
        assert (label(by, UNKNOWN), label(by, OTHER)) == (f"Unknown{anywhere}", "Other")


@pytest.mark.parametrize("value", [" ", "²", "-1", "٣", "\0", "=1+1"])
def test_no_value_is_too_odd_to_be_called_something(value: str) -> None:
    for by in DIMENSIONS:
        assert label(by, value).strip() or not value.strip()


def test_pages_of_the_one_domain_looked_at_do_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = "shop.example/a"
    one = Selection().where("embed_domain", ("shop.example",))
    Reader(monkeypatch, one)
    assert label("embed_page", page) == "/a"
    Reader(monkeypatch, one.toggled("embed_domain", "other.example"))
    assert label("embed_page", page) == "shop.example/a"


@pytest.mark.parametrize(
    ("filter_", "text"),
    [
        (Filter("country", ("DE",)), "Country: Germany"),
        (Filter("country", ("DE",), "is_not"), "Country is not Germany"),
        (Filter("country", ("DE",), "contains"), "Country contains DE"),
        (Filter("city", ("york",), "contains"), "City contains york"),
        (Filter("video", ("v-2",)), "Video: =1+1 & **two**"),
        (Filter("embed_domain", (UNKNOWN,), "is_not"), "Embedding domain is not Unknown"),
        (Filter("browser", ("Unknown",)), "Browser: “Unknown”"),
        (Filter("browser", ("Other",)), "Browser: Other"),
    ],
)
def test_a_filter_is_a_sentence(filter_: Filter, text: str) -> None:
    assert sentence(filter_, filter_.values[0]) == text


# Filters by what people read


@pytest.mark.parametrize(
    ("by", "text", "values"),
    [
        ("video", "straße", ("v-1",)),
        ("video", "ONE", ("v-1",)),
        ("video", "<B>", ("v-1",)),
        ("video", "v-3", ("v-3",)),  # by its key, having no title
        ("video", "v-1", ()),  # a key that nobody reads
        ("video", "never viewed", ()),
        ("project", "sho", ("p-shop",)),
        ("project", "s", ("p-school", "p-shop")),
        ("channel", "news", ("c-1",)),
        ("country", "germ", ("DE",)),
        ("country", "united", ("GB", "US")),
        ("country", "DE", ()),
        ("continent", "america", ("NA",)),
        ("country", "unk", ()),  # a missing value has no text
        ("weekday", "day", ("1", "2", "3", "4", "5", "6", "7")),
        ("weekday", "sun", ("7",)),
        ("hour_of_day", "07:", ("7",)),
        ("country", "%", ()),
    ],
)
def test_text_is_looked_for_in_what_people_read(
    by: str, text: str, values: tuple[str, ...]
) -> None:
    assert found(by, text) == Filter(by, values, "is")


def test_any_of_several_texts_may_be_contained() -> None:
    assert found("country", "germ", "states", "nowhere").values == ("DE", "US")


def test_names_of_both_periods_are_found() -> None:
    assert found("video", "old film").values == ("v-old",)
    assert found("country", "iceland").values == ("IS",)
    (now,) = resolved((Filter("country", ("iceland",), "contains"),), (WEEK,), "UTC")
    assert now.values == ()


def test_text_that_is_in_no_name_finds_no_views() -> None:
    query = Query(("views",), WEEK, filters=(found("video", "no such title"),), access=EVERYTHING)

    assert door.desk().answer(query)["views"].tolist() == [0]


def test_only_contains_and_only_names_are_looked_up() -> None:
    filters = (
        *(Filter(by, ("o",), "contains") for by in FILTERABLE if by not in NAMED),
        *(Filter(by, ("o",), operator) for by in NAMED for operator in ("is", "is_not")),
    )

    assert resolved(filters, (WEEK, BEFORE), "UTC") == filters


def test_filters_keep_their_order_and_those_with_keys_stay_as_they_are() -> None:
    filters = (
        Filter("country", ("DE",), "is_not"),
        Filter("country", ("united",), "contains"),
        Filter("city", ("york",), "contains"),
    )

    assert resolved(filters, (WEEK,), "UTC") == (
        filters[0],
        Filter("country", ("GB", "US")),
        filters[2],
    )

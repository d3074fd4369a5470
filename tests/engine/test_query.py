"""Filters, what is kept apart from Other, and the views behind a number."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.errors import QueryError
from dyntube.query.access import EVERYTHING
from dyntube.query.checks import CHECKS
from dyntube.query.dimensions import DIMENSIONS, OTHER, UNKNOWN
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import ChecksQuery, CountQuery, Filter, Operator, Query, ViewsQuery

from .. import mixed, odd, plain
from ..conftest import record

DAY = dt.date(2026, 5, 1)
PERIOD = Period(DAY, DAY)
RAW = [
    record(f"v{n:03}", f"{DAY}T12:{n % 60:02}:00Z", channelKey=word, geo={"country": "DE"})
    for n, word in enumerate((*mixed.WORDS, "", None))
]
REGIONS = Counter(plain.DIMENSIONS["channel"](view, "UTC") for view in RAW)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A view from each region that is called like something in `mixed.WORDS`, and two from none."""
    archive = odd.open_archive(tmp_path_factory.mktemp("query") / "archive")
    odd.put(archive, DAY, RAW)
    return open_engine(archive)


def regions(engine: Engine, *filters: Filter) -> Counter[str]:
    answer = engine.answer(
        Query(("views",), PERIOD, by=("channel",), filters=filters, access=EVERYTHING)
    )
    return Counter(dict(zip(answer["channel"], answer["views"], strict=True)))


def region(*values: str, operator: Operator = "is") -> Filter:
    return Filter("channel", values, operator)


# Operators


@pytest.mark.parametrize("count", [0, 1, 2, 12, 13, len(mixed.WORDS)])
def test_any_number_of_values_can_be_asked_for(engine: Engine, count: int) -> None:
    words = mixed.WORDS[:count]

    assert regions(engine, region(*words)) == {word: REGIONS[word] for word in words}


@pytest.mark.parametrize("word", mixed.WORDS)
def test_a_value_is_only_ever_text(engine: Engine, word: str) -> None:
    only = {word: REGIONS[word]}

    assert regions(engine, region(word)) == only
    assert regions(engine, region(word, operator="is_not")) == REGIONS - Counter(only)
    found = {name: n for name, n in REGIONS.items() if plain.lowered(word) in plain.lowered(name)}
    assert regions(engine, region(word, operator="contains")) == found
    assert regions(engine) == REGIONS  # everything is still there


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("New York", "w y", True),
        ("New York", "NEW YORK", True),
        ("New York", "york new", False),
        ("100%", "%", True),
        ("a%b", "a%b", True),
        ("axb", "a%b", False),
        ("axb", "a_b", False),
        ("o'brien", "O'", True),
        ("\\%", "\\", True),
        ("Straße", "STRAẞE", True),  # the capital ß
        ("Straße", "STRASSE", False),  # letters are compared one by one
        ("ﬁlm", "FILM", False),
        ("ΣΑΣ", "ΣΑΣ", True),
        ("ΣΑΣ", "σασ", True),
        ("ΣΑΣ", "σας", False),  # the s that ends Greek words is another letter
        ("İstanbul", "İSTANBUL", True),
        ("İstanbul", "istanbul", True),
        ("ıstanbul", "istanbul", False),
        ("É", "é", True),
        ("e\u0301", "É", True),  # the same letter in two pieces
        ("é", "e\u0301", True),
        ("é", "e", False),
        ("ǅ", "ǆ", True),
        ("日本", "本", True),
        ("a\0b", "\0B", True),
        ("Unknown", "unk", True),
        ("", "unk", False),  # a missing value has no text
        ("", "\x1e", False),
    ],
)
def test_contains_knows_no_capitals_and_no_wildcards(
    engine: Engine, name: str, text: str, found: bool
) -> None:
    assert (name in regions(engine, region(text, operator="contains"))) == found


def test_a_missing_value_is_another_than_one_called_unknown(engine: Engine) -> None:
    assert (REGIONS[UNKNOWN], REGIONS["Unknown"]) == (2, 1)
    for value in (UNKNOWN, "Unknown"):
        only = {value: REGIONS[value]}
        assert regions(engine, region(value)) == only
        assert regions(engine, region(value, operator="is_not")) == REGIONS - Counter(only)
    assert regions(engine, region(UNKNOWN, "Berlin")) == {UNKNOWN: 2, "Berlin": 1}


def test_values_of_one_filter_are_alternatives_and_filters_hold_together(engine: Engine) -> None:
    either = region("Berlin", "film", "no such region")
    assert regions(engine, either) == {"Berlin": 1, "film": 1}
    assert set(regions(engine, region("film", "ﬁl", operator="contains"))) == {
        "ﬁlm",
        "film",
        "FILM",
    }
    both = [region("BERLIN", operator="contains"), region("Berlin", operator="is_not")]
    assert regions(engine, *both) == {"BERLIN": 1}
    assert not regions(engine, either, region("FILM"))
    assert not regions(engine, either, Filter("country", ("DE",), "is_not"))


def test_a_filter_without_values_is_passed_by_none_and_its_opposite_by_all(engine: Engine) -> None:
    assert not regions(engine, region())
    assert not regions(engine, region(operator="contains"))
    assert regions(engine, region(operator="is_not")) == REGIONS


def test_hours_and_weekdays_are_filtered_by_in_the_zone_of_the_question(engine: Engine) -> None:
    def views(zone: str, *filters: Filter) -> int:
        return int(
            engine.answer(Query(("views",), PERIOD, zone, (), filters, access=EVERYTHING))[
                "views"
            ].iloc[0]
        )

    noon, friday = Filter("hour_of_day", ("12",)), Filter("weekday", ("5",))
    assert views("UTC", noon, friday) == len(RAW)
    assert views("Europe/Berlin", noon) == 0
    assert views("Europe/Berlin", Filter("hour_of_day", ("14",))) == len(RAW)
    assert views("UTC", Filter("hour_of_day", ("012", " 12", "12.0"))) == 0


@pytest.mark.parametrize(
    "name", ["city; DROP TABLE calendar", "geo_city", "1", "*", "", "City", "city "]
)
def test_a_name_that_is_not_in_the_lists_never_becomes_sql(name: str) -> None:
    for ask in (Query, ViewsQuery, CountQuery, ChecksQuery):
        metrics = (("views",),) if ask is Query else ()
        with pytest.raises(QueryError, match="embed_domain"):
            ask(*metrics, PERIOD, filters=(Filter(name, ("x",)),), access=EVERYTHING)
    with pytest.raises(QueryError, match="embed_domain"):
        Query(("views",), PERIOD, by=(name,), access=EVERYTHING)
    for ask in (ViewsQuery, CountQuery):
        with pytest.raises(QueryError, match="watch_time"):
            ask(PERIOD, metric=name, access=EVERYTHING)
    with pytest.raises(QueryError, match="no_length"):
        ViewsQuery(PERIOD, check=name, access=EVERYTHING)


# What is kept


def test_what_is_not_kept_is_one_row_that_no_value_can_be(engine: Engine) -> None:
    query = Query(
        ("views",),
        PERIOD,
        by=("channel",),
        top_values=region("Berlin", UNKNOWN, "Other"),
        access=EVERYTHING,
    )
    answer = engine.answer(query)
    assert dict(zip(answer["channel"], answer["views"], strict=True)) == {
        "Berlin": 1,
        UNKNOWN: 2,
        "Other": 1,  # one of that name is kept like any other
        OTHER: len(RAW) - 4,
    }


@pytest.mark.parametrize("operator", ["is_not", "contains"])
def test_only_named_values_are_kept(operator: Operator) -> None:
    with pytest.raises(QueryError, match=f"cannot be what it '{operator}'"):
        Query(
            ("views",),
            PERIOD,
            by=("channel",),
            top_values=region("Other", operator=operator),
            access=EVERYTHING,
        )


def test_only_the_dimension_that_is_kept_has_a_rest(engine: Engine) -> None:
    by = ("country", "channel", "hour_of_day")
    answer = engine.answer(
        Query(
            ("views",), PERIOD, by=by, top_values=region("a_b"), order_by="views", access=EVERYTHING
        )
    )
    assert answer.to_dict("list") == {
        "country": ["DE", "DE"],
        "channel": [OTHER, "a_b"],
        "hour_of_day": [12, 12],
        "views": [len(RAW) - 1, 1],
    }


@pytest.mark.parametrize("by", [("country",), (), ("day",)])
def test_only_a_dimension_of_text_among_the_rows_can_be_kept(by: tuple[str, ...]) -> None:
    for name in {"channel", *by} - {"country"}:
        with pytest.raises(QueryError, match="keep"):
            Query(("views",), PERIOD, by=by, top_values=Filter(name, ("x",)), access=EVERYTHING)
    with pytest.raises(QueryError):
        Query(
            ("views",),
            PERIOD,
            by=("channel",),
            top_values=Filter("town", ("x",)),
            access=EVERYTHING,
        )


@pytest.mark.parametrize(
    "name", [name for name, known in DIMENSIONS.items() if known.kind == "text"]
)
def test_every_dimension_of_text_can_be_kept(engine: Engine, name: str) -> None:
    answer = engine.answer(
        Query(("views",), PERIOD, by=(name,), top_values=Filter(name, ("?",)), access=EVERYTHING)
    )
    assert answer.values.tolist() == [[OTHER, len(RAW)]]


# The views behind a number


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Views of which some are about each metric and some are not; four begin at once."""
    views = [
        record("f", f"{DAY}T10:00:00Z", started=False, watchTime=10),
        record("e", f"{DAY}T10:00:00Z", watchTime=100, ended=True),
        record("d", f"{DAY}T10:00:00Z", watchTime=None, muted=None, started=None),
        record("c", f"{DAY}T10:00:00Z", watchTime=95, muted=True, viewerId="viewer-e"),
        record("b", f"{DAY}T11:00:00Z", duration=0, watchTime=5, ended=True, started=False),
        record("a", f"{DAY}T09:00:00Z", watchTime=26, viewerId="", muted=True),
        record("g", f"{DAY}T08:00:00Z", watchTime=80, duration=None),
    ]
    archive = odd.open_archive(tmp_path_factory.mktemp("few") / "archive")
    odd.put(archive, DAY, views)
    return open_engine(archive)


def ids(engine: Engine, **asked: object) -> str:
    return "".join(engine.rows(ViewsQuery(PERIOD, **asked, access=EVERYTHING))["id"])


BEHIND = {
    "views": "bfedcag",
    "watch_time": "bfedcag",
    "plays": "ecag",
    "completions": "e",
    "sound_on": "eg",
    "timed_plays": "ecag",
    "lasting_plays": "eca",
    "heard_plays": "ecag",
    "watched_length": "eca",
    "played_length": "eca",
    "viewers": "bfedcg",
    "new_viewers": "bfedcg",
    "reached_25": "eca",
    "reached_50": "ec",
    "reached_75": "ec",
    "reached_90": "ec",
    "reached_95": "ec",
    "play_rate": "bfedcag",
    "average_watch_time": "ecag",
    "average_percent_watched": "eca",
    "completion_rate": "ecag",
    "views_per_viewer": "bfedcg",
    "sound_on_rate": "ecag",
}


@pytest.mark.parametrize("name", METRICS)
def test_the_views_behind_a_metric_are_those_that_it_is_about(few: Engine, name: str) -> None:
    assert ids(few, metric=name) == BEHIND[name]  # newest first
    assert few.count(CountQuery(PERIOD, metric=name, access=EVERYTHING)) == len(BEHIND[name])


@pytest.mark.parametrize("name", METRICS)
def test_they_are_as_many_as_the_number_or_as_it_divides_by(few: Engine, name: str) -> None:
    counted = METRICS[METRICS[name].ratio_of[1] if METRICS[name].ratio_of else name]
    if counted.format == "number" and counted.additive:
        number = few.answer(Query((counted.name,), PERIOD, access=EVERYTHING))[counted.name].iloc[0]
        assert len(ids(few, metric=name)) == number > 0


def test_the_views_behind_a_number_pass_its_filters(few: Engine) -> None:
    off = (Filter("sound", ("Off",)),)
    assert ids(few, metric="plays", filters=off) == "ca"
    assert few.count(CountQuery(PERIOD, "UTC", off, "plays", access=EVERYTHING)) == 2


def test_a_check_and_a_metric_hold_together(few: Engine) -> None:
    for check in CHECKS:
        both = ids(few, metric="plays", check=check)
        assert set(both) == set(ids(few, check=check)) & set(BEHIND["plays"]), check
    assert ids(few, check="no_length", metric="plays") == "g"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("name", ["views", "plays", "views_per_viewer"])
def test_pages_show_every_view_once(few: Engine, name: str, size: int) -> None:
    starts = range(0, len(BEHIND[name]) + size, size)
    pages = [ids(few, metric=name, limit=size, offset=start) for start in starts]
    assert "".join(pages) == BEHIND[name]
    assert all(len(page) == size for page in pages[: len(BEHIND[name]) // size])


def test_without_a_limit_all_views_come(engine: Engine) -> None:
    assert len(engine.rows(ViewsQuery(PERIOD, limit=20, access=EVERYTHING))) == 20
    everything = engine.rows(ViewsQuery(PERIOD, limit=None, access=EVERYTHING))
    assert sorted(everything["id"]) == [view["id"] for view in RAW]
    assert everything["channel_key"].isna().sum() == 2


def test_there_are_no_views_behind_nothing(few: Engine) -> None:
    nowhere = (Filter("country", ("no such country",)),)
    other_day = Period(DAY - odd.ONE_DAY, DAY - odd.ONE_DAY)
    assert few.count(CountQuery(PERIOD, filters=nowhere, access=EVERYTHING)) == 0
    assert few.count(CountQuery(other_day, metric="plays", access=EVERYTHING)) == 0
    assert few.rows(ViewsQuery(other_day, access=EVERYTHING)).empty

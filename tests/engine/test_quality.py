"""Quality checks against plain Python over raw records, and the state of stored days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.errors import QueryError
from dyntube.fetch.sync import Syncer
from dyntube.query import checks
from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS, UNKNOWN
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import ChecksQuery, Filter, Query, ViewsQuery
from dyntube.reading.records import VIEW_COLUMNS
from dyntube.trust import day_checks, states

from .. import plain
from ..conftest import NOON, record
from .test_metrics import fetch

DAY = dt.date(2026, 5, 1)
ONE_DAY = dt.timedelta(days=1)
HOSTILE = "'; DROP TABLE views; -- <script>alert(1)</script> $start \x00 %s ☃"
Store = Callable[..., DayInfo]


def number(view: plain.Record, name: str) -> float:
    return view.get(name) or 0


# What each check counts, said again in plain Python; `repeated` needs the other views.
PLAIN: dict[str, Callable[[plain.Record], bool]] = {
    "no_length": lambda v: number(v, "duration") == 0,
    "absurd_length": lambda v: not 0 <= number(v, "duration") <= 604_800,
    "absurd_watch_time": lambda v: not 0 <= number(v, "watchTime") <= 604_800,
    "no_watch_time": lambda v: bool(v.get("started")) and v.get("watchTime") is None,
    "watched_longer": lambda v: 604_800 >= number(v, "watchTime") > number(v, "duration") > 0,
    "nothing_watched": lambda v: bool(v.get("started")) and v.get("watchTime") == 0,
    "ended_early": lambda v: (
        bool(v.get("ended"))
        and number(v, "duration") > 0
        and v.get("watchTime") is not None
        and 0 <= v["watchTime"] / v["duration"] < 0.5
    ),
    "nobodys_user_id": lambda v: str(v.get("clientUserId")) in ("undefined", "{{user.id}}", "0"),
    "long_text": lambda v: len(v.get("videoKey") or "") > 500,
    "no_user_id": lambda v: not v.get("clientUserId"),
    "unknown_country": lambda v: plain.known(v, "geo", "country") == UNKNOWN,
    "unknown_device": lambda v: (
        UNKNOWN in (plain.known(v, "browser", "family"), plain.known(v, "device", "type"))
    ),
}


def expected(records: list[plain.Record]) -> dict[str, set[str]]:
    """The ids of the views that each check counts."""
    found = {name: {v["id"] for v in records if counts(v)} for name, counts in PLAIN.items()}
    times = Counter(v["viewId"] for v in records if v.get("viewId"))
    found["repeated_view_id"] = {v["id"] for v in records if times[v.get("viewId")] > 1}
    return found


def assert_agree(
    engine: Engine,
    period: Period,
    zone: str,
    records: list[plain.Record],
    filters: tuple[Filter, ...] = (),
) -> None:
    counts = engine.checks(ChecksQuery(period, zone, filters, access=EVERYTHING)).to_dict(
        "records"
    )[0]
    wanted = expected(records)
    assert counts == {"views": len(records)} | {name: len(wanted[name]) for name in checks.CHECKS}
    for name, ids in wanted.items():
        found = engine.rows(
            ViewsQuery(period, zone, filters, name, limit=1_000_000, access=EVERYTHING)
        )
        assert set(found["id"]) == ids, name
        assert len(found) == counts[name]


def odd(number: int, **fields: Any) -> plain.Record:
    """A view of a May day, an hour after the one before."""
    at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC) + dt.timedelta(hours=number)
    usual = {
        "viewId": f"view-{number}",
        "clientUserId": f"user-{number % 3}",
        "geo": {"country": "DE"},
        "browser": {"family": "Firefox"},
        "device": {"type": "Desktop"},
    }
    return record(f"id-{number:03}", f"{at:%Y-%m-%dT%H:%M:%SZ}", **(usual | fields))


ODD = [
    odd(0),
    odd(1, duration=0),
    odd(2, duration=None, watchTime=40),
    odd(3, duration=-5),
    odd(4, watchTime=101),
    odd(5, watchTime=100),
    odd(6, watchTime=0),
    odd(7, watchTime=None),
    odd(8, watchTime=0, started=False),
    odd(9, ended=True, watchTime=49),
    odd(10, ended=True, watchTime=50),
    odd(11, ended=True, watchTime=None, started=None),
    odd(12, ended=True, watchTime=0, duration=0),
    odd(13, viewId="twice"),
    odd(14, viewId="twice", projectKey="project-b"),
    odd(15, viewId=""),
    odd(16, viewId=None),
    odd(17, clientUserId=""),
    odd(18, clientUserId=None),
    odd(19, geo=None),
    odd(20, geo={"country": ""}),
    odd(21, browser={}),
    odd(22, device={"type": ""}),
    odd(23, viewId=HOSTILE, clientUserId=HOSTILE, geo={"country": HOSTILE}),
    odd(24, viewId=HOSTILE, videoKey=HOSTILE),
    odd(25, watchTime=604_800),
    odd(26, watchTime=1e308, ended=True),
    odd(27, watchTime=-1),
    odd(28, duration=604_801),
    odd(29, clientUserId="undefined"),
    odd(31, clientUserId="{{user.id}}"),
    odd(32, clientUserId="0", videoKey="x" * 501),
    odd(30, viewId="twice"),
]


@pytest.fixture
def engine(store: Store, archive: Archive) -> Engine:
    """An engine over the odd views, on their two days."""
    for day in (DAY, DAY + ONE_DAY):
        store(day, plain.within(ODD, day, day, "UTC"))
    return open_engine(archive)


def test_every_check_has_its_plain_definition_here() -> None:
    assert {*PLAIN, "repeated_view_id"} == set(checks.CHECKS)


def test_checks_of_odd_views_agree_with_plain_python(engine: Engine) -> None:
    assert_agree(engine, Period(DAY, DAY + ONE_DAY), "UTC", ODD)
    assert all(expected(ODD).values())


@pytest.mark.parametrize("zone", ["America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland"])
def test_checks_are_of_whole_days_in_the_chosen_zone(engine: Engine, zone: str) -> None:
    for day in (DAY, DAY + ONE_DAY):
        assert_agree(engine, Period(day, day), zone, plain.within(ODD, day, day, zone))


def test_a_period_cut_at_a_time_of_day_is_cut_in_checks_too(engine: Engine) -> None:
    cut = Period(DAY, DAY, until=dt.time(7, 30))
    records = [view for view in ODD if plain.local(view, "UTC").hour <= 7 and view["id"] < "id-024"]
    assert_agree(engine, cut, "UTC", records)


@pytest.mark.parametrize(
    ("filter_", "keeps"),
    [
        (Filter("project", ("project-a",)), lambda v: v["projectKey"] == "project-a"),
        (Filter("video", (HOSTILE,)), lambda v: v["videoKey"] == HOSTILE),
        (Filter("country", (UNKNOWN,)), PLAIN["unknown_country"]),
        (
            Filter("country", (HOSTILE.replace("\0", ""),)),
            lambda v: plain.known(v, "geo", "country") == HOSTILE,
        ),
        (Filter("hour_of_day", ("3", "14")), lambda v: plain.local(v, "UTC").hour in (3, 14)),
        (Filter("video", ("nobody's",)), lambda v: False),
    ],
)
def test_checks_keep_to_the_filters(engine: Engine, filter_: Filter, keeps) -> None:
    records = [view for view in ODD if keeps(view)]
    assert_agree(engine, Period(DAY, DAY + ONE_DAY), "UTC", records, (filter_,))


def test_a_view_id_is_repeated_only_among_the_views_asked_about(engine: Engine) -> None:
    def repeated(*filters: Filter) -> int:
        query = ChecksQuery(Period(DAY, DAY), filters=filters, access=EVERYTHING)
        return int(engine.checks(query)["repeated_view_id"].iloc[0])

    assert repeated() == 2
    assert repeated(Filter("project", ("project-b",))) == 0


def test_checks_of_the_stand_ins_views_agree_with_plain_python(
    stand_in: str, syncer: Syncer, archive: Archive
) -> None:
    day, zone = dt.date(2026, 11, 15), "Asia/Kolkata"
    syncer.sync(Period(day, day).utc_days(zone))
    records = plain.within(fetch(stand_in, day - ONE_DAY, day + ONE_DAY), day, day, zone)
    assert records
    assert_agree(open_engine(archive), Period(day, day), zone, records)


def test_without_views_every_check_counts_0(archive: Archive) -> None:
    found = open_engine(archive).checks(ChecksQuery(Period(DAY, DAY), access=EVERYTHING))
    assert found.iloc[0].tolist() == [0] * (1 + len(checks.CHECKS))
    rows = open_engine(archive).rows(ViewsQuery(Period(DAY, DAY), access=EVERYTHING))
    assert rows.empty
    assert tuple(rows.columns) == VIEW_COLUMNS


def test_pages_of_views_are_newest_first_and_leave_nothing_out(engine: Engine) -> None:
    period = Period(DAY, DAY + ONE_DAY)
    pages = [
        engine.rows(ViewsQuery(period, limit=10, offset=start, access=EVERYTHING))
        for start in (0, 10, 20, 30, 40)
    ]
    assert [len(page) for page in pages] == [10, 10, 10, len(ODD) - 30, 0]
    ids = pd.concat(pages)["id"].tolist()
    assert ids == sorted((view["id"] for view in ODD), reverse=True)


def test_the_views_behind_a_number_are_as_many_as_it_says(engine: Engine) -> None:
    period, filters = Period(DAY, DAY), (Filter("country", ("DE",)),)
    count = engine.answer(Query(("views",), period, filters=filters, access=EVERYTHING))[
        "views"
    ].iloc[0]
    assert len(engine.rows(ViewsQuery(period, filters=filters, access=EVERYTHING))) == count


def test_views_come_in_their_columns_with_times_in_the_chosen_zone(engine: Engine) -> None:
    views = engine.rows(
        ViewsQuery(Period(DAY, DAY), "Asia/Kolkata", check="unknown_country", access=EVERYTHING)
    )
    assert tuple(views.columns) == VIEW_COLUMNS
    assert str(views["date"].dtype) == "datetime64[us, Asia/Kolkata]"
    assert views["started"].dtype == "boolean"
    assert views["plan_type"].dtype == "Int32"
    assert views["geo_country"].isna().all()


def test_an_unknown_check_is_answered_with_the_known_ones() -> None:
    with pytest.raises(QueryError, match="no_length"):
        ViewsQuery(Period(DAY, DAY), check="no_lenght", access=EVERYTHING)
    with pytest.raises(QueryError, match="embed_domain"):
        ViewsQuery(Period(DAY, DAY), filters=(Filter("domain", ("x",)),), access=EVERYTHING)
    with pytest.raises(QueryError, match="embed_domain"):
        ChecksQuery(Period(DAY, DAY), filters=(Filter("domain", ("x",)),), access=EVERYTHING)


@pytest.mark.parametrize("check", [*checks.CHECKS.values(), *day_checks.DAY_CHECKS.values()])
def test_a_check_says_what_it_touches_in_the_words_of_the_cards(check) -> None:
    assert check.label
    assert check.help.endswith(".")
    assert set(check.touches) <= {*METRICS, *DIMENSIONS}
    if check.touches == checks.EVERY_NUMBER:
        assert check.touched == "All numbers"
    else:
        labels = [(METRICS.get(name) or DIMENSIONS[name]).label for name in check.touches]
        assert check.touched == (", ".join(labels) or "None")


# Days


def info(day: dt.date = DAY, **known: Any) -> DayInfo:
    usual: dict[str, Any] = {
        "day": day,
        "rows": 10,
        "api_total": 10,
        "verified": True,
        "settled": True,
        "fetched_at": NOON,
        "until": NOON,
        "newest": NOON,
    }
    return DayInfo(**(usual | known))


@pytest.mark.parametrize(
    ("name", "infos", "amount"),
    [
        ("duplicates", [info(duplicates=2), info(duplicates=3)], 5),
        ("rejected", [info(rejected=1), info()], 1),
        ("changed", [info(changed=4)], 4),
        ("removed", [info(removed=7), info(removed=1)], 8),
        ("differing", [info(verified=False), info(verified=False)], 1),
        ("differing", [info(), info()], 0),
        ("empty", [info(rows=0), info(rows=0)], 1),
        ("empty", [info(rows=0), info(rows=1)], 0),
    ],
)
def test_a_check_of_days_counts_over_all_scopes(
    name: str, infos: list[DayInfo], amount: int
) -> None:
    (day,) = states.stored_days({DAY: infos}, [], 2, DAY)
    assert day_checks.DAY_CHECKS[name].amount(day) == amount


@pytest.mark.parametrize(
    ("infos", "damaged", "state"),
    [
        ([info()], False, "final"),
        ([info(settled=False)], False, "changing"),
        ([info(settled=False, verified=False)], False, "doubt"),
        ([info(verified=False)], False, "doubt"),
        ([], False, "missing"),
        ([], True, "damaged"),
        ([info()], True, "damaged"),
    ],
)
def test_a_day_has_the_state_of_its_file(infos, damaged: bool, state: str) -> None:
    stored = {DAY - ONE_DAY: [info(DAY - ONE_DAY)]} | ({DAY: infos} if infos else {})
    days = states.stored_days(stored, [DAY] if damaged else [], 1, DAY)
    assert [day.state for day in days] == ["final", state]


@pytest.mark.parametrize(
    ("infos", "state"),
    [
        ([info(), info()], "final"),
        ([info(), info(settled=False)], "changing"),
        ([info(settled=False), info(verified=False)], "doubt"),
        ([info()], "missing"),
    ],
)
def test_a_day_is_as_good_as_the_worst_of_its_scopes(infos, state: str) -> None:
    (day,) = states.stored_days({DAY: infos}, [], 2, DAY)
    assert day.state == state
    assert day.rows == 10 * len(infos)


def test_days_reach_from_the_first_stored_one_to_today() -> None:
    stored = {DAY: [info()]}
    days = states.stored_days(stored, [DAY - ONE_DAY], 1, DAY + 2 * ONE_DAY)
    assert [day.state for day in days] == ["damaged", "final", "missing", "missing"]
    assert states.stored_days({}, [], 1, DAY) == []


def test_views_of_the_day_before_that_came_along_are_not_counted() -> None:
    infos = [info(api_total=13, outside=2, rejected=1), info()]
    (day,) = states.stored_days({DAY: infos}, [], 2, DAY)
    assert (day.rows, day.counted, day.rejected) == (20, 21, 1)


def test_bad_records_need_attention_though_the_day_adds_up() -> None:
    good, bad = states.stored_days(
        {DAY: [info()], DAY + ONE_DAY: [info(rejected=1)]}, [], 1, DAY + ONE_DAY
    )
    assert not good.needs_attention
    assert bad.needs_attention
    assert bad.state == "final"

"""Which days are in doubt: what their files say, what vanished from them, what was accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from dyntube.account import open_state
from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.archive.doubts import Doubt, Kind
from dyntube.query.dimensions import COMPUTED, DIMENSIONS
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.reading.records import COLUMNS
from dyntube.trust import trust as module
from dyntube.trust.accepted import Acceptance, Acceptances
from dyntube.trust.fields import WATCHED
from dyntube.trust.trust import CurrentTrust, Trust, consecutive_spans, in_doubt, judge

from ..conftest import NOON, record

ONE_DAY = dt.timedelta(days=1)
DAY = dt.date(2026, 11, 12)
EVERY = dict.fromkeys(WATCHED, 1.0)
SWITCHED = ("clientUserId", "userKey", "channelKey")
Store = Callable[..., DayInfo]


def info(day: dt.date = DAY, rows: int = 100, **known: Any) -> DayInfo:
    usual: dict[str, Any] = {
        "day": day,
        "rows": rows,
        "api_total": rows,
        "verified": True,
        "settled": True,
        "fetched_at": NOON,
        "until": dt.datetime.combine(day + ONE_DAY, dt.time(), dt.UTC),
        "newest": NOON,
    }
    return DayInfo(**(usual | known))


def having(day: dt.date, rows: int = 100, **shares: float) -> DayInfo:
    """A day of so many views, of which a share has each field; all have those not named."""
    named = {name.replace("__", "."): share for name, share in shares.items()}
    return info(
        day, rows, filled={f: round(rows * share) for f, share in (EVERY | named).items() if share}
    )


def days(*made: DayInfo) -> dict[dt.date, list[DayInfo]]:
    return {known.day: [known] for known in made}


def texts(found: dict[dt.date, tuple[Doubt, ...]]) -> dict[dt.date, list[str]]:
    return {day: [doubt.text for doubt in doubts] for day, doubts in found.items()}


# What the files say


def test_a_day_has_the_doubts_of_its_files_and_one_that_adds_up_has_none() -> None:
    zone, count = Doubt("zone", "No zone."), Doubt("count", "9 and 3.")
    stored = {
        DAY + ONE_DAY: [info(DAY + ONE_DAY, doubts=(zone,)), info(doubts=(zone, count))],
        DAY: [info(verified=False, api_total=1050, rows=833)],
        DAY + 2 * ONE_DAY: [info(DAY + 2 * ONE_DAY)],
    }
    assert in_doubt(stored) == {
        DAY: (Doubt("count", "DynTube counts 1,050 views and 833 are stored."),),
        DAY + ONE_DAY: (zone, count),
    }
    assert list(in_doubt(stored)) == [DAY, DAY + ONE_DAY]


# Fields that vanish


def test_every_field_that_a_number_is_made_of_is_watched_but_those_that_companies_switch() -> None:
    fields = {column.name: column.field for column in COLUMNS}
    said = [d.sql for d in DIMENSIONS.values()] + [m.sql + m.population for m in METRICS.values()]
    said += COMPUTED.values()
    words = {word for text in said for word in _words(text)}
    made = {fields[word] for word in words if word in fields}
    made |= {"viewerId", "embed.url", "geo.country"}  # of which columns are computed
    made |= {fields[name] for d in DIMENSIONS.values() for name in d.columns if name in fields}
    assert made - {"id", "date", *SWITCHED} == set(WATCHED)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()


@pytest.mark.parametrize("field", WATCHED)
def test_a_field_that_no_view_has_any_more_is_a_doubt(field: str) -> None:
    gone = {field.replace(".", "__"): 0.0}
    found = in_doubt(days(having(DAY), having(DAY + ONE_DAY, 1204, **gone)))
    assert texts(found) == {
        DAY + ONE_DAY: [
            f"{WATCHED[field]} ({field}) is missing in all 1,204 views; the day before had it."
        ]
    }
    assert found[DAY + ONE_DAY][0].kind == "field"


@pytest.mark.parametrize("field", SWITCHED)
def test_what_companies_switch_off_is_no_doubt(field: str) -> None:
    before = info(filled=dict.fromkeys([*WATCHED, field], 100))
    after = info(DAY + ONE_DAY, filled=dict.fromkeys(WATCHED, 100))
    assert in_doubt(days(before, after)) == {}


@pytest.mark.parametrize(
    ("before", "after", "doubtful"),
    [
        ((100, 0.5), (20, 0.0), True),
        ((100, 0.49), (20, 0.0), False),  # less than half had it
        ((20, 1.0), (20, 0.0), True),
        ((19, 1.0), (20, 0.0), False),  # too few views to tell, on either side
        ((20, 1.0), (19, 0.0), False),
        ((100, 1.0), (100, 0.01), False),  # some have it
    ],
)
def test_a_field_is_gone_where_half_of_enough_views_had_it_and_none_of_enough_has(
    before: tuple[int, float], after: tuple[int, float], doubtful: bool
) -> None:
    stored = days(
        having(DAY, before[0], watchTime=before[1]),
        having(DAY + ONE_DAY, after[0], watchTime=after[1]),
    )
    assert (DAY + ONE_DAY in in_doubt(stored)) is doubtful


def test_every_day_is_in_doubt_until_the_field_comes_back() -> None:
    shares = [1.0, 0.0, 0.0, 0.0, 0.9, 0.0]
    made = [having(DAY + n * ONE_DAY, watchTime=share) for n, share in enumerate(shares)]
    found = texts(in_doubt(days(*made)))
    assert [(day - DAY).days for day in found] == [1, 2, 3, 5]
    assert found[DAY + 3 * ONE_DAY] == [
        "Watch time (watchTime) is missing in all 100 views; 12 Nov 2026 had it."
    ]


def test_days_of_few_views_or_that_are_not_stored_are_passed_over() -> None:
    stored = days(
        having(DAY - 40 * ONE_DAY),
        having(DAY - ONE_DAY, 5, watchTime=0),
        having(DAY, watchTime=0),
    )
    assert list(in_doubt(stored)) == [DAY]


def test_a_day_of_which_no_fields_are_known_is_neither_in_doubt_nor_a_reason_for_it() -> None:
    stored = days(having(DAY), info(DAY + ONE_DAY), having(DAY + 2 * ONE_DAY, watchTime=0))
    assert list(in_doubt(stored)) == [DAY + 2 * ONE_DAY]
    assert in_doubt(days(info(DAY), info(DAY + ONE_DAY))) == {}


def test_a_later_day_says_nothing_about_an_earlier_one() -> None:
    assert in_doubt(days(having(DAY, watchTime=0), having(DAY + ONE_DAY))) == {}


def test_many_fields_that_vanish_at_once_are_one_sentence() -> None:
    rows = 30
    after = info(DAY + ONE_DAY, rows, filled={"watch_time": rows})
    found = in_doubt(days(having(DAY), after))
    assert texts(found) == {
        DAY + ONE_DAY: [
            "Video (videoKey), Project (projectKey), Viewer (viewerId) and "
            f"{len(WATCHED) - 3} other fields are missing in all 30 views; the day before had them."
        ]
    }


def test_what_the_day_says_of_a_field_is_not_said_again() -> None:
    told = Doubt("field", "watchTime is unreadable in 1,204 views.")
    before, after = having(DAY), having(DAY + ONE_DAY, watchTime=0, geo__city=0)
    after = DayInfo(**(vars(after) | {"doubts": (told,)}))
    (first, second) = in_doubt(days(before, after))[DAY + ONE_DAY]
    assert first == told
    assert second.text.startswith("City (geo.city) is missing")


def test_scopes_are_judged_apart() -> None:
    one = days(having(DAY), having(DAY + ONE_DAY, watchTime=0))
    other = days(having(DAY), having(DAY + ONE_DAY))
    assert list(judge([one, other]).doubts) == [DAY + ONE_DAY]
    assert judge([other, other]).doubts == {}


# What is only noted


@pytest.mark.parametrize(
    ("before", "after", "noted"),
    [
        ((50, 0.9), (50, 0.1), True),
        ((50, 0.88), (50, 0.1), False),
        ((50, 0.9), (50, 0.12), False),
        ((49, 1.0), (50, 0.1), False),
        ((50, 1.0), (49, 0.1), False),
        ((100, 1.0), (100, 0.0), False),  # which is a doubt instead
    ],
)
def test_a_field_that_thins_out_is_noted_and_no_doubt(
    before: tuple[int, float], after: tuple[int, float], noted: bool
) -> None:
    found = judge(
        [
            days(
                having(DAY, before[0], geo__city=before[1]),
                having(DAY + ONE_DAY, after[0], geo__city=after[1]),
            )
        ]
    )
    assert list(found.thin) == ([DAY + ONE_DAY] if noted else [])
    assert list(found.doubts) == ([DAY + ONE_DAY] if after[1] == 0 else [])


def test_a_note_on_a_thin_field_says_how_thin() -> None:
    stored = days(having(DAY, 200, geo__city=0.95), having(DAY + ONE_DAY, 1000, geo__city=0.05))
    assert judge([stored]).thin == {
        DAY + ONE_DAY: "City (geo.city) is in 50 of 1,000 views; the day before it was in 95%."
    }


def weeks(*counts: int) -> dict[dt.date, list[DayInfo]]:
    """The same weekday of so many weeks, the day asked about in the middle."""
    first = DAY - 7 * (len(counts) // 2) * ONE_DAY
    return days(*(info(first + 7 * n * ONE_DAY, rows) for n, rows in enumerate(counts)))


@pytest.mark.parametrize(
    "counts",
    [
        (100, 100, 19, 100, 100),
        (100, 100, 20, 100, 100),
        (1000, 100, 100, 100, 19, 100, 100, 100, 1),
        (40, 60, 9, 60, 40),  # a median of 50
        (40, 58, 9, 60, 40),  # and of 49
        (100, 0, 100),  # too few days to tell
        (100, 100, 100, 100, 0, 100, 100, 100, 100),
    ],
)
def test_a_day_far_below_the_same_weekdays_around_it_is_noted(counts: tuple[int, ...]) -> None:
    middle = len(counts) // 2
    around = [count for n, count in enumerate(counts) if 0 < abs(n - middle) <= 4]
    usual = median(around)
    wanted = len(around) >= 3 and usual >= 50 and counts[middle] < 0.2 * usual
    assert (DAY in judge([weeks(*counts)]).low) is wanted


def test_a_low_day_says_what_is_usual_and_one_that_is_not_whole_is_not_judged() -> None:
    counts = (1200, 1300, 3, 1400, 1300)
    assert judge([weeks(*counts)]).low == {
        DAY: "3 views; 1,300 are usual on a Thursday around that time."
    }
    cut = weeks(*counts)
    cut[DAY] = [info(DAY, 3, until=dt.datetime(2026, 11, 12, 13, 45, tzinfo=dt.UTC))]
    assert judge([cut]).low == {}


def test_a_day_that_lacks_a_scope_is_not_low() -> None:
    one = weeks(100, 100, 3, 100, 100)
    other = {day: infos for day, infos in one.items() if day != DAY}
    assert judge([one, other]).low == {}
    assert list(judge([one, one]).low) == [DAY]


# What is accepted


def accepted(kind: Kind = "count", first: dt.date = DAY, last: dt.date = DAY) -> Acceptance:
    return Acceptance("a", kind, first, last, "It is known.", "ops", NOON)


def test_an_accepted_doubt_no_longer_counts_and_stays() -> None:
    count, zone = Doubt("count", "9 and 3."), Doubt("zone", "No zone.")
    stored = days(info(doubts=(count,)), info(DAY + ONE_DAY, doubts=(count, zone)))
    found = judge([stored], [accepted(last=DAY + ONE_DAY)])
    assert found.doubts == {DAY + ONE_DAY: (zone,)}
    assert {day: [k.doubt for k in known] for day, known in found.accepted.items()} == {
        DAY: [count],
        DAY + ONE_DAY: [count],
    }
    assert found.accepted[DAY][0].acceptance.reason == "It is known."


@pytest.mark.parametrize(
    "acceptance", [accepted("zone"), accepted(first=DAY + ONE_DAY, last=DAY + ONE_DAY)]
)
def test_what_is_accepted_of_another_kind_or_day_does_not_matter(acceptance: Acceptance) -> None:
    stored = days(info(doubts=(Doubt("count", "9 and 3."),)))
    assert list(judge([stored], [acceptance]).doubts) == [DAY]


def test_days_in_doubt_are_found_by_kind_and_words_in_runs() -> None:
    kinds = {0: ("count",), 1: ("count", "zone"), 3: ("count",), 9: ("zone",)}
    found = Trust(
        {DAY + n * ONE_DAY: tuple(Doubt(k, k) for k in ks) for n, ks in kinds.items()}  # type: ignore[arg-type]
    )
    assert found.open(DAY, DAY + 5 * ONE_DAY) == {
        ("count", (DAY, DAY + ONE_DAY)): ("count",),
        ("count", (DAY + 3 * ONE_DAY, DAY + 3 * ONE_DAY)): ("count",),
        ("zone", (DAY + ONE_DAY, DAY + ONE_DAY)): ("zone",),
    }
    assert consecutive_spans([]) == []


@pytest.mark.parametrize(
    ("zone", "first", "last", "hit"),
    [
        ("UTC", 12, 12, True),
        ("UTC", 13, 13, False),
        ("Europe/Berlin", 13, 13, True),  # its first hour is of the 12th in UTC
        ("Europe/Berlin", 11, 11, False),
        ("America/New_York", 11, 11, True),
    ],
)
def test_a_period_has_the_doubts_of_the_utc_days_that_it_touches(
    zone: str, first: int, last: int, hit: bool
) -> None:
    found = Trust({DAY: (Doubt("count", "9 and 3."),)})
    period = Period(dt.date(2026, 11, first), dt.date(2026, 11, last))
    assert bool(found.within([period, None], zone).doubts) is hit


# Of an archive


@pytest.fixture
def trusted(archive: Archive, store: Store) -> CurrentTrust:
    store(DAY, [record("a", f"{DAY}T12:00:00Z")], doubts=(Doubt("count", "9 and 3."),))
    return CurrentTrust(archive, Acceptances(open_state(archive.root / archive.folders[0])))


def test_what_is_said_changes_with_the_days_and_with_what_is_accepted(
    trusted: CurrentTrust, store: Store
) -> None:
    assert list(trusted.now().doubts) == [DAY]
    trusted._acceptances.accept({"count": [(DAY, DAY)]}, "known")
    assert trusted.now().doubts == {}
    store(DAY, [record("a", f"{DAY}T12:00:00Z")], doubts=(Doubt("zone", "No zone."),))
    assert [doubt.kind for doubt in trusted.now().doubts[DAY]] == ["zone"]


def test_days_are_judged_once_while_nothing_changes(
    trusted: CurrentTrust, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = trusted.now()
    monkeypatch.setattr(module, "judge", None)
    assert trusted.now() is found


@pytest.mark.parametrize("file", ["accepted.json", "state.sqlite"])
@pytest.mark.parametrize("content", ["rubbish", "[]", '{"version": 99, "items": []}', "\x00\x00"])
def test_where_it_is_not_known_what_was_accepted_nothing_is_and_that_is_said(
    trusted: CurrentTrust, archive: Archive, file: str, content: str
) -> None:
    (archive.root / archive.folders[0] / file).write_text(content)
    found = trusted.now()
    assert list(found.doubts) == [DAY]
    assert file in found.problem

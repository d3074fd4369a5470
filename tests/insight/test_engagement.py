"""How much was watched, against plain Python over the raw records of the same views."""

from __future__ import annotations

import datetime as dt
import math
import random
import statistics
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dyntube.archive.coverage import ALWAYS, Coverage
from dyntube.engine.duckdb_backend import open_engine
from dyntube.insight import engagement
from dyntube.insight.engagement import Typical, Watched, typical, video_lengths, watched_shares
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query

from .. import plain
from ..conftest import record

DAY = dt.date(2026, 11, 10)
Record = dict[str, Any]


def some_records(count: int = 400, videos: int = 1, seed: int = 7) -> list[Record]:
    """Views of all kinds, also not started, of no length, watched longer than they last."""
    chance = random.Random(seed)
    views = []
    for n in range(count):
        number = chance.randrange(videos)
        length = chance.choice([0, None, 100 + number, 100 + number, 100 + number, 100 + number])
        watched = chance.choice([None, 0, 1, chance.uniform(0, 130), chance.uniform(0, 130)])
        fields = {
            "duration": length,
            "watchTime": watched,
            "started": chance.random() < 0.9,
            "ended": chance.random() < 0.3,
            "videoKey": f"video-{number}",
            "muted": chance.choice([True, False, None]),
        }
        views.append(record(f"v{n}", f"{DAY}T{n % 24:02}:{n % 60:02}:00Z", **fields))
    return views


def shares(records: list[Record]) -> list[float]:
    """The watched share in percent of every play of known length and watch time."""
    plays = [view for view in records if view["started"] and (view["duration"] or 0) > 0]
    known = [view for view in plays if plain.seconds(view, "watchTime") is not None]
    return [min(view["watchTime"] * 100 / view["duration"], 100) for view in known]


def plain_curve(percents: list[float]) -> list[float]:
    return [sum(share >= p for share in percents) / len(percents) for p in range(101)]


@pytest.fixture
def ask(archive, store):
    """Store records as one day, and ask by dimensions."""

    def asked(records: list[Record], *by: str, metrics: tuple[str, ...] = ("plays",)):
        store(DAY, records)
        return open_engine(archive).answer(
            Query(metrics, Period(DAY, DAY), by=by, access=EVERYTHING)
        )

    return asked


def of(*counts: tuple[int, int]) -> Watched:
    """From pairs of a percent and its plays."""
    frame = pd.DataFrame(counts, columns=["watched_percent", "plays"], dtype="int64")
    return watched_shares(frame)


def test_the_curve_is_the_share_of_plays_that_watched_at_least_so_much(ask) -> None:
    records = some_records()
    found = watched_shares(ask(records, "watched_percent"))
    assert found.curve == pytest.approx(plain_curve(shares(records)))
    assert found.curve[0] == 1
    assert len(found.curve) == 101


def test_plays_of_unknown_length_are_counted_and_left_out(ask) -> None:
    records = some_records()
    found = watched_shares(ask(records, "watched_percent"))
    plays = [view for view in records if view["started"]]
    assert found.plays == len(shares(records)) > 0
    assert found.left_out == len(plays) - found.plays > 0


def test_the_histogram_has_every_play_once_in_its_part_of_the_length(ask) -> None:
    percents = shares(records := some_records())
    found = watched_shares(ask(records, "watched_percent"))
    for bins in (4, 10, 20, 100):
        expected = [0] * bins
        for share in percents:
            expected[min(math.floor(share * bins / 100), bins - 1)] += 1
        assert found.histogram(bins) == expected, bins
    assert len(found.histogram()) == 20


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 50, 401])
def test_the_median_and_quartiles_are_those_of_the_plays(count: int, ask) -> None:
    chance = random.Random(count)
    percents = [chance.uniform(0, 100) for _ in range(count)]
    records = [
        record(f"v{n}", f"{DAY}T01:00:00Z", duration=1000, watchTime=share * 10)
        for n, share in enumerate(percents)
    ]
    found = watched_shares(ask(records, "watched_percent"))
    ranked = sorted(percents, reverse=True)
    expected = [
        math.floor(ranked[math.ceil(count * fraction) - 1]) for fraction in (0.75, 0.5, 0.25)
    ]
    assert found.quartiles == tuple(expected)
    assert found.median == math.floor(statistics.median_high(percents))


def test_of_no_play_there_is_no_curve_and_no_median() -> None:
    for nothing in (of(), of((-1, 0)), of((-1, 7))):
        assert nothing.plays == 0
        assert all(math.isnan(share) for share in nothing.curve)
        assert nothing.median is None
        assert nothing.quartiles is None
        assert nothing.histogram() == [0] * 20
    assert of((-1, 7)).left_out == 7


def test_a_play_of_everything_is_in_the_last_part() -> None:
    assert of((100, 3), (95, 2), (94, 1)).histogram()[-2:] == [1, 5]
    assert of((100, 3)).curve == [1.0] * 101


def library(lengths: dict[str, float], plays: int = 30) -> pd.DataFrame:
    """Plays by video and percent, where all plays of a video watched equally much of it."""
    rows = [
        (video, n % 101, plays, length * plays) for n, (video, length) in enumerate(lengths.items())
    ]
    return pd.DataFrame(rows, columns=["video", "watched_percent", "plays", "played_length"])


def test_the_typical_curve_is_made_of_each_video_once(ask) -> None:
    records = some_records(2500, videos=8)
    answer = ask(records, "video", "watched_percent", metrics=("plays", "played_length"))
    lengths = video_lengths(answer)
    assert lengths == {f"video-{n}": 100 + n for n in range(8)}
    found = typical(answer, lengths, 104)
    assert found is not None
    assert (found.videos, found.factor) == (8, 1.5)
    curves = [
        plain_curve(shares([view for view in records if view["videoKey"] == video]))
        for video in lengths
    ]
    for percent in range(101):
        ranked = [curve[percent] for curve in curves]
        low, middle, high = statistics.quantiles(ranked, n=4, method="inclusive")
        assert found.lower[percent] == pytest.approx(low)
        assert found.median[percent] == pytest.approx(middle)
        assert found.upper[percent] == pytest.approx(high)


@pytest.mark.parametrize(
    ("lengths", "videos", "factor"),
    [
        ([100, 67, 150, 120, 90], 5, 1.5),
        ([100, 66, 151, 120, 90], 5, 2.0),
        ([100, 50, 200, 120, 90, 201, 49], 5, 2.0),
        ([100, 34, 300, 120, 90, 301, 33], 5, 3.0),
        ([100] * 6 + [200] * 9, 6, 1.5),
    ],
)
def test_like_length_is_as_near_as_five_videos_allow(
    lengths: list[float], videos: int, factor: float
) -> None:
    named = {f"v{n}": length for n, length in enumerate(lengths)}
    found = typical(library(named), named, 100)
    assert found is not None
    assert (found.videos, found.factor) == (videos, factor)


@pytest.mark.parametrize(
    ("lengths", "plays"),
    [([100] * 4, 30), ([100] * 4 + [301], 30), ([100] * 8, 29), ([0] * 8, 30), ([], 30)],
)
def test_fewer_than_five_videos_of_enough_plays_are_not_typical(
    lengths: list[float], plays: int
) -> None:
    named = {f"v{n}": float(length) for n, length in enumerate(lengths)}
    assert typical(library(named, plays), named, 100) is None


def test_a_video_whose_length_is_not_known_is_not_typical() -> None:
    named = {f"v{n}": 100.0 for n in range(6)}
    found = typical(library(named), dict.fromkeys(list(named)[:5], 100.0), 100)
    assert isinstance(found, Typical)
    assert found.videos == 5


STEPS = tuple(dict.fromkeys((*engagement.FUNNEL, *engagement.RULES, engagement.KNOWN)))


def test_steps_by_percent_are_the_metrics_of_their_names(ask) -> None:
    records = some_records()
    answer = ask(records, "watched_percent", metrics=("views", "plays", "completions"))
    found = engagement.steps(answer)
    assert dict(found[[*STEPS]]) == dict(ask(records, metrics=STEPS).iloc[0])


def test_every_rule_says_how_many_plays_it_counts(ask) -> None:
    records = some_records()
    row = ask(records, metrics=STEPS).iloc[0]
    plays = [view for view in records if view["started"]]
    percents = shares(records)
    expected = [sum(view["ended"] for view in plays)]
    expected += [sum(share >= rule for share in percents) for rule in (75, 90, 95)]
    rules = engagement.completion_rules(row)
    assert [rule.plays for rule in rules] == expected
    known = plain.metrics(records)["lasting_plays"]
    assert known < len(plays)
    of = [len(plays), known, known, known]
    assert [rule.rate for rule in rules] == [n / all_ for n, all_ in zip(expected, of, strict=True)]
    assert [rule.label for rule in rules] == [
        "Reached the end",
        "Watched 75%",
        "Watched 90%",
        "Watched 95%",
    ]
    assert [rule.used for rule in rules] == [True, False, False, False]
    assert rules[0].rate == plain.metrics(records)["completion_rate"]


def test_the_rules_agree_with_the_curve_where_all_lengths_are_known(ask) -> None:
    records = [view | {"duration": 137} for view in some_records()]
    curve = watched_shares(ask(records, "watched_percent")).curve
    row = ask(records, metrics=STEPS).iloc[0]
    for rule, percent in zip(engagement.completion_rules(row)[1:], (75, 90, 95), strict=True):
        assert rule.rate == pytest.approx(curve[percent])


def test_without_plays_a_rule_has_no_rate(ask) -> None:
    row = ask([record("a", f"{DAY}T01:00:00Z", started=False)], metrics=STEPS).iloc[0]
    assert [rule.plays for rule in engagement.completion_rules(row)] == [0] * 4
    assert all(math.isnan(rule.rate) for rule in engagement.completion_rules(row))


def test_the_funnel_goes_from_views_to_the_end(ask) -> None:
    records = some_records()
    row = ask(records, metrics=STEPS).iloc[0]
    expected = plain.metrics(records)
    steps = engagement.funnel(row)
    assert [(step.label, step.count) for step in steps] == [
        ("Views", len(records)),
        ("Plays", expected["plays"]),
        ("Watched 25%", expected["reached_25"]),
        ("Watched 50%", expected["reached_50"]),
        ("Watched 75%", expected["reached_75"]),
        ("Watched 95%", expected["reached_95"]),
        ("Reached the end", expected["completions"]),
    ]
    unknown = expected["plays"] - expected["lasting_plays"]
    assert [step.of for step in steps] == [None, None, *[len(records) - unknown] * 4, None]
    assert [step.before for step in steps] == [None, None, expected["lasting_plays"], *[None] * 4]


LONG_AGO = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)


def test_a_period_has_each_hour_of_the_week_as_often_as_it_came() -> None:
    four_weeks = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 28))
    assert (engagement.hours_of_week(four_weeks, "UTC", ALWAYS) == 4).all()
    ten_days = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 18))  # a Monday to a Wednesday
    assert engagement.hours_of_week(ten_days, "UTC", ALWAYS)[:, 0].tolist() == [2, 2, 2, 1, 1, 1, 1]


def test_hours_to_come_and_hours_that_clocks_skip_or_repeat_do_not_count_as_whole() -> None:
    monday = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 9))
    now = dt.datetime(2026, 11, 9, 14, 29, tzinfo=dt.UTC)
    today = engagement.hours_of_week(monday, "UTC", Coverage(((LONG_AGO, now),)))
    assert today[0].tolist() == pytest.approx([1] * 14 + [29 / 60] + [0] * 9)
    assert today[1:].sum() == 0
    spring = Period(dt.date(2026, 3, 29), dt.date(2026, 3, 29))
    assert engagement.hours_of_week(spring, "Europe/Berlin", ALWAYS)[6, 1:4].tolist() == [1, 0, 1]
    autumn = Period(dt.date(2026, 10, 25), dt.date(2026, 10, 25))
    assert engagement.hours_of_week(autumn, "Europe/Berlin", ALWAYS)[6, 1:4].tolist() == [1, 2, 1]
    half = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 9), until=dt.time(3, 30))
    assert engagement.hours_of_week(half, "Asia/Kolkata", ALWAYS)[0, 2:5].tolist() == [1, 0.5, 0]


def test_a_metric_by_hour_of_the_week_stands_where_its_hour_is(ask) -> None:
    records = some_records()
    answer = ask(records, "weekday", "hour_of_day", metrics=("plays", "completion_rate"))
    expected = plain.grouped(records, lambda view: plain.local(view, "UTC").hour)
    plays, rates = (
        engagement.weekday_hour_grid(answer, name) for name in ("plays", "completion_rate")
    )
    assert plays.shape == (7, 24)
    for hour in range(24):
        assert plays[1, hour] == expected[hour]["plays"]  # the day is a Tuesday
        assert rates[1, hour] == pytest.approx(expected[hour]["completion_rate"])
    assert np.isnan(np.delete(plays, 1, axis=0)).all()


def test_totals_become_averages_of_the_hours_that_there_were() -> None:
    totals, hours = np.full((7, 24), np.nan), np.full((7, 24), 4.0)
    totals[0, 0], totals[0, 1] = 8, 3
    hours[0, 1], hours[0, 2] = 0.5, 0
    found = engagement.per_hour(totals, hours)
    assert found[0, :2].tolist() == [2, 6]
    assert math.isnan(found[0, 2])
    assert found[1:].tolist() == [[0] * 24] * 6

"""Two answers side by side, and the change between them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dyntube.insight.comparison import (
    change,
    changes,
    comparable,
    compare,
    direction,
    metric_of,
)
from dyntube.query.metrics import METRICS, metric

NAN = math.nan


@pytest.mark.parametrize(
    ("name", "now", "before", "expected"),
    [
        ("views", 112, 100, 0.12),
        ("views", 88, 100, -0.12),
        ("views", 0, 100, -1.0),
        ("views", 100, 100, 0.0),
        ("views", 5, 0, NAN),  # nothing grows from nothing by a percentage
        ("views", 0, 0, NAN),
        ("viewers", 3, 2, 0.5),
        ("watch_time", 90.0, 60.0, 0.5),
        ("average_watch_time", 45.0, 60.0, -0.25),
        ("average_watch_time", 45.0, NAN, NAN),
        ("average_watch_time", 45.0, 0.0, NAN),
        ("views_per_viewer", 1.5, 1.2, 0.25),
        ("play_rate", 0.45, 0.40, 0.05),  # percentage points
        ("play_rate", 0.40, 0.45, -0.05),
        ("play_rate", 0.05, 0.0, 0.05),  # a rate of 0 is a base like any other
        ("completion_rate", 0.0, 0.0, 0.0),
        ("sound_on_rate", NAN, 0.5, NAN),
        ("average_percent_watched", 0.5, NAN, NAN),
        ("views", NAN, 5, NAN),
        ("views", NAN, NAN, NAN),
    ],
)
def test_a_change_is_a_fraction_for_amounts_and_a_difference_for_rates(name, now, before, expected):
    assert change(metric(name), now, before) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_that_did_not_change_changed_by_nothing(name):
    assert change(metric(name), 0.5, 0.5) == 0


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("views", 0.17, 1),
        ("views", -0.17, -1),
        ("views", 23.0, 1),
        ("completion_rate", 0.02, 1),
        ("completion_rate", -0.02, -1),
        ("average_watch_time", -0.3, -1),
        # Shown as 1.0 % or 1.0 points, or as less
        ("views", 0.00951, 1),
        ("views", 0.0094, 0),
        ("views", -0.0094, 0),
        ("play_rate", 0.01, 1),
        ("completion_rate", -0.006, 0),
        ("views", 0.0, 0),
        # Nothing to compare with
        ("views", NAN, 0),
        # Neither direction is better
        ("sound_on_rate", -0.081, 0),
        ("sound_on", 0.5, 0),
        ("views_per_viewer", 0.5, 0),
        ("played_length", -0.5, 0),
    ],
)
def test_a_change_is_better_worse_or_neither(name, change, expected):
    assert direction(metric(name), change) == expected


@pytest.mark.parametrize(("change", "expected"), [(0.2, -1), (-0.2, 1), (0.001, 0)])
def test_less_is_better_where_the_metric_says_so(change, expected):
    assert direction(replace(metric("views"), more_is_better=False), change) == expected


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_totals_stand_side_by_side():
    both = compare(
        frame(views=[120], play_rate=[0.5]),
        frame(views=[100], play_rate=[0.4]),
        [],
        ["views", "play_rate"],
    )

    assert list(both.columns) == [
        "views",
        "play_rate",
        "views_before",
        "play_rate_before",
        "views_change",
        "play_rate_change",
    ]
    assert both.loc[0].to_dict() == pytest.approx(
        {
            "views": 120,
            "play_rate": 0.5,
            "views_before": 100,
            "play_rate_before": 0.4,
            "views_change": 0.2,
            "play_rate_change": 0.1,
        }
    )


NOW = frame(
    video=["c", "new", "a"],
    views=[30, 20, 10],
    watch_time=[3.0, 2.0, 1.0],
    play_rate=[0.5, 0.2, NAN],
)
BEFORE = frame(
    video=["a", "gone", "c"],
    views=[20, 99, 15],
    watch_time=[2.0, 9.0, 1.5],
    play_rate=[0.1, 0.9, 0.25],
)
BOTH = compare(NOW, BEFORE, ["video"], ["views", "watch_time", "play_rate"])


def test_rows_are_paired_by_name_and_keep_the_order_of_now():
    assert BOTH["video"].tolist() == ["c", "new", "a"]
    assert BOTH["views"].tolist() == [30, 20, 10]
    assert BOTH["views_before"].tolist() == [15, 0, 20]


def test_a_row_that_was_not_there_before_had_nothing_then():
    new = BOTH[BOTH["video"] == "new"].iloc[0]

    assert (new["views_before"], new["watch_time_before"]) == (0, 0)
    assert math.isnan(new["play_rate_before"])
    assert all(math.isnan(new[f"{name}_change"]) for name in ("views", "watch_time", "play_rate"))


def test_a_row_that_is_no_longer_there_is_left_out():
    assert "gone" not in BOTH["video"].tolist()


def test_a_rate_without_a_value_now_has_no_change():
    gone_quiet = BOTH[BOTH["video"] == "a"].iloc[0]

    assert gone_quiet["play_rate_before"] == 0.1
    assert math.isnan(gone_quiet["play_rate_change"])
    assert gone_quiet["views_change"] == -0.5


def test_rows_are_paired_by_all_dimensions_together():
    now = frame(country=["DE", "DE", "FR"], sound=["On", "Off", "On"], views=[4, 6, 8])
    before = frame(country=["FR", "DE"], sound=["On", "Off"], views=[4, 3])

    both = compare(now, before, ["country", "sound"], ["views"])

    assert both["views_before"].tolist() == [0, 3, 4]
    assert both["views_change"].tolist() == pytest.approx([NAN, 1.0, 1.0], nan_ok=True)


@pytest.mark.parametrize(("now", "before"), [(NOW, BEFORE.head(0)), (NOW.head(0), BEFORE)])
def test_either_side_may_have_no_rows(now, before):
    both = compare(now, before, ["video"], ["views", "play_rate"])

    assert both["video"].tolist() == now["video"].tolist()
    assert both["views_before"].tolist() == [0] * len(now)
    assert both["views_change"].isna().all()


def test_the_answers_stay_as_they_were():
    now, before = NOW.copy(), BEFORE.copy()

    compare(now, before, ["video"], ["views"])

    pd.testing.assert_frame_equal(now, NOW)
    pd.testing.assert_frame_equal(before, BEFORE)


# Rows that are gone

GONE = compare(NOW, BEFORE, ["video"], ["views", "watch_time", "play_rate"], gone=True)


def test_a_row_that_is_gone_has_nothing_now_if_it_is_asked_for():
    gone = GONE.set_index("video").loc["gone"]

    assert (gone["views"], gone["watch_time"], gone["views_before"]) == (0, 0, 99)
    assert (gone["views_change"], gone["watch_time_change"]) == (-1, -1)
    assert gone["play_rate_before"] == 0.9
    assert math.isnan(gone["play_rate"])
    assert math.isnan(gone["play_rate_change"])


def test_rows_that_are_gone_change_nothing_about_the_others():
    there = GONE[GONE["video"] != "gone"].set_index("video").loc[BOTH["video"]]

    pd.testing.assert_frame_equal(there.reset_index(), BOTH)
    assert sorted(GONE["video"]) == ["a", "c", "gone", "new"]
    assert GONE.dtypes.to_dict() == BOTH.dtypes.to_dict()


def test_rows_that_are_gone_have_no_amount_of_anything_else_either():
    now, before = NOW.assign(plays=[3, 2, 1]), BEFORE.assign(plays=[1, 1, 1])

    both = compare(now, before, ["video"], ["views"], gone=True).set_index("video")

    assert both["plays"].to_dict() == {"c": 3, "new": 2, "a": 1, "gone": 0}
    assert both["plays"].dtype == now["plays"].dtype
    assert "plays_change" not in both


def test_everything_may_be_gone_or_new():
    gone = compare(NOW.head(0), BEFORE, ["video"], ["views", "play_rate"], gone=True)
    new = compare(NOW, BEFORE.head(0), ["video"], ["views", "play_rate"], gone=True)

    assert gone["views"].tolist() == [0, 0, 0]
    assert gone["views_change"].tolist() == [-1, -1, -1]
    assert new["views_before"].tolist() == [0, 0, 0]
    assert new["views_change"].isna().all()


def test_totals_have_no_rows_that_could_be_gone():
    both = compare(frame(views=[120]), frame(views=[100]), [], ["views"], gone=True)

    assert both.to_dict("list") == {"views": [120], "views_before": [100], "views_change": [0.2]}


@pytest.mark.parametrize("column", ["views", "views_before", "views_change"])
def test_every_column_is_of_the_metric_that_it_is_about(column):
    assert metric_of(column) == "views"


# Sides of unequal length


@pytest.mark.parametrize(
    ("name", "now", "before", "days", "expected"),
    [
        ("views", 42, 3, (14, 1), 0.0),  # 3 a day on both sides
        ("watch_time", 310, 300, (31, 30), 0.0),
        ("views", 30, 62, (15, 31), 0.0),
        ("views", 5, 0, (14, 1), NAN),
        ("play_rate", 0.5, 0.4, (14, 1), 0.1),  # a rate has no length
        ("average_watch_time", 60, 50, (14, 1), 0.2),
        # People do not come by the day: of months they are compared as they are, else not at all.
        ("viewers", 33, 30, (31, 30), 0.1),
        ("viewers", 33, 30, (28, 31), 0.1),
        ("viewers", 33, 30, (14, 1), NAN),
        ("new_viewers", 33, 30, (14, 12), NAN),
        ("views_per_viewer", 1.5, 1.2, (14, 1), NAN),
        ("views_per_viewer", 1.5, 1.2, (31, 30), 0.25),
    ],
)
def test_sums_change_by_the_day_and_people_only_where_lengths_are_alike(
    name, now, before, days, expected
):
    measure = metric(name)
    [found] = changes(measure, np.array([now]), np.array([before]), days)

    assert found == pytest.approx(expected, nan_ok=True)
    both = compare(frame(**{name: [now]}), frame(**{name: [before]}), [], [name], days=days)
    assert both[f"{name}_change"].iloc[0] == pytest.approx(expected, nan_ok=True)
    assert both[f"{name}_before"].iloc[0] == before
    assert comparable(measure, days) == (not math.isnan(expected) or not before)

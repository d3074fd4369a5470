"""For people who write Python: load_views and ask."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import dyntube
from dyntube.errors import AuthError, PeriodError, QueryError
from dyntube.records import VIEW_COLUMNS

from . import plain
from .scripted import Answer, in_turn, serve
from .test_metrics import fetch

START, END = dt.date(2026, 11, 9), dt.date(2026, 11, 10)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def connected(stand_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account at the stand-in, set up through the environment as a person would."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DYNTUBE_STATS_URL", stand_in)
    monkeypatch.setenv("DYNTUBE_API_URL", stand_in)
    monkeypatch.setenv("DYNTUBE_ARCHIVE", str(tmp_path / "archive"))


def test_load_views_gives_one_typed_row_a_view() -> None:
    views = dyntube.load_views(START, END)
    assert tuple(views.columns) == VIEW_COLUMNS
    assert str(views["date"].dtype) == "datetime64[us, UTC]"
    assert views["date"].is_monotonic_increasing
    for name in ("video_key", "geo_country", "device_type", "embed_url"):
        assert isinstance(views[name].dtype, pd.CategoricalDtype), name
    for name, dtype in {
        "id": "string",
        "plan_type": "Int32",
        "started": "boolean",
        "watch_time": "Float64",
    }.items():
        assert str(views[name].dtype) == dtype
    assert not [name for name in views if views[name].dtype == object]


def test_load_views_has_the_views_of_the_local_days_and_no_others(stand_in: str) -> None:
    zone = "Asia/Kolkata"
    raw = plain.within(fetch(stand_in, START - 2 * DAY, END + 2 * DAY), START, END, zone)
    views = dyntube.load_views(START, END, timezone=zone)
    assert sorted(views["id"]) == sorted(view["id"] for view in raw)
    by_id = views.set_index("id")
    for record in raw[:50]:
        row = by_id.loc[record["id"]]
        assert row["date"] == pd.Timestamp(record["date"]).floor("us")
        assert row["video_key"] == record["videoKey"]
        assert row["geo_country"] == record["geo"]["country"]
        assert row["watch_time"] == record["watchTime"]


def test_load_views_can_be_narrowed_by_key() -> None:
    everything = dyntube.load_views(START, END)
    project, channel, video = everything[["project_key", "channel_key", "video_key"]].iloc[0]
    some = dyntube.load_views(START, END, project_key=project, channel_key=channel, video_key=video)
    kept = everything[
        (everything["project_key"] == project)
        & (everything["channel_key"] == channel)
        & (everything["video_key"] == video)
    ]
    assert some["id"].tolist() == kept["id"].tolist()
    assert dyntube.load_views(START, END, project_key="no such key").empty


def test_ask_answers_with_the_names_asked_for() -> None:
    found = dyntube.ask(
        ["views", "completion_rate"],
        by=["country"],
        start=START,
        end=END,
        filters={"project": ["5lCohVbzSymGw"]},
    )
    assert list(found.columns) == ["country", "views", "completion_rate"]
    views = dyntube.load_views(START, END, project_key="5lCohVbzSymGw")
    assert found["views"].sum() == len(views)


def test_ask_without_by_is_one_row_and_takes_single_names() -> None:
    found = dyntube.ask("views", start=START, end=END, filters={"device_type": "TV"})
    views = dyntube.load_views(START, END)
    assert found.to_dict("records") == [{"views": int((views["device_type"] == "TV").sum())}]


@pytest.mark.parametrize(
    ("wrong", "known"),
    [
        ({"metrics": ["clicks"]}, "completion_rate"),
        ({"by": ["planet"]}, "continent"),
        ({"filters": {"planet": ["Mars"]}}, "continent"),
        ({"metrics": []}, "at least one"),
    ],
)
def test_ask_lists_what_is_known_when_a_name_is_not(wrong: dict, known: str) -> None:
    with pytest.raises(QueryError, match=known):
        dyntube.ask(**({"metrics": ["views"], "start": START, "end": END} | wrong))


def test_a_reversed_period_and_an_unknown_zone_are_errors() -> None:
    with pytest.raises(PeriodError, match="before it starts"):
        dyntube.load_views(END, START)
    with pytest.raises(PeriodError, match="Mars/Olympus"):
        dyntube.ask("views", start=START, end=END, timezone="Mars/Olympus")


def test_what_cannot_be_fetched_is_an_error_and_not_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(in_turn(Answer(401))) as server:
        monkeypatch.setenv("DYNTUBE_STATS_URL", server.url)
        with pytest.raises(AuthError, match="refused the API key"):
            dyntube.load_views(START, START)

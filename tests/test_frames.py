"""For people who write Python: load_views and ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dyntube
from dyntube.account import open_state
from dyntube.archive.archive import Archive
from dyntube.archive.doubts import Doubt
from dyntube.errors import AuthError, PeriodError, QueryError
from dyntube.reading.records import VIEW_COLUMNS
from dyntube.trust.accepted import Acceptances

from . import conftest, odd, plain
from .engine.test_metrics import fetch
from .scripted import Answer, in_turn, serve

START, END = dt.date(2026, 11, 9), dt.date(2026, 11, 10)
DAY = dt.timedelta(days=1)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


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
    for name in ("video_key", "geo_country", "device_type", "embed_domain"):
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


def test_a_missing_value_is_missing_in_answers_and_none_in_filters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view(id_: str, **fields: object) -> plain.Record:
        return conftest.record(id_, f"{START}T12:00:00Z", **fields)

    monkeypatch.setenv("DYNTUBE_SYNC", "external")
    url = "http://127.0.0.1:9"
    monkeypatch.setenv("DYNTUBE_STATS_URL", url)
    archive = odd.open_archive(tmp_path / "archive", url)
    countries = ("DE", "Unknown", None)
    odd.put(archive, START, [view(str(name), geo={"country": name}) for name in countries])

    def views(**asked: object) -> dict[object, int]:
        found = dyntube.ask("views", "country", start=START, end=START, **asked)
        known = found["country"].astype(object).where(found["country"].notna(), None)
        return dict(zip(known, found["views"], strict=True))

    assert views() == {"DE": 1, "Unknown": 1, None: 1}
    assert views(filters={"country": None}) == {None: 1}
    assert views(filters={"country": ["DE", None]}) == {"DE": 1, None: 1}
    assert views(filters={"country": "Unknown"}) == {"Unknown": 1}


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


@pytest.mark.parametrize("write", [str, pd.Timestamp, lambda day: f" {day} ", _midnight])
def test_a_day_may_be_written_as_text_or_as_its_midnight(write: Callable[[dt.date], Any]) -> None:
    days = {"start": write(START), "end": write(START)}
    views = dyntube.load_views(**days)
    assert len(views) == len(dyntube.load_views(START, START)) > 0
    assert dyntube.ask("views", **days)["views"].tolist() == [len(views)]


@pytest.mark.parametrize(
    "day",
    [
        *("2026-11-31", "20 Nov 2026", "yesterday", "", "2026-11-20T12:00", "\ud83d"),
        *(
            None,
            20261120,
            1.5,
            ["2026-11-20"],
            pd.NaT,
            conftest.NOON,
            b"2026-11-20",
        ),
    ],
)
def test_what_is_no_day_is_a_sentence(day: Any) -> None:
    with pytest.raises(PeriodError, match=r"is no day\. Write 2026-10-31"):
        dyntube.load_views(day, END)
    with pytest.raises(PeriodError, match=r"is no day\. Write 2026-10-31"):
        dyntube.ask("views", start=START, end=day)


@pytest.mark.parametrize("zone", [None, 5, ["UTC"], dt.UTC])
def test_what_is_no_name_of_a_zone_is_a_sentence(zone: Any) -> None:
    with pytest.raises(PeriodError, match="is no time zone; one is"):
        dyntube.load_views(START, END, timezone=zone)


def test_what_cannot_be_fetched_is_an_error_and_not_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(in_turn(Answer(401))) as server:
        monkeypatch.setenv("DYNTUBE_STATS_URL", server.url)
        with pytest.raises(AuthError, match="refused the API key"):
            dyntube.load_views(START, START)


# Days in doubt


@pytest.fixture
def doubtful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """Two days that nobody fetches; the second counts a view more than came."""
    monkeypatch.setenv("DYNTUBE_SYNC", "external")
    url = "http://127.0.0.1:9"
    monkeypatch.setenv("DYNTUBE_STATS_URL", url)
    archive = odd.open_archive(tmp_path / "archive", url)
    odd.put(archive, START, odd.views(START))
    doubts = (Doubt("count", "DynTube counts 4 views and sent 3."),)
    odd.put(archive, END, odd.views(END), doubts=doubts, verified=False)
    return archive


def load(start: dt.date, end: dt.date, zone: str) -> None:
    assert len(dyntube.load_views(start, end, timezone=zone)) == 3 * ((end - start).days + 1)


def ask(start: dt.date, end: dt.date, zone: str) -> None:
    found = dyntube.ask("views", start=start, end=end, timezone=zone)
    assert found["views"].tolist() == [3 * ((end - start).days + 1)]


@pytest.mark.parametrize("read", [load, ask])
@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "Numbers of 1 day may be wrong. 10 Nov 2026: DynTube counts 4 views and sent 3."),
        # The UTC day begins at five in the afternoon of the day before.
        ("America/Denver", "Numbers of 2 days may be wrong. 9 – 10 Nov 2026: DynTube counts 4"),
    ],
)
def test_a_warning_says_which_days_are_in_doubt_and_why(
    doubtful: Archive, read: Callable[..., None], zone: str, said: str
) -> None:
    with pytest.warns(dyntube.DoubtWarning) as found:
        read(START, END, zone)
    (warning,) = found
    assert str(warning.message).startswith(said)
    assert warning.filename == __file__


def test_a_warning_is_a_users_warning_and_no_error_of_ours() -> None:
    assert issubclass(dyntube.DoubtWarning, UserWarning)
    assert not issubclass(dyntube.DoubtWarning, dyntube.DynTubeError)


@pytest.mark.parametrize("read", [load, ask])
def test_days_without_doubts_and_accepted_doubts_are_no_warning(
    doubtful: Archive, read: Callable[..., None]
) -> None:
    read(START, START, "UTC")  # warnings are errors in these tests
    state = open_state(doubtful.root / doubtful.folders[0])
    Acceptances(state).accept({"count": [(END, END)]}, "known")
    read(START, END, "UTC")

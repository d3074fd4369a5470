"""Raw views as CSV and Parquet: all of them, as they were, and no text a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dyntube.archive.archive import Archive, dayfile
from dyntube.archive.dayfile import DayInfo
from dyntube.engine.duckdb_backend import DuckDB, open_engine
from dyntube.engine.engine import Engine
from dyntube.errors import ArchiveError
from dyntube.export.raw_views import csv_stream, parquet_stream
from dyntube.export.table import safe
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Filter, ViewsQuery
from dyntube.reading.records import VIEW_COLUMNS

from ..conftest import record
from ..hostile import TEXTS
from ..plain import words
from .test_sheet import formulas

DAYS = [dt.date(2026, 5, 1) + dt.timedelta(days=n) for n in range(5)]
ALL = ViewsQuery(Period(DAYS[0], DAYS[-1]), limit=None, access=EVERYTHING)
Store = Callable[..., DayInfo]
Stream = Callable[[Engine, ViewsQuery], Iterator[bytes]]


class Watched(Engine):
    """An engine that counts how many days were asked for."""

    given = 0

    def batches(self, query: ViewsQuery) -> Iterator[pa.Table]:
        for views in super().batches(query):
            self.given += 1
            yield views


@pytest.fixture
def engine(store: Store, archive: Archive) -> Watched:
    """Five days of eight views, one every three hours, by turns of two videos."""
    for day in DAYS:
        views = [
            record(f"{day}-{n}", f"{day}T{3 * n:02}:00:00.25Z", videoKey=f"video-{n % 2}")
            for n in reversed(range(8))
        ]
        store(day, views)
    return Watched(DuckDB(archive))


def as_csv(engine: Engine, query: ViewsQuery) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(b"".join(csv_stream(engine, query))))


def as_parquet(engine: Engine, query: ViewsQuery) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(b"".join(parquet_stream(engine, query))))


@pytest.mark.parametrize("read", [as_csv, as_parquet])
def test_every_view_is_there_oldest_first_with_every_column(
    read: Callable[..., pd.DataFrame], engine: Engine
) -> None:
    views = read(engine, ALL)
    assert tuple(views.columns) == VIEW_COLUMNS
    assert views["id"].tolist() == [f"{day}-{n}" for day in DAYS for n in range(8)]
    assert (views["duration"] == 100).all()


def test_the_rows_are_those_that_the_page_counts(engine: Engine) -> None:
    shown = engine.rows(ALL).iloc[::-1].reset_index(drop=True)
    views = as_parquet(engine, ALL)
    assert views["date"].tolist() == shown["date"].tolist()
    for name in VIEW_COLUMNS:
        assert views[name].isna().tolist() == shown[name].isna().tolist()
        kept = views[name].notna().to_numpy()
        assert views[name][kept].tolist() == shown[name][kept].tolist()


@pytest.mark.parametrize("read", [as_csv, as_parquet])
def test_filters_and_the_days_of_a_zone_are_respected(
    read: Callable[..., pd.DataFrame], engine: Engine
) -> None:
    # 2 May in Kolkata is from 18:30 on 1 May to 18:30 on 2 May in UTC.
    period = Period(DAYS[1], DAYS[1])
    query = ViewsQuery(
        period, "Asia/Kolkata", (Filter("video", ("video-1",)),), limit=None, access=EVERYTHING
    )
    found = read(engine, query)["id"].tolist()
    assert found == ["2026-05-01-7", "2026-05-02-1", "2026-05-02-3", "2026-05-02-5"]
    assert found == engine.rows(query)["id"].tolist()[::-1]


def test_the_last_day_may_end_early(engine: Engine) -> None:
    query = ViewsQuery(Period(DAYS[0], DAYS[1], until=dt.time(7)), limit=None, access=EVERYTHING)
    assert len(as_parquet(engine, query)) == 8 + 3


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_views_at_the_ends_of_the_store_count_wherever_days_start(
    zone: str, engine: Engine
) -> None:
    assert (
        len(
            as_parquet(
                engine, ViewsQuery(Period(dt.date(2020, 1, 1), DAYS[-1]), zone, access=EVERYTHING)
            )
        )
        >= 40 - 8
    )
    whole = ViewsQuery(Period(dt.date(2010, 1, 1), dt.date(2100, 1, 1)), zone, access=EVERYTHING)
    assert len(as_parquet(engine, whole)) == 40


def test_a_limit_of_the_question_does_not_cut_the_file(engine: Engine) -> None:
    assert len(as_csv(engine, ViewsQuery(ALL.period, limit=3, offset=2, access=EVERYTHING))) == 40


def test_times_in_csv_are_utc_and_flags_are_words(engine: Engine) -> None:
    query = ViewsQuery(ALL.period, "Asia/Kolkata", limit=None, access=EVERYTHING)
    assert as_csv(engine, query)["date"][0] == "2026-05-01T00:00:00.250000Z"
    text = b"".join(csv_stream(engine, query)).decode("utf-8-sig")
    assert '"2026-05-01T00:00:00.250000Z",,true,false,false,100,50,' in text


def test_parquet_has_the_types_of_a_view(engine: Engine) -> None:
    schema = pq.read_schema(io.BytesIO(b"".join(parquet_stream(engine, ALL))))
    assert schema.field("date").type == pa.timestamp("us", "UTC")
    assert schema.field("video_key").type == pa.string()
    assert schema.field("started").type == pa.bool_()
    assert schema.field("watch_time").type == pa.float64()


def test_small_days_share_a_row_group(engine: Engine) -> None:
    file = pq.ParquetFile(io.BytesIO(b"".join(parquet_stream(engine, ALL))))
    assert file.num_row_groups == 1


@pytest.mark.parametrize("stream", [csv_stream, parquet_stream])
def test_days_are_read_as_the_file_is_taken_and_not_before(
    stream: Stream, engine: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dayfile, "ROW_GROUP", 8)
    parts = stream(engine, ALL)
    assert engine.given == 0
    next(parts)
    assert engine.given == 1
    next(parts)
    assert engine.given <= 2
    parts.close()
    assert engine.given <= 2
    assert list(parts) == []


def test_a_long_empty_period_costs_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(engine.backend, "rows", lambda *args: asked.append(args) or pa.table({}))
    whole = ViewsQuery(
        Period(dt.date(2010, 1, 1), dt.date(2100, 1, 1)), limit=None, access=EVERYTHING
    )
    assert list(engine.batches(whole)) == []
    assert len(asked) <= len(DAYS) + 2


@pytest.mark.parametrize("read", [as_csv, as_parquet])
def test_nothing_stored_gives_a_file_with_its_columns(
    read: Callable[..., pd.DataFrame], archive: Archive
) -> None:
    views = read(open_engine(archive), ALL)
    assert tuple(views.columns) == VIEW_COLUMNS
    assert len(views) == 0


@pytest.mark.parametrize("stream", [csv_stream, parquet_stream])
def test_an_archive_that_cannot_be_read_is_known_before_the_first_part(
    stream: Stream, archive: Archive
) -> None:
    archive.root.mkdir()
    (archive.root / archive.folders[0]).write_text("no folder")
    with pytest.raises(ArchiveError, match="cannot be read"):
        next(stream(open_engine(archive), ALL))


def test_a_day_damaged_since_is_left_out_and_the_others_are_there(
    engine: Engine, archive: Archive
) -> None:
    assert len(as_parquet(engine, ALL)) == 40
    path = archive.files(DAYS[2], DAYS[2])[0]
    path.write_bytes(b"PAR1" + bytes(path.stat().st_size - 4))
    assert len(as_parquet(engine, ALL)) == 32


@pytest.fixture
def hostile(store: Store, archive: Archive) -> Engine:
    """A day of which every text is hostile."""
    views = [
        record(
            f"{n}", f"{DAYS[0]}T10:{n:02}:00Z", videoKey=text, clientUserId=text, geo={"city": text}
        )
        for n, text in enumerate(TEXTS)
    ]
    store(DAYS[0], views)
    return open_engine(archive)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_no_text_in_csv_is_a_formula(delimiter: str, hostile: Engine) -> None:
    assert formulas(b"".join(csv_stream(hostile, ALL)), delimiter) == []


def test_text_in_csv_is_marked_as_in_every_other_csv(hostile: Engine) -> None:
    lines = io.StringIO(b"".join(csv_stream(hostile, ALL)).decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(lines))
    as_stored = as_parquet(hostile, ALL)["client_user_id"].tolist()
    assert len(rows) == len(TEXTS)
    for row, text in zip(rows, as_stored, strict=True):
        assert row["client_user_id"] == row["video_key"] == safe(text)
        assert row["geo_city"] == safe(words(text))


def test_parquet_has_text_as_it_came(hostile: Engine, archive: Archive) -> None:
    stored = archive.read(DAYS[0], DAYS[0]).to_pandas()
    views = as_parquet(hostile, ALL)
    for name in ("video_key", "client_user_id", "geo_city"):
        assert views[name].tolist() == stored[name].tolist()
    assert "=1+1" in views["geo_city"].tolist()

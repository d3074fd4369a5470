"""Local days and hours in questions: a joined calendar against arithmetic on slots and offsets."""

from __future__ import annotations

import datetime as dt
import statistics
import time

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from dyntube.query.periods import SLOT_SECONDS, Period, calendar

from .machine import row

VIEWS, TIMES, ZONE = 10_000_000, 5, "Europe/Berlin"
YEAR = Period(dt.date(2025, 11, 1), dt.date(2026, 10, 31))
_HOURS = "list_contains(['9', '10', '11'], CAST({hour} AS VARCHAR))"


def main() -> None:
    """Print how long both take on one thread: filtering view by view, and grouping by day."""
    clocks = calendar(*YEAR.bounds(ZONE), ZONE)
    database = duckdb.connect()
    database.execute("SET threads = 1")
    slots = np.random.default_rng(1).choice(clocks["slot"].to_numpy(), VIEWS)
    database.register("made", pa.table({"slot": np.sort(slots), "amount": np.ones(VIEWS)}))
    database.execute("CREATE TABLE views AS FROM made")
    database.register("clocks", clocks)
    database.execute("CREATE TABLE calendar AS FROM clocks")
    local = f"(SELECT *, slot + {_offset(clocks)} AS local FROM {{of}})"
    by_slot = "(SELECT slot, sum(amount) AS amount FROM views GROUP BY slot)"
    hour = "CAST(floor((local % 96) / 4) AS INTEGER)"
    ask = "SELECT sum(amount) FROM {of} WHERE " + _HOURS
    day = "SELECT {day}, sum(amount) FROM {of} GROUP BY ALL ORDER BY ALL"
    join = " JOIN calendar USING (slot)"
    pairs = {
        "hours of the day, view by view": (
            ask.format(of=f"views{join}", hour="hour_of_day"),
            ask.format(of=local.format(of="views"), hour=hour),
        ),
        "by day, after views are grouped by slot": (
            day.format(of=f"{by_slot}{join}", day="day"),
            day.format(of=local.format(of=by_slot), day="CAST(floor(local / 96) AS INTEGER)"),
        ),
    }
    for what, (joined, computed) in pairs.items():
        took = {sql: [] for sql in (joined, computed)}
        for _ in range(TIMES):
            for sql, seconds in took.items():
                seconds.append(_seconds(database, sql))
        once, other = (statistics.median(took[sql]) for sql in (joined, computed))
        row(
            f"Clocks: {what}",
            f"join {once * 1000:.0f} ms, arithmetic {other / once:.1f} times",
            "1",
        )


def _offset(clocks: pd.DataFrame) -> str:
    """The zone's offset in slots, as SQL."""
    starts = clocks["slot"].astype("int64") * SLOT_SECONDS
    utc = pd.to_datetime(starts, unit="s", utc=True)
    ahead = utc.dt.tz_convert(ZONE).dt.tz_localize(None) - utc.dt.tz_localize(None)
    offsets = (ahead.dt.total_seconds() // SLOT_SECONDS).astype(int)
    changes = clocks["slot"][offsets != offsets.shift(-1)]
    whens = (f"WHEN slot <= {slot} THEN {offsets[index]}" for index, slot in changes.items())
    return f"CASE {' '.join(whens)} END"


def _seconds(database: duckdb.DuckDBPyConnection, sql: str) -> float:
    began = time.process_time()
    database.execute(sql).fetchall()
    return time.process_time() - began

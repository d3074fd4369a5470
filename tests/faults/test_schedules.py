"""The proof: whatever goes wrong, no view is lost, none is there twice, and no day claims more
than is true. Seeds make it repeatable, as far as the timing of threads allows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .proof import Trial, close_clients
from .server import LogServer

COUNT = int(os.environ.get("FAULT_SCHEDULES", "40"))
FIRST = int(os.environ.get("FAULT_SEED", "1"))
BUNCH = 25  # seeds a test
SHOWN = 5
AGAIN = (
    "FAULT_SEED={seed} FAULT_SCHEDULES=1 .venv/bin/python -m pytest tests/faults/test_schedules.py"
)


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that a small bomb is one.
    monkeypatch.setattr("dyntube.fetch.transport.BODY_LIMIT", 2 * 2**20)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is lost here


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, BUNCH), ids="from seed {}".format)
def test_no_schedule_of_faults_loses_or_doubles_a_view(
    first: int, one_server: LogServer, tmp_path: Path
) -> None:
    failures = []
    for seed in range(first, min(first + BUNCH, FIRST + COUNT)):
        try:
            Trial(one_server, tmp_path / str(seed), seed).check()
        except Exception as error:  # the seed is worth more than the trace
            failures.append(f"seed {seed}: {error!r}\n    {AGAIN.format(seed=seed)}")
            if COUNT == 1:
                raise
        finally:
            close_clients()
    assert not failures, f"{len(failures)} failed:\n" + "\n".join(failures[:SHOWN])

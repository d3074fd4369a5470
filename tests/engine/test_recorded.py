"""The engine answers every question of the pages as it did before it was rebuilt."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import pytest

from dyntube.archive.archive import Archive
from dyntube.engine.duckdb_backend import open_engine

from ..recorded import FILE, answer_of, build

LINES = gzip.decompress(FILE.read_bytes()).decode().splitlines()
KINDS = ("types", "count")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("recorded"))


def same(found: Any, recorded: Any) -> bool:
    """Sums of floats differ in their last digits from run to run."""
    if isinstance(found, float) and isinstance(recorded, float):
        return math.isclose(found, recorded, rel_tol=1e-9, abs_tol=1e-9)
    return type(found) is type(recorded) and bool(found == recorded)


def test_there_are_as_many_questions_as_pages_ask() -> None:
    assert len(LINES) > 400


@pytest.mark.parametrize("warm", [False, True])
def test_every_question_has_the_rows_order_types_and_counts_it_had(
    archive: Archive, warm: bool
) -> None:
    """From the files, and from memory."""
    engine = open_engine(archive)
    if warm:
        engine.backend.hot_days.load(500)
    for line in LINES:
        recorded = json.loads(line)
        found = json.loads(json.dumps(answer_of(engine, recorded)))
        asked = recorded["question"]
        assert found.keys() <= recorded.keys()
        for kind in KINDS:
            assert found.get(kind) == recorded.get(kind), asked
        rows = found.get("rows", []), recorded.get("rows", [])
        assert len(rows[0]) == len(rows[1]), asked
        for one, other in zip(*rows, strict=True):
            assert all(map(same, one, other)), (asked, one, other)

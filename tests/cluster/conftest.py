"""Two real ClickHouse nodes of one cluster, and views for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dyntube.archive.archive import Archive

from .. import mixed
from .nodes import Cluster, two_nodes


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with two_nodes(tmp_path_factory.mktemp("nodes")) as made:
        yield made


@pytest.fixture(scope="session")
def archive(stand_in: str, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Hostile views of three days over a change of clocks."""
    return mixed.build(stand_in, tmp_path_factory.mktemp("mixed") / "archive")[0]

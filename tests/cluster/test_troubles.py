"""Nodes that are away, questions that take too long, and questions that nobody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from dyntube.archive.archive import Archive
from dyntube.engine.clickhouse import server as server_module
from dyntube.engine.clickhouse.server import Server
from dyntube.engine.wanted import still_wanted
from dyntube.errors import EngineError
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query
from dyntube.settings.warehouse import warehouse

from .. import mixed
from .nodes import Cluster

ENDLESS = "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)"


@pytest.fixture
def server(cluster: Cluster) -> Server:
    made = Server(cluster.warehouse())
    made.everywhere(f"CREATE DATABASE {made.warehouse.database}")
    return made


def under_way(cluster: Cluster) -> int:
    running = "SELECT count() FROM system.processes WHERE startsWith(query, 'SELECT sum(sipHash"
    return int(cluster.nodes[0].ask(f"{running}64(number)')"))


def until(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [0, 1])
def test_without_a_node_there_is_a_message_and_with_it_the_answer_again(
    cluster: Cluster, archive: Archive, number: int
) -> None:
    engine = cluster.engine(archive)
    query = Query(("views", "viewers"), Period(*mixed.DAYS), access=EVERYTHING)
    before = engine.answer(query)
    engine.forget()
    cluster.nodes[number].stop()
    try:
        began = time.monotonic()
        with pytest.raises(EngineError, match="cannot be reached"):
            engine.answer(query)
        assert time.monotonic() - began < 5  # what the issue promises to readers
    finally:
        cluster.nodes[number].start()
    assert engine.answer(query).equals(before)


def test_a_question_that_takes_too_long_is_ended_on_the_server(
    cluster: Cluster, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "QUERY_SECONDS", 1)
    seen = threading.Event()
    watcher = threading.Thread(target=lambda: until(lambda: under_way(cluster)) or seen.set())
    watcher.start()
    with pytest.raises(EngineError, match="Ask for a shorter period"):
        server.query(ENDLESS)
    watcher.join()
    assert seen.is_set()
    until(lambda: under_way(cluster) == 0)


def test_a_question_is_cancelled_once_nobody_waits_for_it(cluster: Cluster, server: Server) -> None:
    waits, outcome = threading.Event(), []
    waits.set()

    def ask() -> None:
        still_wanted.set(waits.is_set)
        try:
            server.query(ENDLESS)
        except EngineError as error:
            outcome.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: under_way(cluster) == 1)
    time.sleep(1.5)
    assert under_way(cluster) == 1, "somebody waits"
    waits.clear()
    asking.join(30)
    assert outcome == ["The query was cancelled because nobody was waiting for it."]
    until(lambda: under_way(cluster) == 0)


def test_what_the_client_says_of_an_error_never_reaches_readers(server: Server) -> None:
    with pytest.raises(EngineError) as told:
        server.query("SELECT {p0:String} AS secret, nonsense(1)", {"p0": "canary-value"})
    assert str(told.value) == "The warehouse reports its error 46."
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_a_warehouse_without_tables_says_what_to_run(cluster: Cluster, archive: Archive) -> None:
    from dyntube.engine.clickhouse.backend import open_warehouse

    engine = open_warehouse(archive, cluster.warehouse(), follow=False)
    with pytest.raises(EngineError, match="run `python -m dyntube warehouse init`"):
        engine.answer(Query(("views",), Period(*mixed.DAYS), access=EVERYTHING))


def test_nobody_listens() -> None:
    nowhere = Server(warehouse("", "clickhouse://127.0.0.1:1/views"))
    with pytest.raises(EngineError, match="cannot be reached"):
        nowhere.query("SELECT 1")

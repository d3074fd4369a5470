"""What we send to a server and whom we believe, seen by a server in front of a real node.

Users, grants and TLS are not tried on a ClickHouse of its own: npm's has none.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dyntube.archive.archive import Archive
from dyntube.engine.clickhouse import server as server_module
from dyntube.engine.clickhouse.backend import ClickHouse
from dyntube.engine.clickhouse.server import Server
from dyntube.engine.engine import Engine
from dyntube.errors import EngineError
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Query
from dyntube.settings.warehouse import Warehouse

from .. import mixed
from .between import Between, between, certificate
from .nodes import Cluster

SECRET, VALUE = "canary-password", "canary-value"


def at(seen: Between, **known: object) -> Warehouse:
    usual = {"secure": False, "password": SECRET, "user": "canary-user", "database": "system"}
    return Warehouse((("127.0.0.1", seen.port),), **(usual | known))  # type: ignore[arg-type]


def one(server: Server) -> int:
    return server.query("SELECT 1 AS one")["one"][0].as_py()


def test_a_certificate_that_is_trusted_opens_the_connection(
    cluster: Cluster, tmp_path: Path
) -> None:
    own = certificate(tmp_path, "127.0.0.1")
    with between(cluster.nodes[0], own) as seen:
        assert one(Server(at(seen, secure=True, ca=str(own)))) == 1
        assert seen.asked


@pytest.mark.parametrize("name", ["127.0.0.1", "other.example"])
def test_a_certificate_of_an_unknown_or_for_another_host_gets_nothing(
    cluster: Cluster, tmp_path: Path, name: str
) -> None:
    own = certificate(tmp_path, name)
    trusted = str(own) if name == "other.example" else ""
    with between(cluster.nodes[0], own) as seen:
        with pytest.raises(EngineError, match="cannot be reached"):
            one(Server(at(seen, secure=True, ca=trusted)))
        assert seen.asked == []


def test_user_and_password_are_in_headers_alone_and_values_in_no_address(
    cluster: Cluster, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = cluster.engine(archive)
    database = engine.backend._server.warehouse.database
    with between(cluster.nodes[0]) as seen:
        own = Engine(ClickHouse(archive, Server(at(seen, database=database, cluster="views"))))
        query = Query(
            ("views",),
            Period(*mixed.DAYS),
            filters=(Filter("city", (VALUE,), "contains"),),
            access=EVERYTHING,
        )
        assert own.answer(query)["views"].tolist() == [0]
        assert SECRET not in seen.texts()
        assert "canary-user" not in seen.texts()
        assert any(VALUE in asked.body for asked in seen.asked)
        assert not any(VALUE in asked.path for asked in seen.asked)
        assert all(
            "Authorization" in asked.headers or "X-ClickHouse-Key" in asked.headers
            for asked in seen.asked
        )
    assert not any(word in caplog.text for word in (SECRET, "canary-user", VALUE))


def test_questions_change_only_the_settings_that_the_docs_name(
    cluster: Cluster, archive: Archive
) -> None:
    documented = (Path(__file__).parents[2] / "docs/scaling.md").read_text("utf-8")
    with between(cluster.nodes[0]) as seen:
        one(Server(at(seen)))
        sent = {name for asked in seen.asked for name in parse_qs(urlsplit(asked.path).query)}
    transport = {"query_id", "database", "client_protocol_version", "wait_end_of_query"}
    settings = {name for name in sent - transport if not name.startswith("param_")}
    assert settings
    assert [name for name in settings if f"`{name}`" not in documented] == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (516, "The warehouse refused the user or password of DYNTUBE_ENGINE."),
        (497, "The user of DYNTUBE_ENGINE lacks a right: docs/scaling.md lists those it needs."),
        (164, "The user of DYNTUBE_ENGINE lacks a right: docs/scaling.md lists those it needs."),
        (241, "The warehouse reports its error 241."),
    ],
)
def test_what_a_server_refuses_is_said_without_its_words(
    cluster: Cluster, caplog: pytest.LogCaptureFixture, code: int, sentence: str
) -> None:
    caplog.set_level(logging.INFO)
    with between(cluster.nodes[0]) as seen:
        seen.refuses = (
            403,
            f"Code: {code}. DB::Exception: {VALUE} of canary-user. (KIND) (version 26)",
        )
        with pytest.raises(EngineError) as told:
            one(Server(at(seen)))
    assert str(told.value) == sentence
    assert f"code': {code}" in str([record.__dict__.get("facts") for record in caplog.records])


def test_a_server_that_hangs_holds_up_nobody_twice(
    cluster: Cluster, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = cluster.engine(archive)
    database = engine.backend._server.warehouse.database
    monkeypatch.setattr(server_module, "QUICK_SECONDS", 1)
    monkeypatch.setattr(server_module, "_GRACE", 1.0)
    with between(cluster.nodes[0]) as seen:
        own = ClickHouse(archive, Server(at(seen, database=database, cluster="views")))
        seen.holds = "FROM loads"
        asking = [threading.Thread(target=fails_to_tell_days, args=(own,)) for _ in range(8)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(15)  # one after the other they would take 16 seconds and more
            assert not thread.is_alive()
        seen.killed.set()
        seen.holds = ""


def fails_to_tell_days(backend: ClickHouse) -> None:
    with pytest.raises(EngineError):
        backend.days()


def test_a_server_that_is_no_clickhouse_is_away(cluster: Cluster) -> None:
    with between(cluster.nodes[0]) as seen:
        seen.refuses = 200, "<html>Welcome</html>"
        with pytest.raises(EngineError):
            one(Server(at(seen)))

"""The door to ClickHouse: statements over HTTP, and its errors as sentences.

No error here holds a statement, a value, a user or a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pyarrow as pa

from ...errors import ConfigError, EngineError
from ...events import event
from ...settings.warehouse import Node, Warehouse
from ..wanted import Waiting

CONNECT_SECONDS = 3.0
QUERY_SECONDS = 30  # a query may take; the server ends it then
QUICK_SECONDS = 5  # of one that is over in a moment, so that who waits is told soon
LOAD_SECONDS = 600.0
_GRACE = 5.0  # seconds that the server may take to say that it has ended a query
_SETTINGS: Mapping[str, object] = {
    "session_timezone": "UTC",
    "cast_keep_nullable": 1,
    "distributed_product_mode": "local",  # the views of one viewer are on one shard
    "distributed_foreground_insert": 1,
    "async_insert": 0,  # what is said to be stored is
    "output_format_arrow_low_cardinality_as_dictionary": 0,
}


class Server:
    """Statements to the nodes of a warehouse; thread-safe. All raise EngineError."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._clients: dict[tuple[Node, float, str], Any] = {}
        self._waiting = Waiting(self._kill)

    def query(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, quick: bool = False
    ) -> pa.Table:
        """The rows of a query, integers as int64 and moments as UTC microseconds without a zone.

        It is cancelled once nobody waits for it (`wanted.still_wanted`).
        """
        name = uuid4().hex
        seconds = QUICK_SECONDS if quick else QUERY_SECONDS
        settings = {**_SETTINGS, "max_execution_time": seconds, "query_id": name}
        with self._waiting.for_query(name), self._client(seconds=seconds + _GRACE) as client:
            rows = client.query_arrow(sql, parameters, settings=settings, use_strings=True)
        return _same_types(rows)

    def insert(self, table: str, rows: pa.Table) -> None:
        """Append rows to a table."""
        with self._client(seconds=LOAD_SECONDS) as client:
            client.insert_arrow(table, rows, settings=_SETTINGS)

    def everywhere(self, sql: str) -> None:
        """Run a statement on each node."""
        for node in self.warehouse.nodes:
            with self._client(node, LOAD_SECONDS, database="default") as client:
                client.command(sql, settings={"lightweight_deletes_sync": 1})

    def _kill(self, name: str) -> None:
        with self._client() as client:
            client.command(f"KILL QUERY WHERE query_id = '{name}' ASYNC")

    @contextmanager
    def _client(
        self, node: Node | None = None, seconds: float = QUERY_SECONDS + _GRACE, database: str = ""
    ) -> Iterator[Any]:
        """The client of a node and database, connected when it is first needed."""
        of = node or self.warehouse.nodes[0], seconds, database or self.warehouse.database
        try:
            # Connected outside of a lock: a server that hangs must not stop those who are.
            if of not in self._clients:
                self._clients.setdefault(of, self._connect(*of))
            yield self._clients[of]
        except Exception as error:
            if not _is_of_client(error):
                raise
            raise _failure(error) from None

    def _connect(self, node: Node, seconds: float, database: str) -> Any:
        try:
            import clickhouse_connect  # optional
        except ImportError:
            raise ConfigError(
                "DYNTUBE_ENGINE needs another package: pip install -r requirements-clickhouse.txt"
            ) from None
        at = self.warehouse
        return clickhouse_connect.get_client(
            host=node[0],
            port=node[1],
            username=at.user,
            password=at.password,
            database=database,
            secure=at.secure,
            ca_cert=at.ca or None,
            connect_timeout=CONNECT_SECONDS,
            send_receive_timeout=seconds,
            form_encode_query_params=True,  # values of filters are neither in URLs nor in logs
            autogenerate_session_id=False,  # threads share it
        )


def _is_of_client(error: Exception) -> bool:
    library = type(error).__module__.partition(".")[0]
    return isinstance(error, OSError) or library in ("clickhouse_connect", "urllib3", "pyarrow")


def _failure(error: Exception) -> EngineError:
    """An error of the client as a sentence; what it says itself may hold values of the query."""
    text = str(error).lower()
    found = _CODE.search(text)
    code = int(found[1]) if found else 0
    event("warehouse_failed", kind=_kinds(error), code=code)
    if code in _TIMED_OUT or (not code and "timed out" in text and "connect" not in text):
        return EngineError(_TOO_LONG)
    if code:
        return EngineError(_REFUSED.get(code, f"The warehouse reports its error {code}."))
    return EngineError(_AWAY)


def _kinds(error: BaseException | None) -> str:
    """The types of an error and of what caused it; their texts may hold values."""
    found: list[str] = []
    while error:
        found.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return " from ".join(dict.fromkeys(found))


_CODE = re.compile(r"\bcode:? (\d+)")
_TIMED_OUT = (159, 160, 209)
_AWAY = (
    "The database with the views cannot be reached. Numbers are back as soon as it answers; "
    "whoever runs this dashboard finds the reason in the log."
)
_TOO_LONG = f"The warehouse took longer than {QUERY_SECONDS} seconds. Ask for a shorter period."
_NO_RIGHT = "The user of DYNTUBE_ENGINE lacks a right: docs/scaling.md lists those it needs."
_NO_TABLES = "The warehouse has no tables yet: run `python -m dyntube warehouse init`, then `load`."
_REFUSED = {
    60: _NO_TABLES,
    81: _NO_TABLES,
    164: _NO_RIGHT,
    210: _AWAY,
    279: _AWAY,
    394: "The query was cancelled because nobody was waiting for it.",
    497: _NO_RIGHT,
    516: "The warehouse refused the user or password of DYNTUBE_ENGINE.",
}


def _same_types(rows: pa.Table) -> pa.Table:
    def level(type_: pa.DataType) -> pa.DataType:
        if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
            return pa.timestamp("us")
        return pa.int64() if pa.types.is_integer(type_) else type_

    return rows.cast(pa.schema([pa.field(f.name, level(f.type)) for f in rows.schema]))

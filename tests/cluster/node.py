"""One ClickHouse node, as a process of its own: `python node.py LIBRARY FOLDER HTTP TCP ALL_TCP`.

npm's `@chdb/lib-linux-x64-gnu` is ClickHouse as a library, whose documented command line can listen
as a server does. It ends on SIGTERM.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_LISTEN = (
    "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; "
    "SELECT sleepEachRow(1) FROM numbers(36000) "
    "SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null"
)


def main(library: str, folder: str, http: str, tcp: str, all_tcp: str) -> None:
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    shards = "".join(
        f"<shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard>"
        for port in all_tcp.split(",")
    )
    config = f"<remote_servers><views>{shards}</views></remote_servers>"
    (root / "config.xml").write_text(f"<clickhouse>{config}</clickhouse>", "utf-8")
    arguments = [
        "clickhouse",
        f"--config-file={root / 'config.xml'}",
        f"--path={root / 'data'}",
        "--listen_host=127.0.0.1",
        f"--http_port={http}",
        f"--tcp_port={tcp}",
        "--query",
        _LISTEN,
    ]
    texts = (ctypes.c_char_p * len(arguments))(*(text.encode() for text in arguments))
    ctypes.CDLL(library).chdb_query_cmdline(len(arguments), texts)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The stand-in as a server far away: every answer waits for so many milliseconds.

The wait is named by the first part of the path: `http://127.0.0.1:40123/50/v1/logs/data` is the
stand-in's `/v1/logs/data` after 50 ms. One server has all waits, so that days are rendered once.
`python -m benchmarks.delay` measures what that costs itself.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import requests
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from dyntube.demo import process
from dyntube.demo.server import make_app

from .machine import median_seconds, row


class _Late:
    """An application whose every answer waits, without keeping others from being answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, milliseconds, path = scope["path"].split("/", 2)
        if wait := int(milliseconds):
            await asyncio.sleep(wait / 1000)
        await self._app({**scope, "path": f"/{path}", "raw_path": None}, receive, send)


@contextmanager
def running(views_per_day: int) -> Iterator[str]:
    """A stand-in in a process of its own; gives the address that the milliseconds follow."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(listening, views_per_day), daemon=True
    )
    server.start()
    try:
        # A connection made before the server is up waits in the socket.
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.terminate()
        server.join()
        listening.close()


def _serve(listening: socket.socket, views_per_day: int) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app = _Late(make_app(views_per_day=views_per_day))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", date_header=False
    )
    uvicorn.Server(config).run(sockets=[listening])


def _end_with_parent() -> None:
    """However it ends: a parent that is killed cannot stop its children."""
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(0)


def main(requests_made: int = 400, at_once: int = 8) -> None:
    """The smallest requests, many at once: what the detour costs, and that waits run together."""
    alone = process.start()
    with running(views_per_day=1000) as url:
        for name, address in (("none", alone.url), ("0 ms", f"{url}/0"), ("50 ms", f"{url}/50")):
            work = partial(_ask_often, f"{address}/v1/logs/data", requests_made, at_once)
            seconds = median_seconds(work) / requests_made
            row(f"a small request, {at_once} at once, wait: {name}", f"{seconds * 1e3:.2f} ms", "")
    alone.stop()


def _ask_often(url: str, times: int, at_once: int) -> None:
    asked = {"from": "2026-11-01", "to": "2026-11-02", "size": "1"}
    with requests.Session() as session, ThreadPoolExecutor(at_once) as threads:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=at_once))
        for answer in threads.map(lambda _: session.get(url, params=asked), range(times)):
            answer.raise_for_status()


if __name__ == "__main__":
    main()

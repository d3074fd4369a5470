"""A server that answers as a test tells it to, over real sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Answer:
    """What is sent back; `cut` closes the connection after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    json: dict[str, Any]

    @property
    def query(self) -> dict[str, str]:
        """The parameters of its address."""
        return dict(parse_qsl(urlsplit(self.path).query))


Script = Callable[[Asked], Answer]


@dataclass
class Server:
    """Its address, what it was asked, and the script it answers by; a test may swap the script."""

    script: Script
    url: str = ""
    asked: list[Asked] = field(default_factory=list, repr=False)


def views(records: list[dict[str, Any]], **pager: int) -> Answer:
    """An answer of the view log."""
    count = len(records)
    known = {"page": 1, "size": 1000, "hits": count, "total": count, "pages": min(count, 1)}
    return Answer(body=json.dumps({"pager": known | pager, "views": records}).encode())


def in_turn(*answers: Answer) -> Script:
    """Each answer once, the last for ever."""
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serve(script: Script) -> Iterator[Server]:
    """Answer requests on a free port of this machine by a script."""
    server = Server(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer takes 40 ms

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers), json.loads(body or "{}"))
            server.asked.append(asked)
            answer = server.script(asked)
            try:
                self.answer(answer)
            except ConnectionError:  # who asked is gone
                self.close_connection = True

        def answer(self, answer: Answer) -> None:
            self.send_response_only(answer.status)  # without a date: a test's clock may differ
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            self.close_connection = answer.cut is not None

        do_GET = do_POST

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    class Patient(ThreadingHTTPServer):
        request_queue_size = 128  # a browser's first page asks for a hundred files at once

    http = Patient(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()

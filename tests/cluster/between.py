"""A server between us and a node, with TLS if wanted: it notes requests and may hold them."""

from __future__ import annotations

import http.client
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .nodes import Node


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Between:
    """`refuses`: a status and text instead of the node's answer. `holds`: what has this text waits
    until it is killed; `once`: only the first that has it."""

    node: Node
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    refuses: tuple[int, str] | None = None
    holds: str = ""
    once: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)

    def texts(self) -> str:
        return "\n".join(f"{one.path}\n{one.body}" for one in self.asked)


@contextmanager
def between(node: Node, certificate: Path | None = None) -> Iterator[Between]:
    made = Between(node)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            text = body.decode(errors="replace")
            made.asked.append(Asked(self.path, dict(self.headers), text))
            if "KILL QUERY" in text:
                made.killed.set()
            elif made.holds and made.holds in text and not (made.once and made.held.is_set()):
                made.held.set()
                made.killed.wait(30)
                self._answer(500, {}, b"Code: 394. DB::Exception: Query was cancelled.")
                return
            if made.refuses:
                self._answer(made.refuses[0], {}, made.refuses[1].encode())
                return
            own = ("authorization", "x-clickhouse-user", "x-clickhouse-key", "host")
            headers = {k: v for k, v in self.headers.items() if k.lower() not in own}
            link = http.client.HTTPConnection("127.0.0.1", made.node.http, timeout=60)
            link.request("POST", self.path, body, headers)
            answer = link.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
            link.close()

        do_GET = do_POST

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a refused handshake
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    made.killed.set()
    server.shutdown()
    thread.join()
    server.server_close()


def certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by itself, with its key in the same file."""
    file, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = "IP" if name[0].isdigit() else "DNS"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=test",
    ]
    command += ["-addext", f"subjectAltName={kind}:{name}", "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file

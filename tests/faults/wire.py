"""HTTP/1.1 over raw sockets, so that an answer can be sent as badly as networks do."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Framing = Literal["length", "chunked", "close"]


@dataclass(frozen=True)
class Asked:
    """One request as it came; `json` is its body."""

    method: str
    path: str
    headers: dict[str, str]
    json: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What is sent back, and how.

    `cut`: the connection ends after so many bytes of the body, with a reset if `reset`. `between`
    is called before each of the `pieces` that the body (or with `whole` all of it) is sent in.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Framing = "length"
    cut: int | None = None
    reset: bool = False
    between: Callable[[], None] | None = None
    pieces: int = 1
    whole: bool = False

    def send(self, connection: socket.socket) -> bool:
        """Send it; whether the connection can serve another request."""
        head, body = self._head(), self._framed()[: self.cut]
        if self.between is None:
            connection.sendall(head + body)
        else:
            started, rest = (b"", head + body) if self.whole else (head, body)
            connection.sendall(started)
            step = max(1, -(-len(rest) // self.pieces))
            for start in range(0, len(rest), step):
                self.between()
                connection.sendall(rest[start : start + step])
        if self.reset:
            _reset(connection)
        return self.cut is None and self.framing != "close"

    def _head(self) -> bytes:
        framing = {
            "length": f"Content-Length: {len(self.body)}",
            "chunked": "Transfer-Encoding: chunked",
            "close": "Connection: close",
        }[self.framing]
        lines = [f"HTTP/1.1 {self.status} Whatever", framing]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _framed(self) -> bytes:
        if self.framing != "chunked":
            return self.body
        half = len(self.body) // 2
        chunks = [part for part in (self.body[:half], self.body[half:]) if part]
        return b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in chunks) + b"0\r\n\r\n"


class Nothing:
    """No answer: the connection is closed, or reset."""

    def __init__(self, *, reset: bool) -> None:
        self._reset = reset

    def send(self, connection: socket.socket) -> bool:
        """End the connection."""
        if self._reset:
            _reset(connection)
        return False


class Wire:
    """Serves on a free port of this machine, a thread a connection, until it is stopped."""

    def __init__(self, answer: Callable[[Asked], Answer | Nothing]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.unsent = 0  # answers that the client did not want to the end
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._port = 0
        self.open()

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Serve, after `close` on the same port again."""
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, args=(self._listener,))
        self._accepting.start()

    def close(self) -> None:
        """Refuse connections, and end those that there are."""
        listener, self._listener = self._listener, None
        socket.create_connection(listener.getsockname()).close()  # wakes `accept`
        self._accepting.join()
        self.hang_up()

    def hang_up(self) -> None:
        """End every connection."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.wait()

    def wait(self) -> None:
        """Return when every connection has ended."""
        with self._lock:
            threads = list(self._connections.values())
        for thread in threads:
            thread.join()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                connection, _ = listener.accept()
                if self._listener is not listener:
                    connection.close()
                    return
                thread = threading.Thread(target=self._serve, args=(connection,))
                with self._lock:
                    self._connections[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for asked in _requests(connection):
                self.asked.append(asked)
                if not self.answer(asked).send(connection):
                    return
        except OSError:
            self.unsent += 1
        finally:
            with self._lock:
                del self._connections[connection]
            connection.close()


def _requests(connection: socket.socket) -> Iterator[Asked]:
    got = b""
    while True:
        while b"\r\n\r\n" not in got:
            if not (more := connection.recv(2**16)):
                return
            got += more
        head, got = got.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.title(): text for name, text in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("Content-Length", 0))
        while len(got) < length:
            if not (more := connection.recv(2**16)):
                return
            got += more
        body, got = got[:length], got[length:]
        method, path, _ = first.split(" ")
        yield Asked(method, path, headers, json.loads(body or b"{}"))


def _reset(connection: socket.socket) -> None:
    # Closing without lingering sends RST, as a host that went away does.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

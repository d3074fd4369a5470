"""An internet for tests: names, public addresses, and real HTTPS servers on this machine."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from dyntube.thumbnails import download

HOST = "images.dyntube.com"
ADDRESS = "93.184.216.34"

Script = Callable[[str], Iterable[bytes]]


@dataclass
class Site:
    """A server: what it answers, byte for byte, to the head of a request, and what it was asked."""

    script: Script
    port: int = 0
    asked: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # that clients asked TLS for

    def headers(self, number: int = 0) -> dict[str, str]:
        """The headers of a request, with small names."""
        lines = self.asked[number].split("\r\n")[1:]
        return {n.lower(): v for n, _, v in (line.partition(": ") for line in lines) if n}


@dataclass
class Internet:
    """Where names lead, look-up by look-up (the last for ever), and who listens at an address."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def lead(self, name: str, *lookups: list[str]) -> None:
        self.names[name] = list(lookups)

    def find(self, name: str) -> list[str]:
        self.looked_up.append(name)
        if name not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        left = self.names[name]
        return left.pop(0) if len(left) > 1 else left[0]


def answer(
    body: bytes = b"", status: str = "200 OK", *, length: bool = True, **headers: str
) -> Script:
    """A script that gives the same answer each time."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", "Content-Type: image/jpeg"]
    lines += [f"Content-Length: {len(body)}"] if length else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return lambda _: ["\r\n".join(lines).encode(), b"\r\n\r\n", body]


@contextlib.contextmanager
def listening(site: Site, certificate: Path) -> Iterator[Site]:
    """Serve a site with a certificate, and the key in the same file, until the block ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: site.names.append(name)  # type: ignore[assignment]
    server = socket.create_server(("127.0.0.1", 0))
    site.port = server.getsockname()[1]
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_talk, args=(connection, context, site)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield site
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for thread in (accepting, *threads):
            thread.join(20)
            assert not thread.is_alive()


def _talk(connection: socket.socket, context: ssl.SSLContext, site: Site) -> None:
    with (
        contextlib.suppress(OSError),
        connection,
        context.wrap_socket(connection, server_side=True) as secure,
    ):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (part := secure.recv(4096)):
                return
            head += part
        site.asked.append(head.decode("latin-1").removesuffix("\r\n\r\n"))
        for part in site.script(site.asked[-1]):
            secure.sendall(part)


def make_certificate(folder: Path, name: str) -> Path:
    """A certificate, signed by itself, with its key, in one file."""
    file = folder / f"{name.replace('*', 'all')}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-keyout", "-", "-out", "-", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", f"subjectAltName=DNS:{name}"]
    file.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return file


def use(patch: pytest.MonkeyPatch, internet: Internet, trusted: Path) -> None:
    """Let downloads happen on this internet, where one certificate is trusted."""

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, socket.SOCK_STREAM, 6, "", (found, port)) for found in internet.find(host)]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        internet.connected.append(address)
        if address[0] not in internet.ports:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", internet.ports[address[0]]), timeout)

    class Sockets:
        SOCK_STREAM = socket.SOCK_STREAM

    Sockets.getaddrinfo = staticmethod(getaddrinfo)  # type: ignore[attr-defined]
    patch.setattr(download, "socket", Sockets)
    patch.setattr(download, "create_connection", connect)
    patch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(trusted))

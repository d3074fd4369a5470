"""The address of a ClickHouse warehouse: `clickhouse://user@host:8443/database?cluster=views`.

Options: `cluster` names one of the server's clusters to spread views over; `node=host:port`, as
often as there are more nodes, is where their tables are made; `secure=false` goes without TLS,
which is the default for loopback only; `ca` is a file of certificates to trust.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from ..errors import ConfigError
from .texts import is_loopback

Node = tuple[str, int]  # a host and its HTTP port
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_OPTIONS = {"cluster", "node", "secure", "ca"}
_PORTS = {True: 8443, False: 8123}


@dataclass(frozen=True)
class Warehouse:
    """Where it is and who asks. The first of the `nodes` answers."""

    nodes: tuple[Node, ...]
    database: str
    user: str = "default"
    cluster: str = ""
    secure: bool = True
    ca: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_exposed(self) -> bool:
        """Whether views and the password cross a network without TLS."""
        return not self.secure and not all(is_loopback(host) for host, _ in self.nodes)


def warehouse(name: str, text: str) -> Warehouse:
    """Parse the address; raises ConfigError, which never repeats it: it may hold a password."""
    try:
        url = urlsplit(text)
        options = parse_qsl(url.query, keep_blank_values=True)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise ConfigError(f"{name} cannot be read: {_FORM}") from None
    if url.scheme != "clickhouse" or not host or url.fragment:
        raise ConfigError(f"{name} is not a ClickHouse address: {_FORM}")
    if url.password is not None:
        raise ConfigError(f"{name} has a password: put it into DYNTUBE_ENGINE_PASSWORD.")
    known = dict(options)
    if unknown := known.keys() - _OPTIONS:
        raise ConfigError(f"{name} has the unknown option {min(unknown)[:40]!r}: {_FORM}")
    database, cluster = url.path.strip("/"), known.get("cluster", "")
    if not _NAME.fullmatch(database) or (cluster and not _NAME.fullmatch(cluster)):
        raise ConfigError(f"{name} must name a database and a cluster in plain letters: {_FORM}")
    said = known.get("secure", "false" if is_loopback(host) else "true")
    if said not in ("true", "false"):
        raise ConfigError(f"{name}: secure is true or false.")
    usual = _PORTS[said == "true"]
    others = [_node(name, value, usual) for option, value in options if option == "node"]
    user = unquote(url.username or "default")
    nodes = ((host, port or usual), *others)
    return Warehouse(nodes, database, user, cluster, said == "true", known.get("ca", ""))


_FORM = "write clickhouse://user@host:8443/database, and options after a question mark."


def _node(name: str, text: str, usual: int) -> Node:
    try:
        url = urlsplit(f"//{text}")
        host, port = url.hostname or "", url.port or usual
    except ValueError:
        host, port = "", 0
    if not host:
        raise ConfigError(f"{name} has a node that is no host and port.")
    return host, port

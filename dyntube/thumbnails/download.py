"""Downloads of pictures from allowed hosts. Their URLs come from the API and are not trusted.

Only https:// on its usual port, and only hosts that the settings name. A name is looked up once,
and the connection goes to the address that was checked, so that a name cannot lead into our own
networks. No redirects, no credentials, no cookies, no compression; little time, few bytes.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Collection
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from urllib3.util.connection import create_connection

from ..errors import ApiError, BadResponseError, RequestError, UnavailableError
from ..fetch.deadline import Adapter, Https, Watchdog
from ..fetch.transport import bare_session, read_body, what_happened
from ..settings.texts import covers
from .addresses import is_public

LIMIT = 2**20  # bytes of a picture
DEADLINE = 20.0  # seconds per picture, from its connection to its last byte
_CONNECT_AND_READ = (5.0, 10.0)
_MOST_ADDRESSES = 3  # of a host that are tried
_HOST = re.compile(r"[a-z0-9_-]+([.][a-z0-9_-]+)*")


class Downloads:
    """Downloads from `hosts`; thread-safe.

    `replaced` has beginnings of URLs and what is asked instead, wherever that is: the demo names
    a host that does not exist.
    """

    def __init__(
        self, hosts: Collection[str], *, at_once: int = 1, replaced: tuple[str, str] | None = None
    ) -> None:
        self._hosts, self._replaced = hosts, replaced
        self._session, self._watchdog = bare_session(), Watchdog(time.monotonic)
        self._session.headers["Accept"] = "image/*"
        self._session.headers["Accept-Encoding"] = "identity"  # nothing is decompressed
        self._session.adapters.clear()
        self._session.mount("https://", _PublicAdapter(pool_maxsize=at_once, max_retries=0))
        if replaced:
            self._session.mount(replaced[1], Adapter(pool_maxsize=at_once, max_retries=0))

    def host(self, url: str) -> str:
        """The host of a URL; empty if nothing may be downloaded from there."""
        return urlsplit(self._checked(url)).netloc

    def get(self, url: str) -> bytes:
        """The body of a URL.

        Raises UnavailableError if its host does not answer well, RequestError if it refuses this
        URL or the URL is not allowed, BadResponseError for a body that is too long or broken.
        """
        checked = self._checked(url)
        if not checked:
            raise RequestError("The address of the picture is not allowed.")
        with self._watchdog.limit(DEADLINE) as limited:
            kind: type[ApiError] = UnavailableError
            try:
                with self._session.get(
                    checked, stream=True, allow_redirects=False, timeout=_CONNECT_AND_READ
                ) as response:
                    if limited.is_late:  # headers that the watchdog has ended
                        raise TimeoutError
                    _check_status(response)
                    kind = BadResponseError  # it is about this picture now, not about its host
                    return read_body(response, limited, LIMIT, decode=False)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                late = "the answer took too long"
                text = late if limited.is_late else what_happened(error)
                raise kind(f"No picture came: {text}.") from None

    def _checked(self, url: str) -> str:
        """The URL, put together anew from checked parts; empty if it is not allowed."""
        if self._replaced and url.startswith(self._replaced[0]):
            return self._replaced[1] + url.removeprefix(self._replaced[0])
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port or 443
        except ValueError:
            return ""
        is_sound = parts.scheme == "https" and port == 443 and "@" not in parts.netloc
        if not (is_sound and _HOST.fullmatch(host) and covers(self._hosts, host)):
            return ""
        return urlunsplit(("https", host, parts.path or "/", parts.query, ""))


def _check_status(response: requests.Response) -> None:
    status = response.status_code
    if status in (429, 502, 503, 504):
        raise UnavailableError(f"No picture came: the status is {status}.")
    if status != 200:
        raise RequestError(f"No picture came: the status is {status}.", status)


class _PublicHttps(Https):
    """A connection to a public address."""

    def _new_conn(self) -> socket.socket:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if not all(map(is_public, addresses)):
            raise OSError("The name leads to an address that is not public.")
        failure = OSError("The name has no address.")
        for address in addresses[:_MOST_ADDRESSES]:
            try:  # by its number, so that it is not looked up again
                return create_connection((address, self.port), timeout=self.timeout)
            except OSError as error:
                failure = error
        raise failure


class _PublicPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicHttps


class _PublicAdapter(Adapter):
    pools = {"https": _PublicPool}  # noqa: RUF012

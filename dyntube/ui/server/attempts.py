"""Attempts to sign in, each with its own cookie, since several tabs may try at once.

The cookie has the page to return to, and the state that Streamlit compares with the provider's
answer. Streamlit's own cookie keeps only that of the last attempt.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from ..streamlit_internals import ATTEMPT_COOKIE
from .headers import base_path

_NAME, _SEPARATOR = "dyntube_attempt_", "|"
SECONDS = 600  # that an attempt may take
_MOST = 3900  # characters of all these cookies; browsers keep 4096 of one, servers read 8192 of all


@dataclass(frozen=True)
class Attempt:
    """An attempt that began at a time (milliseconds since the epoch) on a page of ours."""

    name: str
    value: str

    @property
    def began(self) -> int:
        """When; 0 if the cookie is not one of ours."""
        began = self.value.partition(_SEPARATOR)[0]
        return int(began) if began.isdecimal() and len(began) < 15 else 0

    @property
    def page(self) -> str:
        """The address of the page, to be checked: a browser may send anything."""
        return unquote("".join(self.value.split(_SEPARATOR)[1:2]))

    @property
    def compared(self) -> str:
        """What Streamlit's cookie has of this attempt."""
        return "".join(self.value.split(_SEPARATOR)[2:3])

    @property
    def size(self) -> int:
        """How many characters it takes."""
        return len(self.name) + len(self.value)


def begun(response: Headers, page: str, first_page: str) -> Attempt | None:
    """The attempt that a response to `auth/login` begins on a page; None if it begins none.

    It leads back to the first page if the address of the other is too long.
    """
    asked = parse_qs(urlsplit(response.get("location", "")).query)
    set_ = (cookie.partition(";")[0] for cookie in response.getlist("set-cookie"))
    kept = dict(cookie.split("=", 1) for cookie in set_ if "=" in cookie).get(ATTEMPT_COOKIE)
    if not kept or not (state := asked.get("state")):
        return None
    tried = [_made(state[0], address, kept) for address in (page, first_page)]
    return next((attempt for attempt in tried if attempt.size <= _MOST), None)


def _made(state: str, page: str, compared: str) -> Attempt:
    value = _SEPARATOR.join((f"{time.time() * 1000:.0f}", quote(page), compared))
    return Attempt(_name(state), value)


def _name(state: str) -> str:
    return f"{_NAME}{hashlib.sha256(state.encode()).hexdigest()[:16]}"


def too_many(scope: Scope, new: Attempt) -> list[str]:
    """The names of the oldest attempts' cookies, for which there is no room beside a new one."""
    cookies = HTTPConnection(scope).cookies.items()
    others = [Attempt(*cookie) for cookie in cookies if cookie[0].startswith(_NAME)]
    size, gone = new.size, []
    for other in sorted(others, key=lambda attempt: attempt.began, reverse=True):
        size += other.size
        if size > _MOST and other.name != new.name:
            gone.append(other.name)
    return gone


def answered(scope: Scope) -> Attempt | None:
    """The attempt that a request from the provider ends; None if the browser does not know it."""
    asked = HTTPConnection(scope)
    name = _name(asked.query_params.get("state", ""))
    value = asked.cookies.get(name)
    return Attempt(name, value) if value else None


def as_last(scope: Scope, attempt: Attempt) -> Scope:
    """The same request, as if no attempt had been made after this one."""
    asked = "; ".join(Headers(scope=scope).getlist("cookie"))
    cookies = [part.strip() for part in asked.split(";")]
    others = [part for part in cookies if part.partition("=")[0] != ATTEMPT_COOKIE]
    cookie = "; ".join((*others, f"{ATTEMPT_COOKIE}={attempt.compared}"))
    headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    return {**scope, "headers": [*headers, (b"cookie", cookie.encode("latin-1"))]}


def cookie(name: str, value: str, seconds: int) -> str:
    """The header that sets a cookie for pages and the way back alone, or takes it away."""
    path = base_path() or "/"
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax"

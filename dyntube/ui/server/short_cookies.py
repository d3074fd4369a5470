"""Keeps session cookies short enough for proxies and websockets, however many groups there are.

Streamlit puts all claims and both tokens into cookies, which every request carries: 25,000
characters for somebody in 150 Entra groups, where servers accept 8,192 per line by default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Message, Scope

from ...people.person import CLAIMS, without_groups
from ..streamlit_internals import (
    SAYS_ITSELF,
    TOKENS_COOKIE,
    USER_COOKIE,
    set_session,
    signed_in,
)
from .attempts import cookie

MOST = 24_000  # characters of these cookies; deploy/nginx*.conf and `starting` let more through
_MOST_TOKEN = 5_000  # characters of the id_token, by which a provider knows who signs out
_OURS = re.compile(rf"({USER_COOKIE}|{TOKENS_COOKIE})(_[0-9]+)?")


async def shorten(scope: Scope, message: Message, groups_claim: str) -> list[str]:
    """Make a response that signs somebody in set only what is needed; returns the cookies it sets.

    If the groups are still too long, they are marked as left out.
    """
    headers = MutableHeaders(scope=message)
    before = [value for value in headers.getlist("set-cookie") if not _OURS.match(value)]
    given = dict(pair.split("=", 1) for pair in _pairs(headers.getlist("set-cookie")))
    claims = _needed(signed_in(given, USER_COOKIE), groups_claim)
    token = signed_in(given, TOKENS_COOKIE).get("id_token")
    is_short = isinstance(token, str) and len(token) <= _MOST_TOKEN
    tokens: dict[str, object] = {"id_token": token} if is_short else {}
    made = await _set(claims, tokens)
    if sum(map(len, _pairs(made))) > MOST:
        made = await _set(without_groups(claims, groups_claim), {})
    del headers["set-cookie"]
    for value in (*before, *made, *_stale(scope, made)):
        headers.append("set-cookie", value)
    return _pairs(made)


async def _set(claims: dict[str, object], tokens: dict[str, object]) -> list[str]:
    """The headers that set the cookies of a session."""
    response = Response()
    await set_session(response, claims, tokens)
    return response.headers.getlist("set-cookie")


def _needed(claims: Mapping[str, object], groups_claim: str) -> dict[str, object]:
    return {n: v for n, v in claims.items() if n in {*CLAIMS, *SAYS_ITSELF, groups_claim}}


def _pairs(set_: list[str]) -> list[str]:
    """Names and values of cookies that are set and not taken away."""
    return [value.partition(";")[0] for value in set_ if "Max-Age=0" not in value]


def _stale(scope: Scope, made: list[str]) -> list[str]:
    """Headers that delete cookies left over from a longer session."""
    names = {pair.partition("=")[0] for pair in _pairs(made)}
    had = [name for name in HTTPConnection(scope).cookies if _OURS.fullmatch(name)]
    return [cookie(name, "", 0) for name in had if name not in names]

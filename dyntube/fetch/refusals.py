"""Turns HTTP errors into errors of ours, with the server's own words."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ..errors import AuthError, NothingError, RequestError
from ..reading.text import clean, short
from .retry import TryAgainError, retry_after

_LONGEST = 200  # characters of the server's words
_SAYING = ("message", "title", "detail", "error", "error_description", "errors")
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TOO_MUCH = (400, 413, 422)  # how a page size that is too large is refused


def refusal(
    status: int, url: str, body: bytes, headers: Mapping[str, str], now: dt.datetime, key: str
) -> Exception:
    """The error for an answer that is not 200; `now` is the server's clock, `key` is masked."""
    words = quoted(said(body), key)
    name = host(url)
    if status == 401 or (status in (402, 403) and not words):
        return AuthError(f"DynTube refused the API key ({status}){words}. Check DYNTUBE_API_KEY.")
    if status in (402, 403):
        return AuthError(
            f"DynTube refused the request ({status}){words}. Check DYNTUBE_API_KEY, and whether "
            "your plan includes this."
        )
    if status in (408, 429) or (status >= 500 and status != 501):
        return TryAgainError(
            f"it answered {status}{words}", retry_after(headers.get("Retry-After"), now)
        )
    if 300 <= status < 400:
        return RequestError(f"{name} redirects elsewhere ({status}). Check the configured URL.")
    # HTML comes from a gateway or a wrong URL: it knows nothing of views.
    nothing = status in (204, 404) and not body.lstrip().startswith(b"<")
    kind = NothingError if nothing else RequestError
    return kind(f"{name} refused the request ({status}){words}.", status)


def is_of_method(error: RequestError) -> bool:
    """Whether another HTTP method may be accepted."""
    return error.status in (405, 501)


def may_be_of_size(error: RequestError) -> bool:
    """Whether a smaller page may be accepted."""
    return error.status in _TOO_MUCH


def said(body: bytes) -> str:
    """The message in an answer; empty if there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return _plainly(body)
    if isinstance(answer, str):
        return answer
    known = answer if isinstance(answer, dict) else {}
    parts = {name.lower(): value for name, value in known.items()}
    texts = [text for name in _SAYING for text in _texts(parts.get(name))]
    return " ".join(text.strip().rstrip(".") + "." for text in dict.fromkeys(texts)).rstrip(".")


def quoted(words: str, key: str) -> str:
    """A server's message for our error text: on one line, with the key masked."""
    if key:
        words = words.replace(key, "***")
    line = "".join(letter if letter.isprintable() else " " for letter in words)
    text = short(clean(line), _LONGEST).rstrip(".")
    return f": {text}" if text else ""


def host(url: str) -> str:
    """The host of a URL, with its port."""
    return urlsplit(url).netloc


def _texts(value: object) -> Iterator[str]:
    """The texts in a value, nested as in problem details: lists of messages by field."""
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, dict):
        for inner in list(value.values())[:5]:
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value[:5]:
            yield from _texts(inner)


def _plainly(body: bytes) -> str:
    """The message of a non-JSON answer: plain text, or an HTML page's title."""
    if title := _TITLE.search(body[:20_000]):
        return title[1].decode("utf-8", "replace")
    return "" if b"<" in body[:1000] else body[:1000].decode("utf-8", "replace")

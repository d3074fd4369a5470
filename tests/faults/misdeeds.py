"""What may go wrong with one answer, by name: each turns a request into a bad answer to it."""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace

from .server import Asking, LogPage, Misdeed
from .wire import Answer, Nothing

HTML = b"<!DOCTYPE html><html><body>Please log in.</body></html>"
DRIPS = 12
SECONDS_A_DRIP = 15  # all drips together take longer than a request may


def _status(status: int, **headers: str) -> Misdeed:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = b'{"message": "Something is wrong."}'
    return lambda asking: asking.reply(body, status=status, headers=named)


def _retry_at(asking: Asking) -> Answer:
    later = asking.server.date() + dt.timedelta(seconds=90)
    headers = {"Retry-After": email.utils.format_datetime(later, usegmt=True)}
    return asking.reply(b"", status=429, headers=headers)


def _redirect(status: int) -> Misdeed:
    def answer(asking: Asking) -> Answer:
        place = asking.server.elsewhere.url + "/v1/logs/data"
        return asking.reply(b"", status=status, headers={"Location": place})

    return answer


def _good_body(asking: Asking) -> bytes:
    return json.dumps(asking.page()).encode()


def _cut(framing: str, *, reset: bool = False) -> Misdeed:
    def answer(asking: Asking) -> Answer:
        body = _good_body(asking)
        length = asking.rng.randrange(len(body))
        return asking.reply(body, cut=length, framing=framing, reset=reset)

    return answer


def _cut_gzip(asking: Asking) -> Answer:
    packed = gzip.compress(_good_body(asking))
    part = packed[: asking.rng.randrange(1, len(packed) - 8)]
    return Answer(body=part, headers=_json_headers() | {"Content-Encoding": "gzip"})


def _json_headers() -> dict[str, str]:
    return {"Content-Type": "application/json"}


def drip(asking: Asking, between: Callable[[], None] | None = None) -> Answer:
    """A body in drops, each of which takes its time."""
    wait = functools.partial(asking.server.clock.sleep, SECONDS_A_DRIP)
    return asking.reply(_good_body(asking), between=between or wait, pieces=DRIPS)


def bomb(mebibytes: int) -> Misdeed:
    """A small gzip body that unpacks to so many MiB."""
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    # Blocks after a full flush stand alone, so one can come again and again.
    body = start + again * (mebibytes - 1) + packer.flush()
    return lambda _: Answer(body=body, headers=_json_headers() | {"Content-Encoding": "gzip"})


def _body(body: bytes, content_type: str = "application/json") -> Misdeed:
    return lambda asking: asking.reply(body, headers={"Content-Type": content_type})


def _good_as(content_type: str, before: bytes = b"") -> Misdeed:
    return lambda asking: asking.reply(
        before + _good_body(asking), headers={"Content-Type": content_type}
    )


def _duplicate_keys(asking: Asking) -> Answer:
    page = asking.page()
    half = page["views"][: len(page["views"]) // 2]
    pager, views, fewer = (json.dumps(part) for part in (page["pager"], page["views"], half))
    body = f'{{"pager": {pager}, "views": {views}, "views": {fewer}}}'
    return asking.reply(body.encode())


def _page(change: Callable[[Asking], LogPage]) -> Misdeed:
    return lambda asking: asking.reply(json.dumps(change(asking)).encode())


def _other(asking: Asking) -> int:
    return asking.number - 1 or 2


def _page_twice(asking: Asking) -> LogPage:
    page = asking.page(_other(asking))
    page["pager"]["page"] = asking.number
    return page


def _short(asking: Asking) -> LogPage:
    page = asking.page()
    page["views"] = page["views"][: asking.rng.randrange(max(1, len(page["views"])))]
    page["pager"]["hits"] = len(page["views"])
    return page


def _lying_hits(asking: Asking) -> LogPage:
    page = asking.page()
    page["views"] = page["views"][1:]
    return page


def _empty(asking: Asking) -> LogPage:
    page = asking.page()
    page["pager"]["hits"] = 0
    return page | {"views": []}


def _everything(asking: Asking) -> LogPage:
    """All views at once, though a page of them was asked for, and said to be sent."""
    whole = replace(asking.asked, json=asking.asked.json | {"size": 10**6})
    manner = replace(asking.server.manner, clamp=10**6)
    views = asking.server.page(whole, 1, manner, asking.rng)["views"]
    return asking.page() | {"views": views}


def _first_page(asking: Asking) -> LogPage:
    page = asking.page(1)
    page["pager"]["page"] = asking.number
    return page


def _without_pager(asking: Asking) -> LogPage:
    return {"views": asking.page()["views"]}


MISDEEDS: dict[str, Misdeed] = {
    "429, wait 2 s": _status(429, Retry_After="2"),
    "429, wait until": _retry_at,
    "429": _status(429),
    "429, wait -5 s": _status(429, Retry_After="-5"),
    "429, wait a day": _status(429, Retry_After="86400"),
    **{str(status): _status(status) for status in (408, 500, 502, 503, 504)},
    **{str(status): _status(status) for status in (400, 404, 422, 401, 403)},
    "reset": lambda _: Nothing(reset=True),
    "no answer": lambda _: Nothing(reset=False),
    "cut": _cut("length"),
    "cut by a reset": _cut("length", reset=True),
    "cut, chunked": _cut("chunked"),
    "cut, up to the end": _cut("close"),
    "cut, gzip": _cut_gzip,
    "drip": drip,
    "bomb": bomb(3),
    "HTML": _body(HTML, "text/html"),
    "HTML as JSON": _body(HTML),
    "JSON as text": _good_as("text/plain"),
    "no body": _body(b""),
    "byte order mark": _good_as("application/json", b"\xef\xbb\xbf"),
    "302": _redirect(302),
    "307": _redirect(307),
    "NaN for a page": _body(b"NaN"),
    "null": _body(b"null"),
    "deep nesting": _body(b"[" * 100_000),
    "deep nesting in it": _body(b'{"pager": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001),
    "duplicate keys": _duplicate_keys,
    "no pager": _page(_without_pager),
    "wrong page": _page(lambda asking: asking.page(_other(asking))),
    "page twice": _page(_page_twice),
    "short page": _page(_short),
    "short page, as if whole": _page(_lying_hits),
    "empty page": _page(_empty),
    "everything": _page(_everything),
    "first page": _page(_first_page),
    "other size": _page(lambda asking: asking.page(clamp=2)),
    "filter ignored": _page(lambda asking: asking.page(filters=False)),
}
ENDS_THE_RUN = {"401", "403", "429, wait a day"}

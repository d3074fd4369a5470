"""The client, against a server that misbehaves as told."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator

import pytest

from dyntube.errors import ApiError, AuthError, BadResponseError, RequestError, UnavailableError
from dyntube.fetch.client import Client, Window
from dyntube.fetch.retry import ATTEMPTS
from dyntube.settings.settings import FetchScope, Settings

from ..clock import NOON, set_clock
from ..conftest import record
from ..scripted import Answer, Server, in_turn, serve, views

WINDOW = Window(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 5, 2, tzinfo=dt.UTC))
GOOD = views([record("a", "2026-05-01T10:00:00Z")])
KEY = "canary-key-1234"
ODD_KEY = "canary/key+with=odd~letters"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(in_turn(GOOD)) as running:
        yield running


class Waits(list[float]):
    """A clock that only sleeping moves; holds how long each sleep was."""

    def __call__(self) -> float:
        return sum(self)


def client(server: Server, waits: Waits, url: str = "") -> Client:
    settings = Settings(api_key=KEY, stats_url=url or server.url, api_url=server.url)
    return Client(settings, clock=waits, sleep=waits.append, uniform=lambda low, high: high)


def ids(server: Server, waits: Waits) -> list[str]:
    return client(server, waits).views(FetchScope(), WINDOW, 1).views["id"].to_pylist()


def test_it_asks_as_the_api_page_says_with_the_key_in_a_header(server: Server) -> None:
    client(server, Waits()).views(FetchScope("project", "p1"), WINDOW, 3, 50)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/v1/logs/data")
    assert asked.json == {
        "from": "2026-05-01T00:00:00",
        "to": "2026-05-02T00:00:00",
        "page": 3,
        "size": 50,
        "projectKey": "p1",
    }
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "bad",
    [
        Answer(429),
        Answer(408),
        Answer(500),
        Answer(503),
        Answer(200, b""),
        Answer(200, GOOD.body, cut=60),
        Answer(200, GOOD.body[:60]),
        Answer(200, gzip.compress(GOOD.body)[:80], {"Content-Encoding": "gzip"}),
    ],
)
def test_a_fault_that_may_pass_is_asked_again(server: Server, bad: Answer) -> None:
    server.script = in_turn(bad, bad, GOOD)
    waits = Waits()
    assert ids(server, waits) == ["a"]
    assert len(server.asked) == 3
    assert waits == [2.0, 4.0]


def test_it_waits_as_long_as_the_server_asks_in_either_form(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOON)
    moment = NOON + dt.timedelta(seconds=90)
    date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    limits = [Answer(429, b"", {"Retry-After": text}) for text in ("7", date, "-5", "soon")]
    server.script = in_turn(*limits, GOOD)
    waits = Waits()
    assert ids(server, waits) == ["a"]
    assert waits[0] == 7.0 + 1  # a second at most on top, so that not all come at once
    assert waits[1] == 90 + 1
    assert waits[2:] == [8.0, 16.0]


def test_a_server_that_asks_to_wait_too_long_is_unavailable_at_once(server: Server) -> None:
    server.script = in_turn(Answer(429, b"", {"Retry-After": "86400"}))
    with pytest.raises(UnavailableError, match="1,440 minutes"):
        ids(server, Waits())
    assert len(server.asked) == 1


def test_it_gives_up_after_some_attempts_and_names_the_host(server: Server) -> None:
    server.script = in_turn(Answer(503))
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1.*503") as caught:
        ids(server, Waits())
    assert len(server.asked) == ATTEMPTS
    assert KEY not in str(caught.value)


def test_a_login_page_is_asked_for_once_more_and_then_called_that(server: Server) -> None:
    page = Answer(200, b"<html>please log in</html>", {"Content-Type": "text/html"})
    server.script = in_turn(page, GOOD)
    assert ids(server, Waits()) == ["a"]
    server.script = in_turn(page)
    server.asked.clear()
    with pytest.raises(BadResponseError, match="proxy or login page"):
        ids(server, Waits())
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (Answer(401, b'{"message": "no"}'), AuthError, "DYNTUBE_API_KEY"),
        (Answer(403), AuthError, "DYNTUBE_API_KEY"),
        (Answer(400, b'{"message": "Bad from."}'), RequestError, "Bad from"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), RequestError, "redirects"),
        (Answer(307, b"", {"Location": "http://127.0.0.1:1/"}), RequestError, "redirects"),
    ],
)
def test_a_refusal_is_not_asked_again(
    server: Server, answer: Answer, error: type[ApiError], text: str
) -> None:
    server.script = in_turn(answer)
    with pytest.raises(error, match=text):
        ids(server, Waits())
    sizes = [asked.json["size"] for asked in server.asked]
    assert len(set(sizes)) == len(sizes)  # but for a smaller page, where that may be the reason


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"message": f"Bad header: Bearer {ODD_KEY}"}).encode(),
        json.dumps({"message": f"Bad header: {ODD_KEY}"}).replace("/", "\\/").encode(),
        json.dumps({"message": "x" * 190 + ODD_KEY}).encode(),
        json.dumps({"message": {"Authorization": f"Bearer {ODD_KEY}"}}).encode(),
        json.dumps({"message": [ODD_KEY]}).encode(),
        json.dumps({"message": ODD_KEY}).encode("utf-16"),
        f'{{"message": "{"".join(f"{chr(92)}u{ord(c):04x}" for c in ODD_KEY)}"}}'.encode(),
    ],
)
def test_a_key_that_a_server_sends_back_is_not_repeated(server: Server, body: bytes) -> None:
    server.script = in_turn(Answer(400, body))
    settings = Settings(api_key=ODD_KEY, stats_url=server.url)
    with pytest.raises(RequestError) as caught:
        Client(settings).views(FetchScope(), WINDOW, 1)
    assert ODD_KEY[:8] not in str(caught.value)


def test_what_a_server_says_is_quoted_in_one_line(server: Server) -> None:
    message = "No.\r\nAnd \x1b[31mno\u2028again." + "x" * 500
    server.script = in_turn(Answer(400, json.dumps({"message": message}).encode()))
    with pytest.raises(RequestError) as caught:
        ids(server, Waits())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_an_unreachable_host_is_said_to_be_one() -> None:
    with serve(in_turn(GOOD)) as gone:
        pass
    with pytest.raises(UnavailableError, match="no connection"):
        ids(gone, Waits())


def test_an_answer_without_end_is_refused(server: Server) -> None:
    server.script = in_turn(
        Answer(200, gzip.compress(b" " * 70 * 2**20), {"Content-Encoding": "gzip"})
    )
    with pytest.raises(BadResponseError, match="without end"):
        ids(server, Waits())


def test_a_netrc_file_does_not_replace_the_key(
    server: Server, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    ids(server, Waits())
    assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_cookies_of_the_server_are_not_kept(server: Server) -> None:
    server.script = in_turn(Answer(200, GOOD.body, {"Set-Cookie": "a=b; Path=/"}))
    asking = client(server, Waits())
    for _ in range(2):
        asking.views(FetchScope(), WINDOW, 1)
    assert "Cookie" not in server.asked[1].headers


def test_the_catalog_is_read_page_by_page(server: Server) -> None:
    def script(asked):
        page = int(asked.path.split("page=")[1].split("&")[0])
        pager = {"page": page, "totalPages": 3, "totalResults": 3, "sort": ""}
        items = [{"key": f"k{page}", "name": f"n{page}"}, None]
        return Answer(body=json.dumps({"pager": pager, "channels": items}).encode())

    server.script = script
    found = list(client(server, Waits()).catalog("channels"))
    assert [item["key"] for item in found] == ["k1", "k2", "k3"]
    assert server.asked[0].path == "/v1/channels?page=1&size=100"


def test_a_catalog_of_another_shape_is_an_error(server: Server) -> None:
    server.script = in_turn(Answer(body=b'{"items": []}'))
    with pytest.raises(BadResponseError, match="list of videos"):
        list(client(server, Waits()).catalog("videos"))

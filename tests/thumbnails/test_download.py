"""Downloads of pictures over real TLS, from servers and names that mean harm."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dyntube.errors import BadResponseError, RequestError, UnavailableError
from dyntube.settings.settings import THUMBNAIL_HOSTS
from dyntube.thumbnails import download
from dyntube.thumbnails.download import LIMIT, Downloads

from ..conftest import SECRET
from .internet import ADDRESS, HOST, Internet, Site, answer, listening, make_certificate
from .pictures import jpeg
from .test_addresses import NOT_PUBLIC

URL = f"https://{HOST}/a/small.jpg"


def get(url: str = URL) -> bytes:
    return Downloads(THUMBNAIL_HOSTS).get(url)


def test_a_picture_is_asked_for_by_its_host_and_path(site: Site, internet: Internet) -> None:
    assert get(f"{URL}?size=small#top") == jpeg()
    assert site.asked[0].startswith("GET /a/small.jpg?size=small HTTP/1.1\r\n")
    assert site.headers()["host"] == HOST
    assert site.names == [HOST]
    assert internet.connected == [(ADDRESS, 443)]


def test_nothing_is_sent_that_says_who_asks(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text(f"machine {HOST} login ann password {SECRET}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    site.script = answer(jpeg(), Set_Cookie="id=17; Path=/; Secure")
    downloads = Downloads(THUMBNAIL_HOSTS)
    for _ in range(2):
        downloads.get(URL)
    for number in range(2):
        headers = site.headers(number)
        assert headers.keys() <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert headers["user-agent"] == "dyntube-analytics"
    assert SECRET not in "".join(site.asked)


REFUSED = [
    "",
    "picture.jpg",
    "//images.dyntube.com/a.jpg",
    "http://images.dyntube.com/a.jpg",
    "ftp://images.dyntube.com/a.jpg",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "https://evil.example/a.jpg",
    "https://dyntube.com/a.jpg",
    "https://evildyntube.com/a.jpg",
    "https://images.dyntube.com.evil.example/a.jpg",
    "https://evil.example/images.dyntube.com",
    "https://evil.example#.dyntube.com/a.jpg",
    "https://evil.example?.dyntube.com/a.jpg",
    "https://evil.example\\.dyntube.com/a.jpg",
    "https://evil.example\\@images.dyntube.com/a.jpg",
    "https://images.dyntube.com@evil.example/a.jpg",
    "https://ann:secret@images.dyntube.com/a.jpg",
    "https://images.dyntube.com:8443/a.jpg",
    "https://images.dyntube.com:80/a.jpg",
    "https://images.dyntube.com:0x1bb/a.jpg",
    "https://127.0.0.1/a.jpg",
    "https://[::1]/a.jpg",
    "https://[::1].dyntube.com/a.jpg",
    "https://[/a.jpg",
    "https://2130706433/a.jpg",
    "https://%69mages.dyntube.com/a.jpg",
    "https://images。dyntube。com/a.jpg",
    "https://ımages.dyntube.com/a.jpg",
    "https://.dyntube.com/a.jpg",
    "https:///a.jpg",
]


@pytest.mark.parametrize("url", REFUSED)
def test_any_other_address_is_refused_without_a_look_up(url: str, internet: Internet) -> None:
    downloads = Downloads(THUMBNAIL_HOSTS)
    assert downloads.host(url) == ""
    with pytest.raises(RequestError, match="not allowed"):
        downloads.get(url)
    assert internet.looked_up == internet.connected == []


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://Images.DynTube.COM/a.jpg",
        "https://images.dyntube.com:443/a.jpg",
        "https://images.dyntube.com./a.jpg",
        "https://images.dyntube.com/a\r\nX-Injected: 1",
        "https://images.dyntube.com/a b/ü.jpg?c=d e",
    ],
)
def test_an_allowed_host_is_asked_however_it_is_written(url: str, site: Site) -> None:
    assert get(url) == jpeg()
    assert site.headers()["host"] == HOST
    assert "x-injected" not in site.headers()


def test_no_host_is_allowed_when_none_is_named() -> None:
    assert Downloads(()).host(URL) == ""


@pytest.mark.parametrize("address", [a for a in NOT_PUBLIC if "%" not in a])
def test_a_name_that_leads_into_our_own_networks_is_not_followed(
    address: str, internet: Internet
) -> None:
    for addresses in ([address], [ADDRESS, address]):
        internet.lead(HOST, addresses)
        with pytest.raises(UnavailableError):
            get()
    assert internet.connected == []


def test_a_name_is_looked_up_once_so_that_it_cannot_lead_elsewhere_later(
    site: Site, internet: Internet
) -> None:
    internet.lead(HOST, [ADDRESS], ["127.0.0.1"])
    assert get() == jpeg()
    assert internet.looked_up == [HOST]
    with pytest.raises(UnavailableError):
        get()  # now it leads to this machine
    assert internet.connected == [(ADDRESS, 443)]


def test_the_next_address_is_tried_when_one_does_not_answer(site: Site, internet: Internet) -> None:
    internet.lead(HOST, ["2606:2800:220:1::1", ADDRESS])
    assert get() == jpeg()


@pytest.mark.parametrize("target", ["https://images.dyntube.com/b.jpg", "http://127.0.0.1/", "/b"])
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Moved", "308 Moved"])
def test_a_redirect_is_not_followed(status: str, target: str, site: Site) -> None:
    site.script = answer(b"elsewhere", status, Location=target)
    with pytest.raises(RequestError):
        get()
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("404 Not Found", RequestError),
        ("403 Forbidden", RequestError),
        ("204 No Content", RequestError),
        ("206 Partial Content", RequestError),
        ("500 Broken", RequestError),
        ("429 Too Many", UnavailableError),
        ("503 Unavailable", UnavailableError),
    ],
)
def test_a_status_tells_a_picture_that_is_missing_from_a_host_that_is_down(
    status: str, error: type[Exception], site: Site
) -> None:
    site.script = answer(b"", status)
    with pytest.raises(error, match=status[:3]):
        get()


def endless(head: bytes, part: bytes, sent: list[int]) -> Iterator[bytes]:
    yield head
    while True:
        sent.append(len(part))
        yield part


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
ENDLESS = {
    "without a length": (HEAD + b"\r\n", b"x" * 65536),
    "of a length too large": (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 65536),
    "in chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        b"10000\r\n" + b"x" * 65536 + b"\r\n",
    ),
}


@pytest.mark.parametrize(("head", "part"), ENDLESS.values(), ids=ENDLESS)
def test_no_more_than_a_megabyte_is_read(head: bytes, part: bytes, site: Site) -> None:
    sent: list[int] = []
    site.script = lambda _: endless(head, part, sent)
    with pytest.raises(BadResponseError, match="without end"):
        get()
    assert sum(sent) < 16 * LIMIT  # what buffers on the way hold


def test_a_picture_of_just_a_megabyte_comes(site: Site) -> None:
    site.script = answer(b"x" * LIMIT)
    assert len(get()) == LIMIT
    site.script = answer(b"x" * (LIMIT + 1))
    with pytest.raises(BadResponseError):
        get()


def test_a_picture_cut_short_is_not_taken(site: Site) -> None:
    site.script = lambda _: [HEAD + b"Content-Length: 5000\r\n\r\n", jpeg()[:700]]
    with pytest.raises(BadResponseError):
        get()


def test_nothing_is_decompressed(site: Site) -> None:
    bomb = gzip.compress(bytes(64 * LIMIT))
    site.script = answer(bomb, Content_Encoding="gzip")
    assert get() == bomb
    assert site.headers()["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("where", "error"), [("headers", UnavailableError), ("body", BadResponseError)]
)
def test_a_server_that_drips_is_left(
    where: str, error: type[Exception], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "DEADLINE", 0.5)
    left, begin = threading.Event(), HEAD + b"\r\n" * (where == "body")

    def drip(_: str) -> Iterator[bytes]:
        yield begin
        while not left.wait(0.02):
            yield b"X"

    site.script = drip
    try:
        with pytest.raises(error, match="took too long"):
            get()
    finally:
        left.set()


@pytest.mark.parametrize("name", ["images.evil.example", "*.dyntube.com"])
def test_a_certificate_of_another_name_or_of_nobody_known_is_not_trusted(
    name: str, internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_certificate(tmp_path, name)
    if "evil" in name:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(other))
    with listening(Site(answer(jpeg())), other) as site:
        internet.ports[ADDRESS] = site.port
        with pytest.raises(UnavailableError, match="certificate is not trusted"):
            get()
        assert site.asked == []


def test_only_the_demo_replaces_a_beginning_and_asks_nothing_else(internet: Internet) -> None:
    demo = Downloads(
        (), replaced=("https://images.fernhill.example/", "http://127.0.0.1:9/images/")
    )
    assert demo.host("https://images.fernhill.example/a.jpg") == "127.0.0.1:9"
    for url in (URL, "http://127.0.0.1:9/images/a.jpg", "http://127.0.0.1:9/v1/videos"):
        assert demo.host(url) == ""
    with pytest.raises(UnavailableError):
        demo.get("https://images.fernhill.example/../v1/videos")

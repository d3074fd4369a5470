"""What browsers load of the app, over real HTTP: compressed once, kept, and never harmed."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import pyarrow.parquet as pq
import pytest
import requests
import streamlit
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dyntube.ui.server.static_files import accepts_gzip

from .. import odd
from .test_app import ROOT, TODAY, started
from .test_routes import served

BUNDLE = Path(streamlit.__file__).parent / "static" / "static"
FONT = "fonts/inter-5.3.0-latin-wght-normal.woff2"
GZIP, PLAIN = {"Accept-Encoding": "gzip, deflate"}, {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module", params=["", "dash"], ids=["at the top", "below a path"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on an archive of three days with enough views to be worth compressing."""
    folder = tmp_path_factory.mktemp("static")
    odd.fill(odd.open_archive(folder / "archive"), TODAY, 3)
    base = {"STREAMLIT_SERVER_BASE_URL_PATH": request.param} if request.param else {}
    with started(folder / "archive", folder / "log", **base) as address:
        yield address.rstrip("/")


def fetch(url: str, method: str = "GET", **headers: str) -> requests.Response:
    """The answer to a request with these headers alone, its body as it was sent in `.raw`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    sent = {"Accept-Encoding": "gzip, deflate"} | named
    return requests.request(method, url, headers=sent, timeout=60, stream=True)


def body(answer: requests.Response) -> bytes:
    return answer.raw.read(decode_content=False)


def script() -> Path:
    """A file of the bundle that is large."""
    return max((BUNDLE / "js").glob("index.*.js"), key=lambda file: file.stat().st_size)


def test_every_script_and_style_comes_compressed_and_whole(url: str) -> None:
    known = [*BUNDLE.glob("js/*.js"), *BUNDLE.glob("css/*.css")]
    largest = sorted(known, key=lambda file: -file.stat().st_size)[:3]
    others = [file for file in known if not file.match("css/index.*.css")]  # ours
    for file in (*largest, *others[:5], *others[-2:]):
        answer = fetch(f"{url}/static/{file.relative_to(BUNDLE).as_posix()}")
        sent = body(answer)
        if file.stat().st_size < 1000:
            assert "content-encoding" not in answer.headers
            assert sent == file.read_bytes()
            continue
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(sent) < file.stat().st_size
        assert gzip.decompress(sent) == file.read_bytes()


@pytest.mark.parametrize("encodings", ["identity", "br", "gzip;q=0", "*;q=0, br"])
def test_who_does_not_take_gzip_gets_the_file_itself(url: str, encodings: str) -> None:
    answer = fetch(f"{url}/static/js/{script().name}", Accept_Encoding=encodings)
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert body(answer) == script().read_bytes()


@pytest.mark.parametrize(
    ("encodings", "accepts"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip; q=0.0", False),
        ("", False),
        ("x-gzip-not", False),
        ("deflate, br", False),
    ],
)
def test_what_a_browser_takes_is_read_as_it_is_meant(encodings: str, accepts: bool) -> None:
    assert accepts_gzip(encodings) is accepts


@pytest.mark.parametrize("path", ["/", f"/static/js/{script().name}", "/app/static/print.js"])
def test_what_a_browser_holds_is_not_sent_again(url: str, path: str) -> None:
    zipped, plain = (fetch(url + path, **sent) for sent in ({}, {"Accept_Encoding": "identity"}))
    tags = [answer.headers["etag"] for answer in (zipped, plain)]
    assert ("content-encoding" in zipped.headers) is (tags[0] != tags[1])
    again = fetch(url + path, If_None_Match=f'"other", W/{tags[0]}')
    assert again.status_code == 304
    assert body(again) == b""
    assert again.headers["etag"] == tags[0]
    assert again.headers["cache-control"] == zipped.headers["cache-control"]
    assert again.headers.get("vary") == zipped.headers.get("vary")
    assert again.headers["content-security-policy"]
    assert fetch(url + path, If_None_Match='"other"').status_code == 200
    if tags[0] != tags[1]:
        assert fetch(url + path, If_None_Match=tags[1]).status_code == 200


@pytest.mark.parametrize("path", ["/", f"/static/js/{script().name}", f"/app/static/{FONT}"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_only_the_headers_are_sent_where_only_they_are_asked_for(
    url: str, path: str, encoding: str
) -> None:
    head = fetch(url + path, "HEAD", Accept_Encoding=encoding)
    got = fetch(url + path, Accept_Encoding=encoding)
    assert body(head) == b""
    for name in ("content-length", "content-type", "etag", "cache-control"):
        assert head.headers[name] == got.headers[name]
    assert head.headers.get("content-encoding") == got.headers.get("content-encoding")


@pytest.mark.parametrize("path", ["/", f"/static/js/{script().name}", f"/app/static/{FONT}"])
def test_a_part_is_answered_with_the_whole(url: str, path: str) -> None:
    whole = body(fetch(url + path))
    part = fetch(url + path, Range="bytes=10-19")
    assert part.status_code == 200
    assert body(part) == whole


def test_files_are_kept_as_long_as_their_names_say(url: str) -> None:
    forever = "public, immutable, max-age=31536000"
    for path in (f"/static/js/{script().name}", f"/app/static/{FONT}"):
        assert fetch(url + path).headers["cache-control"] == forever
    map_file = next((ROOT / "static").glob("topojson-*/*.json")).relative_to(ROOT / "static")
    assert fetch(f"{url}/app/static/{map_file}").headers["cache-control"] == forever
    for path in ("/", "/videos", "/app/static/print.js", "/app/static/icon.svg"):
        assert fetch(url + path).headers["cache-control"] == "no-cache"


def test_fonts_are_not_compressed_again(url: str) -> None:
    answer = fetch(f"{url}/app/static/{FONT}")
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"
    assert body(answer) == (ROOT / "static" / FONT).read_bytes()


def test_the_icons_are_ours_and_asked_for_again(url: str) -> None:
    [theirs] = BUNDLE.glob("media/MaterialSymbols-Rounded.*.woff2")
    answer = fetch(f"{url}/static/media/{theirs.name}")
    assert body(answer) == (ROOT / "static" / "fonts" / "icons.woff2").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


def test_streamlits_style_names_our_font_for_its_own(url: str) -> None:
    [theirs] = BUNDLE.glob("css/index.*.css")
    answer = fetch(f"{url}/static/css/{theirs.name}")
    known, style = theirs.read_text("utf-8"), gzip.decompress(body(answer)).decode()
    before, after = ({*re.findall(r"url\((.*?)\)", text)} for text in (known, style))
    [lost], [ours] = before - after, after - before
    assert known.replace(lost, ours) == style
    assert "SourceSansVF-Upright" in lost
    at = urljoin(f"{url}/static/css/{theirs.name}", ours)
    assert body(fetch(at)) == (ROOT / "static" / FONT).read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/../app.py",
        "/app/static/%2e%2e/app.py",
        "/static/js/../../../__init__.py",
        "/app/static/",
        "/static/js/nothing.js",
    ],
)
def test_nothing_but_these_files_is_served(url: str, path: str) -> None:
    asked = requests.Request("GET", url).prepare()
    asked.url = url + path
    with requests.Session() as session:
        answer = session.send(asked, timeout=60)
    assert b"import" not in answer.content


def test_other_methods_are_refused_as_before(url: str) -> None:
    assert fetch(f"{url}/static/js/{script().name}", "POST").status_code == 405


def test_downloads_come_whole_and_are_compressed_at_most_once(url: str) -> None:
    known = requests.get(f"{url}/api/views.csv", headers=PLAIN, timeout=60)
    zipped = fetch(f"{url}/api/views.csv")
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body(zipped)) == known.content
    packed = fetch(f"{url}/api/views.parquet")
    assert "content-encoding" not in packed.headers
    assert pq.read_table(io.BytesIO(body(packed))).num_rows == known.text.count("\n") - 1


def test_answers_of_streamlit_are_compressed_once() -> None:
    def packed(request: Request) -> Response:
        return Response(gzip.compress(b"x" * 9999), headers={"Content-Encoding": "gzip"})

    with served(routes=[Route("/packed", packed)]) as url:
        assert gzip.decompress(body(fetch(f"{url}/packed"))) == b"x" * 9999


def test_many_readers_at_once_get_the_same(url: str) -> None:
    largest = max((BUNDLE / "js").glob("*.js"), key=lambda file: file.stat().st_size)
    with ThreadPoolExecutor(12) as pool:
        sent = {*pool.map(lambda _: body(fetch(f"{url}/static/js/{largest.name}")), range(24))}
    assert len(sent) == 1


def test_what_a_page_says_is_compressed_too(url: str) -> None:
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    origin = Origin(url.removesuffix("/dash"))
    with connect(address, origin=origin, subprotocols=[Subprotocol("streamlit")]) as socket:
        assert socket.response
        assert "permessage-deflate" in socket.response.headers["sec-websocket-extensions"]

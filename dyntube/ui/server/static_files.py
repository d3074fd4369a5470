"""Files that browsers load, Streamlit's and ours: compressed once, and then kept by browsers.

Streamlit sends its scripts as they are, and leaves it to a proxy to compress them.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from ..streamlit_internals import icon_font, static_folder, stylesheet, text_font
from ..style import STATIC
from .headers import base_path

ICONS = "fonts/icons.woff2"  # in static/; stands in for Streamlit's, which is 30 times as large
FONT = "fonts/inter-5.3.0-latin-wght-normal.woff2"  # in static/
FOREVER, ASK_AGAIN = "public, immutable, max-age=31536000", "no-cache"
_COMPRESSIBLE = re.compile(r"text/.*|application/(javascript|json)|image/svg\+xml")
_COMPRESSED = (".parquet", ".xlsx")
_SMALLEST = 1000  # bytes that are worth it
_VERSION = re.compile(r"\d+\.\d+\.\d+")  # in the name of what never changes under this name
_ONE_AT_A_TIME = Lock()  # readers who come at once do not all compress
_compares = StaticFiles().is_not_modified


@dataclass(frozen=True)
class Content:
    """What is sent for an address, by its media type and what browsers may do with it.

    `read` gives it each time; what is kept in memory is what it is compressed to.
    """

    read: Callable[[], bytes]
    media_type: str
    kept: str

    def response(self, asked: Headers) -> Response:
        """The answer to a request, which may hold this content already. Ranges are not served."""
        zipped = self._zipped if accepts_gzip(asked.get("accept-encoding", "")) else None
        headers = {"Cache-Control": self.kept, "ETag": f'"{self._digest}"'}
        if self._is_compressible:
            headers["Vary"] = "Accept-Encoding"
        if zipped is not None:
            headers |= {"Content-Encoding": "gzip", "ETag": f'"{self._digest}-gzip"'}
        if _compares(Headers(headers), asked):
            return NotModifiedResponse(Headers(headers))
        body = self.read() if zipped is None else zipped
        return Response(body, headers=headers, media_type=self.media_type)

    @property
    def _is_compressible(self) -> bool:
        return _COMPRESSIBLE.fullmatch(self.media_type) is not None

    @property
    def _zipped(self) -> bytes | None:
        with _ONE_AT_A_TIME:
            return self._smaller

    @cached_property
    def _smaller(self) -> bytes | None:
        if not self._is_compressible or len(body := self.read()) < _SMALLEST:
            return None
        return gzip.compress(body, mtime=0)

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self.read()).hexdigest()[:20]


def accepts_gzip(encodings: str) -> bool:
    """Whether a header Accept-Encoding allows gzip."""
    weights = {"gzip": "0"}
    for part in encodings.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = parameter.partition("=")[2].strip() or "1"
    return weights["gzip"].strip("0.") != ""


class StaticContents:
    """Answers requests for the files that exist at the start; all others go on to Streamlit.

    It compresses the others itself, without a look at those that are compressed already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._contents = {f"{base_path()}/{path}": content for path, content in _files()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or forward it."""
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if is_read and (content := self._contents.get(scope["path"])):
            response = await run_in_threadpool(content.response, Headers(scope=scope))
            await response(scope, receive, send)
        elif is_read and scope["path"].endswith(_COMPRESSED):
            headers = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
            await self._app({**scope, "headers": headers}, receive, send)
        else:
            await self._app(scope, receive, send)


def _files() -> Iterator[tuple[str, Content]]:
    """Every file by its path in addresses, below the base path."""
    theirs = static_folder()
    for file in _in(theirs / "static"):  # each has a hash of its content in its name
        yield file.relative_to(theirs).as_posix(), _content(file, FOREVER)
    for file in _in(STATIC):
        kept = FOREVER if _VERSION.search(str(file.relative_to(STATIC))) else ASK_AGAIN
        yield f"app/static/{file.relative_to(STATIC).as_posix()}", _content(file, kept)
    yield icon_font().relative_to(theirs).as_posix(), _content(STATIC / ICONS, ASK_AGAIN)
    style = Content(_our_style, "text/css", ASK_AGAIN)
    yield stylesheet().relative_to(theirs).as_posix(), style


def _our_style() -> bytes:
    """Streamlit's CSS with our font for its own, which would come for signs that ours has not."""
    theirs = stylesheet().read_text("utf-8")
    return theirs.replace(f"../media/{text_font().name}", f"../../app/static/{FONT}").encode()


def _in(folder: Path) -> Iterator[Path]:
    return filter(Path.is_file, folder.rglob("*"))


def _content(file: Path, kept: str) -> Content:
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Content(file.read_bytes, media_type, kept)

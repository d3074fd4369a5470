"""A page of the dashboard as a PDF."""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..atomic import failure_text, replacing
from ..errors import OutputError, PrintError
from ..query.access import EVERYTHING, Access
from . import browser, server
from .devtools import DevTools

SECONDS = 180.0  # until the page is drawn
_START_SECONDS = _PRINT_SECONDS = 60.0
_AGAIN_SECONDS = 0.2
_SCRIPT = 'import("/app/static/print.js")'


def write_pdf(
    path: str,
    file: Path,
    program: str,
    *,
    link: str = "",
    access: Access = EVERYTHING,
    sandbox: bool = True,
    seconds: float = SECONDS,
) -> None:
    """Print the page at a path like `videos?country=DE` into a file, as it is stored now.

    `program` is a Chromium, `link` the dashboard's URL, as in `server`, and `access` what the page
    may show. Raises PrintError, and OutputError if the file cannot be written; then the file is as
    it was.
    """
    file = file.absolute()
    with _told(file), tempfile.TemporaryFile(dir=file.parent):
        pass  # an error before all the work
    with server.started(_START_SECONDS, link, access) as opened:
        until = time.monotonic() + seconds
        patience = until + _PRINT_SECONDS
        with browser.started(program, patience, sandbox=sandbox) as devtools:
            pdf = printed(devtools, opened, path, until)
    with _told(file), replacing(file) as temporary:
        temporary.write_bytes(pdf)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(failure_text("file", file, "written", error)) from error


def printed(devtools: DevTools, opened: server.Server, path: str, until: float) -> bytes:
    """The page at a path of an opened server as a PDF, drawn up to a moment of `time.monotonic`."""
    devtools.session = ""
    target = devtools("Target.createTarget", url="about:blank")["targetId"]
    found = devtools("Target.attachToTarget", targetId=target, flatten=True)
    devtools.session = found["sessionId"]
    # A command is the only way on which nobody sees the secret.
    devtools(
        "Network.setCookie",
        name=opened.cookie,
        value=opened.secret,
        url=opened.url,
        httpOnly=True,
        sameSite="Strict",
    )
    features = {"prefers-color-scheme": "light", "prefers-reduced-motion": "reduce"}
    listed = [{"name": name, "value": value} for name, value in features.items()]
    devtools("Emulation.setEmulatedMedia", features=listed)
    size = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    devtools("Emulation.setDeviceMetricsOverride", **size)
    if trouble := devtools("Page.navigate", url=f"{opened.url}/{path}").get("errorText"):
        raise PrintError(f"The browser could not open the page: {trouble}.")
    _wait_drawn(devtools, until)
    _in_page(devtools, f"{_SCRIPT}.then(print => print.prepare())")
    pdf = devtools(
        "Page.printToPDF", preferCSSPageSize=True, printBackground=True, generateTaggedPDF=True
    )
    return base64.b64decode(pdf["data"])


def _wait_drawn(devtools: DevTools, until: float) -> None:
    """Wait until the page says that all of it is there."""
    asked = f"{_SCRIPT}.then(print => print.state())"
    while (found := _in_page(devtools, asked) or {}).get("state") != "whole":
        if found.get("state") == "failed":
            raise PrintError(found["text"])
        if time.monotonic() >= until:
            raise PrintError(_FETCHING if found.get("state") == "fetching" else _TOO_LATE)
        time.sleep(_AGAIN_SECONDS)


_FETCHING = "A sync is running, and the page is not complete before it ends. Try again then."
_TOO_LATE = "The page was not drawn in time. Is the machine very busy?"


def _in_page(devtools: DevTools, script: str) -> Any:
    found = devtools("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
    return found["result"].get("value")

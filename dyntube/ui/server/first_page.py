"""The HTML that every page starts from: Streamlit's, with a picture of the page until it is there.

On a slow line Streamlit's scripts take seconds, in which the browser would show nothing.
"""

from __future__ import annotations

import html
import json
import os
import re
from functools import cached_property
from pathlib import Path
from string import Template
from urllib.parse import quote

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...words import language, tr, translations
from ..streamlit_internals import icon_font, static_folder
from ..style import ICON, LOGO
from .static_files import ASK_AGAIN, FONT, Content

_SKELETON = Path(__file__).with_name("skeleton.html")
_COLOURS = ("backgroundColor", "secondaryBackgroundColor", "borderColor")
_FONT_LINK = '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin />'


def first_page(theirs: str) -> str:
    """Our HTML, made of Streamlit's.

    Its stylesheet moves behind `#root`: what is before it is painted at once, and scripts still
    wait for it. The fonts that pages use are loaded at once.

    Raises ValueError if a part that changes is not there once.
    """
    style = _only(r'<link rel="stylesheet"[^>]*>', theirs)
    icons = f"./{icon_font().relative_to(static_folder()).as_posix()}"
    fonts = "\n    ".join(map(_FONT_LINK.format, (f"./app/static/{FONT}", icons)))
    for old, new in {
        '<html lang="en">': f'<html lang="{language()}">',
        "<title>Streamlit</title>": "<title>DynTube Analytics</title>",
        "./favicon.png": "./app/static/icon.svg",
        _only(r'<link\s+rel="preload"[^>]*SourceSans[^>]*>', theirs): fonts,
        style: "",
        _only(r'<link rel="service-desc"[^>]*>', theirs): "",  # `readers` closes where it leads
        _only(
            r"(?s)<noscript>.*?</noscript>", theirs
        ): f"<noscript><p>{_no_scripts()}</p></noscript>",
        '<div id="root"></div>': f'<div id="root"></div>\n{_skeleton(style)}{_translations()}',
    }.items():
        theirs = theirs.replace(_only(re.escape(old), theirs), new)
    return theirs


def _only(pattern: str, page: str) -> str:
    found: list[str] = re.findall(pattern, page)
    if len(found) != 1:
        raise ValueError(f"Streamlit's page has {pattern} {len(found)} times, not once.")
    return found[0]


def _skeleton(stylesheet: str) -> str:
    colours = {
        f"{part}.{name}".replace(".", "_"): st.get_option(f"theme.{part}.{name}")
        for part in ("light", "dark", "light.sidebar", "dark.sidebar")
        for name in _COLOURS
    }
    pictures = {"logo": _in_place(LOGO), "icon": _in_place(ICON)}
    away = tr(
        "The dashboard cannot be reached at the moment. This page stays as it is and connects "
        "again by itself."
    )
    known = colours | pictures | {"stylesheet": stylesheet, "away": html.escape(away)}
    return Template(_SKELETON.read_text("utf-8")).substitute(known)


def _no_scripts() -> str:
    return html.escape(tr("The dashboard needs JavaScript: allow it in your browser, and reload."))


def _translations() -> str:
    """What `tr` of our scripts reads: data, in which no text can end the element."""
    texts = json.dumps(translations(), ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="translations">{texts}</script>' * (texts != "{}")


def _in_place(picture: str) -> str:
    return f"data:image/svg+xml,{quote(Path(picture).read_text('utf-8'))}"


class FirstPage:
    """Sends that HTML wherever Streamlit answers with its own, which its ETag gives away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._file = app, static_folder() / "index.html"

    @cached_property
    def _theirs(self) -> str:
        return FileResponse(self._file, stat_result=os.stat(self._file)).headers["etag"]

    @cached_property
    def _ours(self) -> Content:
        page = first_page(self._file.read_text("utf-8")).encode()
        return Content(lambda: page, "text/html", ASK_AGAIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, with ours in place of their page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_ours = False

        async def send_ours(message: Message) -> None:
            nonlocal is_ours
            if message["type"] == "http.response.start":
                is_ours = Headers(raw=message["headers"]).get("etag") == self._theirs
                if is_ours:
                    asked = Headers(scope=scope)
                    response = await run_in_threadpool(self._ours.response, asked)
                    await response(scope, receive, send)
            if not is_ours:
                await send(message)

        await self._app(scope, receive, send_ours)

"""Security headers of every response."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...desk import THUMBNAILS
from ..streamlit_internals import static_folder

_KEPT_NOWHERE = ("api/", "media/")  # these paths serve views and files made of them
_OWN_CACHING = THUMBNAILS  # but this one says itself how long its pictures are kept
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_POLICY = (
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "media-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
)


@cache
def safe_headers() -> dict[str, str]:
    """Headers of every response: no scripts but the server's own, no other host, no frames."""
    page = (static_folder() / "index.html").read_text("utf-8")
    scripts = ["script-src 'self'", *map(_hash, _INLINE_SCRIPT.findall(page))]
    return {
        "Content-Security-Policy": "; ".join((*_POLICY, " ".join(scripts))),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def base_path() -> str:
    """The configured base path: empty, or like "/dash"."""
    return "/".join(("", *filter(None, st.get_option("server.baseUrlPath").split("/"))))


class SafeHeaders:
    """Adds those headers to every response, and `no-store` to files with views."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept_nowhere = tuple(f"{base_path()}/{name}" for name in _KEPT_NOWHERE)
        self._own_caching = f"{base_path()}/{_OWN_CACHING}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, adding the headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(safe_headers())
                if self._is_kept_nowhere(scope["path"]):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_kept_nowhere(self, path: str) -> bool:
        return path.startswith(self._kept_nowhere) and not path.startswith(self._own_caching)

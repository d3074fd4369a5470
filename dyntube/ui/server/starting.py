"""Start and stop of the server."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NoReturn

import click
import streamlit as st
from streamlit.web import cli

from ...errors import ConfigError
from ...settings.settings import Settings, read_settings, try_settings
from ...settings.sign_in import OpenId, ProxyHeaders
from ..door import close, keep_sign_in
from ..streamlit_internals import option_is_set, trust_header
from .headers import base_path
from .watching import metrics_served

_ALL_ADDRESSES = ("0.0.0.0", "::")
_UVICORN_TRUSTS = "FORWARDED_ALLOW_IPS"
_LONGEST_LINE = "WEBSOCKETS_MAX_LINE_LENGTH"
_STOPPED_BY_CTRL_C, _WRONG_SETTINGS = 130, 2
_PATIENCE = 5.0  # seconds a sync has to end


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Print what is served, serve it, and stop the background sync at the end."""
    print(f"\n{words()}\n", flush=True)
    with metrics_served():
        try:
            yield
        finally:
            await asyncio.to_thread(close, _PATIENCE)


def sign_in_secrets() -> dict[str, Mapping[str, str | dict[str, str]]]:
    """What Streamlit needs to sign people in; ends this process where a setting could let in
    others than it should.
    """
    settings = try_settings().settings
    way = settings.sign_in.way if settings.sign_in else None
    wrong = unsafe()
    if isinstance(way, ProxyHeaders) and os.environ.get(_UVICORN_TRUSTS) != "":
        wrong.append(
            f"Start with `python app.py`, or set {_UVICORN_TRUSTS} to nothing: else "
            "anybody on this machine could claim the proxy's address."
        )
    if wrong:
        print("\n".join(("Not started, as nobody could sign in safely:", *wrong)), file=sys.stderr)
        sys.exit(_WRONG_SETTINGS)
    keep_sign_in(settings)
    if isinstance(way, ProxyHeaders):
        trust_header(way.user)
    return {"auth": _for_streamlit(way)} if isinstance(way, OpenId) else {}


def unsafe() -> list[str]:
    """A sentence for each setting, also of Streamlit, that could let in others than it should, or
    would let nobody in.
    """
    wrong = try_settings().unsafe
    if option_is_set("server.trustedUserHeaders"):
        wrong.append("Take out server.trustedUserHeaders: DYNTUBE_PROXY_USER_HEADER is for that.")
    settings = try_settings().settings
    way = settings.sign_in.way if settings.sign_in else None
    if isinstance(way, OpenId) and way.url and way.path != base_path():
        wrong.append(_other_path(way))
    return wrong


def _other_path(way: OpenId) -> str:
    """What to do where the provider would send people to another path than that of the app."""
    base = base_path()
    right = f"{way.origin}{base}"
    instead = f" or start with server.baseUrlPath={way.path.strip('/')}" if way.path else ""
    return (
        f"DYNTUBE_URL is {way.url}, but pages are served at {base or '/'}: signing in would lead "
        f"to nothing. Set DYNTUBE_URL={right}{instead}."
    )


def _for_streamlit(way: OpenId) -> dict[str, str | dict[str, str]]:
    return {
        "redirect_uri": f"{way.url}/oauth2callback",
        "cookie_secret": way.cookie_secret,
        "client_id": way.client_id,
        "client_secret": way.client_secret,
        "server_metadata_url": way.discovery,
        "client_kwargs": {"scope": way.scopes},
    }


def serve(script: str) -> NoReturn:
    """Serve until stopped, with the options of `streamlit run` from the command line."""
    # Only our middleware applies X-Forwarded-*, once it has seen who connects; see `proxies`.
    # uvicorn reads this before Streamlit imports the app.
    os.environ[_UVICORN_TRUSTS] = ""
    # As long as uvicorn takes all headers of a request: cookies name groups, see `short_cookies`.
    os.environ.setdefault(_LONGEST_LINE, "65536")
    try:
        cli.main(["run", script, *sys.argv[1:]], prog_name="streamlit", standalone_mode=False)
    except click.Abort:
        print("Stopped.", flush=True)
        sys.exit(_STOPPED_BY_CTRL_C)
    except click.ClickException as error:  # invalid option
        error.show()
        sys.exit(error.exit_code)
    except (OSError, OverflowError) as error:
        print(f"This address and port cannot be served: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


def words(command: str = "make run", **more: str) -> str:
    """Where the dashboard is and what it shows, for the terminal that started it by a command."""
    try:
        rows = _rows(read_settings())
        if unknown := try_settings().unknown:
            rows["Settings"] = " ".join(unknown)
    except ConfigError as error:
        rows = {"Settings": f"{error} Until then, pages say the same."}
    rows |= more
    return "\n".join(
        (
            f"DynTube Analytics is at {address()}",
            *(f"  {name:<10} {text}" for name, text in rows.items()),
            f"Another port: {command} PORT=8600. Stop with Ctrl-C.",
        )
    )


def address() -> str:
    """The URL of the first page, for a browser on this machine."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    host = st.get_option("server.address") or "localhost"
    return f"{_url(scheme, host, st.get_option('server.port'))}{base_path()}"


def _url(scheme: str, host: str, port: int) -> str:
    host = "localhost" if host in _ALL_ADDRESSES else f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port}"


def _rows(settings: Settings) -> dict[str, str]:
    rows = {
        "Views": _views(settings),
        "Archive": str(settings.archive.absolute()),
        "Time zone": settings.timezone,
    }
    if settings.metrics_port:
        rows["Metrics"] = f"{_url('http', settings.metrics_address, settings.metrics_port)}/metrics"
    return rows


def _views(settings: Settings) -> str:
    if settings.demo:
        return "invented demo data. Set DYNTUBE_API_KEY to see your account: see README.md"
    kind, count = settings.scopes[0].kind, len(settings.scopes)
    whose = "your account" if kind == "account" else f"{count:,} {kind}{'s' * (count > 1)}"
    who = ", fetched by a scheduler" if settings.sync == "external" else ""
    return f"{whose} at {settings.stats_url}{who}"

"""Start and stop of the server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import click
import streamlit as st
from streamlit.web import cli

from ...errors import ConfigError
from ...settings.settings import Settings, read_settings, try_settings
from ..door import close
from .headers import base_path
from .watching import metrics_served

_ALL_ADDRESSES = ("0.0.0.0", "::")
_STOPPED_BY_CTRL_C = 130
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


def serve(script: str) -> NoReturn:
    """Serve until stopped, with the options of `streamlit run` from the command line."""
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

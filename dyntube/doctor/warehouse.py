"""Checks of the warehouse: reachable, over TLS, with all that the archive has."""

from __future__ import annotations

from collections.abc import Iterator

from .. import formats
from ..account import open_account
from ..errors import DynTubeError
from ..settings.settings import Settings
from ..settings.warehouse import Warehouse
from .check import Check, failed, ok, warning

_LOAD = "The app loads them while it runs, and so does each `python -m dyntube sync`; or load them "
_LOAD += "now: `python -m dyntube warehouse load`."


def of_warehouse(settings: Settings, at: Warehouse) -> Iterator[Check]:
    """Check the connection, and what is loaded."""
    if at.is_exposed:
        yield warning(
            "warehouse TLS",
            "secure=false: views and the password cross the network unencrypted",
            "Leave secure=false out, and use the server's TLS port.",
        )
    try:
        backend = open_account(settings).warehouse
        loads, missing = backend.loaded(), len(backend.outdated())
    except DynTubeError as error:
        yield failed("warehouse", str(error))
        return
    days = formats.count(len({load.day for load in loads}), "day")
    text = f"{days} loaded, {sum(load.rows for load in loads):,} views"
    if missing:
        left = formats.count(missing, "day")
        yield warning("warehouse", f"{text}; {left} not loaded as stored", _LOAD)
    else:
        yield ok("warehouse", text)

"""The command `warehouse`: the tables of a ClickHouse warehouse, and what is loaded."""

from __future__ import annotations

import argparse
import json
import sys

from ..account import Account
from ..errors import DynTubeError, EngineError, SyncRunningError
from ..formats import count

_ACTIONS = {
    "init": "create the tables that are missing",
    "load": "load the days that are stored and not yet loaded",
    "status": "how many days and views are loaded",
    "drop": "remove the tables; the archive still has all views",
}


def add_warehouse(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `warehouse`, without --json and its function."""
    text = "; ".join(f"{name}: {does}" for name, does in _ACTIONS.items())
    command = commands.add_parser(
        "warehouse", help="the tables of a ClickHouse warehouse", description=f"{text}."
    )
    command.add_argument("action", choices=list(_ACTIONS), metavar="init|load|status|drop")


def warehouse(account: Account, options: argparse.Namespace) -> int:
    """Do it and print what was done. Raises ConfigError and EngineError."""
    backend = account.warehouse
    match options.action:
        case "init":
            backend.tables.create()
            backend.tables.check()
            _print(options, "The tables are there.", {})
        case "load":
            try:
                loads = backend.load()
            except SyncRunningError:
                raise EngineError("Another process is loading the warehouse.") from None
            views = sum(load.rows for load in loads)
            text = f"{count(len(loads), 'day')} loaded, {views:,} views."
            _print(options, text, {"days": len(loads), "views": views})
        case "status":
            loads, missing = backend.loaded(), len(backend.outdated())
            views = sum(load.rows for load in loads)
            days = count(len({load.day for load in loads}), "day")
            text = f"{days} loaded, {views:,} views; {missing:,} not loaded as stored."
            _print(options, text, {"days": len(loads), "views": views, "missing": missing})
            return int(missing > 0)
        case "drop":
            backend.tables.drop()
            _print(options, "The tables are removed.", {})
    return 0


def load_after_sync(account: Account) -> int:
    """Load what a sync has stored, if there is a warehouse; 1 if that failed, which is said."""
    if not account.settings.engine:
        return 0
    status = 0
    try:
        said = f"{count(len(account.warehouse.load()), 'day')} loaded into the warehouse."
    except SyncRunningError:
        said = "Another process is loading the warehouse."
    except DynTubeError as error:
        said, status = str(error), 1
    print(f"dyntube: {said}", file=sys.stderr)
    return status


def _print(options: argparse.Namespace, text: str, facts: dict[str, int]) -> None:
    print(json.dumps(facts) if options.json else text)

"""The command `warehouse`: the tables of a ClickHouse warehouse, and what is loaded."""

from __future__ import annotations

import argparse
import json
import sys

from ..account import Account
from ..errors import SyncRunningError
from ..formats import count

_ACTIONS = {
    "init": "create the tables that are missing",
    "load": "load the days that are stored and not yet loaded",
    "status": "how many days and views are loaded",
    "drop": "remove the tables; the archive has all views still",
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
            _print(options, "The tables are there.", {})
        case "load":
            loads = backend.load()
            views = sum(load.rows for load in loads)
            text = f"{count(len(loads), 'day')} loaded, {views:,} views."
            _print(options, text, {"days": len(loads), "views": views})
        case "status":
            loads, missing = backend.loaded(), len(backend.missing())
            views = sum(load.rows for load in loads)
            text = f"{count(len(loads), 'day')} loaded, {views:,} views; {missing:,} not loaded."
            _print(options, text, {"days": len(loads), "views": views, "missing": missing})
            return int(missing > 0)
        case "drop":
            backend.tables.drop()
            _print(options, "The tables are removed.", {})
    return 0


def load_after_sync(account: Account) -> None:
    """Load what a sync has stored, if there is a warehouse. Raises EngineError."""
    if not account.settings.engine:
        return
    try:
        said = f"{count(len(account.warehouse.load()), 'day')} loaded into the warehouse."
    except SyncRunningError:
        said = "Another process is loading the warehouse."
    print(f"dyntube: {said}", file=sys.stderr)


def _print(options: argparse.Namespace, text: str, facts: dict[str, int]) -> None:
    print(json.dumps(facts) if options.json else text)

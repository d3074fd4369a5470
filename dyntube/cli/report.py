"""The command `report`: the numbers of a page as Markdown or JSON, without a browser."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys

from ..account import Account
from ..desk import Desk
from ..fetch.background import Background
from ..query.access import EVERYTHING
from ..report.pages import PAGES
from ..report.read import as_json, as_markdown, read_page

_HELP = """Print what a page of the dashboard says, as it is stored now; nothing is fetched. Some
days may be in doubt or not stored: the text and the JSON say so."""


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `report`, without --json and its function."""
    command = commands.add_parser("report", help="print what a page says", description=_HELP)
    command.add_argument("page", choices=list(PAGES), metavar="PAGE", help=", ".join(PAGES))
    command.add_argument(
        "--address",
        default="",
        metavar="ADDRESS",
        help="what the page is filtered by, as in a browser: '?period=last-7-days&country=DE'",
    )
    command.add_argument("--markdown", action="store_true", help="print Markdown (the default)")


def report(account: Account, options: argparse.Namespace) -> int:
    """Read a page and print it; remarks on the URL go to stderr."""
    desk = Desk(account, Background(account.syncer, account.catalog, external=True), EVERYTHING)
    read = read_page(desk, PAGES[options.page], options.address, dt.datetime.now(dt.UTC))
    for remark in read.remarks:
        print(f"dyntube: {remark}", file=sys.stderr)
    print(json.dumps(as_json(read), ensure_ascii=False) if options.json else as_markdown(read))
    return 0

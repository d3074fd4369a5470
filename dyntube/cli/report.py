"""The command `report`: a page as Markdown or JSON, or as a PDF."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from urllib.parse import urlencode

from ..account import Account
from ..desk import Desk
from ..errors import EntryError, NoAccessError
from ..fetch.background import Background
from ..pdf import browser
from ..pdf.write import write_pdf
from ..people.overview import overview
from ..people.person import lower
from ..people.reader import Anyone
from ..report.address import to_parameters
from ..report.pages import PAGES
from ..report.read import as_json, as_markdown, asked, dashboard, read_page
from ..report.selection import Selection
from .access import check_rules, open_gate

_HELP = """Print what a page of the dashboard says, as it is stored now; nothing is fetched. Some
days may be in doubt or not stored: the text, the JSON and the PDF say so."""


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
    command.add_argument(
        "--as", dest="as_", default="", metavar="PERSON", help="with what that person may see"
    )
    as_what = command.add_mutually_exclusive_group()
    as_what.add_argument("--markdown", action="store_true", help="print Markdown (the default)")
    as_what.add_argument(
        "--pdf",
        type=Path,
        metavar="FILE",
        help="write the page as a reader would print it; needs Chromium, Chrome or Edge",
    )
    command.add_argument(
        "--no-sandbox",
        action="store_true",
        help="for --pdf where the browser's sandbox cannot work, as in some containers",
    )


def _reader(account: Account, name: str) -> Anyone:
    """The operator, or with the rights of the person of that name, who may only be asked to read.

    Raises ConfigError where nobody signs in or the access file is wrong, EntryError unless one
    person is called that, and NoAccessError.
    """
    if not name:
        return Anyone()
    gate = open_gate(account)
    check_rules(gate)
    found = [e.person for e in overview(gate) if {name, lower(name)} & {*e.person.names}]
    if len(found) > 1:
        ids = ", ".join(person.id for person in found)
        raise EntryError(f"{len(found)} are called {name!r}. Name one of {ids}.")
    if not found:
        raise EntryError(f"Nobody who was here or is named in a rule is called {name!r}.")
    try:
        return Anyone(access=gate.rules.policy().grant(found[0]).access)
    except NoAccessError as error:
        raise NoAccessError(f"{found[0].label} sees nothing, and is told: {error}") from None


def report(account: Account, options: argparse.Namespace) -> int:
    """Read a page and print it; remarks on the URL go to stderr. Raises as `_reader` does, and
    NotAllowedError.
    """
    background = Background(account.syncer, account.catalog, external=True)
    desk = Desk(account, background, _reader(account, options.as_))
    if PAGES[options.page].for_admins:
        desk.store()  # or say that they may not see it
    return _pdf(desk, account, options) if options.pdf else _text(desk, options)


def _pdf(desk: Desk, account: Account, options: argparse.Namespace) -> int:
    program = browser.find(account.settings.browser)
    page, file = PAGES[options.page], options.pdf
    selection, remarks = asked(desk, page, options.address)
    for remark in remarks:
        print(f"dyntube: {remark}", file=sys.stderr)
    query = urlencode(to_parameters(selection, Selection(timezone=desk.timezone)), doseq=True)
    path = "" if options.page == "overview" else options.page  # the first page
    write_pdf(
        f"{path}?{query}",
        file,
        program,
        link=dashboard(options.address),
        access=desk.access,
        sandbox=not options.no_sandbox,
    )
    said = {"file": str(file), "remarks": remarks}
    print(json.dumps(said) if options.json else f"Written to {file}: {page.title}.")
    return 0


def _text(desk: Desk, options: argparse.Namespace) -> int:
    read = read_page(desk, PAGES[options.page], options.address, dt.datetime.now(dt.UTC))
    for remark in read.remarks:
        print(f"dyntube: {remark}", file=sys.stderr)
    print(json.dumps(as_json(read), ensure_ascii=False) if options.json else as_markdown(read))
    return 0

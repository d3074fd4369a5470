"""The command line: `python -m dyntube sync | status | verify | repair | export`.

Exit status: 0 done, 1 something could not be fetched or read, 2 wrong usage or settings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from .account import Account, open_account
from .errors import ConfigError, DynTubeError, PeriodError, SyncRunningError
from .export import export
from .journal import event, start_logging
from .periods import Period
from .sync import Report
from .terminal import Bar, no_bar

BACKFILL = dt.timedelta(days=90)  # how far back the first sync goes when no --from is given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    options = _parser().parse_args(arguments)
    if not sys.stderr.isatty():
        start_logging()
    try:
        return int(options.run(options))
    except (ConfigError, PeriodError) as error:
        print(f"dyntube: {error}", file=sys.stderr)
        return 2
    except SyncRunningError as error:
        print(f"dyntube: {error} Its days appear as it stores them.", file=sys.stderr)
        return 0
    except DynTubeError as error:
        print(f"dyntube: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dyntube", description="Fetch and keep the DynTube view log."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, text in (
        ("sync", _sync, "fetch what is missing or still changing"),
        ("status", _status, "what is stored, day by day"),
        ("verify", _verify, "read every stored byte and name damaged files"),
        ("repair", _repair, "fetch days again that are damaged or did not add up"),
        ("export", _export, "write plain Parquet, by year and month, for other tools"),
    ):
        command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        command.set_defaults(run=run)
        if name == "export":
            command.add_argument("--to", dest="folder", type=Path, required=True, metavar="DIR")
        if name in ("sync", "export"):
            command.add_argument("--from", dest="start", type=_date, metavar="DATE")
            command.add_argument(
                "--until" if name == "export" else "--to", dest="end", type=_date, metavar="DATE"
            )
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2026-10-31") from None


def _sync(options: argparse.Namespace) -> int:
    account = open_account()
    if account.settings.demo:
        print("No DYNTUBE_API_KEY is set: this is invented demo data.", file=sys.stderr)
    today = dt.datetime.now(ZoneInfo(account.settings.timezone)).date()
    start = options.start or account.first_stored_day() or today - BACKFILL
    days = Period(start, options.end or today).utc_days(account.settings.timezone)
    status = _fetch(account, days, options)
    _refresh_names(account)
    return status


def _fetch(account: Account, days: Sequence[dt.date], options: argparse.Namespace) -> int:
    bar = Bar() if sys.stderr.isatty() and not options.json else no_bar
    report = account.syncer.sync(days, refresh=dt.timedelta(0), progress=bar)
    print(json.dumps(_report_json(report)) if options.json else _report_text(report))
    for day, error in sorted(report.failed.items()):
        print(f"dyntube: {day}: {error}", file=sys.stderr)
    for (_, day), reason in sorted(report.kept.items()):
        print(f"dyntube: {day}: {reason}.", file=sys.stderr)
    return 1 if report.failed else 0


def _refresh_names(account: Account) -> None:
    try:
        if account.catalog.is_old():
            account.catalog.refresh()
    except DynTubeError as error:
        event("names_not_fetched", reason=str(error))  # the dashboard shows keys instead


def _report_json(report: Report) -> dict[str, object]:
    return {
        "views": report.views,
        "stored": [info.to_json() for info in sorted(report.stored, key=lambda info: info.day)],
        "kept": {str(day): reason for (_, day), reason in sorted(report.kept.items())},
        "failed": {str(day): str(error) for day, error in sorted(report.failed.items())},
    }


def _report_text(report: Report) -> str:
    return f"{_days(len(report.stored))} fetched, {report.views:,} views."


def _days(count: int) -> str:
    return f"{count:,} {'day' if count == 1 else 'days'}"


def _status(options: argparse.Namespace) -> int:
    account = open_account()
    infos = [info for infos in account.archive.days().values() for info in infos]
    if options.json:
        print(json.dumps([info.to_json() for info in infos]))
    else:
        print(f"{'day':<10}  {'rows':>9}  {'api_total':>9}  verified  settled  fetched_at")
        for info in infos:
            verified, settled = ("yes" if flag else "no" for flag in (info.verified, info.settled))
            print(
                f"{info.day}  {info.rows:>9,}  {info.api_total:>9,}  "
                f"{verified:<8}  {settled:<7}  {info.fetched_at:%Y-%m-%dT%H:%M:%SZ}"
            )
    return _name_damaged(account.archive.damaged())


def _verify(options: argparse.Namespace) -> int:
    account = open_account()
    damaged = account.archive.verify()
    days = account.archive.days()
    views = sum(info.rows for infos in days.values() for info in infos)
    if options.json:
        print(json.dumps({"days": len(days), "views": views, "damaged": list(map(str, damaged))}))
    else:
        print(f"{_days(len(days))} with {views:,} views are as they were written.")
    return _name_damaged(damaged)


def _name_damaged(paths: Sequence[Path]) -> int:
    for path in paths:
        print(f"dyntube: {path} is damaged; `repair` fetches its day again.", file=sys.stderr)
    return 1 if paths else 0


def _repair(options: argparse.Namespace) -> int:
    account = open_account()
    damaged = {dt.date.fromisoformat(path.name[:10]) for path in account.archive.verify()}
    stored = account.archive.days()
    short = {day for day, infos in stored.items() if not all(info.verified for info in infos)}
    return _fetch(account, sorted(damaged | short), options)


def _export(options: argparse.Namespace) -> int:
    account = open_account()
    start, end = options.start or dt.date.min, options.end or dt.date.max
    done = list(export(account.archive, options.folder, start, end))
    views = sum(day.views for day in done)
    if options.json:
        print(json.dumps({"files": [str(day.path) for day in done], "views": views}))
    else:
        print(f"{_days(len(done))} with {views:,} views written to {options.folder}.")
    return _name_damaged(account.archive.damaged())


if __name__ == "__main__":
    sys.exit(main())

"""The command line.

`python -m dyntube doctor | sync | status | report | access | accept | verify | repair | export |
backup | restore | warehouse`, or `dyntube ...` if the package is installed.

Exit status: 0 success, 1 something could not be fetched, read or written, 2 wrong usage or
settings, 3 success, but days are in doubt, 130 stopped by Ctrl-C, 143 by SIGTERM, 141 output pipe
closed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from . import doctor
from .account import DEMO, Account, open_account
from .archive.export import export
from .cli.accept import add_accept, doubt_lines, print_doubts
from .cli.access import access, add_access
from .cli.backup import add_backup, backup
from .cli.output import guarded_output, shown
from .cli.report import add_report, report
from .cli.signals import Stopped, raise_on_signal, stop_on_signal
from .cli.warehouse import add_warehouse, load_after_sync, warehouse
from .errors import (
    ConfigError,
    DynTubeError,
    EntryError,
    OutputClosedError,
    PeriodError,
    SyncRunningError,
)
from .events import event, unforeseen
from .fetch.sync import SyncResult
from .logs import log_everything
from .query.periods import Period, local_days
from .settings.settings import try_settings
from .trust.reasons import as_json

BACKFILL = dt.timedelta(days=90)  # span of the first sync without --from
PICTURES_SECONDS = 60.0  # that a sync spends on missing pictures; the next one goes on


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    try:
        with guarded_output(), raise_on_signal():
            options = _parser().parse_args(arguments)
            if not sys.stderr.isatty():
                log_everything()
            return int(options.run(options))
    except OutputClosedError:
        return 128 + signal.SIGPIPE  # as in a shell after SIGPIPE
    except Stopped as stopped:
        print("dyntube: Stopped.", file=sys.stderr)
        return stopped.status
    except (ConfigError, EntryError, PeriodError) as error:
        print(f"dyntube: {error}", file=sys.stderr)
        return 2
    except SyncRunningError as error:
        print(f"dyntube: {error} Its days appear as it stores them.", file=sys.stderr)
        return 0
    except DynTubeError as error:
        print(f"dyntube: {error}", file=sys.stderr)
        return 1
    except Exception as error:  # last resort: the traceback is in the log
        print(f"dyntube: {unforeseen(error)}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_program(), description="Fetch and keep the DynTube view log."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, text in (
        ("doctor", _doctor, "look at settings, connection and archive, and say what to do"),
        ("sync", _sync, "fetch what is missing or still changing"),
        ("status", _status, "what is stored, day by day"),
        ("verify", _verify, "read every stored byte and name damaged files"),
        ("repair", _repair, "fetch days again that are damaged or in doubt"),
        ("export", _export, "write plain Parquet, by year and month, for other tools"),
    ):
        command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        command.set_defaults(run=run)
        if name == "doctor":
            text = "also look at the dashboard as readers reach it, like https://dash.acme.com"
            command.add_argument("--site", default="", metavar="URL", help=text)
            text = "certificates to trust there instead of the usual"
            command.add_argument("--ca", default="", metavar="FILE", help=text)
        if name == "export":
            command.add_argument("--to", dest="folder", type=Path, required=True, metavar="DIR")
    add_backup(commands)
    commands.choices["backup"].set_defaults(run=lambda options: backup(_open(), options))
    add_accept(commands)
    add_report(commands)
    commands.choices["report"].set_defaults(run=lambda options: report(_open(), options))
    add_access(commands)
    commands.choices["access"].set_defaults(run=lambda options: access(_open(), options))
    add_warehouse(commands)
    commands.choices["warehouse"].set_defaults(run=lambda options: warehouse(_open(), options))
    for name, command in commands.choices.items():
        if name in ("sync", "export", "accept"):
            command.add_argument("--from", dest="start", type=_date, metavar="DATE")
            command.add_argument(
                "--until" if name == "export" else "--to", dest="end", type=_date, metavar="DATE"
            )
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _program() -> str:
    """The command as typed."""
    return "dyntube" if Path(sys.argv[0]).stem == "dyntube" else "python -m dyntube"


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2026-10-31") from None


def _doctor(options: argparse.Namespace) -> int:
    return doctor.run(json=options.json, site=options.site, ca=options.ca)


def _open() -> Account:
    for text in try_settings().unknown:
        print(f"dyntube: {text}", file=sys.stderr)
    account = open_account()
    if account.settings.demo:
        print(f"dyntube: {DEMO}", file=sys.stderr)
    return account


def _sync(options: argparse.Namespace) -> int:
    account = _open()
    zone = account.settings.timezone
    today = dt.datetime.now(ZoneInfo(zone)).date()
    first = None if options.start else account.first_stored_day()
    start = options.start or (local_days(first, first, zone).start if first else today - BACKFILL)
    if options.end and options.end < start and not options.start:
        raise PeriodError(
            f"--to {options.end} is before {start}, where a sync begins without --from. "
            "Give --from too."
        )
    days = [d for d in Period(start, options.end or today).utc_days(zone) if d >= (first or d)]
    status = _fetch(account, days, options)
    if status < 128:  # else stopped by a signal
        _refresh_names(account)
        if not account.settings.demo:  # else the app fetches them
            account.thumbnails.fetch(account.catalog.names().videos, PICTURES_SECONDS)
    return status


def _fetch(
    account: Account, days: Sequence[dt.date], options: argparse.Namespace, *, again: bool = False
) -> int:
    with stop_on_signal() as stop, shown(bar=sys.stderr.isatty() and not options.json) as show:
        result = account.syncer.sync(
            days, refresh=dt.timedelta(0), again=again, progress=show, stop=stop
        )
    if stop.is_set():
        print(f"dyntube: {_stopped_text(result)}", file=sys.stderr)
        if not options.json:
            return stop.status
    if options.json:
        doubts = as_json(account.trust().on(days))
        print(json.dumps(_result_json(result) | {"in_doubt": doubts}))
    else:
        print(_result_text(result))
    for day, error in sorted(result.failed.items()):
        print(f"dyntube: {day}: {error}", file=sys.stderr)
    for (_, day), reason in sorted(result.kept.items()):
        print(f"dyntube: {day}: {reason}.", file=sys.stderr)
    for line in _left_out(account, days, result):
        print(f"dyntube: {line}", file=sys.stderr)
    doubtful = print_doubts(account, days)
    not_loaded = load_after_sync(account)
    return stop.status or (1 if result.failed else doubtful or not_loaded)


def _left_out(account: Account, days: Sequence[dt.date], result: SyncResult) -> Iterator[str]:
    """What the sync left to the next one or could not get, in lines."""
    if failed := len(result.failed):
        untried = len(result.untried - result.failed.keys())
        more = f" {untried:,} more {'was' if untried == 1 else 'were'} not tried."
        yield f"{_days(failed)} could not be fetched.{more * bool(untried)}"
    given_from, words = account.syncer.refused_before
    if refused := len({day for day in days if day < given_from} - account.archive.days().keys()):
        were = "was" if refused == 1 else "were"
        yield f"{_days(refused)} before {given_from} {were} not asked for. {words}"


def _refresh_names(account: Account) -> None:
    try:
        if account.catalog.is_old():
            account.catalog.refresh()
    except DynTubeError as error:
        event("names_not_fetched", reason=str(error))  # the dashboard shows keys instead


def _result_json(result: SyncResult) -> dict[str, object]:
    return {
        "views": result.views,
        "stored": [info.to_json() for info in sorted(result.stored, key=lambda info: info.day)],
        "wanted": result.wanted,
        "kept": {str(day): reason for (_, day), reason in sorted(result.kept.items())},
        "failed": {str(day): str(error) for day, error in sorted(result.failed.items())},
    }


def _result_text(result: SyncResult) -> str:
    return f"{_days(len(result.stored))} fetched, {result.views:,} views."


def _stopped_text(result: SyncResult) -> str:
    if not result.wanted:  # it was still rewriting days of an older version
        return "Stopped."
    return f"Stopped; {result.done:,} of {_days(result.wanted)} stored."


def _days(count: int) -> str:
    return f"{count:,} {'day' if count == 1 else 'days'}"


def _status(options: argparse.Namespace) -> int:
    account = _open()
    infos = [info for infos in account.archive.days().values() for info in infos]
    trust = account.trust()
    if options.json:
        doubts = as_json(trust)
        days = (i.to_json() | {"doubts": doubts.get(f"{i.day}", [])} for i in infos)
        print(json.dumps(list(days)))
    else:
        print(f"{'day':<10}  {'rows':>9}  {'api_total':>9}  verified  settled  fetched_at")
        for info in infos:
            verified, settled = ("yes" if flag else "no" for flag in (info.verified, info.settled))
            print(
                f"{info.day}  {info.rows:>9,}  {info.api_total - info.outside:>9,}  "
                f"{verified:<8}  {settled:<7}  {info.fetched_at:%Y-%m-%dT%H:%M:%SZ}"
            )
            for line in doubt_lines(trust, info.day):
                print(f"{'':10}  {line}")
    doubtful = print_doubts(account)
    return _name_damaged(account.archive.damaged()) or doubtful


def _verify(options: argparse.Namespace) -> int:
    account = _open()
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
    account = _open()
    damaged = {dt.date.fromisoformat(path.name[:10]) for path in account.archive.verify()}
    return _fetch(account, sorted(damaged | account.trust().doubts.keys()), options, again=True)


def _export(options: argparse.Namespace) -> int:
    start, end = options.start or dt.date.min, options.end or dt.date.max
    if start > end:
        raise PeriodError(f"--until {end} is before --from {start}.")
    account = _open()
    trust, demo = account.trust(), account.settings.demo
    doubts = {day: json.dumps(of_day) for day, of_day in as_json(trust).items()}
    done = list(export(account.archive, options.folder, start, end, doubts, demo=demo))
    views, days = sum(day.views for day in done), [day.day for day in done]
    if options.json:
        files = {"files": [str(day.path) for day in done], "views": views}
        print(json.dumps(files | {"in_doubt": as_json(trust.on(days))}))
    else:
        print(f"{_days(len(done))} with {views:,} views written to {options.folder}.")
    print_doubts(account, days)
    return _name_damaged(account.archive.damaged())


if __name__ == "__main__":
    sys.exit(main())

"""The command line: `python -m dyntube sync | status`.

Exit status: 0 done, 1 something could not be fetched or read, 2 wrong usage or settings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from . import formats
from .account import Account, open_account
from .errors import ConfigError, DynTubeError, PeriodError
from .periods import Period
from .sync import Progress, Report

BACKFILL = dt.timedelta(days=90)  # how far back the first sync goes when no --from is given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ConfigError, PeriodError) as error:
        print(f"dyntube: {error}", file=sys.stderr)
        return 2
    except DynTubeError as error:
        print(f"dyntube: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dyntube", description="Fetch and keep the DynTube view log."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    sync = commands.add_parser("sync", help="fetch what is missing or still changing")
    sync.add_argument("--from", dest="start", type=_date, metavar="DATE", help="first day")
    sync.add_argument(
        "--to", dest="end", type=_date, metavar="DATE", help="last day, today if left out"
    )
    sync.set_defaults(run=_sync)
    status = commands.add_parser("status", help="what is stored, day by day")
    status.set_defaults(run=_status)
    for command in (sync, status):
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2026-10-31") from None


def _sync(options: argparse.Namespace) -> int:
    account = open_account()
    _say_if_demo(account)
    today = dt.datetime.now(ZoneInfo(account.settings.timezone)).date()
    start = options.start or account.first_stored_day() or today - BACKFILL
    period = Period(start, options.end or today)
    days = period.utc_days(account.settings.timezone)
    show = _Quiet() if options.json else _Bar() if sys.stderr.isatty() else _Lines()
    report = account.syncer.sync(days, refresh=dt.timedelta(0), progress=show)
    show.end()
    print(json.dumps(_report_json(report)) if options.json else _report_text(report))
    for day, error in sorted(report.failed.items()):
        print(f"dyntube: {day}: {error}", file=sys.stderr)
    return 1 if report.failed else 0


def _say_if_demo(account: Account) -> None:
    if account.settings.demo:
        print("No DYNTUBE_API_KEY is set: this is invented demo data.", file=sys.stderr)


def _report_json(report: Report) -> dict[str, object]:
    return {
        "views": report.views,
        "stored": [info.to_json() for info in sorted(report.stored, key=lambda info: info.day)],
        "failed": {str(day): str(error) for day, error in sorted(report.failed.items())},
    }


def _report_text(report: Report) -> str:
    days = len(report.stored)
    return f"{days:,} {'day' if days == 1 else 'days'} fetched, {report.views:,} views."


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
    for path in account.archive.damaged():
        print(f"dyntube: {path} is damaged; the next sync fetches its day again.", file=sys.stderr)
    return 1 if account.archive.damaged() else 0


class _Quiet:
    """Shows nothing."""

    def __call__(self, progress: Progress) -> None:
        pass

    def end(self) -> None:
        pass


class _Lines(_Quiet):
    """Plain lines for logs, one for each tenth."""

    def __init__(self) -> None:
        self._tenth = -1

    def __call__(self, progress: Progress) -> None:
        tenth = 10 * progress.days_done // max(progress.days_total, 1)
        if tenth > self._tenth and progress.days_total:
            self._tenth = tenth
            print(_sentence(progress), file=sys.stderr)


class _Bar(_Quiet):
    """One line that redraws itself, for terminals."""

    def __call__(self, progress: Progress) -> None:
        done = progress.days_done / max(progress.days_total, 1)
        bar = "█" * int(done * 24)
        print(f"\r{bar:░<24} {_sentence(progress)}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        print("\r\x1b[K", end="", file=sys.stderr)


def _sentence(progress: Progress) -> str:
    text = f"{progress.days_done:,} of {progress.days_total:,} days, {progress.views:,} views"
    done = progress.days_done == progress.days_total
    return text if done else f"{text}, {formats.time_left(progress.seconds_left)}"


if __name__ == "__main__":
    sys.exit(main())

"""The commands `backup` and `restore`: all that an installation owns, or what people keep alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .. import formats
from ..account import Account
from ..backup.restore import restore as put_back
from ..backup.write import write_backup
from ..errors import ConfigError


def add_backup(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands to those of the program; `backup` needs an account."""
    text = "copy everything to one file or folder, or notes and saved views alone"
    parser = commands.add_parser("backup", help=text, description=text.capitalize() + ".")
    parser.add_argument(
        "file",
        metavar="FILE.tar|FOLDER/|FILE",
        help="a .tar file or a folder gets everything; another file gets notes, saved views and "
        "accepted doubts alone, as SQLite",
    )
    parser.add_argument(
        "--thumbnails", action="store_true", help="also the pictures of videos, which come again"
    )
    text = "put a backup of everything into an empty folder"
    parser = commands.add_parser("restore", help=text, description=text.capitalize() + ".")
    parser.add_argument("backup", type=Path, metavar="FILE.tar|FOLDER")
    parser.add_argument("--to", dest="folder", type=Path, required=True, metavar="FOLDER")
    parser.set_defaults(run=restore)


def backup(account: Account, options: argparse.Namespace) -> int:
    """Write the backup. Raises ConfigError for demo data, and ArchiveError."""
    if account.settings.demo:
        raise ConfigError("The demo is not backed up: set DYNTUBE_API_KEY.")
    to = Path(options.file)
    if options.file.endswith("/") or to.is_dir():
        return _everything(account, to, options, folder=True)
    if to.suffix == ".tar":
        return _everything(account, to, options, folder=False)
    found = account.state.backup(to)
    text = f"Written to {to}: {found.text}."
    print(json.dumps({"file": str(to)} | found.counts) if options.json else text)
    return 0


def _everything(account: Account, to: Path, options: argparse.Namespace, *, folder: bool) -> int:
    done = write_backup(account.archive.root, to, folder=folder, thumbnails=options.thumbnails)
    if options.json:
        known = {"days": done.days, "views": done.views, "files": done.files, "bytes": done.bytes}
        print(json.dumps({"file": str(to)} | known | {"damaged": done.damaged}))
    else:
        days, views = formats.count(done.days, "day"), formats.count(done.views, "view")
        files, size = formats.count(done.files, "file"), done.bytes / 1e6
        print(f"Written to {to}: {days} with {views}, in all {files} with {size:,.1f} MB.")
    return _name_damaged(done.damaged)


def restore(options: argparse.Namespace) -> int:
    """Put a backup back. Raises ArchiveError."""
    manifest = put_back(options.backup, options.folder)
    if options.json:
        known = {"folder": str(options.folder), "made_at": manifest.made_at}
        print(json.dumps(known | {"files": len(manifest.files), "damaged": manifest.damaged}))
    else:
        files = formats.count(len(manifest.files), "file")
        print(
            f"{files} of {manifest.made_at} restored to {options.folder}. "
            "Name this folder in DYNTUBE_ARCHIVE."
        )
    return _name_damaged(manifest.damaged)


def _name_damaged(names: tuple[str, ...]) -> int:
    for name in names:
        print(f"dyntube: {name} was damaged already, and is copied as it was.", file=sys.stderr)
    return 1 if names else 0

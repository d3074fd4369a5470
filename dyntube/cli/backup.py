"""The command `backup`: notes, saved views and accepted doubts in one file."""

from __future__ import annotations

import argparse
import json

from .. import formats
from ..account import Account
from ..errors import ConfigError

_KEPT = {"notes": "note", "saved_views": "saved view", "acceptances": "accepted doubt"}


def backup(account: Account, options: argparse.Namespace) -> int:
    """Write the file. Raises ConfigError for demo data, and ArchiveError."""
    if account.settings.demo:
        raise ConfigError("What people keep of the demo is not backed up: set DYNTUBE_API_KEY.")
    counts = account.state.backup(options.file).counts
    entries = ", ".join(formats.count(count, _KEPT[name]) for name, count in counts.items())
    text = f"Written to {options.file}: {entries}."
    print(json.dumps({"file": str(options.file)} | counts) if options.json else text)
    return 0

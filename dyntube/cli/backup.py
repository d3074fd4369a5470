"""The command `backup`: what people keep, and who has signed in, in one file."""

from __future__ import annotations

import argparse
import json

from ..account import Account
from ..errors import ConfigError


def backup(account: Account, options: argparse.Namespace) -> int:
    """Write the file. Raises ConfigError for demo data, and ArchiveError."""
    if account.settings.demo:
        raise ConfigError("What people keep of the demo is not backed up: set DYNTUBE_API_KEY.")
    found = account.state.backup(options.file)
    text = f"Written to {options.file}: {found.text}."
    print(json.dumps({"file": str(options.file)} | found.counts) if options.json else text)
    return 0

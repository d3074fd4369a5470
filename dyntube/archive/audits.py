"""When settled days were last audited, and DynTube's counts; stored beside the days."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path

from ..atomic import replacing


class Audits:
    """The audits of one scope; changing them requires the archive's lock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "audits.json"
        try:
            kept = json.loads(self._file.read_text("utf-8"))
            self._known = {
                dt.date.fromisoformat(day): (_moment(at), int(counted))
                for day, (at, counted) in kept.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._known = {}  # then all days are due again, at a request each

    def when(self) -> dict[dt.date, dt.datetime]:
        """When each day was last audited."""
        return {day: at for day, (at, _) in self._known.items()}

    def counted(self, day: dt.date) -> int | None:
        """DynTube's count at the last audit; None if there was none."""
        return self._known[day][1] if day in self._known else None

    def note(self, day: dt.date, at: dt.datetime, counted: int) -> None:
        """Record an audit."""
        self._known[day] = at, counted

    def save(self) -> None:
        """Save the audits; errors are ignored, as losing them costs only a few requests."""
        known = {str(day): [at.isoformat(), counted] for day, (at, counted) in self._known.items()}
        with contextlib.suppress(OSError), replacing(self._file) as temporary:
            temporary.write_text(json.dumps(known), "utf-8")


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment

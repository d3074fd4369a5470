"""Quality checks of views, in SQL over `records.SCHEMA` and `dimensions.COMPUTED`.

A new check is one entry here and nothing else; checks of stored days are in `trust.day_checks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import QueryError
from ..reading.people import NOBODY
from ..reading.text import LONGEST
from ..words import tr
from .dimensions import DIMENSIONS
from .metrics import METRICS

EVERY_NUMBER = tuple(METRICS)


@dataclass(frozen=True)
class Check:
    """A quality check of views; `help` says how the views it finds are treated.

    `touches` names the metrics and dimensions affected. With `across`, the condition may use
    `repeated`: whether the view's `view_id` occurs more than once among the views queried.
    """

    name: str
    label: str
    sql: str
    help: str
    touches: tuple[str, ...]
    across: bool = False

    @property
    def touched(self) -> str:
        """The labels of what it affects."""
        return touched(self.touches)


def touched(names: tuple[str, ...]) -> str:
    """The labels of metrics and dimensions, comma-separated."""
    if names == EVERY_NUMBER:
        return tr("All numbers")
    labels = [(METRICS.get(name) or DIMENSIONS[name]).label for name in names]
    return ", ".join(labels) or tr("None")


_KEYS = ("project_key", "channel_key", "video_key", "viewer_id", "client_user_id", "embed_url")
_NOBODY = NOBODY.replace("'", "''")
_CHECKS = (
    Check(
        "no_length",
        tr("Video length missing or 0"),
        "coalesce(duration, 0) = 0",
        tr("Left out of Average % watched."),
        ("average_percent_watched",),
    ),
    Check(
        "absurd_length",
        tr("Video length negative or over 7 days"),
        "length IS NULL AND duration IS NOT NULL",
        tr("Treated as missing."),
        ("average_percent_watched",),
    ),
    Check(
        "absurd_watch_time",
        tr("Watch time negative or over 7 days"),
        "watched IS NULL AND watch_time IS NOT NULL",
        tr("Treated as missing."),
        ("watch_time", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "no_watch_time",
        tr("Played, but watch time missing"),
        "started AND watch_time IS NULL",
        tr("Counted as plays, but not in averages."),
        ("watch_time", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "watched_longer",
        tr("Watched longer than the video"),
        "length > 0 AND watched > length",
        tr("Watch time counts; percentages stop at 100%."),
        ("watch_time", "average_watch_time"),
    ),
    Check(
        "nothing_watched",
        tr("Played, but 0 seconds watched"),
        "started AND watched = 0",
        tr("Counted as plays without watch time."),
        ("plays", "play_rate", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "ended_early",
        tr("Completed with less than half watched"),
        "ended AND length > 0 AND watched < length * 0.5",
        tr("Counted as completions, as in DynTube."),
        ("completions", "completion_rate"),
    ),
    Check(
        "repeated_view_id",
        tr("Same view ID as another view"),
        "repeated",
        tr("Counted as separate views."),
        ("views", "plays", "watch_time"),
        across=True,
    ),
    Check(
        "no_user_id",
        tr("Without your own user ID"),
        "client_user_id IS NULL",
        tr("These viewers are told apart by browser."),
        ("viewers", "views_per_viewer", "new_viewers"),
    ),
    Check(
        "nobodys_user_id",
        tr("Placeholder user ID, such as null"),
        f"regexp_full_match(client_user_id, '{_NOBODY}', 'i')",
        tr("These viewers are told apart by browser."),
        ("viewers", "views_per_viewer", "new_viewers"),
    ),
    Check(
        "unknown_country",
        tr("Country unknown"),
        "country IS NULL",
        tr("Shown as Unknown and still counted."),
        ("country",),
    ),
    Check(
        "long_text",
        tr("Text longer than {number} characters", number=LONGEST),
        " OR ".join(f"length({name}) > {LONGEST}" for name in _KEYS),
        tr("Shortened on screen, stored in full."),
        (),
    ),
    Check(
        "unknown_device",
        tr("Browser or device unknown"),
        "browser_family IS NULL OR device_type IS NULL",
        tr("Shown as Unknown and still counted."),
        ("browser", "device_type"),
    ),
)
CHECKS = {check.name: check for check in _CHECKS}


def check(name: str) -> Check:
    """The check with this name; raises QueryError, listing all names."""
    if name not in CHECKS:
        raise QueryError(f"There is no check {name!r}. The checks are: {', '.join(CHECKS)}.")
    return CHECKS[name]

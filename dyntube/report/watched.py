"""How much of videos was watched: curve, histogram, completion rules, funnel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from ..export.table import Sheet
from ..insight import engagement
from ..insight.comparison import change
from ..insight.engagement import Step, Typical, Watched, steps
from ..query.metrics import metric
from ..words import tr
from .context import ReportContext
from .runner import Answer, run

RATE = "completion_rate"
_CURVE = tr("Audience retention")


def _plays(context: ReportContext) -> Answer:
    """Plays by watched share, the source of everything here."""
    metrics = ("views", "plays", "completions")
    return run(context, context.query("watched_percent", metrics=metrics), compared=metrics)


def watched(context: ReportContext) -> tuple[Watched, Watched | None]:
    """The watched shares of the period and of the comparison."""
    return _plays(context).each(engagement.watched_shares)


def curve_sheet(now: Watched, before: Watched | None) -> Sheet:
    """The share of plays that watched at least each percent."""
    rows = pd.DataFrame({"watched_at_least": range(101), "share": now.curve})
    return Sheet(_CURVE, rows.assign(share_before=before.curve) if before else rows)


def histogram_sheet(now: Watched) -> Sheet:
    """Plays by watched share, in steps of 5 %."""
    starts, ends = range(0, 100, 5), range(5, 101, 5)
    rows = {"watched_from": starts, "watched_to": ends, "plays": now.histogram()}
    return Sheet(tr("Where viewers stopped"), pd.DataFrame(rows))


@dataclass(frozen=True, eq=False)
class VideoWatched:
    """The watched shares of one video, and the typical curve of similar videos, if known.

    `length` is the video's in seconds, NaN if unknown.
    """

    now: Watched
    length: float
    usual: Typical | None
    sheet: Sheet


def video_watched(context: ReportContext, video: str) -> VideoWatched:
    """The curve of one video against those of others."""
    asked = ("plays", "played_length")
    query = context.query("video", "watched_percent", metrics=asked, without=("video",))
    found = run(context, query).rows
    lengths = engagement.video_lengths(found)
    others = found[found["video"] != video]
    now = engagement.watched_shares(found[found["video"] == video])
    usual = engagement.typical(others, lengths, lengths[video]) if video in lengths else None
    rows = {"watched_at_least": range(101), "share": now.curve}
    if usual:
        rows |= {"usual_lower_quartile": usual.lower, "usual_median": usual.median}
        rows |= {"usual_upper_quartile": usual.upper}
    length = lengths.get(video, math.nan)
    return VideoWatched(now, length, usual, Sheet(_CURVE, pd.DataFrame(rows)))


@dataclass(frozen=True, eq=False)
class Completion:
    """How far plays got: `plays` by step, the completion rate by rule, and the funnel."""

    plays: pd.Series[float]
    rules: Sheet
    way: list[Step]
    funnel: Sheet


def completion(context: ReportContext) -> Completion:
    """How far plays got in the period; the rules for the comparison too."""
    now, before = _plays(context).each(steps)
    way = engagement.funnel(now)
    rows = pd.DataFrame({"step": [step.label for step in way], "count": [s.count for s in way]})
    of = [now["views"] if step.of is None else step.of for step in way]
    funnel = Sheet(tr("Funnel"), rows.assign(share=rows["count"] / of))
    return Completion(now, Sheet(tr("Completion rules"), _rules(now, before)), way, funnel)


def _rules(now: pd.Series[float], before: pd.Series[float] | None) -> pd.DataFrame:
    rules = engagement.completion_rules(now)
    rows = pd.DataFrame(
        {
            "rule": [
                tr("{rule} (used)", rule=rule.label) if rule.used else rule.label for rule in rules
            ],
            "plays_counted": [rule.plays for rule in rules],
            RATE: [rule.rate for rule in rules],
        }
    )
    if before is None:
        return rows
    earlier = [rule.rate for rule in engagement.completion_rules(before)]
    pairs = zip(rows[RATE], earlier, strict=True)
    changes = [change(metric(RATE), float(after), base) for after, base in pairs]
    return rows.assign(**{f"{RATE}_before": earlier, f"{RATE}_change": changes})

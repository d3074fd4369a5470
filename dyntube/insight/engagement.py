"""How much was watched: watched shares, curves, funnel and completion from the engine's answers.

Shares are whole percents, rounded down: a play "watched 75 %" if it watched at least that much, as
in `metrics.reached_75`. They say how much was watched, not which part of the video.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..archive.coverage import Coverage
from ..query.metrics import FEW, metric
from ..query.periods import Period, calendar
from ..reading.records import SLOT_SECONDS
from ..words import tr

Numbers = NDArray[np.float64]

FUNNEL = ("views", "plays", "reached_25", "reached_50", "reached_75", "reached_95", "completions")
RULES = ("completions", "reached_75", "reached_90", "reached_95")
KNOWN = "lasting_plays"  # plays whose watched share is known
USED_RULE = "completions"  # the numerator of `metrics.completion_rate`
FEWEST_VIDEOS = 5  # needed for a typical curve
_LIKE_LENGTH = (1.5, 2.0, 3.0)  # factors tried in turn until there are enough videos
_STEPS = 101  # whole percents, 0 to 100


@dataclass(frozen=True, eq=False)
class Watched:
    """Distribution of watched shares.

    `counts` holds the number of plays at each whole percent from 0 to 100, `left_out` the number of
    plays of unknown share, for lack of video length or watch time.
    """

    counts: NDArray[np.int64]
    left_out: int

    @property
    def plays(self) -> int:
        """The number of plays of known share."""
        return int(self.counts.sum())

    @property
    def curve(self) -> list[float]:
        """For each whole percent, the fraction of plays that watched at least that much.

        NaN without plays.
        """
        return list(_curves(self.counts[np.newaxis])[0])

    def histogram(self, bins: int = 20) -> list[int]:
        """Plays in each of `bins` equal steps; complete plays are in the last one.

        `bins` must divide 100.
        """
        part = np.minimum(np.arange(_STEPS) * bins // 100, bins - 1)
        return [int(count) for count in np.bincount(part, self.counts)]

    def watched_by(self, fraction: float) -> int | None:
        """The percent that at least this fraction of plays watched; None without plays.

        0.5 gives the median, 0.75 the lower and 0.25 the upper quartile.
        """
        reached = np.flatnonzero(np.array(self.curve) >= fraction)
        return int(reached[-1]) if len(reached) else None

    @property
    def median(self) -> int | None:
        """The percent that at least half of the plays watched; None without plays."""
        return self.watched_by(0.5)

    @property
    def quartiles(self) -> tuple[int, int, int] | None:
        """Lower quartile, median and upper quartile in percent; None without plays."""
        found = [self.watched_by(fraction) for fraction in (0.75, 0.5, 0.25)]
        lower, middle, upper = found
        if lower is None or middle is None or upper is None:
            return None
        return lower, middle, upper


def watched_shares(answer: pd.DataFrame) -> Watched:
    """The distribution from `plays` by `watched_percent`."""
    percents, plays = answer["watched_percent"].to_numpy(), answer["plays"].to_numpy()
    known = percents >= 0
    counts = np.bincount(percents[known], plays[known], minlength=_STEPS).astype(np.int64)
    return Watched(counts, int(plays[~known].sum()))


def steps(answer: pd.DataFrame) -> pd.Series[float]:
    """How far plays got: a row with the metrics of FUNNEL and RULES, and KNOWN.

    Made of `views`, `plays` and `completions` by `watched_percent`, the query the curve uses too,
    so that one scan serves both.
    """
    row = answer[["views", "plays", "completions"]].sum()
    row[KNOWN] = answer.loc[answer["watched_percent"] >= 0, "plays"].sum()
    for name in {*FUNNEL, *RULES} - set(row.index):
        reached = answer["watched_percent"] >= int(name.removeprefix("reached_"))
        row[name] = answer.loc[reached, "plays"].sum()
    return row


def _curves(counts: NDArray[np.int64]) -> Numbers:
    """For each row of plays by percent, the fraction of plays that watched at least that much."""
    reached = counts[:, ::-1].cumsum(axis=1)[:, ::-1].astype(np.float64)
    plays = reached[:, :1]
    return np.where(plays > 0, reached / np.where(plays > 0, plays, 1), np.nan)


@dataclass(frozen=True, eq=False)
class Typical:
    """Quartile curves of similar videos: lower quartile, median and upper quartile at each percent.

    Made of `videos` videos whose lengths differ by at most `factor`.
    """

    lower: list[float]
    median: list[float]
    upper: list[float]
    videos: int
    factor: float


def video_lengths(answer: pd.DataFrame) -> dict[str, float]:
    """The mean length in seconds of each video, from `plays` and `played_length`.

    The answer is by `video` and `watched_percent`; plays of unknown share are left out.
    """
    known = answer[answer["watched_percent"] >= 0]
    sums = known.groupby("video")[["played_length", "plays"]].sum()
    sums = sums[sums["plays"] > 0]
    lengths = sums["played_length"] / sums["plays"]
    return {str(video): float(length) for video, length in lengths.items()}


def typical(answer: pd.DataFrame, lengths: Mapping[str, float], length: float) -> Typical | None:
    """The typical curve of videos of similar length, from plays by `video` and `watched_percent`.

    Only videos with at least FEW plays count. Lengths, in seconds, match within a factor of 1.5; if
    fewer than 5 videos match, of 2, then of 3. None if there are still too few.
    """
    known = answer[answer["watched_percent"] >= 0]
    wide = known.pivot(index="video", columns="watched_percent", values="plays")
    wide = wide.reindex(columns=range(_STEPS)).fillna(0).astype("int64")
    wide = wide[wide.sum(axis=1) >= FEW]
    own = np.array([lengths.get(str(video), 0.0) for video in wide.index])
    for factor in _LIKE_LENGTH:
        alike = (own <= length * factor) & (own * factor >= length)
        if alike.sum() >= FEWEST_VIDEOS:
            curves = _curves(wide.to_numpy()[alike])
            lower, middle, upper = map(list, np.quantile(curves, (0.25, 0.5, 0.75), axis=0))
            return Typical(lower, middle, upper, int(alike.sum()), factor)
    return None


@dataclass(frozen=True)
class Rule:
    """A definition of completion: its metric, the plays it counts and their share of plays.

    `used` marks the rule behind the completion rate on all other pages.
    """

    name: str
    label: str
    plays: int
    rate: float
    used: bool


def completion_rules(row: pd.Series[float]) -> list[Rule]:
    """Completion under each rule, from a row with `plays`, KNOWN and the metrics of RULES.

    The denominator of the rule in use is all plays, as in the completion rate; that of the watched
    shares is the plays of known share. A rate without a denominator is NaN.
    """
    return [
        Rule(
            name,
            _ENDED if name == "completions" else metric(name).label,
            int(row[name]),
            row[name] / plays if plays else np.nan,
            name == USED_RULE,
        )
        for name in RULES
        for plays in [int(row["plays" if name == USED_RULE else KNOWN])]
    ]


_ENDED = tr("Reached the end")


@dataclass(frozen=True)
class Step:
    """A funnel step, with its denominator `of` and the count `before` it.

    None stands for the first step's count and the previous step's.
    """

    label: str
    count: int
    of: int | None = None
    before: int | None = None


def funnel(row: pd.Series[float]) -> list[Step]:
    """The funnel from view to end, from a row with the metrics of FUNNEL, and KNOWN.

    Plays of unknown share are left out of the denominators of the watched steps. The last step
    follows another rule than the one before, and may be larger.
    """
    unknown = int(row["plays"] - row[KNOWN])
    steps = []
    for name in FUNNEL:
        label = _ENDED if name == "completions" else metric(name).label
        watched = name.startswith("reached_")
        first = name == FUNNEL[2]
        steps.append(
            Step(
                label,
                int(row[name]),
                int(row["views"]) - unknown if watched else None,
                int(row[KNOWN]) if first else None,
            )
        )
    return steps


def hours_of_week(period: Period, timezone: str, known: Coverage) -> Numbers:
    """Stored hours for each weekday (rows, Monday first) and hour of the day.

    Summed over quarter hours, the last of which may be cut, so partly stored days and clock changes
    count exactly.
    """
    start, end = period.bounds(timezone)
    slots = calendar(start, end, timezone)
    begins = pd.DatetimeIndex(
        pd.to_datetime(slots["slot"].astype("int64") * SLOT_SECONDS, unit="s")
    )
    begins = begins.tz_localize("UTC")
    ends = begins + pd.Timedelta(seconds=SLOT_SECONDS)
    last = pd.Timestamp(end)
    shares = known.shares(begins, ends.where(ends < last, last))
    length = (ends.where(ends < last, last) - begins).total_seconds() / 3600
    hours = np.zeros((7, 24))
    np.add.at(hours, (slots["weekday"] - 1, slots["hour_of_day"]), shares * length)
    return hours


def weekdays(period: Period, timezone: str, known: Coverage) -> tuple[list[int], int]:
    """Whole stored days by weekday, Monday first, and the number of partly stored days."""
    days = known.days(period, timezone)
    cut = period.end if period.until else None
    whole = [day for day, share in days.items() if share == 1 and day != cut]
    counts = np.bincount([day.weekday() for day in whole], minlength=7)
    return counts.tolist(), sum(share > 0 for share in days.values()) - len(whole)


def weekday_hour_grid(answer: pd.DataFrame, name: str) -> Numbers:
    """A metric by weekday (rows, Monday first) and hour of the day.

    From the answer by `weekday` and `hour_of_day`; NaN where it has no row.
    """
    values = np.full((7, 24), np.nan)
    values[answer["weekday"] - 1, answer["hour_of_day"]] = answer[name]
    return values


def per_hour(totals: Numbers, hours: Numbers) -> Numbers:
    """Totals by hour of the week, divided by the number of such hours; NaN where there are none."""
    return np.where(hours > 0, np.nan_to_num(totals) / np.where(hours > 0, hours, 1), np.nan)

"""Every metric: name, label, SQL expression, format, help, which direction is good.

The expressions are DuckDB SQL over the columns of `records.SCHEMA` and of `dimensions.COMPUTED`.
Rates divide sums. A new metric is one entry here, with its nouns in `nouns`; `report.breakdown`
also names those that count people, and `Query.needs_history` those that need earlier views.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import QueryError
from ..words import tr
from . import nouns

Format = Literal["number", "percent", "hours", "seconds", "ratio"]


@dataclass(frozen=True)
class Metric:
    """A number with a definition. `additive`: rows of a breakdown add up to the total.

    `more_is_better` is None where neither direction is better.
    `population` is the SQL condition of the views it is about: those it counts, or the denominator
    of a rate. A ratio has `ratio_of`, its numerator and denominator; a distinct count has
    `distinct`, the SQL of what is counted; a count or sum has `sql`. `basis` names the metric that
    gives the sample size of a ratio: small samples say little.
    """

    name: str
    label: str
    sql: str
    help: str
    format: Format = "number"
    additive: bool = False
    more_is_better: bool | None = True
    population: str = "true"
    ratio_of: tuple[str, str] | None = None
    distinct: str = ""
    basis: str = ""

    @property
    def noun(self) -> str:
        """What it is called within a sentence: "views", "average watch time"."""
        return nouns.METRICS[self.name]

    @property
    def is_rate(self) -> bool:
        """A fraction from 0 to 1, whose change is given in percentage points."""
        return self.format == "percent"

    @property
    def is_amount(self) -> bool:
        """Whether it is 0, not undefined, without views."""
        return self.ratio_of is None


FEW = 30  # rates of smaller samples say little

_WITH_SOUND = "started AND NOT muted"


def _plays(
    name: str, label: str, condition: str, help_: str, more_is_better: bool | None = True
) -> Metric:
    sql = f"coalesce(count_if({condition}), 0)"
    return Metric(
        name,
        label,
        sql,
        help_,
        additive=True,
        more_is_better=more_is_better,
        population=condition,
    )


def _people(name: str, label: str, different: str, help_: str) -> Metric:
    return Metric(name, label, "", help_, population="viewer IS NOT NULL", distinct=different)


def _reached(percent: int) -> Metric:
    return _plays(
        f"reached_{percent}",
        tr("Watched {percent}%", percent=percent),
        f"watched_percent >= {percent}",
        tr("Plays that watched at least {percent}% of the video's length.", percent=percent),
    )


_SUMS = (
    Metric(
        "views",
        tr("Views"),
        "count(*)",
        tr("How many times your video's player was loaded on a page."),
        additive=True,
    ),
    _plays(
        "plays",
        tr("Plays"),
        "started",
        tr("Views in which someone pressed play or the video started by itself."),
    ),
    Metric(
        "watch_time",
        tr("Watch time"),
        "coalesce(sum(watched), 0)",
        tr(
            "Total time people spent watching. Watching a part again counts again. Negative times "
            "and times over 7 days are left out."
        ),
        "hours",
        additive=True,
    ),
    _plays(
        "completions",
        tr("Completions"),
        "started AND ended",
        tr("Plays that reached the end of the video."),
    ),
    _plays("sound_on", tr("Plays with sound"), _WITH_SOUND, tr("Plays with the sound on."), None),
    _plays(
        "timed_plays",
        tr("Plays with known watch time"),
        "started AND watched IS NOT NULL",
        tr("Plays whose watch time is known."),
        None,
    ),
    _plays(
        "lasting_plays",
        tr("Plays with known watch time and length"),
        "has_length",
        tr("Plays whose watch time and video length are known."),
        None,
    ),
    _plays(
        "heard_plays",
        tr("Plays with known sound"),
        "started AND muted IS NOT NULL",
        tr("Plays where we know whether the sound was on."),
        None,
    ),
    Metric(
        "watched_length",
        tr("Watched (each play capped at the video's length)"),
        "coalesce(sum(watched_length), 0)",
        tr("Total watch time, with each play capped at its video's length."),
        "hours",
        additive=True,
        population="has_length",
    ),
    Metric(
        "played_length",
        tr("Total length"),
        "coalesce(sum(played_length), 0)",
        tr("The video lengths of all plays, added up."),
        "hours",
        additive=True,
        more_is_better=None,
        population="has_length",
    ),
    _people(
        "viewers",
        tr("Viewers"),
        "viewer",
        tr(
            "Different people, recognized by your own user ID if there is one, otherwise by "
            "browser. A person who appears in several rows or on several days counts once in the "
            "total."
        ),
    ),
    _people(
        "new_viewers",
        tr("New viewers"),
        "CASE WHEN date = first_date THEN viewer END",
        tr("Viewers who had no view before, as far back as views are stored."),
    ),
    *(_reached(percent) for percent in nouns.REACHED),
)


def _rate(
    name: str,
    label: str,
    ratio_of: tuple[str, str],
    help_: str,
    format_: Format = "percent",
    basis: str = "",
    more_is_better: bool | None = True,
) -> Metric:
    population = next(metric.population for metric in _SUMS if metric.name == ratio_of[1])
    return Metric(
        name,
        label,
        "",
        help_,
        format_,
        more_is_better=more_is_better,
        population=population,
        ratio_of=ratio_of,
        basis=basis or ratio_of[1],
    )


_RATES = (
    _rate("play_rate", tr("Play rate"), ("plays", "views"), tr("Plays divided by views.")),
    _rate(
        "average_watch_time",
        tr("Average watch time"),
        ("watch_time", "timed_plays"),
        tr("Watch time divided by plays. Plays without a known watch time are left out."),
        "seconds",
    ),
    _rate(
        "average_percent_watched",
        tr("Average % watched"),
        ("watched_length", "played_length"),
        tr(
            "Time watched divided by the total length of the videos played. Each play is capped at "
            "the video's length; plays without a known length or watch time are left out."
        ),
        basis="lasting_plays",
    ),
    _rate(
        "completion_rate",
        tr("Completion rate"),
        ("completions", "plays"),
        tr("Plays that reached the end of the video, divided by plays."),
    ),
    _rate(
        "views_per_viewer",
        tr("Views per viewer"),
        ("views", "viewers"),
        tr("Views divided by viewers."),
        "ratio",
        more_is_better=None,  # also rises when new viewers stay away
    ),
    _rate(
        "sound_on_rate",
        tr("Sound on"),
        ("sound_on", "heard_plays"),
        tr("Plays with the sound on, divided by plays where we know whether it was on."),
        more_is_better=None,
    ),
)
METRICS = {metric.name: metric for metric in (*_SUMS, *_RATES)}


def metric(name: str) -> Metric:
    """The metric with this name; raises QueryError, listing all names."""
    if name not in METRICS:
        raise QueryError(f"There is no metric {name!r}. The metrics are: {', '.join(METRICS)}.")
    return METRICS[name]

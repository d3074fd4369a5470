"""The stored views as one frame, and numbers from it."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pycountry
import streamlit as st

ARCHIVE = Path(os.environ["DYNTUBE_ARCHIVE"])
ZONE = os.environ.get("DYNTUBE_TIMEZONE", "UTC")
UNKNOWN = "Unknown"
FILTERS = ("project", "channel", "video")
KEYS = {
    "project": "project_key",
    "channel": "channel_key",
    "video": "video_key",
    "continent": "geo_continent",
    "country": "country",
    "region": "geo_region",
    "city": "geo_city",
    "device_type": "device_type",
    "device_brand": "device_brand",
    "device_model": "device_model",
    "browser": "browser_family",
    "os": "os_family",
    "embed_domain": "embed_domain",
    "embed_page": "embed_page",
}
VERSIONS = {"browser": "browser_major", "os": "os_major"}
OTHERS = ["date", "viewer", "started", "ended", "muted", "duration", "watch_time"]
LENGTHS = {
    "Under 30 s": 30,
    "30 to 60 s": 60,
    "1 to 2 min": 120,
    "2 to 5 min": 300,
    "5 to 10 min": 600,
    "10 to 30 min": 1800,
    "30 min and more": np.inf,
}
SUMS = ["plays", "watch_time", "completions", "sound_on", "watched_length", "played_length"]


@st.cache_data(show_spinner="Loading the views")
def load() -> pd.DataFrame:
    """All stored views by local day, oldest first: keys as categories, what is summed ready."""
    newest = {path.name[:10]: str(path) for path in sorted(ARCHIVE.glob("*/*/*.parquet"))}
    columns = [*KEYS.values(), *VERSIONS.values(), *OTHERS]
    raw = ds.dataset(list(newest.values())).to_table(columns=columns).to_pandas()
    views = pd.DataFrame({name: _known(raw[column]) for name, column in KEYS.items()})
    for name, column in VERSIONS.items():
        major = raw[column].astype("str").where(raw[column].notna(), "")
        version = (views[name].astype("str") + " " + major).str.strip()
        views[f"{name}_version"] = version.astype("category")
    _add_engagement(views, raw)
    local = raw["date"].dt.tz_convert(ZONE).dt.tz_localize(None)
    views["hour"] = local.dt.hour.astype("int8")
    views["weekday"] = local.dt.day_of_week.astype("int8")
    return views.set_index(local.dt.normalize().rename("day"))


def _known(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.cat.add_categories(UNKNOWN).fillna(UNKNOWN) if values.hasnans else values


def _add_engagement(views: pd.DataFrame, raw: pd.DataFrame) -> None:
    """What is counted and added up, so that every metric is a sum, or two divided."""
    started, duration, muted = raw["started"].eq(True), raw["duration"], raw["muted"]
    watched, known = raw["watch_time"].fillna(0), started & (duration > 0)
    views["viewer"] = raw["viewer"]
    views["plays"], views["watch_time"] = started, watched
    views["completions"] = started & raw["ended"].eq(True)
    views["sound_on"] = started & muted.eq(False)
    views["played_length"] = duration.where(known, 0)
    views["watched_length"] = np.minimum(watched, views["played_length"])
    views["percent"] = (watched * 100 / duration).clip(0, 100).where(known, -1).astype("int8")
    sound = np.select([muted.eq(False), muted.eq(True)], [0, 1], 2)
    views["sound"] = pd.Categorical.from_codes(sound, ["On", "Off", UNKNOWN])
    bands = pd.cut(duration, [0, *LENGTHS.values()], labels=[*LENGTHS], right=False)
    views["length"] = _known(bands.where(duration > 0))


@st.cache_data
def domain_days(last: dt.date) -> pd.DataFrame:
    """The first and the last day with a view on each domain, up to a day."""
    views = load().loc[: pd.Timestamp(last)]
    days = pd.DataFrame({"domain": views["embed_domain"].array, "day": views.index})
    return days.groupby("domain", observed=True)["day"].agg(["min", "max"])


@st.cache_data
def labels() -> dict[str, dict[str, str]]:
    """By column, the names that people know its keys and codes by."""
    stored = json.loads(next(ARCHIVE.glob("*/names.json")).read_text("utf-8"))
    countries = {country.alpha_2: country.name for country in pycountry.countries}
    things = {name: stored[f"{name}s"] for name in FILTERS}
    names = {name: {key: one["name"] for key, one in all_.items()} for name, all_ in things.items()}
    return {"country": countries} | names


def totals(views: pd.DataFrame) -> pd.Series[float]:
    """Every metric of all these views."""
    sums = views[SUMS].sum().to_frame().T
    return _with_rates(sums.assign(views=len(views), viewers=views["viewer"].nunique())).iloc[0]


def numbers(views: pd.DataFrame, by: str | list[str], *, viewers: bool = False) -> pd.DataFrame:
    """The metrics by one column or more, most views first; different viewers only when asked."""
    groups = views.groupby(by, observed=True)
    rows = groups[SUMS].sum().assign(views=groups.size())
    if viewers:
        rows["viewers"] = groups["viewer"].nunique()
    return _with_rates(rows).sort_values("views", ascending=False)


def _with_rates(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        play_rate=rows["plays"] / rows["views"],
        average_watch_time=rows["watch_time"] / rows["plays"],
        average_percent_watched=rows["watched_length"] / rows["played_length"],
        completion_rate=rows["completions"] / rows["plays"],
        sound_on_rate=rows["sound_on"] / rows["plays"],
    )

"""The same charts and tables as they are written in an afternoon, to be compared with.

`DYNTUBE_ARCHIVE=FOLDER streamlit run benchmarks/rivals/plain/app.py`. It leaves out what takes
longer: sparklines, clicks on charts, counts in the filters, notes, exports.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import charts
import pandas as pd
import streamlit as st
from views import FILTERS, labels, load

WATCHED = ("average_percent_watched", "completion_rate")
USUAL = ("views", "plays", "play_rate", "viewers", "watch_time", *WATCHED)
TREND = ("views", "watch_time", "viewers", "completion_rate")
DAY = dt.timedelta(days=1)


def overview(now: pd.DataFrame, before: pd.DataFrame) -> None:
    charts.cards(now, before, (*USUAL, "sound_on_rate"))
    charts.trend(now, before, TREND)
    left, right = st.columns([3, 2])
    with left:
        charts.table(now, before, "video", ("views", "watch_time", "completion_rate"), rows=6)
    with right:
        charts.world(now, "views")
    bars(now, "country", "device_type", "embed_domain")


def bars(now: pd.DataFrame, *columns: str) -> None:
    for place, by in zip(st.columns(len(columns)), columns, strict=True):
        with place:
            charts.top_bars(now, by)


def videos(now: pd.DataFrame, before: pd.DataFrame) -> None:
    chosen, metrics = st.session_state["video"], (*USUAL, "average_watch_time")
    if len(chosen) == 1:
        charts.cards(now, before, metrics)
        charts.trend(now, before, TREND)
        charts.curve(now, before)
        charts.histogram(now)
        bars(now, "country", "device_type", "embed_domain")
        bars(now, "city", "browser", "embed_page")
        charts.week(now, "plays")
    elif chosen:
        charts.side_by_side(now, TREND)
    charts.drill(now, before, ("video", "channel", "project"), *metrics)


def engagement(now: pd.DataFrame, before: pd.DataFrame) -> None:
    metrics = ("plays", "average_watch_time", *WATCHED)
    charts.cards(now, before, metrics)
    left, right = st.columns(2)
    with left:
        charts.curve(now, before)
        charts.rules(now, before)
    with right:
        charts.histogram(now)
        charts.funnel(now)
    metric = charts.switch(metrics, "metric")
    charts.kinds(now, metric)
    charts.week(now, metric)


def geography(now: pd.DataFrame, before: pd.DataFrame) -> None:
    charts.world(now, charts.switch(TREND, "metric"))
    charts.drill(now, before, ("country", "continent", "region", "city"), *USUAL)


def devices(now: pd.DataFrame, before: pd.DataFrame) -> None:
    bars(now, "device_type", "browser", "os")
    charts.stacked_shares(now, charts.switch(("device_type", "browser", "os"), "mix-of"))
    charts.drill(now, before, ("device_type", "device_brand", "device_model"), *USUAL)
    charts.drill(now, before, ("browser", "browser_version"), *USUAL)
    charts.drill(now, before, ("os", "os_version"), *USUAL)


def embeds(now: pd.DataFrame, before: pd.DataFrame) -> None:
    charts.cards(now, before, ("views", "plays", "play_rate", "completion_rate"))
    charts.domain_watch(now, before, *period())
    left, right = st.columns(2)
    with left:
        charts.domain_bars(now, charts.switch(("views", "play_rate", "completion_rate"), "metric"))
    with right:
        charts.treemap(now)
    charts.drill(now, before, ("embed_domain", "embed_page"), *USUAL)


def sidebar(views: pd.DataFrame) -> None:
    yesterday = dt.datetime.now(dt.UTC).date() - DAY
    asked = {"from": f"{yesterday - 27 * DAY}", "to": f"{yesterday}"} | st.query_params.to_dict()
    dates = [dt.date.fromisoformat(asked[name]) for name in ("from", "to")]
    st.sidebar.date_input("Period", dates, key="dates")
    for name in FILTERS:
        names = {key: key for key in views[name].cat.categories} | labels()[name]
        keys = sorted(names, key=lambda key: names[key].casefold())
        st.sidebar.multiselect(name.capitalize(), keys, format_func=names.__getitem__, key=name)


def period() -> tuple[dt.date, dt.date]:
    """The first and the last day chosen."""
    dates = st.session_state["dates"]
    return dates[0], dates[-1]


def chosen(views: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    """The views of a period under the filters chosen."""
    views = views.loc[pd.Timestamp(first) : pd.Timestamp(last)]
    for name in FILTERS:
        if keys := st.session_state[name]:
            views = views[views[name].isin(keys)]
    return views


def page(draw: Callable[[pd.DataFrame, pd.DataFrame], None]) -> st.Page:
    name = draw.__name__

    def run() -> None:
        views = load()
        sidebar(views)
        first, last = period()
        days = last - first + DAY
        st.title(name.capitalize())
        st.caption(f"{first} to {last}")
        draw(chosen(views, first, last), chosen(views, first - days, last - days))

    return st.Page(run, title=name.capitalize(), url_path=name, default=draw is overview)


st.set_page_config(page_title="Videos", layout="wide")
pages = [page(draw) for draw in (overview, videos, engagement, geography, devices, embeds)]
st.navigation(pages, position="top").run()

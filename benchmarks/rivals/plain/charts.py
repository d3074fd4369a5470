"""What the pages are made of: cards, tables and figures of plotly.express."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import plotly.express as px
import pycountry
import streamlit as st
from plotly.graph_objects import Figure
from views import LENGTHS, UNKNOWN, domain_days, labels, numbers, totals

RATES = ("play_rate", "average_percent_watched", "completion_rate", "sound_on_rate")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TOP = 6
NAN = float("nan")


def title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def show(figure: Figure, key: str) -> None:
    figure.update_layout(margin={"l": 0, "r": 0, "t": 40, "b": 0}, height=320)
    # Without an address, plotly fetches the shapes of the countries from another host.
    st.plotly_chart(figure, key=key, config={"topojsonURL": "app/static/topojson-4.1.1/"})


def switch(options: Sequence[str], key: str, default: str | None = None) -> str:
    usual = default or options[0]
    chosen = st.segmented_control("Show", options, default=usual, format_func=title, key=key)
    return str(chosen or usual)


def cards(now: pd.DataFrame, before: pd.DataFrame, metrics: Sequence[str]) -> None:
    found, earlier = totals(now), totals(before)
    for column, metric in zip(st.columns(len(metrics)), metrics, strict=True):
        amount, change = found[metric], found[metric] - earlier[metric]
        base = 1 if metric in RATES else earlier[metric]
        delta = f"{change / base:+.1%}" if len(before) and base else None
        column.metric(title(metric), _text(metric, amount), delta, border=True)


def _text(metric: str, amount: float) -> str:
    if metric in RATES:
        return f"{amount:.1%}"
    if metric == "watch_time":
        return f"{amount / 3600:,.0f} h"
    return f"{amount:,.0f}"


def trend(now: pd.DataFrame, before: pd.DataFrame, metrics: Sequence[str]) -> None:
    metric = switch(metrics, "trend-metric")
    course, earlier = _over_time(now, metric), _over_time(before, metric)
    earlier["day"] += course["day"].min() - earlier["day"].min()
    lines = [course.assign(period="this one"), earlier.assign(period="the one before")]
    show(px.line(pd.concat(lines), x="day", y=metric, color="period", title=title(metric)), "trend")


def _over_time(views: pd.DataFrame, metric: str, *by: str) -> pd.DataFrame:
    """A metric by day, or by week when there are many days, and by other columns."""
    if len(views) and (views.index[-1] - views.index[0]).days >= 100:
        mondays = views.index - pd.to_timedelta(views["weekday"].to_numpy(), unit="D")
        views = views.set_axis(mondays.rename("day"))
    rows = numbers(views, ["day", *by], viewers=metric == "viewers")
    return rows[metric].reset_index().sort_values("day")


def side_by_side(now: pd.DataFrame, metrics: Sequence[str]) -> None:
    rows = _over_time(now, metric := switch(metrics, "beside"), "video")
    rows["video"] = rows["video"].astype("str").replace(labels()["video"])
    show(px.line(rows, x="day", y=metric, color="video", title=title(metric)), "side-by-side")


def table(
    now: pd.DataFrame,
    before: pd.DataFrame,
    by: str,
    metrics: Sequence[str],
    rows: int | None = None,
) -> None:
    """Every value of a column with its numbers, and the change of its views."""
    found = numbers(now, by, viewers="viewers" in metrics).head(rows)
    earlier, names = before[by].value_counts(), labels().get(by, {})
    shown = found[[*metrics]].assign(watch_time=found["watch_time"] / 3600)
    shown.insert(1, "change", found["views"] / [earlier.get(key, NAN) for key in found.index] - 1)
    shown.index = pd.Index([names.get(key, key) for key in found.index], name=title(by))
    number = st.column_config.NumberColumn
    formats = {name: number(title(name), format="percent") for name in (*RATES, "change")}
    formats |= {"watch_time": number("Watch time, hours", format="%.1f")}
    st.dataframe(shown, key=f"table-{by}", column_config=formats)


def drill(now: pd.DataFrame, before: pd.DataFrame, levels: Sequence[str], *metrics: str) -> None:
    table(now, before, switch(levels, f"level-{levels[0]}"), metrics)


def world(now: pd.DataFrame, metric: str) -> None:
    rows = numbers(now, "country", viewers=metric == "viewers").reset_index()
    alpha_3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    rows["place"] = rows["country"].astype("str").map(alpha_3)
    rows = rows.dropna(subset="place")
    show(px.choropleth(rows, locations="place", color=metric, title="By country"), "world")


def top_bars(now: pd.DataFrame, by: str) -> None:
    counts, names = now[by].value_counts(), labels().get(by, {})
    top = [names.get(key, key) for key in counts.index[:TOP]]
    views = [*counts.head(TOP), counts.iloc[TOP:].sum()]
    rows = pd.DataFrame({by: [*top, "Other"], "views": views})
    rows = rows[rows["views"] > 0].assign(share=rows["views"] / len(now))
    figure = px.bar(rows[::-1], x="views", y=by, text="share", title=title(by))
    show(figure.update_traces(texttemplate="%{text:.1%}"), f"bars-{by}")


def mix(now: pd.DataFrame, by: str) -> None:
    top = now[by].value_counts().index[:TOP]
    rows = _over_time(now, "views", by)
    rows["part"] = rows[by].astype("str").where(rows[by].isin(top), "Other")
    rows = rows.groupby(["day", "part"], as_index=False)["views"].sum()
    rows["share"] = rows["views"] / rows.groupby("day")["views"].transform("sum")
    show(px.bar(rows, x="day", y="share", color="part", title="The mix over time"), "mix")


def _percents(views: pd.DataFrame) -> pd.Series[int]:
    """Plays by the share of the video that they watched, in whole percent."""
    return views["percent"].value_counts().reindex(range(101), fill_value=0)


def curve(now: pd.DataFrame, before: pd.DataFrame) -> None:
    lines = {}
    for name, views in {"this period": now, "the one before": before}.items():
        reached = _percents(views)[::-1].cumsum()[::-1]
        lines[name] = reached / reached[0]
    show(px.line(pd.DataFrame(lines), title="How much was watched"), "curve")


def histogram(now: pd.DataFrame) -> None:
    counts = _percents(now)
    figure = px.histogram(x=counts.index, y=counts, nbins=20, title="Plays by share watched")
    show(figure, "histogram")


def _steps(views: pd.DataFrame) -> dict[str, int]:
    percents = _percents(views)
    reached = {f"Watched {n}%": int(percents.loc[n:].sum()) for n in (25, 50, 75, 90, 95)}
    counts = {"Views": len(views), "Plays": int(views["plays"].sum())}
    return counts | reached | {"Ended": int(views["completions"].sum())}


def rules(now: pd.DataFrame, before: pd.DataFrame) -> None:
    steps, earlier = _steps(now), _steps(before)
    names = ["Ended", "Watched 75%", "Watched 90%", "Watched 95%"]
    rows = pd.DataFrame({"plays": steps, "before": earlier}).loc[names]
    rows["rate"] = rows["plays"] / steps["Plays"]
    rows["change"] = rows["rate"] - rows.pop("before") / (earlier["Plays"] or NAN)
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(rows, key="rules", column_config={"rate": percent, "change": percent})


def funnel(now: pd.DataFrame) -> None:
    steps = _steps(now)
    del steps["Watched 90%"]
    show(px.funnel(x=steps.values(), y=steps.keys(), title="From view to end"), "funnel")


def kinds(now: pd.DataFrame, metric: str) -> None:
    orders = {"length": [*LENGTHS, UNKNOWN], "sound": ["On", "Off", UNKNOWN]}
    for column, (by, order) in zip(st.columns([3, 2]), orders.items(), strict=True):
        rows = numbers(now, by).reset_index()
        figure = px.bar(rows, x=metric, y=by, category_orders={by: order}, title=title(by))
        with column:
            show(figure, f"kinds-{by}")


def week(now: pd.DataFrame, metric: str) -> None:
    wide = numbers(now, ["weekday", "hour"])[metric].unstack()
    if metric == "plays":  # on an average day
        days = now.index.unique().weekday.value_counts()
        wide = wide.div(days, axis=0)
    wide = wide.rename(index=dict(enumerate(WEEKDAYS)))
    show(px.imshow(wide, aspect="auto", title=f"{title(metric)} by weekday and hour"), "week")


def domain_watch(now: pd.DataFrame, before: pd.DataFrame, first: dt.date, last: dt.date) -> None:
    """The domains that are new in the period, and those gone since the one before."""
    seen, start = domain_days(last), pd.Timestamp(first)
    columns = {"min": "first view", "max": "last view"}
    sides = {
        "New": numbers(now, "embed_domain").join(seen[seen["min"] >= start], how="inner"),
        "Gone": numbers(before, "embed_domain").join(seen[seen["max"] < start], how="inner"),
    }
    for column, (name, rows) in zip(st.columns(2), sides.items(), strict=True):
        column.metric(name, len(rows))
        shown = rows[["views", "plays", *columns]].rename(columns=columns)
        column.dataframe(shown, key=f"domains-{name}")


def domain_bars(now: pd.DataFrame, metric: str) -> None:
    rows = numbers(now, "embed_domain").head(10).reset_index().sort_values(metric)
    rows["embed_domain"] = rows["embed_domain"].astype("str")
    show(px.bar(rows, x=metric, y="embed_domain", title=title(metric)), "bars-domains")


def treemap(now: pd.DataFrame) -> None:
    rows = numbers(now, ["embed_domain", "embed_page"]).head(200).reset_index()
    path = ["embed_domain", "embed_page"]
    rows = rows.astype(dict.fromkeys(path, "str"))
    show(px.treemap(rows, path=path, values="views", title="Domains and their pages"), "treemap")

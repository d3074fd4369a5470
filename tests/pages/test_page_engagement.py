"""The Engagement page in every state, run as Streamlit runs it but without a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.export.table import Sheet
from dyntube.insight.comparison import direction
from dyntube.query.dimensions import LENGTHS, UNKNOWN
from dyntube.query.metrics import metric
from dyntube.report.tables import PageTables

from .. import odd, plain
from ..clock import TODAY
from ..components import cards, figures, sent
from ..insight.test_engagement import plain_curve, shares, some_records
from ..odd import ONE_DAY
from ..tables import table
from .test_pages import open_page

YESTERDAY = TODAY - ONE_DAY
Record = dict[str, Any]
PERIOD = f"from={YESTERDAY - 6 * ONE_DAY}&to={YESTERDAY}"
SOUNDS = {True: "Off", False: "On", None: UNKNOWN}
RULES = "Plays counted and completion rate under each rule"
CURVE, HISTOGRAM, FUNNEL, WEEK = range(4)


@pytest.fixture
def show(tmp_path: Path, connect: Callable[..., None]) -> Callable[..., AppTest]:
    """Store days of views, and open the page over them."""
    folder = tmp_path / "archive"
    connect(odd.STATS_URL, folder, SYNC="external")
    archive = odd.open_archive(folder)

    def shown(days: dict[dt.date, list[Record]], query: str = PERIOD) -> AppTest:
        for day, records in days.items():
            odd.put(archive, day, records)
        at = open_page(query, "engagement")
        assert not at.exception
        assert not at.error
        assert at.title[0].value == "Engagement"
        return at

    return shown


def moved(records: Iterable[Record], day: dt.date) -> list[Record]:
    """The same views on another day."""
    return [
        view | {"date": f"{day}{view['date'][10:]}", "id": f"{day}-{view['id']}"}
        for view in records
    ]


def chart(at: AppTest, number: int) -> dict[str, Any]:
    return figures(at)[number]


def listed(at: AppTest, by: str) -> dict[str, str]:
    """The number of each value in the list by video length or by sound."""
    (found,) = (one for one in sent(at, "share_list") if one["label"].endswith(f" by {by}"))
    return {row["value"]: row["number"] for row in found["rows"]}


def lines(at: AppTest) -> list[dict[str, Any]]:
    """The dotted lines behind the curve."""
    return [trace for trace in chart(at, CURVE)["data"] if trace["line"].get("dash") == "dot"]


def words(at: AppTest) -> str:
    return "\n".join(element.value for kind in (at.header, at.caption) for element in kind)


def test_every_block_says_what_plain_python_finds(show) -> None:
    records = moved(some_records(), YESTERDAY)
    at = show({YESTERDAY: records})
    expected, percents = plain.metrics(records), shares(records)
    assert [card.value for card in cards(at)] == [
        f"{expected['plays']}",
        formats.clock(expected["average_watch_time"]),
        f"{expected['average_percent_watched']:.1%}",
        f"{expected['completion_rate']:.1%}",
    ]
    assert chart(at, CURVE)["data"][0]["y"] == pytest.approx(plain_curve(percents))
    (bars,) = chart(at, HISTOGRAM)["data"]
    assert bars["y"] == [
        sum(5 * n <= share < 5 * n + 5 or share == 100 == 5 * n + 5 for share in percents)
        for n in range(20)
    ]
    reached = [expected[f"reached_{percent}"] for percent in (25, 50, 75, 95)]
    steps = [len(records), expected["plays"], *reached, expected["completions"]]
    assert chart(at, FUNNEL)["data"][0]["x"] == steps
    rules = table(at, RULES).shown
    counts = [expected[name] for name in ("completions", "reached_75", "reached_90", "reached_95")]
    assert rules["Plays"].tolist() == [f"{count:,}" for count in counts]
    of = [expected["plays"], *[expected["lasting_plays"]] * 3]
    rates = [f"{count / all_:.1%}" for count, all_ in zip(counts, of, strict=True)]
    assert rules["Rate"].tolist() == rates
    left_out = expected["plays"] - len(percents)
    said = f"{left_out} plays are left out because the video length or the watch time is missing"
    assert words(at).count(said) == 4  # curve, histogram, rules and funnel


def test_without_a_stored_comparison_nothing_is_compared(show) -> None:
    at = show({YESTERDAY: moved(some_records(), YESTERDAY)})
    assert lines(at) == []
    assert "Change" not in table(at, RULES).shown
    assert "Dotted" not in words(at)


def test_the_comparison_is_a_dotted_curve_and_a_change_of_every_rule(show) -> None:
    now, before = some_records(seed=1), some_records(300, seed=2)
    days = {YESTERDAY - n * ONE_DAY: [] for n in range(14)}
    days[YESTERDAY] = moved(now, YESTERDAY)
    days[YESTERDAY - 7 * ONE_DAY] = moved(before, YESTERDAY - 7 * ONE_DAY)
    at = show(days)
    (dotted,) = lines(at)
    assert dotted["y"] == pytest.approx(plain_curve(shares(before)))
    assert "Dotted: " in words(at)
    after, base = plain.metrics(now), plain.metrics(before)
    changes = [
        after[name] / after[of] - base[name] / base[of]
        for name, of in (
            ("completions", "plays"),
            *((f"reached_{percent}", "lasting_plays") for percent in (75, 90, 95)),
        )
    ]
    rate, rules = metric("completion_rate"), table(at, RULES)
    assert rules.shown["Change"].tolist() == [formats.change(rate, change) for change in changes]
    looks = [column["looks"] for column in rules.rows["columns"] if column["name"] == "Change"]
    assert looks == [[direction(rate, change) for change in changes]]
    none = show({}, f"{PERIOD}&compare=none")
    assert lines(none) == []


def test_views_without_a_play_give_sentences_instead_of_charts(show) -> None:
    at = show({YESTERDAY: odd.views(YESTERDAY, started=False)})
    assert len(figures(at)) == 1  # the funnel, from 3 views to nothing
    assert words(at).count("Nothing was played in this period.") == 5
    assert cards(at)[0].value == "0"
    assert set(table(at, RULES).shown["Rate"]) == {formats.NONE}


def test_plays_of_unknown_length_only_say_that_no_share_can_be_told(show) -> None:
    at = show({YESTERDAY: odd.views(YESTERDAY, duration=None, ended=True)})
    assert words(at).count("the length of every video played is unknown") == 2
    assert table(at, RULES).shown["Plays"].tolist() == ["3", "0", "0", "0"]
    assert len(figures(at)) == 2  # the funnel and the week


def test_few_plays_are_marked_in_every_block(show) -> None:
    unplayed = odd.views(YESTERDAY, 4, started=False)[3]  # an hour without a rate
    few = [*odd.views(YESTERDAY), unplayed]
    at = show({YESTERDAY: few}, f"{PERIOD}&metric=completion_rate")
    assert words(at).count("Fewer than 30 plays: only a rough guide.") == 3
    assert words(at).count("Hatched: fewer than 30 plays.") == 2
    assert "Dots: fewer than 30 plays." in words(at)
    assert sum(row.count("·") for row in chart(at, WEEK)["data"][0]["text"]) == 3
    enough = show({YESTERDAY: [view for n in range(24) for view in enough_in(n)]})
    assert "ewer than 30" not in words(enough)


def enough_in(hour: int) -> list[Record]:
    same = odd.views(YESTERDAY, 1)[0] | {"date": f"{YESTERDAY}T{hour:02}:30:00Z"}
    return [same | {"id": f"{hour}-{n}"} for n in range(30)]


@pytest.mark.parametrize(
    ("watched", "ended", "said"),
    [
        ([100, 50], [True, True], "more often than that"),
        ([100, 50], [True, False], "as often as that"),
        ([100, 50], [False, False], ""),
        ([50, 50], [False, False], ""),
    ],
)
def test_an_end_that_is_not_smaller_than_the_step_before_is_explained(
    watched: list[int], ended: list[bool], said: str, show
) -> None:
    records = [
        view | {"watchTime": time, "ended": end}
        for view, time, end in zip(odd.views(YESTERDAY, 2), watched, ended, strict=True)
    ]
    at = show({YESTERDAY: records})
    assert said in words(at)
    assert ("own mark" in words(at)) == bool(said)


def test_lengths_stand_in_their_own_order_and_can_be_filtered_by(show) -> None:
    lengths = (4000, 10, 100, 45, 0)
    records = [
        view | {"duration": length, "id": f"{length}-{n}"}
        for length in lengths
        for n, view in enumerate(odd.views(YESTERDAY, length % 7 + 1))
    ]
    at = show({YESTERDAY: records})
    found = listed(at, "video length")
    assert list(found) == [LENGTHS[0], LENGTHS[1], LENGTHS[2], LENGTHS[-1], UNKNOWN]
    assert list(found.values()) == [f"{length % 7 + 1}" for length in (10, 45, 100, 4000, 0)]
    filtered = show({}, f"{PERIOD}&length={LENGTHS[1]}")
    assert cards(filtered)[0].value == "4"
    assert listed(filtered, "video length") == found  # it never filters itself away


def test_one_switch_changes_bars_and_heatmap(show) -> None:
    records = moved(some_records(), YESTERDAY)
    at = show({YESTERDAY: records})
    at.button_group(key="kinds-metric").set_value("average_percent_watched").run()
    assert at.button_group(key="heatmap-metric").value == "average_percent_watched"
    expected = plain.grouped(records, lambda view: SOUNDS[view["muted"]])
    assert listed(at, "sound") == {
        sound: f"{metrics['average_percent_watched']:.1%}" for sound, metrics in expected.items()
    }
    hours = plain.grouped(records, lambda view: plain.local(view, "UTC").hour)
    row = chart(at, WEEK)["data"][0]["z"][YESTERDAY.weekday()]
    assert row == pytest.approx([hours[n]["average_percent_watched"] for n in range(24)])


def test_the_heatmap_has_averages_of_the_weekdays_there_were(show) -> None:
    first, second = YESTERDAY - 7 * ONE_DAY, YESTERDAY
    days = {first: odd.views(first, 2), second: odd.views(second, 3), YESTERDAY - ONE_DAY: []}
    at = show(days, f"from={first}&to={second}")
    row = chart(at, WEEK)["data"][0]["z"][second.weekday()]
    assert row == [0] * 12 + [1, 1, 0.5] + [0] * 9
    assert "Average plays per hour over 3 whole days" in words(at)
    single = show({}, f"from={second}&to={second}")
    assert chart(single, WEEK)["data"][0]["z"][first.weekday() - 1] == [None] * 24
    assert "Average plays per hour over 1 whole day, in UTC" in words(single)


def test_the_heatmap_shows_every_hour_whatever_weekday_or_hour_is_chosen(show) -> None:
    at = show({YESTERDAY: odd.views(YESTERDAY, 3)})
    everything = chart(at, WEEK)["data"][0]["z"]
    at = show({}, f"{PERIOD}&hour_of_day=12")
    assert cards(at)[0].value == "1"
    squares, veil, *_ = chart(at, WEEK)["data"]
    assert squares["z"] == everything
    assert [n for n, mark in enumerate(veil["z"][0]) if mark is None] == [12]
    assert cards(show({}, f"{PERIOD}&hour_of_day-not=99"))[0].value == "3"


def test_the_totals_beside_the_heatmap_are_those_of_the_weekday_and_the_hour(show) -> None:
    first, second = YESTERDAY - 7 * ONE_DAY, YESTERDAY
    days = {first: odd.views(first, 2), second: odd.views(second, 3), YESTERDAY - ONE_DAY: []}
    at = show(days, f"from={first}&to={second}")
    _, above, beside = chart(at, WEEK)["data"]
    assert beside["x"][second.weekday()] == 2.5  # 5 plays on 2 such days
    assert above["y"] == [0] * 12 + [pytest.approx(n / 3) for n in (2, 2, 1)] + [0] * 9
    records = moved(some_records(), YESTERDAY)
    at = show({YESTERDAY: records}, f"{PERIOD}&metric=average_percent_watched")
    _, above, beside = chart(at, WEEK)["data"]
    hours = plain.grouped(records, lambda view: plain.local(view, "UTC").hour)
    assert above["y"] == pytest.approx([hours[n]["average_percent_watched"] for n in range(24)])
    whole = plain.grouped(records, lambda view: 0)[0]
    assert beside["x"][YESTERDAY.weekday()] == pytest.approx(whole["average_percent_watched"])


def test_every_block_is_in_the_workbook_of_the_page(show, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Sheet] = []

    def take(report: PageTables, *_: object) -> None:
        taken[:] = report.sheets

    monkeypatch.setattr("dyntube.ui.frame.page.export_menu", take)
    records = moved(some_records(), YESTERDAY)
    show({YESTERDAY: records})
    sheets = {sheet.title: sheet.rows for sheet in taken}
    assert len(sheets) == len(taken)
    assert sheets["Audience retention"]["share"].tolist() == pytest.approx(
        plain_curve(shares(records))
    )
    assert sheets["Where viewers stopped"]["plays"].sum() == len(shares(records))
    assert sheets["Funnel"]["share"].iloc[0] == 1
    assert sheets["Completion rules"]["completion_rate"].iloc[0] < 1
    for title in ("By video length", "By sound", "By weekday and hour"):
        assert sheets[title]["plays"].sum() == plain.metrics(records)["plays"], title
    assert sheets["By sound"]["sound"].tolist() == ["On", "Off", "Unknown"]
    assert set(sheets["By weekday and hour"]["weekday"]) == {f"{YESTERDAY:%A}"}


VIDEO = """
from dyntube import ui
from dyntube.report.page import Page

ui.visible_pages()
ui.start("one-video")
page = Page("one-video", "One video", ("plays",), lambda context: ())
ui.page(page, lambda context: ui.video_curve(context, "video-0"))
"""


def one_video(query: str = "video=video-0") -> AppTest:
    at = AppTest.from_string(VIDEO, default_timeout=60)
    for part in (PERIOD + "&" + query).split("&"):
        name, value = part.split("=")
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


@pytest.mark.parametrize(("videos", "typical"), [(6, True), (5, False)])
def test_a_video_is_drawn_against_five_or_more_others_of_like_length(
    videos: int, typical: bool, show
) -> None:
    records = moved(some_records(2500, videos=videos), YESTERDAY)
    show({YESTERDAY: records})
    at = one_video()
    own = [view for view in records if view["videoKey"] == "video-0"]
    solid = next(t for t in chart(at, 0)["data"] if t["line"].get("width") == 2.4)
    assert solid["y"] == pytest.approx(plain_curve(shares(own)))
    assert bool(lines(at)) == typical
    assert ("median and middle half of 5 other videos" in words(at)) == typical
    assert ("Fewer than 5 similar-length videos" in words(at)) == (not typical)


def test_a_video_without_plays_says_so(show) -> None:
    show({YESTERDAY: [*odd.views(YESTERDAY, videoKey="video-0", started=False)]})
    at = one_video()
    assert "Nothing was played in this period." in words(at)

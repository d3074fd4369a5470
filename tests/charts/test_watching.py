"""How much of a video people watch: the curve, the histogram, the funnel."""

from __future__ import annotations

import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT
from dyntube.insight.engagement import Step

from .drawn import ESCAPED, HOSTILE, drawn, hovers

CURVE = [1 - n / 200 for n in range(101)]


# Curve


def test_a_curve_goes_from_0_to_100_per_cent_of_the_video():
    [line] = charts.watched_curve(CURVE, LIGHT).data

    assert (line.x[0], line.x[50], line.x[-1]) == (0, 50, 100)
    assert list(line.y) == CURVE
    assert hovers(line)[50] == "At least 50% watched: <b>75.0%</b> of plays"


def test_the_typical_curve_is_dotted_in_a_band_behind_and_told_beneath():
    low, middle, high = ([share * f for share in CURVE] for f in (0.5, 0.7, 0.9))

    figure = charts.watched_curve(
        CURVE, LIGHT, typical=(low, middle, high), name="Launch", typical_name="Typical of 12"
    )

    line, lower, upper, median = figure.data
    assert line.zorder > (median.zorder or 0)
    assert (upper.fill, median.line.dash) == ("tonexty", "dot")
    assert (list(lower.y), list(upper.y), list(median.y)) == (low, high, middle)
    assert hovers(median)[0] == "Typical of 12: <b>70.0%</b><br>half of them 50.0% to 90.0%"
    assert [trace.name for trace in figure.data if trace.showlegend] == ["Launch", "Typical of 12"]
    assert figure.layout.showlegend


def test_one_other_curve_has_no_band_to_tell_of():
    figure = charts.watched_curve(
        CURVE, LIGHT, typical=(CURVE, CURVE, CURVE), typical_name="1 – 7 Nov 2026"
    )

    assert hovers(figure.data[-1])[0] == "1 – 7 Nov 2026: <b>100.0%</b>"


def test_a_curve_without_names_has_no_legend():
    assert not charts.watched_curve(CURVE, LIGHT).layout.showlegend


def test_a_name_full_of_html_shows_as_it_is_written():
    figure = charts.watched_curve(
        CURVE, LIGHT, typical=(CURVE, CURVE, CURVE), name=HOSTILE, typical_name=HOSTILE
    )

    for name in (figure.data[0].name, figure.data[-1].name, hovers(figure.data[-1])[0]):
        assert name.startswith("&lt;b&gt;Launch&lt;/b&gt;")


# Histogram


@pytest.mark.parametrize(
    ("counts", "first", "last"),
    [
        (
            [30] + [0] * 18 + [10],
            "0–5% watched: <b>30</b> plays (75.0%)",
            "95–100% watched: <b>10</b>",
        ),
        (
            [1200] + [0] * 9,
            "0–10% watched: <b>1,200</b> plays (100.0%)",
            "90–100% watched: <b>0</b>",
        ),
    ],
)
def test_a_histogram_has_a_bar_a_step(counts, first, last):
    [bars] = charts.histogram(counts, LIGHT).data

    assert list(bars.y) == counts
    assert hovers(bars)[0] == first
    assert hovers(bars)[-1].startswith(last)
    step = 100 / len(counts)
    assert bars.x[0] == step / 2
    assert bars.width < step


def test_a_histogram_without_plays_is_drawn_too():
    assert hovers(charts.histogram([0] * 10, LIGHT).data[0])[0] == "0–10% watched: <b>0</b> plays"


# Funnel


STEPS = [
    Step("Views", 1000),
    Step("Plays", 600),
    Step("Watched 50%", 300),
    Step("Ended", 330),
]


def texts(figure: object) -> list[str]:
    return [line.text for line in figure.layout.annotations]  # type: ignore[attr-defined]


def test_each_step_says_count_share_of_the_first_and_what_it_lost():
    figure = charts.funnel(STEPS, LIGHT)

    lines = texts(figure)
    assert [line.split("</b>")[0].removeprefix("<b>") for line in lines[1::2]] == [
        "1,000",
        "600",
        "300",
        "330",
    ]
    assert ["60.0%" in lines[3], "−40.0%" in lines[2]] == [True, True]
    assert "−50.0%" in lines[4]
    assert "+10.0%" in lines[6]
    assert lines[0] == 'Views  <span style="color:#64748B"></span>'
    assert hovers(figure.data[0])[2] == (
        "<b>Watched 50%</b><br>300, 30.0% of the first step<br>"
        "300 fewer than the step before (−50.0%)"
    )
    assert hovers(figure.data[0])[3].endswith("30 more than the step before (+10.0%)")


def test_what_is_lost_is_drawn_behind_the_bar():
    kept, lost = charts.funnel(STEPS, LIGHT).data

    assert list(kept.x) == [1000, 600, 300, 330]
    assert list(lost.x) == [0, 400, 300, 0]


def test_plays_of_which_nobody_knows_how_far_they_came_are_in_no_share_of_how_far():
    way = [Step("Views", 100), Step("Plays", 60), Step("Watched 25%", 30, of=80, before=40)]

    lines = texts(charts.funnel(way, LIGHT))

    assert "37.5%" in lines[5]
    assert "−25.0%" in lines[4]


def test_left_and_right_texts_of_a_step_do_not_meet_on_a_phone():
    figure = charts.funnel(
        [Step("A label that is far too long", 9_999_999), Step("x" * 40, 8_888_888)], LIGHT
    )

    for left, right in zip(texts(figure)[::2], texts(figure)[1::2], strict=True):
        seen = [
            text.split("<span")[0] + text.split(">")[-2].split("<")[0] for text in (left, right)
        ]
        assert sum(len(text.replace("<b>", "").replace("</b>", "")) for text in seen) * 7.2 < 330


def test_a_funnel_of_nothing_has_no_shares():
    figure = charts.funnel([Step("Views", 0), Step("Plays", 0)], LIGHT)

    assert hovers(figure.data[0]) == ["<b>Views</b><br>0", "<b>Plays</b><br>0"]
    assert figure.layout.xaxis.range[1] > 0


def test_a_step_full_of_html_shows_as_it_is_written():
    figure = charts.funnel([Step(HOSTILE, 1)], LIGHT)

    assert texts(figure)[0].startswith("&lt;b&gt;Launch&lt;/b&gt;")
    assert hovers(figure.data[0])[0].replace("</b><br><b>", " ").startswith(f"<b>{ESCAPED}</b>")


# Empty


def test_nothing_is_an_empty_chart():
    for figure in (
        charts.watched_curve([], DARK),
        charts.watched_curve([], DARK, typical=([], [], [])),
        charts.histogram([], DARK),
        charts.funnel([], DARK),
    ):
        assert drawn(figure)["data"] == []

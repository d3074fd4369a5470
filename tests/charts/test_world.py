"""A world map."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Item
from dyntube.query.metrics import metric

from .drawn import clicks, drawn, hovers, items

VIEWS, RATE = metric("views"), metric("play_rate")


def coloured(figure: Any) -> Any:
    """The countries that have a colour on the scale."""
    return figure.data[-1]


def grey(figure: Any) -> Any:
    """The countries that have none."""
    return figure.data[0] if len(figure.data) > 1 else None


def test_a_map_knows_countries_by_three_letters_and_skips_what_it_does_not_know():
    shown = items(DE=1000, XX=50, Unknown=7, US=10, FR=0)
    shown += [Item("<b>", "<b>", 3), Item(None, "Other", 9)]

    figure = charts.world_map(VIEWS, shown, LIGHT)

    world = coloured(figure)
    assert list(world.locations) == ["DEU", "USA"]
    assert clicks(world) == ["DE", "US"]
    assert list(world.z) == pytest.approx([3, 1])  # log scale
    assert (world.zmin, world.zmax) == pytest.approx((1, 3))
    assert clicks(grey(figure)) == ["FR"]


def test_a_map_says_the_country_and_its_value():
    figure = charts.world_map(VIEWS, [Item("DE", "Germany", 12_345, hover="12% of all")], LIGHT)

    assert hovers(coloured(figure)) == ["<b>Germany</b><br>Views: 12,345<br>12% of all"]


@pytest.mark.parametrize(
    ("name", "amounts", "ticks"),
    [
        ("views", [1, 1000], ["1", "10", "100", "1,000"]),
        ("views", [5], ["1", "10"]),
        ("views", [20_000], ["10K", "100K"]),
        ("views", [1, 2_000_000], ["1", "100", "10K", "1M"]),
        ("watch_time", [3600, 360_000], ["1 h", "10 h", "100 h"]),
        ("watch_time", [60, 3600], ["1 min", "10 min"]),
        ("play_rate", [0.1, 0.6], ["0%", "20%", "40%", "60%"]),
        ("average_watch_time", [30, 90], ["0:00", "0:25", "0:50", "1:15", "1:40"]),
    ],
)
def test_the_scale_of_a_map_is_written_in_the_numbers_of_the_metric(name, amounts, ticks):
    shown = [Item(code, code, amount) for code, amount in zip(("DE", "US"), amounts, strict=False)]

    world = coloured(charts.world_map(metric(name), shown, LIGHT))

    assert list(world.colorbar.ticktext) == ticks
    assert all(world.zmin <= tick <= world.zmax for tick in world.colorbar.tickvals)


def test_a_log_scale_says_so_and_a_linear_one_has_nothing_to_say():
    wide = items(DE=1000, US=10)
    said = coloured(charts.world_map(VIEWS, wide, LIGHT)).colorbar.title.text
    assert said == "Log scale: each mark is 10 times the one before"
    assert (
        "100 times"
        in coloured(charts.world_map(VIEWS, items(DE=1, US=2e6), LIGHT)).colorbar.title.text
    )
    assert not coloured(charts.world_map(RATE, items(DE=0.5), LIGHT)).colorbar.title.text


def test_a_few_countries_of_one_view_leave_the_colours_to_the_others():
    many = {f"{one}{two}": 500.0 for one in "BCGM" for two in "AGLRT"}
    figure = charts.world_map(VIEWS, items(DE=1, US=20_000, **many), LIGHT)

    world = coloured(figure)
    assert world.zmin == 2
    assert world.colorbar.ticktext[0] == "≤ 100"


def test_a_rate_is_on_a_scale_from_0_and_one_without_value_is_no_country():
    figure = charts.world_map(RATE, items(DE=0.5, US=0.0, FR=math.nan), LIGHT)

    assert dict(zip(coloured(figure).locations, coloured(figure).z, strict=True)) == {
        "DEU": 0.5,
        "USA": 0.0,
    }
    assert coloured(figure).zmin == 0


def test_chosen_countries_have_a_thick_outline():
    world = coloured(charts.world_map(VIEWS, items(DE=10, US=100), LIGHT, chosen={"US"}))

    thin, thick = world.marker.line.width
    assert thick > 2 * thin
    assert list(world.marker.line.color) == [LIGHT.page, LIGHT.text]


# Changes


def changed(measure: Any, **changes: float) -> Any:
    return charts.world_map(measure, items(**dict.fromkeys(changes, 10)), LIGHT, changes=changes)


def test_changes_are_coloured_around_none_and_said():
    figure = changed(VIEWS, DE=0.5, US=-0.25)

    world = coloured(figure)
    assert list(world.z) == [0.5, -0.25]
    assert (world.zmin, world.zmax) == (-0.5, 0.5)
    assert list(world.colorbar.ticktext) == ["−50.0%", "0.0%", "+50.0%"]
    assert hovers(world)[0] == "<b>DE</b><br>Views: 10<br>Change: +50.0%"


def test_a_change_of_a_rate_is_in_points():
    world = coloured(changed(RATE, DE=0.05, US=-0.02))

    assert list(world.colorbar.ticktext) == ["−5.0 pts", "0.0 pts", "+5.0 pts"]


def test_one_outlier_does_not_rule_the_colours_and_the_scale_says_so():
    usual = {code: 0.01 * n for n, code in enumerate(("DE", "US", "FR", "GB", "IT", "ES"), 1)}

    world = coloured(changed(VIEWS, **usual, BR=14.0))

    assert world.zmax == pytest.approx(0.06)
    assert list(world.colorbar.ticktext) == ["−6.0%", "0.0%", "≥ +6.0%"]
    fallen = coloured(changed(RATE, **usual, BR=-0.9))
    assert list(fallen.colorbar.ticktext) == ["≤ −6.0 pts", "0.0 pts", "+6.0 pts"]


def test_two_changes_of_like_size_are_both_on_the_scale():
    assert coloured(changed(VIEWS, DE=0.3, US=0.2)).zmax == pytest.approx(0.3)


def test_an_amount_can_fall_by_no_more_than_all_of_it():
    world = coloured(changed(VIEWS, DE=3.0, US=2.5))

    assert list(world.colorbar.ticktext) == ["−100.0%", "0.0%", "+300.0%"]
    assert list(world.colorbar.tickvals) == [-1, 0, 3]


def test_the_better_side_has_the_better_colour_whichever_side_that_is():
    more = coloured(changed(VIEWS, DE=0.5)).colorscale
    less = coloured(changed(replace(VIEWS, more_is_better=False), DE=0.5)).colorscale

    assert more[-1][1] == less[0][1] == LIGHT.change[-1]


def test_a_country_without_a_change_is_grey_but_can_be_clicked():
    figure = charts.world_map(
        VIEWS, items(DE=10, US=100, FR=5), LIGHT, changes={"DE": 0.5, "US": math.nan}
    )

    assert clicks(coloured(figure)) == ["DE"]
    assert clicks(grey(figure)) == ["US", "FR"]
    assert {colour for _, colour in grey(figure).colorscale} == {LIGHT.land}
    assert hovers(grey(figure))[0].endswith("Change: nothing to compare with")


# Empty


@pytest.mark.parametrize("changes", [None, {}, {"DE": 0.0}])
@pytest.mark.parametrize("shown", [items(), items(XX=5), items(DE=0)])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_map_without_numbers_is_an_empty_map(shown, changes, palette):
    figure = drawn(charts.world_map(VIEWS, shown, palette, changes=changes))

    world = figure["data"][-1]
    assert world["type"] == "choropleth"
    assert world["zmin"] < world["zmax"]


def test_maps_and_fonts_come_from_our_own_host():
    figure = charts.world_map(VIEWS, items(DE=1), LIGHT).to_json()
    assert "http" not in json.dumps(figure)


def test_a_map_is_as_high_as_asked_for():
    assert charts.world_map(VIEWS, items(DE=1), LIGHT, height=420).layout.height == 420

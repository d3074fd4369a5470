"""The calendar of stored days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dyntube import charts
from dyntube.archive.dayfile import DayInfo
from dyntube.charts import DARK, LIGHT
from dyntube.charts.calendar import state_colours
from dyntube.trust.states import STATE_LABELS, DayState, StoredDay

from .drawn import contrast, drawn

TODAY = dt.date(2026, 5, 6)  # a Wednesday


def stored(**known: Any) -> DayInfo:
    """A day that is as it should be; say what is not."""
    moment = dt.datetime(2026, 5, 6, 22, 30, tzinfo=dt.UTC)
    usual: dict[str, Any] = {
        "day": TODAY,
        "rows": 2400,
        "api_total": 2412,
        "verified": True,
        "settled": True,
        "fetched_at": moment,
        "until": moment,
        "newest": moment,
    }
    return DayInfo(**(usual | known))


def a_day(day: dt.date, state: DayState) -> StoredDay:
    return StoredDay(day, state, () if state in ("missing", "damaged") else (stored(),))


def cell(figure: Any, day: dt.date, start: dt.date) -> tuple[Any, str, str]:
    """Colour, mark and hover of a day in a calendar that starts with a Monday."""
    [trace] = drawn(figure)["data"]
    column, row = divmod((day - start).days, 7)
    return trace["z"][row][column], trace["text"][row][column], trace["customdata"][row][column]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_each_state_of_a_day_has_its_own_colour_mark_and_words(palette):
    start = dt.date(2026, 5, 4)
    days = [a_day(start + dt.timedelta(days=n), state) for n, state in enumerate(STATE_LABELS)]

    figure = charts.calendar(days, start, start + dt.timedelta(days=6), "UTC", palette)

    cells = [cell(figure, day.day, start) for day in days]
    assert len({colour for colour, _, _ in cells}) == len(STATE_LABELS)
    assert len({mark for _, mark, _ in cells}) == len(STATE_LABELS)
    for (_, _, hover), label in zip(cells, STATE_LABELS.values(), strict=True):
        assert label in hover


def test_hover_says_what_is_stored_counted_and_when_in_the_chosen_zone():
    start = dt.date(2026, 5, 4)

    figure = charts.calendar([a_day(TODAY, "final")], start, TODAY, "Asia/Kolkata", LIGHT)

    hover = cell(figure, TODAY, start)[2].split("<br>")
    assert hover[0] == "<b>Wed 6 May 2026</b>"
    assert hover[2:] == [
        "2,400 views stored",
        "DynTube counted 2,412",
        "Fetched 7 May 2026, 04:00",
        "Stored up to 7 May 2026, 04:00",
    ]


def test_hover_says_up_to_when_a_day_is_stored_that_was_fetched_before_its_end():
    whole = dt.datetime(2026, 5, 7, tzinfo=dt.UTC)
    hovers = [
        cell(
            charts.calendar(
                [StoredDay(TODAY, "changing", (info,))], TODAY, TODAY, "Europe/Berlin", LIGHT
            ),
            *(TODAY, TODAY - 2 * dt.timedelta(days=1)),
        )[2]
        for info in (stored(), stored(until=whole))
    ]
    assert "Stored up to 7 May 2026, 00:30" in hovers[0]
    assert "Stored up to" not in hovers[1]


def test_days_outside_the_span_have_no_square_and_those_not_known_a_pale_one():
    start = dt.date(2026, 4, 30)  # a Thursday

    figure = charts.calendar([a_day(TODAY, "final")], start, TODAY, "UTC", LIGHT)

    monday = dt.date(2026, 4, 27)
    assert cell(figure, monday, monday)[0] is None
    assert cell(figure, TODAY + dt.timedelta(days=1), monday)[0] is None
    assert cell(figure, start, monday)[0] == len(STATE_LABELS)
    assert "Before the first stored day" in cell(figure, start, monday)[2]


def test_months_stand_above_the_week_in_which_they_begin_and_january_names_its_year():
    figure = charts.calendar([], dt.date(2025, 12, 1), dt.date(2026, 2, 8), "UTC", LIGHT)

    axis = drawn(figure)["layout"]["xaxis"]
    assert dict(zip(axis["tickvals"], axis["ticktext"], strict=True)) == {
        0: "Dec",
        4: "Jan 2026",
        8: "Feb",
    }
    assert axis["range"] == [-0.5, 9.5]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_marks_can_be_read_on_every_state(palette):
    for ground in state_colours(palette).values():
        assert contrast(ground, palette.text) >= 4.5

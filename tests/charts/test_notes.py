"""Notes above a trend: all can be read, on a phone too."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube import charts
from dyntube.charts import LIGHT
from dyntube.charts.notes import Note, placed
from dyntube.query.metrics import metric

from .drawn import ESCAPED, HOSTILE, course

VIEWS = metric("views")
_PHONE, _LETTER = 330, 5.3  # pixels: a frame on a phone, a letter of a label


def noted(*notes: tuple[Any, str], **of: Any) -> Any:
    return charts.trend(VIEWS, course(*range(28), **of), None, LIGHT, notes=notes)


@given(
    st.lists(
        st.builds(Note, st.floats(0, 1), st.text("abc é", min_size=1, max_size=60)),
        max_size=12,
        unique=True,
    )
)
def test_labels_never_overlap_on_a_phone(notes):
    labels = placed(notes)

    def box(label: Any) -> tuple[float, float]:
        width = len(label.text) * _LETTER / _PHONE
        at = label.note.at
        return (at, at + width) if label.to_right else (at - width, at)

    for label in labels:
        low, high = box(label)
        for other in labels:
            start, end = box(other)
            if other is not label and other.level == label.level:
                assert high <= start or end <= low


@given(st.lists(st.builds(Note, st.floats(0, 1), st.text("ab", min_size=1)), max_size=12))
def test_no_note_is_lost(notes):
    labels = placed(notes)

    shown = [note for label in labels for note in (label.note, *label.others)]
    assert sorted(shown, key=repr) == sorted(notes, key=repr)
    assert max((label.level for label in labels), default=0) <= 2


@pytest.mark.parametrize("days", [(2,), (2, 10), (2, 10, 20), (25, 26, 27), (1, 2, 3)])
def test_three_notes_have_a_label_each_wherever_they_are(days):
    labels = placed([Note(day / 28, f"What happened on day {day}") for day in days])

    assert sorted(label.text for label in labels) == sorted(
        f"What happened on day {day}" for day in days
    )


@pytest.mark.parametrize(
    ("places", "lengths"),
    [
        ((0, 0.01, 0.02, 1), [24, 25, 28, 28]),  # two on a level share it
        ((0.2, 0.21, 0.22, 1), [18, 20, 28, 28]),  # two share one, others have theirs to themselves
    ],
)
def test_labels_are_as_long_as_there_is_room_beside_the_others(places, lengths):
    labels = placed([Note(at, "Something of importance, and more") for at in places])

    assert sorted(len(label.text) for label in labels) == lengths


def test_notes_that_find_no_room_are_counted_and_told_in_full_under_the_pointer():
    day = dt.date(2026, 11, 5)

    figure = noted(*[(day, f"Something of importance {n}") for n in range(5)])

    texts = [label.text for label in figure.layout.annotations]
    hovers = "<br>".join(label.hovertext for label in figure.layout.annotations)
    assert len(texts) == 3
    assert sum(text.endswith(" +2") for text in texts) == 1
    assert all(f"Something of importance {n}" in hovers for n in range(5))


def test_a_note_is_a_line_at_its_day_and_a_label_above_the_frame():
    figure = noted((dt.date(2026, 11, 5), "Spring launch e-mail"))

    [line], [label] = figure.layout.shapes, figure.layout.annotations
    assert pd.Timestamp(line.x0) == pd.Timestamp(line.x1) == pd.Timestamp("2026-11-05")
    assert line.y1 > 1  # up to the label
    assert (label.text, label.hovertext) == ("Spring launch e-mail", "Spring launch e-mail")
    assert pd.Timestamp(label.x) == pd.Timestamp("2026-11-05")
    assert figure.layout.margin.t > noted().layout.margin.t


@pytest.mark.parametrize(
    "moment",
    [
        dt.date(2026, 11, 5),
        dt.datetime(2026, 11, 5, tzinfo=dt.UTC),
        pd.Timestamp("2026-11-05"),
        pd.Timestamp("2026-11-05", tz="Asia/Tokyo"),
    ],
)
def test_days_may_come_as_dates_datetimes_or_moments(moment):
    assert pd.Timestamp(noted((moment, "Launch")).layout.annotations[0].x).day == 5


def test_a_moment_stands_where_the_clocks_of_the_axis_show_it():
    figure = noted(
        (pd.Timestamp("2026-11-02 05:30", tz="UTC"), "Launch"),
        interval="hour",
        zone="Europe/Berlin",
    )

    assert pd.Timestamp(figure.layout.annotations[0].x) == pd.Timestamp("2026-11-02 06:30")


@pytest.mark.parametrize(
    ("day", "is_shown"),
    [("2026-11-01", False), ("2026-11-02", True), ("2026-11-29", True), ("2026-11-30", False)],
)
def test_only_notes_of_the_shown_days_are_there(day, is_shown):
    figure = noted((dt.date.fromisoformat(day), "Launch"))

    assert len(figure.layout.annotations) == len(figure.layout.shapes) == is_shown


def test_a_note_late_in_the_last_week_stands_within_the_frame():
    weeks = course(1, 2, 3, interval="week")  # the last one: 16 to 22 November
    notes = [(dt.date(2026, 11, 22), "Launch")]

    figure = charts.trend(VIEWS, weeks, None, LIGHT, notes=notes)

    at, end = figure.layout.annotations[0].x, figure.layout.xaxis.range[1]
    assert pd.Timestamp(at) <= pd.Timestamp(end)


def test_a_note_full_of_html_shows_as_it_is_written():
    figure = noted((dt.date(2026, 11, 5), HOSTILE))

    [label] = figure.layout.annotations
    assert label.text == ESCAPED[: len(label.text) - 1] + "…"
    assert label.hovertext.replace("<br>", " ") == ESCAPED

"""Values as people read them."""

from __future__ import annotations

import datetime as dt
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube import formats
from dyntube.query.metrics import METRICS, metric
from dyntube.query.nouns import COUNTS
from dyntube.query.periods import Period
from dyntube.reading.countries import country_alpha_3, country_name

NAN = math.nan
WORD_JOINER = "\u2060"  # invisible, and no part of any word


@pytest.mark.parametrize(
    ("name", "amount", "text"),
    [
        ("views", 0, "0"),
        ("views", 58_100, "58.1K"),
        ("viewers", 3_420_000, "3.42M"),
        ("play_rate", 0.718, "71.8%"),
        ("play_rate", 0, "0.0%"),
        ("play_rate", 1, "100.0%"),
        ("watch_time", 1204 * 3600, "1,204 h"),
        ("average_watch_time", 185, "3:05"),
        ("views_per_viewer", 1.234, "1.23"),
    ],
)
def test_a_value_is_written_in_its_metrics_way(name, amount, text):
    assert formats.value(metric(name), amount) == text


@pytest.mark.parametrize(
    ("name", "amount", "text"),
    [
        ("views", 58_123, "58,123"),
        ("views", 3_421_987, "3,421,987"),
        ("views", 12, "12"),
        ("play_rate", 0.718, "71.8%"),
    ],
)
def test_a_value_in_full_has_every_digit_of_a_count(name, amount, text):
    assert formats.value(metric(name), amount, full=True) == text


@pytest.mark.parametrize(
    ("name", "amount", "text"),
    [
        ("views", 1, "1 view"),
        ("views", 0, "0 views"),
        ("plays", 58_123.0, "58,123 plays"),
        ("timed_plays", 1, "1 play with known watch time"),
        ("watch_time", 1204 * 3600, "1,204 h watch time"),
        ("reached_50", 3, "3 plays that watched 50%"),
        ("views", NAN, "– views"),
        ("views", 1e15, "1.0e+15 views"),
    ],
)
def test_what_is_counted_is_named_in_the_form_for_its_number(name, amount, text):
    assert formats.counted(metric(name), amount) == text


@pytest.mark.parametrize("name", METRICS)
def test_whatever_a_rate_divides_and_counts_has_a_form_for_one(name):
    parts = [metric(part) for part in metric(name).ratio_of or ()]

    counts = [part.name for part in parts if part.format == "number"]
    assert [part for part in counts if part not in COUNTS] == []


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("full", [False, True])
def test_a_missing_value_is_a_dash(name, full):
    assert formats.value(metric(name), NAN, full=full) == formats.NONE == "–"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1,000"),
        (4_210, "4,210"),
        (9_999, "9,999"),
        (9_999.4, "9,999"),
        (9_999.5, "10K"),
        (10_000, "10K"),
        (58_149, "58.1K"),
        (99_950, "100K"),
        (999_499, "999K"),
        (999_500, "1M"),
        (1_000_000, "1M"),
        (3_424_999, "3.42M"),
        (999_499_999, "999M"),
        (999_500_000, "1B"),
        (1_234_000_000, "1.23B"),
        (-4_210, "−4,210"),
        (-58_100, "−58.1K"),
        (-3_420_000, "−3.42M"),
    ],
)
def test_a_count_is_short(amount, text):
    assert formats.compact(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0 views"), (1, "1 view"), (2, "2 views"), (2412, "2,412 views")]
)
def test_so_many_of_a_thing_is_one_or_many(amount, text):
    assert formats.count(amount, "view") == text


def test_a_moment_is_its_date_and_time():
    assert formats.moment(dt.datetime(2026, 11, 2, 4, 5, 59, tzinfo=dt.UTC)) == "2 Nov 2026, 04:05"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (40, "40 s"),
        (59, "59 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (89, "1 min"),
        (720, "12 min"),
        (59 * 60, "59 min"),
        (3599, "1 h"),
        (3600, "1 h"),
        (12_240, "3.4 h"),
        (9.94 * 3600, "9.9 h"),
        (9.96 * 3600, "10 h"),
        (36_000, "10 h"),
        (1204 * 3600, "1,204 h"),
        (1_204_567 * 3600, "1,204,567 h"),
    ],
)
def test_an_amount_of_time_is_in_its_largest_unit(seconds, text):
    assert formats.hours(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (5, "0:05"),
        (40, "0:40"),
        (59.4, "0:59"),
        (59.6, "1:00"),
        (60, "1:00"),
        (185, "3:05"),
        (3599, "59:59"),
        (3599.7, "1:00:00"),
        (3729, "1:02:09"),
        (100 * 3600, "100:00:00"),
    ],
)
def test_a_length_of_time_is_written_like_a_clock(seconds, text):
    assert formats.clock(seconds) == text


@pytest.mark.parametrize(
    ("name", "amount", "text"),
    [
        ("views", 0.124, "+12.4%"),
        ("views", -0.124, "−12.4%"),
        ("views", 0.0, "0.0%"),
        ("views", 0.0004, "0.0%"),
        ("views", -0.0004, "0.0%"),  # not "-0.0%"
        ("views", -0.0006, "−0.1%"),
        ("views", -1.0, "−100.0%"),
        ("views", 9.99, "+999.0%"),
        ("views", 9.9994, "+999.9%"),
        ("views", 9.9996, "×11"),  # not "+1,000.0%"
        ("views", 22.59, "×24"),
        ("views", 10.0, "×11"),
        ("views", 123.456, "×124"),
        ("views", 23_455.0, "×23.5K"),
        ("watch_time", 0.5, "+50.0%"),
        ("average_watch_time", -0.25, "−25.0%"),
        ("play_rate", 0.015, "+1.5 pts"),
        ("play_rate", -0.015, "−1.5 pts"),
        ("play_rate", -0.0004, "0.0 pts"),
        ("completion_rate", 0.0, "0.0 pts"),
        ("views", NAN, ""),
        ("play_rate", NAN, ""),
    ],
)
def test_a_change_has_its_sign_and_its_unit(name, amount, text):
    assert formats.change(metric(name), amount) == text


@pytest.mark.parametrize(
    ("name", "amount", "way"),
    [
        ("views", 0.124, 1),
        ("views", -0.124, -1),
        ("views", 22.59, 1),
        ("views", 0.0004, 0),
        ("views", -0.0004, 0),
        ("views", NAN, 0),
        ("play_rate", -0.015, -1),
        ("play_rate", -0.0004, 0),
    ],
)
def test_a_change_goes_the_way_its_text_says(name, amount, way):
    assert formats.direction(metric(name), amount) == way


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.5412, "54.1%"), (0, "0.0%"), (-0.0, "0.0%"), (1, "100.0%"), (NAN, "–")],
)
def test_a_share_has_one_decimal(fraction, text):
    assert formats.percent(fraction) == text


@given(st.floats(-1e14, 1e14))
def test_a_number_below_none_has_a_minus_sign_and_no_hyphen(amount):
    written = [formats.compact(amount), formats.hours(amount), formats.clock(amount)]
    written += [formats.value(measure, amount, full=True) for measure in METRICS.values()]
    written += [formats.change(measure, amount) for measure in METRICS.values()]
    assert not any("-" in text for text in written)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-22", "2026-11-22", "Sun 22 Nov 2026"),
        ("2026-11-01", "2026-11-22", "1 – 22 Nov 2026"),
        ("2026-10-26", "2026-11-22", "26 Oct – 22 Nov 2026"),
        ("2025-12-29", "2026-01-04", "29 Dec 2025 – 4 Jan 2026"),
        ("2025-11-22", "2026-11-22", "22 Nov 2025 – 22 Nov 2026"),
    ],
)
def test_a_period_says_nothing_twice(start, end, text):
    span = Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))

    assert formats.period(span) == text


def test_a_day_is_written_in_full():
    assert formats.day(dt.date(2026, 3, 5)) == "5 Mar 2026"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),  # the clocks of two machines differ
        (0, "just now"),
        (59.9, "just now"),
        (60, "1 min ago"),
        (150, "2 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400, "1 day ago"),
        (5 * 86_400, "5 days ago"),
    ],
)
def test_how_long_ago_is_rounded_down(seconds, text):
    assert formats.ago(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "starting"),
        (0, "about 0 s left"),
        (20.4, "about 20 s left"),
        (89, "about 89 s left"),
        (90, "about 2 min left"),
        (190, "about 3 min left"),
        (3600, "about 60 min left"),
    ],
)
def test_the_time_left_is_about_so_much(seconds, text):
    assert formats.time_left(seconds) == text


@pytest.mark.parametrize(
    ("code", "name", "alpha_3"),
    [
        ("DE", "Germany", "DEU"),
        ("MY", "Malaysia", "MYS"),
        ("TW", "Taiwan", "TWN"),  # the common name, not the formal one
        ("BO", "Bolivia", "BOL"),
        ("XX", "XX", None),
        ("Unknown", "Unknown", None),
        ("", "", None),
        ("<b>", "<b>", None),
    ],
)
def test_a_country_has_its_common_name_and_an_unknown_code_stays(code, name, alpha_3):
    assert country_name(code) == name
    assert country_alpha_3(code) == alpha_3


@pytest.mark.parametrize(
    ("code", "name"), [("EU", "Europe"), ("AN", "Antarctica"), ("??", "??"), ("Unknown", "Unknown")]
)
def test_a_continent_has_its_name_and_an_unknown_code_stays(code, name):
    assert formats.continent(code) == name


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Product tour 2026", "Product tour 2026"),
        ("Größe, 日本 🎬", "Größe, 日本 🎬"),
        ("![x](http://evil.example/a.png)", r"\!\[x\]\(http\:\/\/evil\.example\/a\.png\)"),
        ("[click](javascript:alert(1))", r"\[click\]\(javascript\:alert\(1\)\)"),
        ("<script>alert(1)</script>", r"\<script\>alert\(1\)\<\/script\>"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("**bold** _it_ ~~no~~ `code`", r"\*\*bold\*\* \_it\_ \~\~no\~\~ \`code\`"),
        ("# one\\", r"\# one\\"),
        ("1. + - |", r"1\. \+ \- \|"),
        ("$x^2$ :red[hot] :material/home:", r"\$x^2\$ \:red\[hot\] \:material\/home\:"),
        ("", "Unknown"),
    ],
)
def test_text_from_outside_has_its_markdown_and_html_escaped(text, markdown):
    assert formats.escape_markdown(text).replace(WORD_JOINER, "") == markdown


@given(st.text(st.sampled_from(r"\`*_{}[]()<>#+-.!|~:$&@ ab/")))
def test_every_special_character_has_one_backslash(text):
    shown = formats.escape_markdown(text).replace(WORD_JOINER, "")

    pieces = re.findall(r"\\(.)|([^\\])", shown)
    assert {bare for escaped, bare in pieces if not escaped} <= set("@ ab/Unknow")
    if text.strip():
        assert "".join(escaped or bare for escaped, bare in pieces) == " ".join(text.split())


# Streamlit makes these out of the text that is left when Markdown has taken the backslashes away.
_MADE_OF_TEXT = re.compile(r"https?://|www\.|\w@\w|:[\w/]+:|->|<-|--")


@pytest.mark.parametrize(
    "text",
    [
        "www.evil.example",
        "see https://evil.example/x",
        "HTTP://EVIL.EXAMPLE",
        "a@evil.example",
        ":material/home:",
        ":streamlit:",
        "a -> b",
        "a <- b",
        "a -- b",
    ],
)
def test_text_from_outside_becomes_neither_a_link_nor_an_icon_nor_an_arrow(text):
    after_markdown = re.sub(r"\\(\W)", r"\1", formats.escape_markdown(text))

    assert not _MADE_OF_TEXT.search(after_markdown.lower())
    assert after_markdown.replace(WORD_JOINER, "") == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Title\n===", "Title ==="),
        ("a\n\n    code", "a code"),
        ("    code", "code"),
        ("\t\tcode\r\n", "code"),
        (" \n ", "Unknown"),
    ],
)
def test_text_from_outside_is_one_line_and_makes_no_heading_or_block(text, shown):
    assert formats.escape_markdown(text) == shown


@given(st.floats() | st.sampled_from([1e308, -1e308, math.inf, -math.inf, math.nan, -0.0, 5e-324]))
def test_no_formatter_fails_on_any_number_or_writes_a_long_text(amount):
    texts = [formats.compact(amount), formats.hours(amount), formats.clock(amount)]
    texts += [formats.ago(amount), formats.time_left(amount)]
    for measure in METRICS.values():
        texts += [formats.value(measure, amount), formats.value(measure, amount, full=True)]
        texts.append(formats.change(measure, amount))
    assert max(map(len, texts)) < 30
    if not math.isfinite(amount):
        assert {formats.value(measure, amount) for measure in METRICS.values()} == {formats.NONE}


def test_a_time_below_none_has_its_sign_before_it():
    assert [formats.clock(seconds) for seconds in (-5, -65, -0.4)] == ["−0:05", "−1:05", "0:00"]

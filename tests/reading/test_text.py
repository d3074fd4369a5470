"""Text from outside: what is changed of it, and what is never changed."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from dyntube.reading.text import clean, folded, short, sort_key, valid


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Launch day \ud83d", "Launch day \ufffd"),
        ("\udc00x", "\ufffdx"),
        ("\ud83d\ude80", "\U0001f680"),
        ("a\x00b\ttwo ", "a\x00b\ttwo "),
        ("cafe\u0301", "cafe\u0301"),
    ],
)
def test_keys_lose_halves_of_characters_and_nothing_else(text: str, right: str) -> None:
    assert valid(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Launch day \ud83d", "Launch day \ufffd"),
        ("cafe\u0301", "caf\xe9"),
        (" a\x00b\x1fc\x85d ", "abcd"),
        ("two\nlines\tand tabs", "two lines and tabs"),
        ("\u200e\u05d0", "\u200e\u05d0"),
    ],
)
def test_what_people_read_is_composed_and_has_no_control_characters(text: str, right: str) -> None:
    assert clean(text) == right


def test_a_text_too_long_to_show_is_cut_visibly() -> None:
    assert short("a" * 500) == "a" * 500
    assert short("a" * 501) == "a" * 499 + "…"


def test_every_character_is_folded_as_sql_folds_it() -> None:
    letters = pd.DataFrame(
        {"letter": [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]}
    )
    found = duckdb.sql("SELECT letter, lower(nfc_normalize(letter)) FROM letters").fetchall()
    assert len(letters) == len(found)
    assert [(letter, sql) for letter, sql in found if folded(letter) != sql] == []


@pytest.mark.parametrize("text", ["Übersicht CAFÉ", "U\u0308bersicht cafe\u0301"])
def test_composed_and_decomposed_text_fold_to_the_same(text: str) -> None:
    assert folded(text) == "übersicht café"


def test_names_are_sorted_as_people_look_for_them() -> None:
    names = ["Zürich", "Ávila", "aachen", "Avignon", "Résumé", "resume", "RESUME 2", "Ąbc", "abc"]
    assert sorted(names, key=sort_key) == [
        *("aachen", "abc", "Ąbc", "Avignon", "Ávila"),
        *("resume", "Résumé", "RESUME 2", "Zürich"),
    ]

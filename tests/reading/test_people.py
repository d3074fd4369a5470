"""Who is nobody, and which codes mean which country."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dyntube.reading.countries import country_alpha_3, country_code, country_name
from dyntube.reading.people import somebody


@pytest.mark.parametrize(
    "text",
    [
        *("undefined", "null", "NULL ", '"undefined"', "'null'", "[object Object]", "nil", "None"),
        *("NaN", "0", "-1", "false", "{{user.id}}", "{user_id}", "${userId}", "%USER_ID%"),
        *("<%= id %>", "[[user]]", "00000000-0000-0000-0000-000000000000", "", "-", "...", "n/a"),
        *("anonymous", "Guest", "(not set)", "not logged in"),
    ],
)
def test_what_client_code_writes_for_no_user_names_nobody(text: str) -> None:
    assert somebody(pa.chunked_array([[text]])).to_pylist() == [None]


@pytest.mark.parametrize(
    "text", ["1", "10", "u-0", "Nancy", "Nullah", "guestav", "ann@example.com", "{ann", "12%"]
)
def test_ids_that_only_resemble_those_are_people(text: str) -> None:
    assert somebody(pa.chunked_array([[text, None]])).to_pylist() == [text, None]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("DE", "DE", "Germany"),
        (" de", "DE", "Germany"),
        ("DEU", "DE", "Germany"),
        ("276", "DE", "Germany"),
        ("germany", "DE", "Germany"),
        ("UK", "GB", "United Kingdom"),
        ("EL", "GR", "Greece"),
        ("4", "AF", "Afghanistan"),
        ("XK", "XK", "Kosovo"),
        ("xkx", "XK", "Kosovo"),
        ("T1", "T1", "T1"),
        ("eu", "EU", "EU"),
        ("Atlantis", "Atlantis", "Atlantis"),
        ("Unknown", "Unknown", "Unknown"),
    ],
)
def test_a_country_has_one_code_and_a_name(text: str, code: str, name: str) -> None:
    assert country_code(text) == code
    assert country_name(code) == name


@pytest.mark.parametrize("text", ["", " ", "ZZ", "xx", "null", "(not set)", "N/A", "-", "?"])
def test_what_stands_for_no_country_is_missing(text: str) -> None:
    assert country_code(text) is None


def test_a_map_finds_every_code_that_has_a_place() -> None:
    assert [country_alpha_3(code) for code in ("DE", "XK", "T1")] == ["DEU", "XKX", None]

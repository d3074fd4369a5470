"""Which secrets are too weak to sign cookies with."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.sign_in import cookie_secret

WEAK = {
    "short": "b7e04d8639a17c93fe5b08d264cf1e7",
    "one letter": "x" * 64,
    "two letters": "ab" * 200,
    "a repeated word": "canary" * 10,
    "to be replaced": "change-me-change-me-change-me-change-me",
    "a repeated block": "0123456789abcdef" * 4,
    "a good block twice": "b7e04d8639a17c93" * 2,
    "a good block and a half": "b7e04d8639a17c93fe5b" + "b7e04d8639a17c93",
    "counts up": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "counts down": "zyxwvutsrqponmlkjihgfedcba9876543210",
    "counts in twos": "acegikmoqsuwy" * 3,
    "runs": "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd",
    "the same in thousands": "0123456789abcdef" * 1000,
}


@pytest.mark.parametrize("what", WEAK)
def test_what_says_little_is_weak_however_long_it_is(what: str):
    with pytest.raises(
        ConfigError, match=r"is too weak: .* `openssl rand -hex 32` prints"
    ) as raised:
        cookie_secret("DYNTUBE_COOKIE_SECRET", WEAK[what])

    assert WEAK[what][:8] not in str(raised.value)


@pytest.mark.parametrize(
    ("made", "size"),
    [(secrets.token_hex, 16), (secrets.token_hex, 32), (secrets.token_urlsafe, 24)],
)
def test_what_is_made_by_chance_is_good(made: Callable[[int], str], size: int):
    for text in (made(size) for _ in range(500)):
        assert cookie_secret("DYNTUBE_COOKIE_SECRET", text) == text

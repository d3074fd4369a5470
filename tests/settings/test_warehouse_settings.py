"""The address of a warehouse: what is understood, what is refused, and what is never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.settings import Settings, read_settings
from dyntube.settings.warehouse import Warehouse, warehouse

KEY = {"DYNTUBE_API_KEY": "key-of-ours"}


def read(tmp_path: Path, **environ: str) -> Settings:
    return read_settings(KEY | environ, tmp_path / "secrets.toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "clickhouse://bob@ch.acme.com/views",
            Warehouse((("ch.acme.com", 8443),), "views", "bob", secure=True),
        ),
        (
            "clickhouse://b%40b@ch.acme.com:9443/views?ca=/etc/ca.pem",
            Warehouse((("ch.acme.com", 9443),), "views", "b@b", secure=True, ca="/etc/ca.pem"),
        ),
        (
            "clickhouse://10.0.0.5/views?secure=false&cluster=all&node=10.0.0.6&node=h:9",
            Warehouse(
                (("10.0.0.5", 8123), ("10.0.0.6", 8123), ("h", 9)),
                "views",
                cluster="all",
                secure=False,
            ),
        ),
        ("clickhouse://localhost/v", Warehouse((("localhost", 8123),), "v", secure=False)),
        ("clickhouse://[::1]:8443/v", Warehouse((("::1", 8443),), "v", secure=False)),
        ("clickhouse://127.0.0.1/v?secure=true", Warehouse((("127.0.0.1", 8443),), "v")),
    ],
)
def test_an_address_is_read(text: str, expected: Warehouse) -> None:
    assert warehouse("DYNTUBE_ENGINE", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "postgres://bob:canary@db/views",
        "clickhouse://bob:canary@ch.acme.com/views",
        "clickhouse://canary:@ch.acme.com/views",
        "clickhouse:///canary",
        "clickhouse://canary",
        "clickhouse://ch.acme.com/views;DROP canary",
        "clickhouse://ch.acme.com/a.canary",
        "clickhouse://ch.acme.com/views?cluster=a'canary",
        "clickhouse://ch.acme.com/views?password=canary",
        "clickhouse://ch.acme.com/views?secure=canary",
        "clickhouse://ch.acme.com/views?node=canary:x",
        "clickhouse://ch.acme.com/views?node=",
        "clickhouse://ch.acme.com:canary/views",
        "clickhouse://ch.acme.com:99999/views",
        "clickhouse://ch.acme.com/views#canary",
        "clickhouse://[canary/views",
        "canary",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigError) as told:
        warehouse("DYNTUBE_ENGINE", text)
    assert str(told.value).startswith("DYNTUBE_ENGINE")
    assert "canary" not in str(told.value)


def test_no_tls_is_exposed_anywhere_but_on_this_machine() -> None:
    assert warehouse("", "clickhouse://10.0.0.5/v?secure=false").is_exposed
    assert warehouse("", "clickhouse://127.0.0.1/v?node=10.0.0.6").is_exposed
    assert not warehouse("", "clickhouse://127.0.0.1/v?node=localhost").is_exposed
    assert not warehouse("", "clickhouse://10.0.0.5/v").is_exposed


def test_the_password_is_of_the_environment_or_of_a_file_and_never_shown(tmp_path: Path) -> None:
    engine = {"DYNTUBE_ENGINE": "clickhouse://bob@ch.acme.com/views"}
    file = tmp_path / "password"
    file.write_text("canary of a file\nsecond line\n")
    by_text = read(tmp_path, **engine, DYNTUBE_ENGINE_PASSWORD="canary of the environment")
    by_file = read(tmp_path, **engine, DYNTUBE_ENGINE_PASSWORD_FILE=str(file))
    assert by_text.engine
    assert by_file.engine
    assert by_text.engine.password == "canary of the environment"
    assert by_file.engine.password == "canary of a file"
    assert "canary" not in repr(by_text) + repr(by_file)
    assert read(tmp_path).engine is None
    with pytest.raises(ConfigError, match="not both"):
        read(
            tmp_path,
            **engine,
            DYNTUBE_ENGINE_PASSWORD="a",
            DYNTUBE_ENGINE_PASSWORD_FILE=str(file),
        )


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_password_file_that_says_nothing_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="DYNTUBE_ENGINE_PASSWORD_FILE names a file"):
        read(
            tmp_path,
            DYNTUBE_ENGINE="clickhouse://ch.acme.com/views",
            DYNTUBE_ENGINE_PASSWORD_FILE=str(file),
        )

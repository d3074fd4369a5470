"""What the doctor says of settings, and what it then leaves alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from dyntube import doctor
from dyntube.doctor import Check
from dyntube.settings.settings import try_settings

from ..conftest import NOON, SECRET
from ..scripted import Answer, serve

NETWORK = (
    "connection",
    "key",
    "clock",
    "log",
    "fields",
    "pages",
    "windows",
    "first fetch",
    "names",
)
ARCHIVE = ("folder", "space", "days", "other scopes", "state file", "disk")


def look(folder: Path, secrets: str | bytes = "", **environ: str) -> dict[str, Check]:
    """The checks by name, with these settings and no others."""
    file = folder / "secrets.toml"
    file.write_bytes(secrets.encode() if isinstance(secrets, str) else secrets)
    known = {f"DYNTUBE_{name}": text for name, text in environ.items()}
    sections = doctor.examine(try_settings(known, file), lambda: NOON)
    found = [check for _, checks in sections for check in checks]
    assert SECRET not in str(found)
    assert len({check.name for check in found}) == len(found)
    return {check.name: check for check in found}


def test_each_setting_that_is_set_stands_with_its_place_and_the_key_without_its_letters(
    tmp_path: Path,
) -> None:
    text = f'DYNTUBE_API_KEY = "{SECRET}"\nDYNTUBE_TIMEZONE = "Asia/Tokyo"\nDYNTUBE_MEMORY = 9'
    there = {"SYNC": "external", "MEMORY": "7", "API_KEY": "", "HOSTS": "a.example"}
    found = look(tmp_path, text, **there)
    assert found["secrets file"].text == str(tmp_path / "secrets.toml")
    assert found["DYNTUBE_TIMEZONE"].text == "Asia/Tokyo · secrets file"
    assert found["DYNTUBE_SYNC"].text == "external · environment"
    assert found["DYNTUBE_MEMORY"].text == "7 · environment, not the other one in the secrets file"
    assert "DYNTUBE_PAGE_SIZE" not in found
    assert found["time zone"].text == "Asia/Tokyo, where it is 20 Nov 2026, 21:00"
    assert found["hosts"].text.endswith("the names of this machine, a.example")
    key = look(tmp_path, text, STATS_URL="http://127.0.0.1:9", API_URL="http://127.0.0.1:9")
    assert key["DYNTUBE_API_KEY"].text == "set, 15 characters · secrets file"


def test_an_empty_variable_that_hides_a_setting_of_the_file_is_a_warning(tmp_path: Path) -> None:
    found = look(tmp_path, f'DYNTUBE_API_KEY = "{SECRET}"', API_KEY=" ")
    assert found["DYNTUBE_API_KEY"].state == "warning"
    assert "hides" in found["DYNTUBE_API_KEY"].text
    assert found["account"].state == "warning"


def test_all_wrong_settings_fail_and_what_needs_them_is_left_alone(tmp_path: Path) -> None:
    wrong = {"API_KEY": "a b", "TIMEZONE": "Mars", "ARCHIVE": "~nobody-at-all/x", "MEMORY": "much"}
    found = look(tmp_path, **wrong)
    for name in wrong:
        check = found[f"DYNTUBE_{name}"]
        assert check.state == "failed"
        assert check.text.endswith(" · environment")
        assert not check.text.startswith("DYNTUBE")  # which stands beside it
    assert {found[name].state for name in (*NETWORK, *ARCHIVE)} == {"skipped"}
    assert "time zone" not in found
    assert "account" not in found  # a key that is wrong is no demo


def test_a_wrong_setting_that_others_do_not_need_leaves_them_their_turn(tmp_path: Path) -> None:
    there = {"STATS_URL": "http://127.0.0.1:9", "API_URL": "http://127.0.0.1:9"}
    found = look(tmp_path, MEMORY="much", ARCHIVE=str(tmp_path / "a"), **there)
    assert found["connection"].state == "failed"
    assert found["folder"].state == "ok"


@pytest.mark.parametrize("secrets", [f"DYNTUBE_API_KEY = {SECRET}", b"\xff\xfe", "[["])
def test_a_file_that_cannot_be_read_fails_and_nothing_is_guessed(
    secrets: str | bytes, tmp_path: Path
) -> None:
    found = look(tmp_path, secrets, HOSTS="a.example")
    assert found["secrets file"].state == "failed"
    assert "cannot be read" in found["secrets file"].text
    assert found["DYNTUBE_HOSTS"].state == "ok"
    assert {found[name].state for name in (*NETWORK, *ARCHIVE)} == {"skipped"}
    assert "account" not in found
    assert "time zone" not in found
    assert found["hosts"].text.endswith("a.example")


def test_names_that_are_none_are_warnings_with_what_was_meant(tmp_path: Path) -> None:
    text = 'DYNTUBE_TIME_ZONE = "UTC"\n[more]\nDYNTUBE_HOSTS = "a"'
    found = look(tmp_path, text, PAGESIZE="5", COLOUR="red")
    assert found["DYNTUBE_TIME_ZONE"].text == "is no setting · secrets file"
    assert found["DYNTUBE_PAGESIZE"].advice == "Did you mean DYNTUBE_PAGE_SIZE?"
    assert "README" in found["DYNTUBE_COLOUR"].advice
    assert "below [more]" in found["DYNTUBE_HOSTS"].text
    assert {found[f"DYNTUBE_{name}"].state for name in ("PAGESIZE", "COLOUR", "HOSTS")} == {
        "warning"
    }


def test_demo_data_is_a_warning_and_asks_nobody(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found["account"].state == "warning"
    assert "invented demo data" in found["account"].text
    assert {found[name].state for name in NETWORK} == {"skipped"}
    assert found["folder"].text == f"{tmp_path / 'archive'}, made by the first fetch"
    assert not (tmp_path / "archive").exists()


def test_where_a_scheduler_fetches_nobody_is_asked_without_a_key(tmp_path: Path) -> None:
    found = look(tmp_path, SYNC="external")
    assert {found[name].text for name in NETWORK} == {"a scheduler fetches, and no key is set here"}
    assert "account" not in found
    assert found["folder"].state == "failed"
    assert found["folder"].text == f"{tmp_path / 'archive'} is not there"
    assert found["days"].state == "warning"


def thumbnails(folder: Path, *images: str, **environ: str) -> Check:
    """What is said of pictures when the catalog names these."""
    with serve(lambda _: Answer(401)) as server:
        return _thumbnails(
            folder, images, {"STATS_URL": server.url, "API_URL": server.url} | environ
        )


def _thumbnails(folder: Path, images: Sequence[str], known: dict[str, str]) -> Check:
    settings = try_settings(
        {f"DYNTUBE_{name}": text for name, text in known.items()}, folder / "secrets.toml"
    ).settings
    stored = folder / "archive" / settings.folder(settings.scopes[0])
    stored.mkdir(parents=True, exist_ok=True)
    videos = {f"v{n}": {"name": "x", "image": image} for n, image in enumerate(images)}
    (stored / "names.json").write_text(json.dumps({"version": 2, "videos": videos}), "utf-8")
    return look(folder, **known)["thumbnails"]


def test_where_pictures_of_videos_come_from_is_said(tmp_path: Path) -> None:
    check = thumbnails(tmp_path, "https://images.dyntube.com/a.jpg")
    assert (check.state, check.text) == ("ok", "fetched from *.dyntube.com, *.dyntube.io")
    check = thumbnails(tmp_path, "https://cdn.acme.com/a.jpg", THUMBNAIL_HOSTS="off")
    assert (check.state, check.text.split(":")[0]) == ("ok", "off")


def test_hosts_with_pictures_that_are_not_fetched_are_named(tmp_path: Path) -> None:
    images = [f"https://cdn.acme.com/{n}.jpg?token=canary" for n in range(3)]
    check = thumbnails(tmp_path, *images, "http://images.dyntube.com/a", "https://[", "x")
    assert check.state == "warning"
    assert check.text.startswith("those of 6 videos are not fetched: they are at https://cdn.acme")
    assert "http://images.dyntube.com, " in check.text
    assert "DYNTUBE_THUMBNAIL_HOSTS" in check.advice
    assert "canary" not in check.text + check.advice
    check = thumbnails(tmp_path, *images, THUMBNAIL_HOSTS="*.acme.com")
    assert check.state == "ok"


def test_it_says_who_may_read_the_metrics(tmp_path: Path) -> None:
    assert look(tmp_path)["metrics"].text == "off"
    alone = look(tmp_path, METRICS_PORT="9108")["metrics"]
    assert alone.text == "served at 127.0.0.1, port 9108, for this machine alone"
    assert not alone.advice
    to_all = look(tmp_path, METRICS_PORT="9108", METRICS_ADDRESS="0.0.0.0")["metrics"]
    assert "let only Prometheus through" in to_all.advice
    without_port = look(tmp_path, METRICS_ADDRESS="0.0.0.0")["metrics"]
    assert without_port.state == "warning"
    assert without_port.advice == "Set DYNTUBE_METRICS_PORT too."
    assert "metrics" not in look(tmp_path, METRICS_PORT="none")

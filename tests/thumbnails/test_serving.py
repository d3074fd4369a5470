"""Pictures over HTTP, as browsers get them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from dyntube.desk import THUMBNAILS, Desk
from dyntube.people.reader import Anyone
from dyntube.query.access import Access
from dyntube.thumbnails.kept import Kept
from dyntube.ui import door
from dyntube.ui.server import routes

from .. import odd
from ..server.test_routes import LOCAL, served
from .pictures import is_two_halves, jpeg

KEYS = ["plain", "with/slash", "a b?c#d&e=f%2F", "ключ", "../../views.csv", '"><script>', "."]
NO_IMAGE = "without"


def image(key: str) -> str:
    return f"https://images.dyntube.com/{quote(key, safe='')}.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive that has a picture of each video but one."""
    archive = odd.open_archive(tmp_path / "archive", LOCAL)
    odd.fill(archive, odd.NOON.date(), 2)
    of_account = tmp_path / "archive" / archive.folders[0]
    videos = {key: {"name": key, "image": image(key), "channel": "c"} for key in KEYS}
    videos[NO_IMAGE] = {"name": NO_IMAGE}
    (of_account / "names.json").write_text(json.dumps({"version": 2, "videos": videos}), "utf-8")
    pictures = Kept(of_account / "thumbnails")
    for key in KEYS:
        pictures.put(image(key), jpeg())
    return tmp_path / "archive"


@pytest.fixture
def url(folder: Path, connect: Callable[..., None]) -> Iterator[str]:
    connect(LOCAL, folder, SYNC="external")
    with served() as address:
        yield address


@pytest.mark.parametrize("key", KEYS[:-1])
def test_a_picture_is_served_at_the_address_that_the_desk_says(key: str, url: str) -> None:
    [address] = door.desk().thumbnails([key]).values()
    assert address.startswith(f"{THUMBNAILS}{quote(key, safe='')}?v=")
    answer = requests.get(f"{url}/{address}", timeout=20)
    assert answer.status_code == 200
    assert is_two_halves(answer.content)
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "private, max-age=604800, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers


def assert_nothing(answer: requests.Response) -> None:
    assert answer.status_code == 404
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("key", ["unknown", NO_IMAGE, "", "names.json", "%2e%2e/names.json", "%00"])
def test_any_other_address_has_nothing(key: str, url: str) -> None:
    assert_nothing(requests.get(f"{url}/{THUMBNAILS}{key}", timeout=20))


def test_a_picture_that_may_not_be_seen_is_as_one_that_is_not_there(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = door.desk()
    assert requests.get(f"{url}/{THUMBNAILS}plain", timeout=20).status_code == 200
    reader = Desk(
        whole.account, whole.background, Anyone(access=Access(channels=frozenset({"other"})))
    )
    monkeypatch.setattr(routes, "desk", lambda _: reader)
    assert reader.thumbnails(KEYS) == {}
    assert_nothing(requests.get(f"{url}/{THUMBNAILS}plain", timeout=20))
    assert_nothing(requests.get(f"{url}/{THUMBNAILS}unknown", timeout=20))


def test_there_are_none_when_they_are_off(folder: Path, connect: Callable[..., None]) -> None:
    connect(LOCAL, folder, SYNC="external", THUMBNAIL_HOSTS="off")
    with served() as url:
        assert door.desk().thumbnails(KEYS) == {}
        assert_nothing(requests.get(f"{url}/{THUMBNAILS}plain", timeout=20))


def test_there_are_none_of_a_host_that_is_allowed_no_longer(
    folder: Path, connect: Callable[..., None]
) -> None:
    connect(LOCAL, folder, SYNC="external", THUMBNAIL_HOSTS="cdn.acme.com")
    assert door.desk().thumbnails(KEYS) == {}


def test_a_wrong_setting_says_nothing_here(folder: Path, connect: Callable[..., None]) -> None:
    connect(LOCAL, folder, THUMBNAIL_HOSTS="https://cdn.acme.com/")
    with served() as url:
        assert_nothing(requests.get(f"{url}/{THUMBNAILS}plain", timeout=20))


def test_nobody_can_change_a_picture(url: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = requests.request(method, f"{url}/{THUMBNAILS}plain", timeout=20)
        assert answer.status_code == 405
    assert requests.head(f"{url}/{THUMBNAILS}plain", timeout=20).status_code == 200


def test_an_app_that_does_not_fetch_asks_for_no_picture(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = door.desk()
    asked: list[object] = []
    monkeypatch.setattr(reader.account.thumbnails, "want", asked.append)
    reader.thumbnails([*KEYS, NO_IMAGE])
    assert asked == []
    monkeypatch.setattr(reader.background, "_external", False)
    reader.thumbnails(["plain"])
    assert asked == [["plain"]]

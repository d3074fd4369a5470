"""Which videos have a picture, and the worker that fetches the others."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from dyntube.__main__ import main
from dyntube.account import open_account
from dyntube.demo.catalog import IMAGES
from dyntube.fetch import catalog as names_of
from dyntube.fetch.catalog import Catalog
from dyntube.fetch.client import Client
from dyntube.settings.settings import THUMBNAIL_HOSTS, Settings
from dyntube.thumbnails import thumbnails as module
from dyntube.thumbnails.download import Downloads
from dyntube.thumbnails.kept import Kept, name
from dyntube.thumbnails.thumbnails import Thumbnails

from ..conftest import SECRET
from .internet import ADDRESS, HOST, Internet, Site, answer, listening, make_certificate
from .pictures import is_two_halves, jpeg

OTHER, OTHER_ADDRESS = "other.dyntube.com", "93.184.216.35"
LONG_AGO = time.time() - 8 * 86_400


def url(key: str, host: str = HOST) -> str:
    return f"https://{host}/{key}.jpg"


class Scene:
    """The pictures of some videos, each with a URL."""

    def __init__(self, folder: Path, hosts: Iterable[str] = THUMBNAIL_HOSTS) -> None:
        self.folder = folder
        self.file, self.pictures = folder / "names.json", folder / "thumbnails"
        client = Client(Settings(stats_url="http://127.0.0.1:9", api_url="http://127.0.0.1:9"))
        self.thumbnails = Thumbnails(
            Catalog(client, folder), Kept(self.pictures), Downloads(tuple(hosts))
        )

    def know(self, **images: str) -> None:
        videos = {key: {"name": key, "image": image} for key, image in images.items()}
        self.file.write_text(json.dumps({"version": 2, "videos": videos}), "utf-8")

    def fetched(self, *keys: str) -> dict[str, str]:
        """The versions once nothing is left to fetch."""
        self.thumbnails.fetch(keys, 30)
        return self.thumbnails.versions(keys)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> Iterator[Scene]:
    monkeypatch.setattr(names_of, "FRESH_SECONDS", 0)
    scene = Scene(tmp_path)
    yield scene
    scene.thumbnails.close(20)


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("It never came.")


def test_a_missing_picture_is_fetched_in_the_background_and_then_there(
    scene: Scene, site: Site
) -> None:
    scene.know(a=url("a"), b=url("b"), without="")
    keys = ["a", "b", "without", "unknown"]
    assert scene.thumbnails.versions(keys) == {}
    scene.thumbnails.want(keys)
    wait_until(lambda: scene.thumbnails.versions(keys).keys() == {"a", "b"})
    picture = scene.thumbnails.picture("a")
    assert picture is not None
    assert is_two_halves(picture)
    assert scene.thumbnails.picture("without") is scene.thumbnails.picture("unknown") is None


def test_only_those_asked_for_are_fetched_and_each_once(scene: Scene, site: Site) -> None:
    scene.know(a=url("a"), b=url("b"))
    for _ in range(3):
        assert scene.fetched("a").keys() == {"a"}
    assert [head.split(" ")[1] for head in site.asked] == ["/a.jpg"]


def test_whoever_asks_does_not_wait(scene: Scene, site: Site) -> None:
    go_on = threading.Event()

    def when_told(_: str) -> Iterator[bytes]:
        go_on.wait(20)
        yield from answer(jpeg())(_)

    site.script = when_told
    scene.know(a=url("a"))
    try:
        for _ in range(5):  # while it is under way, it is not asked for again
            scene.thumbnails.want(["a"])
            wait_until(lambda: site.asked)
        assert scene.thumbnails.versions(["a"]) == {}
    finally:
        go_on.set()
    wait_until(lambda: scene.thumbnails.versions(["a"]))
    assert len(site.asked) == 1


def test_few_are_fetched_at_once_and_not_many_wait(
    scene: Scene, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 10)
    go_on = threading.Event()

    def when_told(_: str) -> Iterator[bytes]:
        go_on.wait(20)
        yield from answer(jpeg())(_)

    site.script = when_told
    keys = [f"v{n}" for n in range(50)]
    scene.know(**{key: url(key) for key in keys})
    try:
        scene.thumbnails.want(keys)
        wait_until(lambda: len(site.asked) == module.AT_ONCE)
        scene.thumbnails.want(keys[:1])
        time.sleep(0.1)
        assert len(site.asked) == module.AT_ONCE
    finally:
        go_on.set()
    scene.thumbnails.fetch([], 30)
    assert len(scene.thumbnails.versions(keys)) in range(10, 10 + module.AT_ONCE + 1)


def test_a_new_url_is_fetched_and_has_another_version(scene: Scene, site: Site) -> None:
    scene.know(a=url("a"))
    before = scene.fetched("a")
    scene.know(a=url("a2"))
    assert scene.thumbnails.versions(["a"]) == {}
    after = scene.fetched("a")
    assert after.keys() == before.keys()
    assert after != before


def test_an_old_picture_stays_until_a_newer_one_comes(scene: Scene, site: Site) -> None:
    scene.know(a=url("a"))
    scene.fetched("a")
    os.utime(scene.pictures / name(url("a")), (LONG_AGO, LONG_AGO))
    before = scene.thumbnails.versions(["a"])
    site.script = answer(b"", "404 Not Found")
    assert scene.fetched("a") == before
    assert scene.thumbnails.picture("a") is not None
    (scene.pictures / name(url("a"), "failed")).unlink()
    site.script = answer(jpeg((100, 100)))
    assert scene.fetched("a").keys() == {"a"}
    assert scene.thumbnails.versions(["a"]) != before
    assert len(site.asked) == 3


BAD = {
    "missing": answer(b"", "404 Not Found"),
    "an SVG that is called a JPEG": answer(b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "a page": answer(b"<!doctype html><title>Sign in</title>"),
    "elsewhere": answer(b"", "302 Found", Location="http://169.254.169.254/"),
    "compressed": answer(b"\x1f\x8b" + bytes(100), Content_Encoding="gzip"),
    "too large": answer(bytes(2**21)),
    "cut short": answer(jpeg()[:800]),
    "shorter than it says": lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", jpeg()],
}


@pytest.mark.parametrize("script", BAD.values(), ids=BAD)
def test_a_picture_that_does_not_come_is_not_asked_for_at_each_view(
    script: Callable[[str], Iterable[bytes]], scene: Scene, site: Site
) -> None:
    site.script = script
    scene.know(a=url("a"))
    for _ in range(3):
        assert scene.fetched("a") == {}
    assert len(site.asked) == 1
    assert Scene(scene.folder).fetched("a") == {}  # another process knows it too
    assert len(site.asked) == 1
    failed = scene.pictures / name(url("a"), "failed")
    os.utime(failed, (LONG_AGO, LONG_AGO))
    site.script = answer(jpeg())
    assert scene.fetched("a").keys() == {"a"}


@pytest.mark.parametrize("is_down", [True, False], ids=["gone", "failing"])
def test_a_host_that_does_not_answer_is_left_alone_and_others_are_not(
    is_down: bool, scene: Scene, site: Site, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1)
    internet.lead(OTHER, [OTHER_ADDRESS])
    internet.ports[OTHER_ADDRESS] = site.port
    if is_down:
        del internet.ports[ADDRESS]
    working, failing = answer(jpeg()), answer(b"", "503 Unavailable")
    site.script = lambda head: (failing if f"Host: {HOST}" in head else working)(head)
    keys = [f"v{n}" for n in range(5)]
    scene.know(**{key: url(key) for key in keys}, other=url("other", OTHER))
    for _ in range(3):
        assert scene.fetched(*keys, "other").keys() == {"other"}
    assert [address for address, _ in internet.connected].count(ADDRESS) == 1
    monkeypatch.setattr(module.time, "monotonic", lambda: float("inf"))
    internet.ports[ADDRESS], site.script = site.port, working
    scene.thumbnails.want(keys)
    wait_until(lambda: len(scene.thumbnails.versions(keys)) == 5)


def test_a_folder_that_cannot_be_written_ends_the_fetching_for_a_while(
    scene: Scene, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1)
    scene.pictures.write_text("no folder")
    scene.know(a=url("a"), b=url("b"))
    for _ in range(2):
        assert scene.fetched("a", "b") == {}
    assert len(site.asked) == 1


def test_when_there_are_too_many_none_that_is_shown_gives_way(
    scene: Scene, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    keys = ["a", "b", "c", "d"]
    scene.know(**{key: url(key) for key in keys})
    scene.fetched("a", "b", "c")
    assert scene.fetched(*keys).keys() == {"a", "b", "c"}


def test_without_hosts_nothing_is_fetched_or_shown(scene: Scene, site: Site) -> None:
    scene.know(a=url("a"))
    scene.fetched("a")
    off = Scene(scene.folder, hosts=())
    assert off.fetched("a") == {}
    assert off.thumbnails.picture("a") is None
    assert len(site.asked) == 1


def test_once_closed_nothing_is_fetched(scene: Scene, site: Site) -> None:
    scene.know(a=url("a"))
    scene.thumbnails.close(1)
    assert scene.fetched("a") == {}
    assert site.asked == []


def test_the_log_names_the_host_and_no_more_of_an_address(
    scene: Scene, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    scene.know(a=f"{url('a')}?token=canary")
    site.script = answer(b"canary", "404 Not Found")
    with caplog.at_level("INFO"):
        scene.fetched("a")
    said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert HOST in said
    assert "canary" not in said


def test_the_api_key_does_not_go_with_it(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"stats_url": "https://stats.dyntube.com", "api_url": "https://images.dyntube.com"}
    account = open_account(Settings(api_key=SECRET, archive=tmp_path, memory=0, **known))  # type: ignore[arg-type]
    folder = tmp_path / account.archive.folders[0]
    folder.mkdir(parents=True)
    videos = {"a": {"name": "a", "image": url("a")}}
    (folder / "names.json").write_text(json.dumps({"version": 2, "videos": videos}))
    account.thumbnails.fetch(["a"], 30)
    assert account.thumbnails.versions(["a"])
    assert SECRET not in "".join(site.asked)
    assert "authorization" not in site.headers()


def test_the_demo_has_a_picture_of_each_video(tmp_path: Path) -> None:
    account = open_account(Settings(demo=True, archive=tmp_path, memory=0))
    videos = list(account.catalog.refresh().videos)[:5]
    account.thumbnails.fetch(videos, 30)
    assert account.thumbnails.versions(videos).keys() == set(videos)
    assert len({account.thumbnails.picture(key) for key in videos}) == 5


def test_the_demo_has_none_when_they_are_off(tmp_path: Path) -> None:
    account = open_account(Settings(demo=True, archive=tmp_path, memory=0, thumbnail_hosts=()))
    [video] = list(account.catalog.refresh().videos)[:1]
    account.thumbnails.fetch([video], 30)
    assert account.thumbnails.versions([video]) == {}


def test_a_real_account_cannot_fetch_as_the_demo_does(stand_in: str, tmp_path: Path) -> None:
    hosts = ("*.fernhill.example", "127.0.0.1", "localhost")
    known = Settings(stats_url=stand_in, api_url=stand_in, archive=tmp_path, thumbnail_hosts=hosts)
    account = open_account(known)
    names = account.catalog.refresh()
    assert all(image.startswith(IMAGES) for image in names.images.values())
    account.thumbnails.fetch(list(names.videos)[:5], 30)
    assert account.thumbnails.versions(list(names.videos)) == {}
    videos = {"a": {"name": "a", "image": f"{stand_in}/images/a-320.jpg"}}
    folder = tmp_path / account.archive.folders[0]
    (folder / "names.json").write_text(json.dumps({"version": 2, "videos": videos}))
    downloads = Downloads(hosts)
    assert downloads.host(f"{stand_in}/images/a-320.jpg") == ""


def test_a_sync_brings_names_and_then_pictures(
    stand_in: str,
    internet: Internet,
    tmp_path: Path,
    connect: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = IMAGES.split("/")[2]
    certificate = make_certificate(tmp_path, host)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    connect(stand_in, tmp_path / "archive", THUMBNAIL_HOSTS=host)
    internet.lead(host, [ADDRESS])
    with listening(Site(answer(jpeg())), certificate) as site:
        internet.ports[ADDRESS] = site.port
        main(["sync", "--from", "2026-11-18", "--to", "2026-11-18"])
    account = open_account()
    videos = account.catalog.names().videos
    assert len(videos) == 140
    assert account.thumbnails.versions(videos).keys() == videos.keys()
    assert len(site.asked) == 140
    assert SECRET not in "".join(site.asked)

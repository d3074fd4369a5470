"""Names of projects, channels and videos."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from dyntube.errors import ArchiveError, AuthError, RequestError
from dyntube.fetch.catalog import Catalog, Names
from dyntube.fetch.client import Client
from dyntube.reading.text import LONGEST
from dyntube.settings.settings import Settings

from ..conftest import NOON
from ..scripted import Answer, Asked, Server, in_turn, serve


def catalog(url: str, folder: Path) -> Catalog:
    settings = Settings(stats_url=url, api_url=url)
    return Catalog(Client(settings, sleep=lambda _: None), folder)


def test_names_are_fetched_kept_and_found_by_key(stand_in: str, tmp_path: Path) -> None:
    fetched = catalog(stand_in, tmp_path).refresh()
    assert (len(fetched.projects), len(fetched.channels), len(fetched.videos)) == (5, 12, 140)
    kept = catalog("http://127.0.0.1:1", tmp_path).names()
    assert kept == fetched
    key, name = next(iter(kept.videos.items()))
    assert kept.of("video", key) == name


def test_a_key_without_a_name_is_its_own_name() -> None:
    assert Names(projects={"a": "Alpha"}).of("project", "b") == "b"
    assert Names().of("country", "DE") == "DE"


def test_names_once_fetched_are_kept_when_the_catalog_refuses(
    stand_in: str, tmp_path: Path
) -> None:
    before = catalog(stand_in, tmp_path).refresh()
    with serve(in_turn(Answer(401))) as refusing:
        other = catalog(refusing.url, tmp_path)
        with pytest.raises(AuthError):
            other.refresh()
        assert other.names() == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"fetched_at": 3}', '{"a": 1}'])
def test_a_damaged_file_of_names_means_no_names(content: str, tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text(content)
    assert catalog("http://127.0.0.1:1", tmp_path).names() == Names()


def test_items_without_key_or_name_are_passed_over(tmp_path: Path) -> None:
    body = (
        b'{"pager": {"totalPages": 1}, "projects": [{"key": "a", "name": " Alpha "}, {"key": "b"},'
        b' {"name": "x"}, {"key": "c", "name": ""}], "channels": [], "videos": []}'
    )
    with serve(in_turn(Answer(body=body))) as server:
        assert catalog(server.url, tmp_path).refresh().projects == {"a": "Alpha"}


def test_names_that_cannot_be_kept_are_an_error(stand_in: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"names\.json"):
        catalog(stand_in, tmp_path / "file" / "folder").refresh()


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ({"xsUrl": "x", "smUrl": "s", "mdUrl": "m", "lgUrl": "l"}, "s"),
        ({"xsUrl": "x", "smUrl": "", "mdUrl": None, "lgUrl": "l"}, "x"),
        ({"lgUrl": "l"}, "l"),
        ({"smUrl": "s" * 2001, "lgUrl": "l"}, "l"),
        ({"smUrl": ["s"], "mdUrl": 7}, ""),
        ({}, ""),
        ("https://images.dyntube.com/a.jpg", ""),
        (None, ""),
    ],
)
def test_a_video_has_the_url_of_a_small_picture(
    image: object, url: str, server: Server, tmp_path: Path
) -> None:
    lists(server, videos=[FILM | {"image": image}])
    fetched = catalog(server.url, tmp_path).refresh()
    assert fetched.images == ({"v": url} if url else {})
    assert catalog(server.url, tmp_path).names().images == fetched.images


def of_kind(asked: Asked) -> str:
    return asked.path.split("/")[2].split("?")[0]


def lists(server: Server, **listed: list[dict[str, object]]) -> None:
    """Serve these projects, channels and videos, each on one page."""

    def script(asked: Asked) -> Answer:
        kind = of_kind(asked)
        answer = {"pager": {"totalPages": 1}, kind: listed.get(kind, [])}
        return Answer(body=json.dumps(answer).encode())

    server.script = script


ALPHA = {"key": "a", "id": "id-a", "name": "Alpha"}
FILM = {"key": "v", "title": "Film", "projectId": "id-a", "channelKey": "c"}
OTHER = {"key": "w", "title": "Other film"}


def test_a_name_once_known_stays_when_the_catalog_lists_it_no_longer(
    server: Server, tmp_path: Path
) -> None:
    names = catalog(server.url, tmp_path)
    lists(server, videos=[FILM, OTHER])
    assert names.refresh().gone == {}
    lists(server, videos=[OTHER])
    after = names.refresh()
    assert after.of("video", "v") == "Film"
    assert after.gone == {"video": frozenset({"v"})}
    assert catalog(server.url, tmp_path).names() == after
    lists(server, videos=[FILM | {"title": "Film again"}, OTHER])
    back = names.refresh()
    assert (back.of("video", "v"), back.gone) == ("Film again", {})


def test_a_catalog_that_lists_nothing_loses_no_name_and_says_nothing_of_what_is_gone(
    server: Server, tmp_path: Path
) -> None:
    names = catalog(server.url, tmp_path)
    lists(server, projects=[ALPHA], videos=[FILM])
    before = names.refresh()
    lists(server)
    after = names.refresh()
    assert (after.projects, after.videos, after.gone) == (before.projects, before.videos, {})


@pytest.mark.parametrize("title", ["", "  ", None, [], {}, "\u0000"])
def test_an_empty_title_loses_no_name(server: Server, tmp_path: Path, title: object) -> None:
    names = catalog(server.url, tmp_path)
    lists(server, videos=[FILM])
    names.refresh()
    lists(server, videos=[FILM | {"title": title}])
    after = names.refresh()
    assert (after.of("video", "v"), after.gone) == ("Film", {})


@pytest.mark.parametrize("failing", ["projects", "channels", "videos"])
def test_names_that_came_before_an_error_are_kept_and_none_is_gone(
    server: Server, tmp_path: Path, failing: str
) -> None:
    names = catalog(server.url, tmp_path)
    lists(server, projects=[ALPHA], videos=[FILM])
    names.refresh()
    lists(server, projects=[{"key": "b", "name": "Beta"}], videos=[OTHER])
    well = server.script

    def script(asked: Asked) -> Answer:
        if of_kind(asked) != failing:
            return well(asked)
        if "page=1" not in asked.path:
            return Answer(400)
        late = {"key": "late", "name": "Late", "title": "Late"}
        return Answer(body=json.dumps({"pager": {"totalPages": 2}, failing: [late]}).encode())

    server.script = script
    with pytest.raises(RequestError):
        names.refresh()
    after = names.names()
    assert after.of("project", "a") == "Alpha"
    assert after.of("video", "v") == "Film"
    assert after.of(failing[:-1], "late") == "Late"
    assert failing[:-1] not in after.gone
    assert after.of("project", "b") == ("b" if failing == "projects" else "Beta")
    assert not names.is_old()  # what is wrong for good is not asked for every minute


def test_a_title_of_any_text_is_read_as_people_can_read_it(server: Server, tmp_path: Path) -> None:
    titles = {
        "half": "Launch day \ud83d",
        "long": "\u3042" * 10**6,
        "control": "a\x00\x1bb",
        "n": 7,
    }
    lists(server, videos=[{"key": key, "title": title} for key, title in titles.items()])
    videos = catalog(server.url, tmp_path).refresh().videos
    assert videos["half"] == "Launch day \ufffd"
    assert len(videos["long"]) == LONGEST
    assert (videos["control"], videos["n"]) == ("ab", "7")
    json.dumps(videos, ensure_ascii=False).encode()


def test_a_key_keeps_its_letters_and_one_without_end_is_left_out(
    server: Server, tmp_path: Path
) -> None:
    decomposed = unicodedata.normalize("NFD", " \u00fc ")
    known = ["half \udc00", decomposed, "x" * 10**6, True, None, 3]
    lists(server, videos=[{"key": key, "title": "Film"} for key in known])
    assert set(catalog(server.url, tmp_path).refresh().videos) == {"half \ufffd", decomposed, "3"}


def test_a_file_of_names_passes_the_same_door(tmp_path: Path) -> None:
    kept = {"half \ud83d": "Half \ud83d", "long": "x" * 10**6, "x" * 10**6: "Key", "n": ["list"]}
    (tmp_path / "names.json").write_text(json.dumps({"videos": kept, "fetched_at": "2026-11-20"}))
    names = catalog("http://127.0.0.1:1", tmp_path)
    assert names.names().of("video", "half \ufffd") == "Half \ufffd"
    assert {len(name) for name in names.names().videos.values()} == {6, LONGEST}
    assert names.names().videos.keys() == {"half \ufffd", "long"}
    assert names.is_old()  # a moment without its zone is none


def test_a_file_of_the_first_version_is_read_and_added_to(server: Server, tmp_path: Path) -> None:
    old = {"projects": {"a": "Old"}, "channels": {}, "videos": {"v": "Film", "x": "Gone film"}}
    file = tmp_path / "names.json"
    file.write_text(json.dumps(old | {"fetched_at": str(NOON)}))
    names = catalog(server.url, tmp_path)
    assert (names.names().videos, names.names().fetched_at) == (old["videos"], NOON)
    lists(server, projects=[ALPHA], videos=[FILM])
    after = names.refresh()
    assert after.videos == old["videos"]
    assert after.gone == {"video": frozenset({"x"})}
    assert json.loads(file.read_text())["version"] == 2


def test_a_file_of_a_newer_version_is_read_as_far_as_can_be_and_never_written(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "names.json"
    newer = {"version": 9, "fetched_at": str(NOON), "videos": {"v": {"name": "Film", "more": [1]}}}
    file.write_text(json.dumps(newer))
    lists(server, videos=[OTHER])
    names = catalog(server.url, tmp_path)
    assert names.names().of("video", "v") == "Film"
    with pytest.raises(ArchiveError, match="newer version"):
        names.refresh()
    assert json.loads(file.read_text()) == newer


def test_a_video_knows_its_project_and_channel_by_key(server: Server, tmp_path: Path) -> None:
    lists(server, projects=[ALPHA], videos=[FILM, OTHER])
    names = catalog(server.url, tmp_path)
    assert names.refresh().parents == {"v": ("a", "c"), "w": ("", "")}
    lists(server, videos=[OTHER | {"channelKey": "c"}])
    assert names.refresh().parents == {"v": ("a", "c"), "w": ("", "c")}


def test_a_file_that_cannot_be_read_for_a_moment_loses_no_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists(server, videos=[FILM])
    names = catalog(server.url, tmp_path)
    before = names.refresh()
    assert names.names() == before
    lists(server, videos=[OTHER])

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail)
        with pytest.raises(ArchiveError, match="cannot be read"):
            names.refresh()
    assert names.names() == before

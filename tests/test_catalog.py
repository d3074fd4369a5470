"""Names of projects, channels and videos."""

from __future__ import annotations

from pathlib import Path

import pytest

from dyntube.api import Client
from dyntube.catalog import Catalog, Names
from dyntube.config import Settings
from dyntube.errors import ArchiveError, AuthError

from .scripted import Answer, in_turn, serve


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

"""The HTML that pages start from, as the app sends it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import requests
import streamlit

from dyntube.ui.server import first_page as module
from dyntube.ui.server.first_page import first_page

from .. import odd
from .test_app import PAGE, ROOT, TODAY, started

THEIRS = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")


@pytest.fixture(scope="module", params=["", "dash"], ids=["at the top", "below a path"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("first")
    odd.fill(odd.open_archive(folder / "archive"), TODAY, 3)
    base = {"STREAMLIT_SERVER_BASE_URL_PATH": request.param} if request.param else {}
    with started(folder / "archive", folder / "log", **base) as address:
        yield address.rstrip("/")


class Elements(HTMLParser):
    """The elements of a page in order, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def index(self, tag: str, **attributes: str) -> int:
        """Where the only element like this is."""
        [found] = [
            place
            for place, (name, has) in enumerate(self.all)
            if name == tag and attributes.items() <= has.items()
        ]
        return found


@pytest.mark.parametrize("path", ["/", "/videos", "/nowhere/at/all", "/?period=last-7-days"])
def test_every_page_starts_with_the_picture_before_any_file_is_needed(url: str, path: str) -> None:
    answer = requests.get(url + path, headers=PAGE, timeout=60)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>DynTube Analytics</title>" in answer.text
    page = Elements(answer.text)
    picture = page.index("div", **{"class": "sk"})
    assert page.index("div", id="root") < picture < page.index("link", rel="stylesheet")
    images = [has["src"] for name, has in page.all if name == "img"]
    assert len(images) == 2
    assert all(source and source.startswith("data:image/svg+xml,") for source in images)


def test_every_file_that_it_names_is_there(url: str) -> None:
    page = requests.get(f"{url}/", headers=PAGE, timeout=60).text
    named = {*re.findall(r'(?:src|href)="(\./[^"]*)"', page), *re.findall(r"url\((.*?)\)", page)}
    assert len(named) > 50
    for name in named:
        answer = requests.get(f"{url}/{name}", timeout=60)
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] != "text/html; charset=utf-8", name


def test_scripts_are_streamlits_and_browsers_without_them_are_told(url: str) -> None:
    page = requests.get(f"{url}/", headers=PAGE, timeout=60).text
    assert "<noscript><p>The dashboard needs JavaScript" in page
    for part in (r"<script.*?</script>", r'<link rel="modulepreload"[^>]*>'):
        known = re.findall(part, THEIRS, re.DOTALL)
        assert known
        assert re.findall(part, page, re.DOTALL) == known
    assert "<noscript><style>.sk { display: none; }</style></noscript>" in page


def test_its_colours_are_those_of_the_theme(url: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    page = requests.get(url, timeout=10).text
    for mode in ("light", "dark"):
        assert f"--page: {theme[mode]['backgroundColor']}" in page
        assert f"--side: {theme[mode]['sidebar']['backgroundColor']}" in page


def test_its_font_is_the_one_of_the_theme() -> None:
    faces = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    page = Elements(first_page(THEIRS))
    preloaded = [has["href"] for name, has in page.all if has.get("as") == "font"]
    assert f"./{faces['fontFaces'][0]['url']}" in preloaded


def test_it_brings_the_translations_of_scripts_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"": "10", "Search": "Шукати", "Clear": "</script><script>alert(1)</script>"}
    monkeypatch.setattr(module, "translations", lambda: texts)
    monkeypatch.setattr(module, "language", lambda: "pt-BR")
    page = first_page(THEIRS)
    assert page.count("<script") == THEIRS.count("<script") + 1
    [data] = re.findall(
        r'<script type="application/json" id="translations">(.*?)</script>', page, re.DOTALL
    )
    assert json.loads(data) == texts
    assert '<html lang="pt-BR">' in page


def test_without_a_translation_it_brings_none() -> None:
    page = first_page(THEIRS)
    assert 'id="translations"' not in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize(
    "lost",
    [
        "<title>Streamlit</title>",
        '<div id="root"></div>',
        "SourceSans",
        "stylesheet",
        "noscript>",
        "service-desc",
    ],
)
def test_an_unknown_page_of_streamlit_is_not_changed_by_halves(lost: str) -> None:
    with pytest.raises(ValueError, match="0 times, not once"):
        first_page(THEIRS.replace(lost, ""))


def test_a_browser_that_holds_streamlits_own_page_gets_ours(url: str) -> None:
    ours = requests.get(f"{url}/", headers=PAGE, timeout=60)
    for old in ("*", ours.headers["etag"]):
        again = requests.get(f"{url}/", headers=PAGE | {"If-None-Match": old}, timeout=60)
        assert again.status_code == 304
    since = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert requests.get(f"{url}/", headers=PAGE | since, timeout=60).text == ours.text

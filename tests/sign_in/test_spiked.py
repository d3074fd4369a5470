"""Texts from outside, in every place where a browser draws them: nothing runs, loads or leads away,
and no file has a formula. The policy is on; what it would have to stop is not even tried.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from playwright.sync_api import Browser, Page
from streamlit.proto.WidgetStates_pb2 import WidgetState

from ..browser.app import Watched, wait_painted, wait_ready, watch
from ..browser.test_policy import LISTEN
from ..export.test_sheet import formulas
from ..hostile import MARKUP
from .hosted import PROXY, USER, behind_proxy, get, with_provider
from .looking import PAGES, files
from .provider import provided
from .rules import ROOT
from .spiked import ADMIN, ALL, PERIOD, build
from .tab import tabs
from .walking import open_menus

# What a page, with all its shadow roots, has that is no text of ours: by kind.
FOUND = """() => {
  const found = [];
  const look = root => {
    for (const e of root.querySelectorAll('*')) {
      if (e.shadowRoot) look(e.shadowRoot);
      const to = e.href?.baseVal ?? e.href ?? e.src?.baseVal ?? e.src;
      if (typeof to === 'string' && to && !/^(blob:|data:image)/.test(to)
          && new URL(to, location.href).origin !== location.origin) found.push(e.outerHTML);
      if ([...e.attributes].some(a => a.name.startsWith('on'))) found.push(e.outerHTML);
      if (e.matches('iframe, object, embed, base, details[open][ontoggle], .katex, math')
          || e.localName === 'script' && !e.src && e.textContent.includes('hurt')
          || e.localName === 'style' && e.textContent.includes('evil')) found.push(e.outerHTML);
    }
  };
  look(document);
  return found.map(html => html.slice(0, 200));
}"""


# What is Markdown or HTML, without the backslash that makes it text; our own has none of these.
UNESCAPED = re.compile(r"(?<!\\)(<(img|svg|script|iframe|style|a)\b|!\[|\]\(|\*\*bold|:smile|\$\$)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spiked") / "archive"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    settings = {"SYNC": "external", "PROXIES": f"127.0.0.1, {PROXY}", "PROXY_SIGN_OUT_URL": "/x"}
    with behind_proxy(folder, folder / "access.toml", **settings) as url:
        yield url


@pytest.fixture(scope="module")
def admin(browser: Browser) -> Iterator[Watched]:
    opened = watch(browser)
    opened.look(width=1440, dark=False)
    opened.page.add_init_script(LISTEN)
    opened.page.context.set_extra_http_headers(dict(ADMIN))
    yield opened
    opened.close()


def harmless(page: Page) -> None:
    """Nothing ran, was stopped, or is there that is more than a text."""
    assert page.evaluate("[window.hurt ?? null, window.stopped]") == [None, []]
    assert page.evaluate(FOUND) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_them_as_texts(url: str, admin: Watched, page: str) -> None:
    admin.open(f"{url}/{page}?{PERIOD}&check=rejected")
    (wait_ready if page == "people" else wait_painted)(admin.page)
    harmless(admin.page)
    for _ in open_menus(admin.page):
        harmless(admin.page)
    assert admin.errors == admin.foreign == []


@pytest.mark.parametrize("start", range(0, len(ALL), 14))
def test_an_address_is_shown_as_text(url: str, admin: Watched, start: int) -> None:
    texts = [quote(text) for text in ALL[start : start + 14]]
    filters = "".join(f"&city={t}&video-contains={t}&embed_domain-not={t}" for t in texts[:5])
    wrong = "&".join(f"{t}={t}" for t in texts)
    one = texts[start % len(texts)]
    admin.open(
        f"{url}/videos?period={one}&zone={one}&open={one}&video-search={one}&{wrong}{filters}"
    )
    wait_ready(admin.page)
    harmless(admin.page)
    assert admin.errors == admin.foreign == []


def test_an_error_in_the_rules_is_shown_as_text(url: str, folder: Path, admin: Watched) -> None:
    rules = folder / "access.toml"
    good = rules.read_text("utf-8")
    try:
        for text in MARKUP[:6]:
            rules.write_text(f"{json.dumps(text)} = 1", "utf-8")
            admin.open(f"{url}/people")
            admin.page.get_by_text("The last good rules stay in force.").wait_for()
            harmless(admin.page)
        rules.write_text(f'{ROOT}[[rule]]\nrole = "reader"\n{json.dumps(MARKUP[0])} = 1', "utf-8")
        admin.open(f"{url}/people")
        admin.page.get_by_text("rule 2 has").wait_for()
        harmless(admin.page)
    finally:
        rules.write_text(good, "utf-8")
    assert admin.errors == admin.foreign == []


def test_a_person_whom_the_proxy_names_so_is_shown_as_text(url: str, browser: Browser) -> None:
    names = [text for text in MARKUP if text.isascii() and text.isprintable()]
    assert len(names) > 10
    with tabs(url) as open_tab:
        for name in names:
            tab = open_tab([(USER, name)])
            drawn, menus = tab.open(""), tab.keys("icon-account")
            for key in menus:  # whom a rule names; HTTP cuts blanks off, so some have none
                opened_menu = WidgetState(id=tab.id_of(key), bool_value=True)
                drawn.messages += tab.run(opened_menu).messages
            texts = [*markdown(drawn.messages)]
            said = "up to 8 hours" if menus else "Signed in as"
            plain = [message.delta.new_element.text.body for message in drawn.messages]
            assert any(said in text for text in (*texts, *plain))
            assert [text for text in texts if UNESCAPED.search(text)] == []
    for name in (MARKUP[4], MARKUP[5]):
        opened = watch(browser)
        opened.page.add_init_script(LISTEN)
        opened.page.context.set_extra_http_headers({USER: name})
        opened.open(url)
        opened.page.get_by_role("heading", level=1).wait_for()
        harmless(opened.page)
        opened.close()


def test_a_person_whom_the_provider_names_so_is_shown_as_text(
    folder: Path, browser: Browser
) -> None:
    named = dict.fromkeys(("name", "email", "sub"), MARKUP[5])
    people = {
        "somebody": named | {"groups": [MARKUP[0]]},
        "nobody": {"name": MARKUP[5], "email": f"{MARKUP[4]}@evil.example"},
    }
    with (
        provided(people) as provider,
        with_provider(provider, folder, folder / "access.toml", SYNC="external") as url,
    ):
        for who in people:
            opened = watch(browser)
            opened.page.add_init_script(LISTEN)
            opened.open(f"{url}/?x={quote(MARKUP[0])}")
            opened.page.get_by_role("button", name="Sign in").click()
            opened.page.get_by_role("link", name=who, exact=True).click()
            opened.page.wait_for_url(f"{url}/**")
            button = opened.page.get_by_role("button", name=re.compile("^Sign out$|^Account$"))
            button.first.wait_for()
            harmless(opened.page)
            if who != "nobody":
                button.first.click()
                opened.page.get_by_role("button", name="Sign out everywhere").wait_for()
                harmless(opened.page)
            opened.close()


def test_no_file_has_a_formula_or_a_link(url: str) -> None:
    with tabs(url) as open_tab:
        tab = open_tab(ADMIN)
        for page in PAGES[:-3]:
            tab.open(page, PERIOD)
            for key, content in files(tab, lambda k: k == "export-page" or k.endswith("csv")):
                found = in_workbook(content) if key == "export-page" else in_csv(content)
                assert found == [], (page, key)
    raw = get(f"{url}/api/views.csv?{PERIOD}", ADMIN)
    assert raw.status == 200
    assert in_csv(raw.content) == []


def in_csv(content: bytes) -> list[str]:
    """The formulas in a file of one table, in countries of both separators."""
    found = [*formulas(content, ","), *formulas(content, ";")]
    return [text for text in found if not re.fullmatch(r"-?[\d.]+", text)]


def in_workbook(content: bytes) -> list[Any]:
    """Cells of a workbook that are more than a value."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]


def markdown(messages: list[Any]) -> Iterator[str]:
    """What the browser draws as Markdown: texts, alerts, headings, labels."""
    for message in messages:
        if message.WhichOneof("type") != "delta":
            continue
        element = message.delta.new_element
        kind = element.WhichOneof("type") or ""
        # `st.text` draws its text as it is.
        part = getattr(element, kind, None) if kind not in ("html", "text") else None
        for name in ("body", "label", "help"):
            if text := getattr(part, name, ""):
                yield str(text)

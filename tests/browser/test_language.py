"""Another language than English: on pages and in their scripts."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from .app import Watched, running
from .test_policy import LISTEN

POLISH = {
    "More filters ({number})": "Więcej filtrów ({number})",
    "Filter by {dimension}": "Filtruj: {dimension}",
    "Keyboard shortcuts": "Skróty <b>klawiszowe</b>",
    "Clear filters": "Wyczyść filtry",
    "{found} of {all}": "{found} z {all}",
}
COLUMNS = ("{number} more column →", "{number} more columns →")
NUMBERS = (0, 1, 2, 5, 12, 22, 101, 112, 199, 200, 203, 1004, 2111)
SAY = """async ([one, many, numbers]) => {
  const urls = performance.getEntriesByType("resource").map((entry) => entry.name);
  const { trn } = await import(urls.find((url) => url.includes("/elements.js")));
  return numbers.map((number) => trn(one, many, number));
}"""


@pytest.fixture(scope="module")
def locale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    file = folder / "pl" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    catalogue = Catalog(locale="pl")
    for text, said in POLISH.items():
        catalogue.add(text, said)
    catalogue.add(COLUMNS, ("{number} kolumna →", "{number} kolumny →", "{number} kolumn →"))
    with file.open("wb") as out:
        write_mo(out, catalogue)
    return folder


@pytest.fixture(scope="module")
def polish(demo_archive: Path, locale: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("LANGUAGE", "pl")
        environ.setenv("TEXTDOMAINDIR", str(locale))
        with running(demo_archive) as url:
            yield url


def test_pages_and_their_scripts_speak_another_language(
    polish: str, tab: Callable[..., Watched]
) -> None:
    opened = tab(new=True)
    opened.page.add_init_script(LISTEN)
    opened.open(f"{polish}/videos?country=DE")
    opened.wait_painted()
    page = opened.page
    assert page.locator("html").get_attribute("lang") == "pl"
    assert page.get_by_role("button", name="Więcej filtrów (1)").count() == 1  # from the server
    assert page.get_by_role("button", name=POLISH["Clear filters"]).count() == 1  # from a script
    assert page.locator("button.help").get_attribute("title") == POLISH["Keyboard shortcuts"]
    assert page.evaluate("window.stopped") == []


def test_scripts_know_the_form_for_a_number(
    polish: str, locale: Path, tab: Callable[..., Watched]
) -> None:
    opened = tab()
    opened.open(f"{polish}/videos")
    opened.wait_painted()
    catalogue = gettext.translation("messages", locale, ["pl"])
    assert opened.page.evaluate(SAY, [*COLUMNS, NUMBERS]) == [
        catalogue.ngettext(*COLUMNS, n).format(number=f"{n:,}") for n in NUMBERS
    ]

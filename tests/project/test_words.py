"""Texts that people read: all of them are listed, and pages in another language show no other."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from .. import pseudo, words

KEYS = {"Enter", "Escape", "Esc", "Space"}  # as they are called on keyboards and in browsers
CAUGHT = {"The browser does not copy."}  # the text of an error that is shown in other words
SCRIPTS = sorted((words.ROOT / "dyntube/ui/components/assets").glob("*.js"))
# A text that begins as a sentence does, with what is before it.
_SENTENCE = re.compile(r"""(?P<before>\w*\(?\s*)(["'`])(?P<text>[A-Z][a-z]+(?: .*?)?)\2""")


def test_the_list_of_texts_is_what_make_words_writes(tmp_path: Path) -> None:
    words.write(tmp_path / "messages.pot")

    written = (tmp_path / "messages.pot").read_text("utf-8")
    assert words.TEMPLATE.read_text("utf-8") == written, "Run `make words`."


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('tr("Of " "two", of=3)', [["Of two"]]),
        (
            'f\'{tr("In")} {trn("{number} a", "{number} b", 2)}\'',
            [["In"], ["{number} a", "{number} b"]],
        ),
        ("tr('One') if tr('{a}', a=tr('Two')) else other('Three')", [["One"], ["Two"], ["{a}"]]),
    ],
)
def test_texts_are_found_wherever_they_are(code: str, texts: list[list[str]]) -> None:
    found = [of_one for _, _, of_one, _ in words.in_python(io.BytesIO(code.encode()))]

    assert sorted(found) == texts


@pytest.mark.parametrize("code", ["tr(text)", 'tr(f"{text}")', 'trn("one", many, 2)', "tr()"])
def test_texts_must_be_literal(code: str) -> None:
    with pytest.raises(ValueError, match="literal"):
        list(words.in_python(io.BytesIO(code.encode())))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_scripts_say_is_marked(script: Path) -> None:
    found = _SENTENCE.finditer(re.sub("(?m)//.*$", "", script.read_text("utf-8")))
    said = {one["text"] for one in found if not re.search(r"\btr\(\s*$", one["before"])}

    assert said - KEYS - CAUGHT == set()


def test_pages_and_files_in_another_language_show_no_text_of_ours_in_english() -> None:
    assert pseudo.outside() == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("⟦Views⟧", ""),
        ("⟦{metric} of ⟦videos⟧⟧: 1,204 h", ""),
        ("Mon 30 Nov 2026 · 58.1K", ""),
        ("⟦Views⟧ by day", "by day"),
        ("⟦Ω{number} ⟦Ωviews⟧⟧", ""),
        ("⟦Ωby ⟦ωcountry⟧⟧", "⟦Ωby ⟦ωcountry⟧⟧"),
        ("**Notes** &amp; more", "**Notes** & more"),
    ],
)
def test_what_is_outside_of_brackets_is_told(text: str, left: str) -> None:
    assert pseudo.untranslated(text) == left

"""What people read, as GNU gettext keeps it: English in the code, other languages in `locale/`.

`locale/messages.pot` lists every text with the files that show it (`make words` writes it). A
language is a catalogue `locale/<language>/LC_MESSAGES/messages.po`, compiled to `.mo`, and chosen
by the environment of the process as for any program: LANGUAGE, LC_ALL, LC_MESSAGES or LANG.
Logs and messages to administrators are in English, and so are commands, but for what they share
with pages.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "messages"

_translation = gettext.translation(
    DOMAIN, os.environ.get("TEXTDOMAINDIR", LOCALE), languages=None, fallback=True
)


def tr(text: str, /, **values: object) -> str:
    """A text in the reader's language, with `{name}` replaced by each value.

    The text must be a literal, so that `make words` finds it, and a whole sentence or label: other
    languages use another word order.
    """
    translated = _translation.gettext(text)
    return translated.format(**values) if values else translated


def trn(one: str, many: str, number: int, /, **values: object) -> str:
    """As `tr`, in the form for a number, which replaces `{number}`: "1 view", "2,412 views"."""
    return _translation.ngettext(one, many, number).format(number=f"{number:,}", **values)


def language() -> str:
    """The chosen language, as HTML names it: "en", "pt-BR"."""
    return _translation.info().get("language", "en").replace("_", "-")


def translations() -> dict[str, str | list[str]]:
    """The texts of the chosen language by their English, for scripts; empty in English.

    A plural has a list of forms. The entry "" has a digit for each number from 0 to 199: which form
    it takes. From there on, in every language, numbers repeat the last hundred.
    """
    if not isinstance(_translation, gettext.GNUTranslations):
        return {}
    catalogue: dict[str | tuple[str, int], str] = _translation._catalog  # type: ignore[attr-defined]
    plural: Callable[[int], int] = _translation.plural  # type: ignore[attr-defined]
    found: dict[str, str | list[str]] = {"": "".join(f"{plural(n)}" for n in range(200))}
    for text, said in catalogue.items():
        if isinstance(text, tuple):
            found[text[0]] = [*found.get(text[0], ()), said]
        elif text:
            found[text] = said
    return found

"""Lists the texts that people read: `make words`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from dyntube.words import DOMAIN, LOCALE

ROOT = Path(__file__).parents[1]
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
_METHODS = [("**.py", "python"), ("**/assets/*.js", "javascript")]
_KEYWORDS = {"tr": None, "trn": (1, 2)}


def catalogue() -> Catalog:
    """Every text marked by `tr` and `trn`, with the files that show it."""
    found = Catalog(
        project="DynTube Analytics", fuzzy=False, creation_date=datetime.fromtimestamp(0, UTC)
    )
    for folder in ("dyntube", "pages"):
        texts = extract_from_dir(
            ROOT / folder, _METHODS, keywords=_KEYWORDS, comment_tags=("For translators:",)
        )
        for file, line, text, comments, context in sorted(texts):
            found.add(
                text,
                locations=[(f"{folder}/{file}", line)],
                auto_comments=comments,
                context=context,
            )
    return found


def write(path: Path = TEMPLATE) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue(), include_lineno=False, width=100, sort_by_file=True)


if __name__ == "__main__":
    write()

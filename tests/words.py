"""Lists the texts that people read: `make words`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from dyntube.words import DOMAIN, LOCALE

ROOT = Path(__file__).parents[1]
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
_KEYWORDS = {"tr": None, "trn": (1, 2)}
_ARGUMENTS = {"tr": 1, "trn": 2}
_SCRIPTS = "**/assets/*.js"


def in_python(
    file: IO[bytes], *_: Any, **__: Any
) -> Iterator[tuple[int, str, list[str], list[str]]]:
    """The texts of a module; Babel's own way misses those within f-strings."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and (name := getattr(node.func, "id", "")) in _ARGUMENTS:
            texts = [getattr(text, "value", None) for text in node.args[: _ARGUMENTS[name]]]
            if len(texts) < _ARGUMENTS[name] or not all(isinstance(text, str) for text in texts):
                raise ValueError(f"Line {node.lineno}: what {name} gets is not literal.")
            yield node.lineno, name, texts, []


_METHODS = [("**.py", in_python), (_SCRIPTS, "javascript")]
_OPTIONS = {_SCRIPTS: {"parse_template_string": True}}


def catalogue() -> Catalog:
    """Every text marked by `tr` and `trn`, with the files that show it."""
    found = Catalog(
        project="DynTube Analytics", fuzzy=False, creation_date=datetime.fromtimestamp(0, UTC)
    )
    for folder in ("dyntube", "pages"):
        texts = extract_from_dir(ROOT / folder, _METHODS, _OPTIONS, _KEYWORDS)
        for file, line, text, _, _ in sorted(texts, key=lambda found: found[:2]):
            found.add(text, locations=[(f"{folder}/{file}", line)])
    return found


def write(path: Path = TEMPLATE) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue(), include_lineno=False, width=100, sort_by_file=True)


if __name__ == "__main__":
    write()

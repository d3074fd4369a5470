"""Sources of settings: the environment, and a secrets file here or beside the checkout.

The current folder's file is used if it mentions us, else the one in the folder with `app.py`: so
notebooks and schedulers that start elsewhere share the app's account and archive. Relative paths in
settings start from the folder of that file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from ..reading.text import clean, short

SECRETS_FILE = Path(".streamlit/secrets.toml")
CHECKOUT = Path(__file__).resolve().parents[2]
PREFIX = "DYNTUBE_"
ENVIRONMENT = "environment"
_ALIKE, _ALIKE_BEHIND_PREFIX = 0.9, 0.55  # difflib ratios


@dataclass(frozen=True)
class Given:
    """The text of a setting, and its source: the environment, or the path of a file."""

    text: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class Stray:
    """A name that looks like a setting but is not one; `meant` is the likely one, if any.

    `table` is the section of a TOML file it is in, where settings are not read.
    """

    name: str
    source: str
    table: str = ""
    meant: str = ""


@dataclass(frozen=True)
class Sources:
    """All that is set, by name: the effective values, and those they hide.

    `folder` is the base of relative paths. `tables` has the names in sections of the file, each
    with its section. `trouble` says why the file cannot be read.
    """

    folder: Path
    file: Path | None
    given: Mapping[str, Given]
    hidden: Mapping[str, Given]
    tables: tuple[tuple[str, str], ...] = ()
    trouble: str = ""

    def text(self, name: str) -> str:
        """The text of a setting; empty if it is not set."""
        return self.given[name].text.strip() if name in self.given else ""

    def strays(self, known: Collection[str]) -> Iterator[Stray]:
        """Names that were probably meant to be `known` settings."""
        for name, given in sorted(self.given.items()):
            meant = _like(name, known, ours=given.source != ENVIRONMENT)
            if name not in known and (meant or name.upper().startswith(PREFIX)):
                yield Stray(_shown(name), given.source, meant=meant)
        for name, table in self.tables:
            meant = name if name in known else f"{table}_{name}".upper().replace(".", "_")
            if meant in known:
                yield Stray(_shown(name), str(self.file), _shown(table), meant)


def find_sources(
    environ: Mapping[str, str] | None = None, secrets_file: Path | None = None
) -> Sources:
    """Read the environment and the secrets file: the given one, else the first found."""
    folder, file, values, trouble = _read_file(secrets_file)
    in_file = {
        name: Given(_as_text(value), str(file))
        for name, value in values.items()
        if not isinstance(value, dict)
    }
    around = dict(os.environ if environ is None else environ)
    in_environment = {name: Given(text, ENVIRONMENT) for name, text in around.items()}
    hidden = {name: given for name, given in in_file.items() if name in in_environment}
    return Sources(
        *(folder, file, in_file | in_environment, hidden),
        tables=tuple(sorted(_in_tables(values))),
        trouble=trouble,
    )


def _read_file(named: Path | None) -> tuple[Path, Path | None, dict[str, object], str]:
    """The settings' folder, its file, the file's values, and why it cannot be read."""
    here = _current_folder()
    checkout = CHECKOUT if (CHECKOUT / "app.py").is_file() else here
    folders = [_folder_of(named)] if named else list(dict.fromkeys((here, checkout)))
    for folder in folders:
        file = named or folder / SECRETS_FILE
        try:
            text = file.read_text("utf-8")
            if folder == folders[-1] or "dyntube" in text.lower():  # else it is another program's
                return folder, file, tomllib.loads(text), ""
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            return folder, file, {}, f"{file} cannot be read: {error.strerror}."
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            return folder, file, {}, f"{file} cannot be read: {_where(error)}. Is it TOML?"
    return folders[-1], None, {}, ""


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was deleted
        return CHECKOUT


def _folder_of(file: Path) -> Path:
    folder = file.absolute().parent
    return folder.parent if folder.name == SECRETS_FILE.parent.name else folder


def _where(error: Exception) -> str:
    """The wrong line. Never the error's own text, which may contain part of the key."""
    line = re.search(r"[(]at line ([0-9]+), column [0-9]+[)]$", str(error))
    return f"line {line[1]} is wrong" if line else type(error).__name__


def _as_text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _in_tables(values: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    """The names in all sections of a file, each with its section."""
    for name, value in values.items():
        if isinstance(value, dict):
            table = f"{above}.{name}" if above else name
            yield from ((inner, table) for inner in value if not isinstance(value[inner], dict))
            yield from _in_tables(value, table)


def _like(name: str, known: Collection[str], *, ours: bool) -> str:
    """The setting with a similar name, if any.

    In a file of `ours`, API_KEY is one without its prefix; elsewhere it is another program's.
    """
    spelled = name.upper().replace("-", "_").replace(".", "_")
    if spelled.startswith(PREFIX) or ours:
        bare = [setting.removeprefix(PREFIX) for setting in known]
        cutoff = _ALIKE_BEHIND_PREFIX if spelled.startswith(PREFIX) else 0.95
        found = get_close_matches(spelled.removeprefix(PREFIX), bare, n=1, cutoff=cutoff)
        if found:
            return f"{PREFIX}{found[0]}"
    found = get_close_matches(spelled, known, n=1, cutoff=_ALIKE)
    return found[0] if found else ""


def _shown(name: str) -> str:
    return short(clean(name), 60)

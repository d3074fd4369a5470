"""Where settings stand: in the environment, and in a secrets file here or beside the checkout.

The file is that of the current folder, if it is about us, else that of the folder which holds
`app.py`: so a notebook or a scheduler that starts elsewhere works with the same account and archive
as the app. What a relative path in a setting starts from is the folder whose file it is.
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
_ALIKE, _ALIKE_BEHIND_PREFIX = 0.9, 0.55  # of difflib's ratio


@dataclass(frozen=True)
class Given:
    """The text of a setting, and where it stands: the environment, or the path of a file."""

    text: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class Stray:
    """A name that looks like one of a setting, and is none; what to do about it, if that is known.

    `table` is the section of a TOML file that it stands in, where no setting is looked for.
    """

    name: str
    source: str
    table: str = ""
    meant: str = ""


@dataclass(frozen=True)
class Sources:
    """All that is set, by name: what counts, and what it hides.

    `folder` is what relative paths are relative to. `tables` has the names in sections of the file,
    each with its section. `trouble` says why the file cannot be read.
    """

    folder: Path
    file: Path | None
    given: Mapping[str, Given]
    hidden: Mapping[str, Given]
    tables: tuple[tuple[str, str], ...] = ()
    trouble: str = ""

    def text(self, name: str) -> str:
        """What a setting is set to; empty where it is not."""
        return self.given[name].text.strip() if name in self.given else ""

    def strays(self, known: Collection[str]) -> Iterator[Stray]:
        """What somebody may have meant to be one of the `known` settings."""
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
    """Read the environment and the secrets file; where none is named, the first that there is."""
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
    """The folder that settings are for, its file, what is in it, and why it cannot be read."""
    here = _current_folder()
    checkout = CHECKOUT if (CHECKOUT / "app.py").is_file() else here
    folders = [_folder_of(named)] if named else list(dict.fromkeys((here, checkout)))
    for folder in folders:
        file = named or folder / SECRETS_FILE
        try:
            text = file.read_text("utf-8")
            if folder == folders[-1] or "dyntube" in text.lower():  # or it is of another program
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
    except FileNotFoundError:  # somebody has removed it
        return CHECKOUT


def _folder_of(file: Path) -> Path:
    folder = file.absolute().parent
    return folder.parent if folder.name == SECRETS_FILE.parent.name else folder


def _where(error: Exception) -> str:
    """Which line is wrong. Never the error's own text: it may hold a part of the key."""
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
    """The setting that is nearly called so, if there is one.

    In a file of `ours`, API_KEY is one without its prefix; elsewhere it is some other program's.
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

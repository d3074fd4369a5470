"""Where settings stand: which file is read, what paths start from, which names are none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dyntube.errors import ConfigError
from dyntube.settings import settings as config
from dyntube.settings import sources
from dyntube.settings.settings import read_settings, try_settings
from dyntube.settings.sources import Stray, find_sources

from ..scripted import serve
from ..syncing import MAY_1, hourly, paged

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, while the current folder is `elsewhere` beside it."""
    folder, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    (folder / ".streamlit").mkdir(parents=True)
    elsewhere.mkdir()
    (folder / "app.py").touch()
    monkeypatch.setattr(sources, "CHECKOUT", folder)
    monkeypatch.chdir(elsewhere)
    return folder


def write(folder: Path, text: str) -> Path:
    file = folder / ".streamlit" / "secrets.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_from_another_folder_the_file_of_the_checkout_counts(checkout: Path) -> None:
    write(checkout, 'DYNTUBE_API_KEY = "ours"\nDYNTUBE_ARCHIVE = "./views"')
    settings = read_settings({})
    assert (settings.api_key, settings.demo) == ("ours", False)
    assert settings.archive == checkout / "views"


def test_a_file_of_the_current_folder_comes_first_and_alone(checkout: Path) -> None:
    write(checkout, 'DYNTUBE_API_KEY = "ours"\nDYNTUBE_TIMEZONE = "Asia/Tokyo"')
    write(Path.cwd(), 'DYNTUBE_API_KEY = "theirs"')
    settings = read_settings({})
    assert (settings.api_key, settings.timezone) == ("theirs", "UTC")
    assert settings.archive == Path.cwd() / "archive"


def test_a_file_of_another_program_in_the_current_folder_is_passed_over(checkout: Path) -> None:
    write(checkout, 'DYNTUBE_API_KEY = "ours"')
    write(Path.cwd(), 'password = "theirs"')
    settings = read_settings({})
    assert (settings.api_key, settings.archive) == ("ours", checkout / "archive")


def test_without_any_file_the_archive_is_beside_the_checkout(checkout: Path) -> None:
    assert read_settings({}).archive == checkout / "archive"
    assert read_settings({"DYNTUBE_ARCHIVE": "views"}).archive == checkout / "views"
    assert read_settings({"DYNTUBE_ARCHIVE": "/views"}).archive == Path("/views")


def test_an_installed_package_has_no_checkout(checkout: Path) -> None:
    (checkout / "app.py").unlink()
    write(checkout, 'DYNTUBE_API_KEY = "of somebody else"')
    assert read_settings({}).demo
    assert read_settings({}).archive == Path.cwd() / "archive"


def test_a_current_folder_that_is_gone_is_no_trouble(checkout: Path) -> None:
    write(checkout, 'DYNTUBE_API_KEY = "ours"')
    Path.cwd().rmdir()
    assert read_settings({}).api_key == "ours"


def test_a_file_here_that_cannot_be_read_is_said_and_not_passed_over(checkout: Path) -> None:
    write(checkout, 'DYNTUBE_API_KEY = "ours"')
    write(Path.cwd(), 'DYNTUBE_API_KEY = "theirs"\nDYNTUBE_TIMEZONE = Europe/Berlin')
    with pytest.raises(ConfigError, match=r"elsewhere.*secrets\.toml cannot be read: line 2"):
        read_settings({})


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    wrong = {"DYNTUBE_TIMEZONE": "Mars", "DYNTUBE_MEMORY": "much", "DYNTUBE_HOSTS": "a b"}
    with pytest.raises(ConfigError, match=r"TIMEZONE.*MEMORY.*HOSTS"):
        read_settings(wrong, tmp_path / "absent.toml")
    reading = try_settings(wrong | {"DYNTUBE_PAGE_SIZE": "7"}, tmp_path / "absent.toml")
    assert reading.wrong.keys() == wrong.keys()
    assert (reading.settings.page_size, reading.settings.timezone) == (7, "UTC")


def test_a_wrong_key_does_not_lead_to_the_demo(tmp_path: Path) -> None:
    reading = try_settings({"DYNTUBE_API_KEY": "a b"}, tmp_path / "absent.toml")
    assert "DYNTUBE_API_KEY" in reading.wrong
    assert not reading.settings.demo


@pytest.mark.parametrize("home", ["~nobody-is-called-so", "~nobody-is-called-so/views", "~/x"])
def test_a_home_folder_that_is_not_there_is_said(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "gone"))
    with pytest.raises(ConfigError, match=r"DYNTUBE_ARCHIVE starts with '~.*no such home folder"):
        read_settings({"DYNTUBE_ARCHIVE": home}, tmp_path / "absent.toml")


def test_a_path_that_no_file_can_have_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DYNTUBE_ARCHIVE"):
        read_settings({"DYNTUBE_ARCHIVE": "a\0b"}, tmp_path / "absent.toml")


def strays(tmp_path: Path, secrets: str = "", **environ: str) -> list[Stray]:
    file = tmp_path / "secrets.toml"
    file.write_text(secrets, "utf-8")
    names = try_settings({}, tmp_path / "absent.toml").names
    return list(find_sources(environ, file).strays(names))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DYNTUBE_API_KEYS", "DYNTUBE_API_KEY"),
        ("DYNTUBE_KEY", "DYNTUBE_API_KEY"),
        ("DYNTUBE_PAGESIZE", "DYNTUBE_PAGE_SIZE"),
        ("DYNTUBE_TIME_ZONE", "DYNTUBE_TIMEZONE"),
        ("DYNTUBE_TIMZONE", "DYNTUBE_TIMEZONE"),
        ("DYNTUBE_HOST", "DYNTUBE_HOSTS"),
        ("DYNTUBE_PROJECT_KEY", "DYNTUBE_PROJECT_KEYS"),
        ("dyntube_api_key", "DYNTUBE_API_KEY"),
        ("DYNTUBE-API-KEY", "DYNTUBE_API_KEY"),
        ("DYN_TUBE_API_KEY", "DYNTUBE_API_KEY"),
        ("DYNTUB_API_KEY", "DYNTUBE_API_KEY"),
        ("DYNTUBE_COLOUR", ""),
    ],
)
def test_a_misspelt_name_is_named_with_what_was_meant(
    name: str, meant: str, tmp_path: Path
) -> None:
    assert strays(tmp_path, **{name: "x"}) == [Stray(name, "environment", meant=meant)]
    [stray] = strays(tmp_path, f'"{name}" = "x"')
    assert (stray.name, stray.meant) == (name, meant)
    assert stray.source.endswith("secrets.toml")


def test_names_of_other_programs_are_not_ours(tmp_path: Path) -> None:
    others = ("PATH", "YOUTUBE_API_KEY", "API_KEY", "TIMEZONE", "MEMORY", "PAGE_SIZE", "AWS_KEY")
    assert strays(tmp_path, **dict.fromkeys(others, "x")) == []
    assert strays(tmp_path, 'password = "x"\n[connections.sql]\nurl = "x"\nmemory = 1') == []


def test_in_our_own_file_a_name_without_its_beginning_is_one(tmp_path: Path) -> None:
    assert [stray.meant for stray in strays(tmp_path, 'API_KEY = "x"')] == ["DYNTUBE_API_KEY"]


def test_settings_below_a_section_are_found(tmp_path: Path) -> None:
    text = '[connections.sql]\nDYNTUBE_API_KEY = "x"\n[dyntube]\ntimezone = "UTC"'
    found = [(stray.name, stray.table, stray.meant) for stray in strays(tmp_path, text)]
    assert found == [
        ("DYNTUBE_API_KEY", "connections.sql", "DYNTUBE_API_KEY"),
        ("timezone", "dyntube", "DYNTUBE_TIMEZONE"),
    ]


def test_what_is_named_cannot_draw_on_a_terminal(tmp_path: Path) -> None:
    [stray] = strays(tmp_path, **{"DYNTUBE_\x1b[31m" + "x" * 900: "x"})
    assert stray.name.isprintable()
    assert len(stray.name) <= 60


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = [line.split("`")[1] for line in readme.splitlines() if line.startswith("| `DYNTUBE_")]
    assert sorted(listed) == sorted(config.try_settings({}, ROOT / "absent.toml").names)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout of this very package, in a folder of its own."""
    shutil.copytree(
        ROOT / "dyntube",
        tmp_path / "copy" / "dyntube",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "copy" / "app.py").touch()
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "copy"


def python(copy: Path, script: str) -> subprocess.CompletedProcess[str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", script],
        env=known | {"PYTHONPATH": str(copy)},
        cwd=copy.parent / "elsewhere",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


LOAD = """
import dyntube
print(len(dyntube.load_views("2026-05-01", "2026-05-01")))
print(dyntube.ask("views", start="2026-05-01", end="2026-05-01")["views"].sum())
"""


def test_a_notebook_in_another_folder_has_the_account_and_the_archive_of_the_app(
    copy: Path,
) -> None:
    with serve(paged(hourly(5, MAY_1))) as server:
        write(copy, f'DYNTUBE_STATS_URL = "{server.url}"\nDYNTUBE_ARCHIVE = "./views"')
        done = python(copy, LOAD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\n5\n", "")
    assert len(list((copy / "views").rglob("2026-05-01.*.parquet"))) == 1
    assert list((copy.parent / "elsewhere").iterdir()) == []


def test_invented_views_come_with_a_warning_each_time(copy: Path) -> None:
    done = python(copy, LOAD)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 100
    warned = [line for line in done.stderr.splitlines() if "DemoDataWarning" in line]
    assert len(warned) == 2
    assert "invented demo data" in warned[0]
    assert warned[0].startswith("<string>:3:")  # the line that asked
    assert [path.name for path in (copy / "archive").iterdir() if path.is_dir()] == ["demo"]
    assert list((copy.parent / "elsewhere").iterdir()) == []


def test_the_warning_can_be_silenced_or_be_an_error_as_any_other(copy: Path) -> None:
    ignore = 'import warnings, dyntube\nwarnings.simplefilter("ignore", dyntube.DemoDataWarning)'
    assert "Warning" not in python(copy, ignore + LOAD).stderr
    failed = python(copy, ignore.replace("ignore", "error") + LOAD)
    assert failed.returncode == 1
    assert "DemoDataWarning: No DYNTUBE_API_KEY is set" in failed.stderr

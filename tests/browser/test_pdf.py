"""Pages on paper: by the command, and by a reader's own browser."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dyntube import formats
from dyntube.archive.archive import Archive
from dyntube.errors import PrintError
from dyntube.fetch.status import StatusFile, SyncEnd
from dyntube.fetch.sync import Progress
from dyntube.pdf import server
from dyntube.pdf.browser import started
from dyntube.pdf.devtools import DevTools
from dyntube.pdf.write import printed
from dyntube.query.metrics import metric

from .. import debian, forked
from ..processes import left_of, running_of
from . import chromium
from .app import PREPARE, ROOT, Watched

Tab = Callable[..., Watched]
PAGES = ("overview", "videos", "engagement", "geography", "devices", "embeds", "live", "data")
# Two others are printed below; `make test-faults` prints all.
PRINTED = PAGES if os.environ.get("PRINTED") else ("videos", "live", "data")
A4 = (841.9, 595.3)  # points, across
CONTROLS = (
    "Search",
    "Sort by",
    "Export",
    "Download",
    "Saved views",
    "Drag to",
    "Click a",
    "Show all",
)


@pytest.fixture(scope="module", autouse=True)
def poppler() -> None:
    debian.need("pdftotext", "poppler-utils", os.environ["PATH"])


@pytest.fixture
def environ(demo_archive: Path, browser: Browser, tmp_path: Path) -> dict[str, str]:
    """What a command needs to print the demo; all that it starts is known by the folder."""
    known = {name: text for name, text in os.environ.items() if not name.startswith("DYNTUBE_")}
    own = {"DYNTUBE_ARCHIVE": f"{demo_archive}", "DYNTUBE_BROWSER": chromium.find() or ""}
    return known | own | {"TMPDIR": f"{tmp_path}"}


def text_of(file: Path) -> str:
    """What a PDF says, line by line."""
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return re.sub(r"[ \t]+", " ", done.stdout.decode())


def sizes_of(file: Path) -> list[tuple[float, float]]:
    """The sizes of a PDF's pages, in points."""
    command = ["pdfinfo", "-f", "1", "-l", "-1", file]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    found = re.findall(r"^Page +\d+ size: +([\d.]+) x ([\d.]+) pts", said, re.MULTILINE)
    return [(float(width), float(height)) for width, height in found]


def assert_on_paper(file: Path) -> str:
    """That pages are A4 across and nothing on them is of a screen; returns what they say."""
    sizes, text = sizes_of(file), text_of(file)
    assert sizes == [pytest.approx(A4, abs=1.5)] * len(sizes)
    assert sizes
    assert [word for word in CONTROLS if word in text] == []
    assert re.search(rf"^ *{len(sizes)} ?/ ?{len(sizes)}$", text, re.MULTILINE)
    return text


def test_the_command_prints_a_page_whole(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "overview.pdf"
    query = "period=last-7-days&zone=Europe/Berlin&country=DE&nonsense=1"
    address = f"https://dash.example/?{query}"
    asked = ("report", "overview", "--address", address)
    done = forked.dyntube(*asked, "--pdf", str(file), environ=environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Written to {file}: Overview.\n"
    assert "nonsense=1" in done.stderr
    assert left_of(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == [file.name]

    text = assert_on_paper(file)
    read = json.loads(forked.dyntube(*asked, "--json", environ=environ).stdout)
    (totals,) = next(table["rows"] for table in read["tables"] if table["title"] == "Totals")
    assert len(totals) >= 8
    for name in (
        *("views", "plays", "play_rate", "viewers", "watch_time"),
        *("average_percent_watched", "completion_rate", "sound_on_rate"),
    ):
        measure = metric(name)
        assert measure.label in text
        assert formats.value(measure, totals[name]) in text, name
    assert text.lstrip().startswith("Overview")
    for said in (
        f"Period {read['period']} · Europe/Berlin",
        f"Compared with {read['comparison']}",
        "Filters Country: Germany",
        "Views up to",
        "Link https://dash.example?zone=Europe%2FBerlin&period=last-7-days&country=DE",
        "Sample data",
    ):
        assert said in text, said


@pytest.fixture(scope="module")
def printer(demo_archive: Path, browser: Browser) -> Iterator[tuple[DevTools, server.Server]]:
    """A browser and a server that print the demo."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DYNTUBE_ARCHIVE", f"{demo_archive}")
        with (
            server.started(60) as opened,
            started(chromium.find() or "", time.monotonic() + 900) as devtools,
        ):
            yield devtools, opened


@pytest.mark.parametrize("name", PRINTED)
def test_every_page_is_printed(
    name: str, printer: tuple[DevTools, server.Server], tmp_path: Path
) -> None:
    file, path = tmp_path / "page.pdf", "" if name == "overview" else name
    file.write_bytes(printed(*printer, path, time.monotonic() + 90))
    assert assert_on_paper(file).lstrip().startswith(name.capitalize())


def test_a_card_whose_list_scrolls_on_a_screen_is_parted_and_not_put_off_to_the_next_sheet(
    printer: tuple[DevTools, server.Server], tmp_path: Path
) -> None:
    file = tmp_path / "page.pdf"
    file.write_bytes(printed(*printer, "embeds", time.monotonic() + 90))

    first, second = text_of(file).split("\f")[:2]
    assert "New and lost sites" in first
    assert "Views by site" in second


def test_a_command_that_is_stopped_leaves_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    file.write_text("before")
    command = [sys.executable, "-m", "dyntube", "report", "videos", "--pdf", str(file)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        while not any(b"--headless" in arguments(found) for found in running_of(tmp_path)):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.stderr
        assert process.stderr.read().endswith("dyntube: Stopped.\n")
    assert process.returncode == 143
    assert left_of(tmp_path) == []
    assert file.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def arguments(process: int) -> bytes:
    """The arguments of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_page_that_a_sync_is_still_filling_is_not_printed(
    printer: tuple[DevTools, server.Server], demo_archive: Path
) -> None:
    archive, said = Archive(demo_archive, ["demo"]), ""
    with archive.lock():
        StatusFile(archive).show(Progress(0, 3, 0, None))
        for seconds in (5, 20, 80):  # whatever this machine needs to draw it
            with pytest.raises(PrintError) as caught:
                printed(*printer, "", time.monotonic() + seconds)
            said = str(caught.value)
            if said.startswith("A sync"):
                break
        StatusFile(archive).end(SyncEnd())
    assert said.startswith("A sync is running, and the page is not complete before it ends.")
    assert printed(*printer, "", time.monotonic() + 90).startswith(b"%PDF")


def test_what_a_reader_prints_is_what_the_command_prints(
    demo: str, tab: Tab, environ: dict[str, str], tmp_path: Path
) -> None:
    """Even from dark colours, a phone, and a page that was not scrolled to its end."""
    page = opened(tab(width=1000, dark=True, new=True), f"{demo}/engagement")
    readers, commands = tmp_path / "reader.pdf", tmp_path / "command.pdf"
    page.evaluate(PREPARE)
    page.pdf(path=readers, prefer_css_page_size=True, print_background=True)
    done = forked.dyntube("report", "engagement", "--pdf", str(commands), environ=environ)
    assert done.returncode == 0, done.stderr
    assert sizes_of(readers) == sizes_of(commands)
    assert numbers(assert_on_paper(readers)) == numbers(assert_on_paper(commands))


def numbers(text: str) -> list[str]:
    """The numbers below the head, which has the link and the time of printing."""
    return re.findall(r"[\d.,:]+%?", text.partition("no account is connected.")[2])


def test_figures_are_as_wide_as_paper_and_light_and_then_as_they_were(demo: str, tab: Tab) -> None:
    page = opened(tab(width=1000, dark=True, new=True), demo)
    before = page.evaluate(FIGURES)
    page.evaluate(PREPARE)
    on_paper = page.evaluate(FIGURES)
    assert page.locator(".figure").count() == len(on_paper)
    for figure in on_paper:
        assert figure["state"] == "drawn"
        assert figure["drawn"] == pytest.approx(figure["box"], abs=1)
        assert figure["right"] <= 1290
        assert "rgb(229, 231, 235)" not in figure["colours"]  # the text of dark colours
    assert on_paper[0]["drawn"] > before[0]["drawn"]
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(
        "width => document.querySelector('.main-svg').clientWidth === width", arg=before[0]["drawn"]
    )
    assert page.locator("html.paper").count() == 0


FIGURES = """() => [...document.querySelectorAll('.figure')].map(figure => ({
  state: figure.dataset.state, box: figure.clientWidth,
  drawn: figure.querySelector('.main-svg')?.clientWidth ?? 0,
  right: figure.getBoundingClientRect().right,
  colours: [...figure.querySelectorAll('text')].map(text => getComputedStyle(text).fill),
}))"""


def opened(watched: Watched, url: str) -> Page:
    watched.open(url)
    watched.wait_painted()
    return watched.page

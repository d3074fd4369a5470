"""`report --as`: a page with no more than what somebody sees, on screen and on paper."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .. import debian, forked
from ..browser import chromium
from ..browser.test_pdf import text_of
from ..processes import left_of
from .persons import settings_of_app
from .rules import for_all, rule


@pytest.fixture(scope="module")
def parents(demo_archive: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Projects, channels and videos of the demo, by key."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (demo_archive / "demo" / "names.json").read_text()
    )
    return found


@pytest.fixture(scope="module")
def project(parents: dict[str, dict[str, dict[str, str]]]) -> str:
    """The key of a project of the demo."""
    return next(iter(parents["projects"]))


@pytest.fixture
def environ(demo_archive: Path, project: str, tmp_path: Path) -> Mapping[str, str]:
    """The demo, where some may see one project of it."""
    rules = for_all("admin", "admin@acme.com")
    for role in ("reader", "analyst", "analyst-personal"):
        rules += rule(role, people=[f"{role}@acme.com"], projects=[project])
    keep = {name: text for name, text in os.environ.items() if not name.startswith("DYNTUBE_")}
    known = {f"DYNTUBE_{n}": text for n, text in settings_of_app(tmp_path, rules).items()}
    return keep | known | {"DYNTUBE_ARCHIVE": f"{demo_archive}", "TMPDIR": f"{tmp_path}"}


def hidden(parents: dict[str, dict[str, dict[str, str]]], project: str) -> set[str]:
    """Names of what belongs to other projects alone."""
    id_ = parents["projects"][project]["id"]
    videos = parents["videos"].values()
    own = {video["name"] for video in videos if video.get("project_id") == id_}
    others = {video["name"] for video in videos if video.get("project_id") != id_}
    others |= {of["name"] for key, of in parents["projects"].items() if key != project}
    assert len(others) > 5
    return others - own


WEEK = ("--address", "?period=last-28-days")


@pytest.mark.parametrize("page", ["overview", "videos", "engagement", "embeds", "live"])
def test_as_somebody_a_page_has_only_what_they_see(
    environ: Mapping[str, str],
    parents: dict[str, dict[str, dict[str, str]]],
    project: str,
    page: str,
):
    asked = ("report", page, *WEEK, "--as", "READER@acme.com")
    text = forked.dyntube(*asked, environ=environ)
    said = forked.dyntube(*asked, "--json", environ=environ)
    whole = forked.dyntube(*asked[:-2], "--json", environ=environ)

    assert (text.returncode, said.returncode, whole.returncode) == (0, 0, 0), text.stderr
    tables = json.loads(said.stdout)["tables"]
    assert tables
    shown = text.stdout + json.dumps(tables, ensure_ascii=False)
    assert [name for name in hidden(parents, project) if name in shown] == []
    assert any(name in whole.stdout for name in hidden(parents, project)) == (
        page in ("overview", "videos", "live")
    )


def test_as_somebody_an_address_that_opens_or_filters_hides_the_same(
    environ: Mapping[str, str], parents: dict[str, dict[str, dict[str, str]]], project: str
):
    id_ = parents["projects"][project]["id"]
    key = next(k for k, v in parents["videos"].items() if v.get("project_id") != id_)
    name = parents["videos"][key]["name"]
    for query in (f"open={key}", f"video={key}"):
        asked = ("report", "videos", "--address", f"?period=last-28-days&{query}")
        assert name in forked.dyntube(*asked, environ=environ).stdout
        as_reader = (*asked, "--as", "reader@acme.com")
        for form in ("--markdown", "--json"):
            done = forked.dyntube(*as_reader, form, environ=environ)
            assert done.returncode == 0, done.stderr
            assert name not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("who", "sees"), [("reader", False), ("analyst", True), ("analyst-personal", True)]
)
def test_individual_views_are_printed_for_those_alone_who_may_see_them(
    environ: Mapping[str, str], who: str, sees: bool
):
    asked = ("report", "live", "--as", f"{who}@acme.com")
    said = json.loads(forked.dyntube(*asked, "--json", environ=environ).stdout)
    titles = [table["title"] for table in said["tables"]]

    assert titles[:1] == ["Totals"]
    assert ("Latest views" in titles) == sees
    assert ("Latest views" in forked.dyntube(*asked, environ=environ).stdout) == sees


@pytest.mark.parametrize("form", ["--markdown", "--json", "--pdf"])
def test_the_store_itself_is_refused_to_all_but_admins(
    environ: Mapping[str, str], tmp_path: Path, form: str
):
    file = tmp_path / "data.pdf"
    more = [str(file)] if form == "--pdf" else []
    browser = {"DYNTUBE_BROWSER": "/bin/true"}

    done = forked.dyntube(
        *("report", "data", "--as", "analyst@acme.com", form, *more), environ=environ | browser
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "Only administrators may see the store itself." in done.stderr
    assert not file.exists()


def test_an_admin_reads_the_store(environ: Mapping[str, str]):
    done = forked.dyntube("report", "data", "--as", "admin@acme.com", environ=environ)

    assert done.returncode == 0, done.stderr
    assert "# Data" in done.stdout


def test_on_paper_is_only_what_somebody_sees(
    environ: Mapping[str, str],
    parents: dict[str, dict[str, dict[str, str]]],
    project: str,
    tmp_path: Path,
    browser: Browser,
):
    debian.need("pdftotext", "poppler-utils", os.environ["PATH"])
    file = tmp_path / "live.pdf"
    own = {"DYNTUBE_BROWSER": chromium.find() or ""}

    done = forked.dyntube(
        *("report", "live", "--as", "reader@acme.com", "--pdf", str(file)), environ=environ | own
    )

    assert done.returncode == 0, done.stderr
    text = text_of(file)
    assert "Views per minute" in text
    assert "Latest views" not in text
    assert [name for name in hidden(parents, project) if name in text] == []
    assert left_of(tmp_path) == []

"""Every page in every state: each asks its questions, draws its charts, and never breaks."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dyntube.ui import door

from .. import odd
from ..clock import TODAY
from ..components import sent
from ..conftest import record
from ..hostile import TEXTS
from .test_pages import open_page, said

PAGES = ("overview", "videos", "engagement", "geography", "devices", "embeds", "live")
VIDEOS = ("HGOEuGbd6dpex", "YWTJyenWxhlEL", "zD7lEDM6Ftivs")
STATES = {
    "as it opens": "",
    "a week, nothing compared": "period=last-7-days&compare=none",
    "one day by the hour": "period=yesterday&compare=year",
    "filtered in every way": "country=DE&country=US&device_type-not=TV&video-contains=the"
    "&embed_domain-contains=fernhill&sound=On",
    "by another metric, sorted by its change": "metric=completion_rate&sort=watch_time_change"
    "&order=rising&colour=change",
    "another level everywhere": "level=city&level=device_model&level=browser_version"
    "&level=os_version&level=embed_page&level=channel&mix=os",
    "a few plays": f"video={VIDEOS[2]}&country=PT&period=yesterday",
    "filtered to some videos": "&".join(f"video={key}" for key in VIDEOS),
    "one video": f"open={VIDEOS[0]}",
    "some videos": "&".join(f"open={key}" for key in VIDEOS),
    "some videos from their first view": "align=age&" + "&".join(f"open={key}" for key in VIDEOS),
    "more videos than fit": "align=age&" + "&".join(f"open=v{n}" for n in range(9)),
    "searched, with chosen columns": "video-search=summit&country-search=z&columns=plays"
    "&columns=views_change&sort=name",
    "the views behind a rate": "behind=completion_rate",
    "unknown values": "country=Unknown&city=Atlantis",
    "Kathmandu": "zone=Asia/Kathmandu&period=last-7-days",
}
# Markdown, or HTML, without the backslash that makes it text.
MARKUP = re.compile(r"(?<!\\)(<img|<script|!\[x|\]\(|\*\*b)")
EMPTY = {
    "nothing matches": "video=no-such-video",
    "the future": "from=2090-01-01&to=2090-01-31",
}


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", STATES)
def test_a_page_is_drawn(page: str, state: str) -> None:
    at = open_page(STATES[state], page)
    assert not at.exception
    assert not at.error, said(at)
    assert at.title[0].value.lower() == page
    assert " this link" not in said(at)
    if not any(none in said(at) for none in ("No views match", "no stored views")) and (
        page != "live"
    ):
        assert sent(at, "figure") or sent(at, "table") or at.dataframe


@pytest.mark.usefixtures("full")
def test_garbage_is_not_looked_for_in_what_stays_when_a_page_has_been_drawn() -> None:
    gc.unfreeze()
    open_page(page="devices")
    assert gc.get_freeze_count() > 10_000


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("page", sorted(set(PAGES) - {"live"}))
@pytest.mark.parametrize("state", EMPTY)
def test_a_page_without_views_says_what_to_do(page: str, state: str) -> None:
    at = open_page(EMPTY[state], page)
    assert not at.exception
    assert not sent(at, "figure")
    if state == "the future":
        assert "stored" not in at.caption[0].value
    ways = {"Clear filters", "Show the last 28 days"} & {button.label for button in at.button}
    assert ways or "Choose another one" in said(at)


@pytest.mark.parametrize("page", PAGES)
def test_texts_that_try_to_be_more_are_only_texts(
    page: str, tmp_path: Path, connect: Callable[..., None]
) -> None:
    folder = tmp_path / "archive"
    archive = odd.open_archive(folder)
    for back in (0, 1, 2, 30):
        day = TODAY - back * odd.ONE_DAY
        odd.put(archive, day, [_hostile(n, f"{day}T00:00:00Z") for n in range(len(TEXTS))])
    connect("", folder, SYNC="external")
    evil = quote("<img src=x onerror=alert(1)>")
    for query in ("", f"country={evil}&city-contains={evil}&embed_domain-not={evil}"):
        at = open_page(query, page).run()  # its address has been read, and is told no more
        assert not at.exception
        assert not at.error, said(at)
        markup = [e.value for e in (*at.markdown, *at.caption, *at.title, *at.header)]
        markup += [button.label for button in at.button]
        assert [text for text in markup if MARKUP.search(text)] == []
        assert [run for e in at.get("html") for run in what_runs(e.proto.body)] == []
        for chart in sent(at, "figure"):
            assert "<img" not in chart["figure"]
            assert "<script" not in chart["figure"]


def what_runs(html: str) -> list[str]:
    """What of some HTML a browser would run or load that is not ours."""

    class Found(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            source = str(dict(attrs).get("src", ""))
            foreign = tag in ("img", "iframe", "object", "embed", "svg", "link", "form")
            ours = tag != "script" or source.startswith("app/static/")
            handlers = [name for name, _ in attrs if name.startswith("on")]
            if foreign or not ours or handlers or "javascript:" in str(attrs).lower():
                found.append(f"{tag} {attrs}")

    found: list[str] = []
    Found().feed(html)
    return found


def _hostile(number: int, date: str) -> dict[str, Any]:
    text = TEXTS[number]
    return record(
        f"{number}-{date}",
        date,
        videoKey=text,
        projectKey=text,
        channelKey=text,
        clientUserId=text,
        geo={"country": text, "region": text, "city": text, "continent": text},
        device={"type": text, "brand": text, "model": text},
        browser={"family": text, "major": 1},
        os={"family": text, "major": 1},
        embed={"domain": text, "url": text},
    )


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("page", "looks"),
    [
        ("overview", 2),  # the period and the comparison
        ("videos", 2),
        ("geography", 2),
        ("devices", 2),
        ("embeds", 4),  # of domains and of campaigns, here and before
        ("engagement", 3),  # by the clock only for the period
    ],
)
def test_a_page_looks_at_its_views_once_for_all_that_it_adds_up_by_some_dimensions(
    page: str, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = open_page("plan-not=Edge", page)
    engine, asked = door.desk().account.engine, []
    aggregate = engine.backend.aggregate
    monkeypatch.setattr(
        engine.backend, "aggregate", lambda query, at: asked.append(query) or aggregate(query, at)
    )
    engine.forget()
    at.run()

    wide = [query for query in asked if len(query.by) > 1 and len(query.metrics) > 3]
    assert len(wide) == looks

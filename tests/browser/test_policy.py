"""Every page works under the policy that its headers set, which stops what has no place there."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Response

from .app import Watched, watch
from .test_export import PRINTED

Tab = Callable[..., Watched]
PAGES = ("", "videos", "engagement", "geography", "devices", "embeds", "live", "data")
# In the page itself, from its first moment on. Streamlit's numbers of 64 bits try WebAssembly, and
# do without it.
LISTEN = """
window.stopped = [];
document.addEventListener('securitypolicyviolation', e => {
  if (e.blockedURI !== 'wasm-eval') window.stopped.push(e.effectiveDirective);
})
"""


@pytest.fixture(scope="module")
def listening(browser: Browser) -> Iterator[tuple[Watched, list[Response]]]:
    """A tab that hears what is stopped, and all answers."""
    opened, answers = watch(browser), list[Response]()
    opened.look(width=1440, dark=False)
    opened.page.on("response", lambda answer: answers.append(answer))
    opened.page.add_init_script(LISTEN)
    yield opened, answers
    opened.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_nothing_that_its_policy_forbids(
    demo: str, listening: tuple[Watched, list[Response]], path: str
) -> None:
    opened, answers = listening
    answers.clear()
    opened.open(f"{demo}/{path}")
    opened.wait_painted()
    opened.page.wait_for_timeout(1000)
    assert opened.page.evaluate("window.stopped") == []
    assert opened.errors == opened.foreign == []
    assert len(answers) > 50
    bare = [answer.url for answer in answers if not answer.headers.get("content-security-policy")]
    assert bare == []


def test_a_workbook_and_the_printed_page_come_out(demo: str, tab: Tab) -> None:
    opened = tab(new=True)
    opened.page.add_init_script(LISTEN)
    opened.page.add_init_script(PRINTED)
    opened.open(f"{demo}/?period=last-7-days")
    opened.wait_painted()
    opened.page.locator(".st-key-export button").first.click()
    with (
        opened.page.expect_download() as download,
        opened.page.expect_response(
            lambda answer: answer.url.startswith(f"{demo}/media/")
        ) as media,
    ):
        opened.page.locator(".st-key-export-page button").click()
    file = Path(download.value.path())
    assert openpyxl.load_workbook(io.BytesIO(file.read_bytes())).sheetnames[0] == "Notes"
    assert media.value.headers["cache-control"] == "no-store"
    opened.page.locator(".st-key-export-print button").click()
    opened.page.wait_for_function("() => window.printed === 1")
    assert opened.page.pdf().startswith(b"%PDF")
    assert opened.page.evaluate("window.stopped") == []


def test_a_script_that_got_into_a_page_does_not_run_and_nobody_may_frame_it(
    demo: str, tab: Tab
) -> None:
    opened = tab(new=True)
    opened.page.add_init_script(LISTEN)
    opened.open(demo)
    opened.wait_painted()
    opened.page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.hurt = 1';
          document.body.append(script);
          const image = document.createElement('img');
          image.src = 'http://evil.example/seen.png';
          document.body.append(image);
          const frame = document.createElement('iframe');
          frame.src = location.href;
          document.body.append(frame);
        }"""
    )
    opened.page.wait_for_function("() => window.stopped.length >= 3")
    assert opened.page.evaluate("window.hurt") is None
    assert {"script-src-elem", "img-src", "frame-src"} <= set(
        opened.page.evaluate("window.stopped")
    )
    assert opened.errors.pop(0)
    opened.errors.clear()  # the browser says in words what it has stopped
    opened.foreign.clear()

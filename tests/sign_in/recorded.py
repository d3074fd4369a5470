"""What an admin's browser sends for clicks that show and change much, as its websocket had it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg

from ..browser.app import wait_painted, wait_ready
from .canaries import PERIOD, ROOT

SLOWLY = 120_000


@dataclass(frozen=True)
class Sent:
    """A message, and the page that was open."""

    page: str
    message: BackMsg


def record(browser: Browser, url: str) -> list[Sent]:
    """Click through pages as the admin: rows, filters, chips, menus, people."""
    context = browser.new_context(
        extra_http_headers=dict(ROOT.headers), viewport={"width": 1440, "height": 900}
    )
    page, sent, at = context.new_page(), list[Sent](), [""]
    page.set_default_timeout(SLOWLY)

    def keep(payload: str | bytes) -> None:
        message = BackMsg.FromString(payload if isinstance(payload, bytes) else b"")
        if message.WhichOneof("type") == "rerun_script" and message.rerun_script.page_script_hash:
            sent.append(Sent(at[0], message))

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", keep)

    page.on("websocket", listen)
    for name, clicks in CLICKS.items():
        at[0] = name
        page.goto(f"{url}/{name}?{PERIOD}")
        wait_ready(page)
        for click in clicks:
            click(page)
    context.close()
    return sent


def button(name: str | re.Pattern[str]) -> Callable[[Page], None]:
    """A click on the first button of that name."""
    exact = isinstance(name, str)
    return lambda page: page.get_by_role("button", name=name, exact=exact).first.click()


def says(text: str) -> Callable[[Page], Any]:
    """Wait for a text."""
    return lambda page: page.get_by_text(text).first.wait_for()


def text(part: str, of: str) -> Callable[[Page], None]:
    """A click on a text in the element of a key."""
    return lambda page: page.locator(f".st-key-{of}").get_by_text(part).first.click()


def typed(label: str, words: str) -> Callable[[Page], None]:
    """Type into a field."""
    return lambda page: page.get_by_label(label).fill(words)


CLICKS: dict[str, list[Callable[[Page], Any]]] = {
    "": [
        lambda page: page.locator("button[data-by=project]").click(),
        text("Project lyrebird", "filters"),
        wait_painted,
        button(re.compile("^Remove Project")),
        wait_painted,
        text("Kiribati", "list-country"),
        wait_painted,
        button(re.compile("^Remove Country")),
        wait_painted,
        button("Saved views"),
        button("Rename this view"),
        typed("New name", "Taken"),
        button("Rename"),
        says("Renamed to"),
        button("Delete this view"),
        button("Delete"),
        says("Deleted"),
        typed("Name", "Everything of the admin"),
        button("Save"),
        says("Saved Everything"),
        lambda page: page.keyboard.press("Escape"),
        button("Notes"),
        button("Change this note"),
        button("Save"),
        says("Note changed"),
        button("Delete this note"),
        button("Delete"),
        says("Note deleted"),
        lambda page: page.keyboard.press("Escape"),
        text("Film numbat", "top-videos-rows"),
        wait_painted,
    ],
    "people": [
        lambda page: page.get_by_role("combobox", name="Person").click(),
        lambda page: page.get_by_role("option", name="paul@acme.com").click(),
        button("Sign them out everywhere"),
        says("has to sign in again"),
        button("See what they see"),
        says("You see what"),
        button("Back to my view"),
        wait_painted,
    ],
}

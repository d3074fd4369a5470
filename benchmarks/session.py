"""A reader's tab without a browser: the websocket, used as Streamlit's own page uses it.

What that page does and a `Session` does not: load files, draw, and send what its widgets hold.
"""

from __future__ import annotations

import asyncio
import time

import requests
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Navigation_pb2 import Navigation
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

USER = "X-Forwarded-Email"  # the header in which a proxy names who has signed in
PATIENCE = 60.0  # seconds after which a reader gives up
DROPPED = "connection dropped"
_HELD_RUNS = 2  # for how many runs the page holds a message, as `global.maxCachedMessageAge` says


class Broken(Exception):
    """A reader does not see what was asked for; the text says what instead."""


def _cookies(url: str, user: str) -> dict[str, str]:
    headers = {"Accept": "text/html", USER: user}
    answer = requests.get(url, headers=headers, timeout=PATIENCE)
    return requests.utils.dict_from_cookiejar(answer.cookies)


class Session:
    """One tab. Its methods end when the script has finished, and raise Broken.

    `pages` has the paths of the app's pages once one was opened, `address` the query string, and
    `redraws` is how often parts of a page drew themselves again.
    """

    def __init__(self, url: str, socket: ClientConnection, process: str = "") -> None:
        self._url, self._socket, self.process = url, socket, process
        self.pages: dict[str, str] = {}  # and the hashes of their scripts
        self.path = self.address = ""
        self.redraws = 0
        self._page = ""
        self._fragments: list[str] = []  # that this run is about; none: all of the page
        self._timers: dict[str, tuple[float, float]] = {}  # by fragment: seconds between, and when
        self._held: dict[str, tuple[int, str]] = {}  # by hash: the run that used it last, fragment
        self._runs = 0
        self._problems: list[str] = []

    @classmethod
    async def connect(cls, url: str, user: str = "somebody@acme.com") -> Session:
        """A new tab, with the cookies that its browser gets with the first page.

        `user` is whom a proxy would name; where nobody signs in it counts for nothing.
        """
        try:
            cookies = await asyncio.to_thread(_cookies, url, user)
            socket = await connect(
                url.replace("http", "ws", 1) + "/_stcore/stream",
                origin=url,  # type: ignore[arg-type]
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers={
                    "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()),
                    USER: user,
                },
                max_size=None,
                open_timeout=PATIENCE,
                ping_interval=None,  # a browser does not ask either
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Broken("no connection") from error
        return cls(url, socket, cookies.get("dyntube_process", ""))

    async def open(self, path: str, address: str) -> None:
        """Open the tab on a page, with a query string."""
        self.path, self.address = path, address
        await self._run(page_name=path)

    async def visit(self, path: str) -> None:
        """Choose another page in the menu: the address loses its query, the app sets it again."""
        self._timers.clear()
        self.path, self.address, self._page = path, "", self.pages[path]
        await self._run(page_script_hash=self._page)

    async def ask(self, address: str) -> None:
        """Show this page with another query string."""
        self.address = address
        await self._run(page_script_hash=self._page)

    async def look(self, seconds: float) -> None:
        """Do nothing for a while; the parts that draw themselves again now and then do so."""
        end = time.monotonic() + seconds
        while True:
            due, fragment = min(
                ((due, name) for name, (_, due) in self._timers.items()), default=(end, "")
            )
            await asyncio.sleep(min(due, end) - time.monotonic())
            if due >= end:
                return
            every, _ = self._timers[fragment]
            self._timers[fragment] = every, max(due + every, time.monotonic())
            self.redraws += 1
            await self._run(page_script_hash=self._page, fragment_id=fragment, is_auto_rerun=True)

    async def close(self) -> None:
        """Close the tab."""
        await self._socket.close()

    async def _run(self, **asked: object) -> None:
        state = ClientState(
            query_string=self.address,
            cached_message_hashes=list(self._held),
            context_info=ContextInfo(
                timezone="Europe/Berlin",
                locale="en-GB",
                url=f"{self._url}/{self.path}",
                color_scheme="light",
            ),
            **asked,  # type: ignore[arg-type]
        )
        self._problems.clear()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
                await self._finished()
        except TimeoutError:
            raise Broken(f"not finished after {PATIENCE:.0f} s") from None
        except ConnectionClosed as error:
            raise Broken(DROPPED) from error
        if self._problems:
            raise Broken(self._problems[0])

    async def _finished(self) -> None:
        """Take messages until the script has finished, and has not begun again by itself."""
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            self._hold(message)
            if message.WhichOneof("type") != "script_finished":
                self._take(message)
                continue
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self._problems.append("script not compiled")
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._let_go()
                return

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self._fragments = list(message.metadata.run.fragment_ids)
                if not self._fragments:
                    self._timers.clear()
            case "navigation":
                self._navigate(message.navigation)
            case "page_info_changed":
                self.address = message.page_info_changed.query_string
            case "auto_rerun":
                every, name = message.auto_rerun.interval, message.auto_rerun.fragment_id
                if self._timers.get(name, (0.0, 0.0))[0] != every:
                    self._timers[name] = every, time.monotonic() + every
            case "stop_auto_rerun":
                for name in message.stop_auto_rerun.fragment_ids:
                    self._timers.pop(name, None)
            case "page_not_found":
                self._problems.append("page not found")
            case "delta":
                self._look_for_errors(message.delta)

    def _navigate(self, offered: Navigation) -> None:
        self.pages = {page.url_pathname: page.page_script_hash for page in offered.app_pages}
        self._page = offered.page_script_hash

    def _look_for_errors(self, delta: Delta) -> None:
        element = delta.new_element
        match element.WhichOneof("type"):
            case "exception":
                self._problems.append(f"{element.exception.type}: {element.exception.message}")
            case "alert" if element.alert.format == Alert.ERROR:
                self._problems.append(element.alert.body)

    def _hold(self, message: ForwardMsg) -> None:
        """Keep in mind what need not be sent again."""
        if message.ref_hash in self._held:
            self._held[message.ref_hash] = self._runs, self._held[message.ref_hash][1]
        elif message.metadata.cacheable:
            self._held[message.hash] = self._runs, message.delta.fragment_id

    def _let_go(self) -> None:
        self._runs += 1
        self._held = {
            name: (run, fragment)
            for name, (run, fragment) in self._held.items()
            if self._runs - run <= _HELD_RUNS
            or (self._fragments and fragment not in self._fragments)
        }

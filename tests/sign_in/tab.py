"""A tab of a person whom the proxy names, without a browser: what is sent to it, what it clicks,
and the files that it asks for, as Streamlit's own page does.
"""

from __future__ import annotations

import asyncio
import io
import json
import threading
import zipfile
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from .hosted import PATIENCE, PROXY, Drawn

T = TypeVar("T")
Headers = list[tuple[str, str]]


class Tab:
    """One session. `state` is what its widgets hold, by their ids."""

    def __init__(self, url: str, headers: Headers, loop: asyncio.AbstractEventLoop) -> None:
        self.url, self.headers, self._loop = url, headers, loop
        self.state: dict[str, WidgetState] = {}
        self.elements: dict[str, Message] = {}  # the widgets that were drawn last, by id
        self._fragments: dict[str, str] = {}  # and the parts that they are in
        self.session = self.query = self._page = self._script = ""
        self.asked: tuple[str, ...] = ()  # what it says of itself beside the protocol
        self._socket: ClientConnection | None = None

    def open(self, page: str, query: str = "") -> Drawn:
        """Open a page at an address, in a session of its own."""
        self.close()
        self.query, self._page = query, page
        self.elements.clear()
        self.state.clear()
        return self._do(self._run(page_name=page))

    def run(self, *changed: WidgetState) -> Drawn:
        """Send what widgets hold, as a click does; the part that they are in runs, or the page."""
        triggers = [w.id for w in changed if w.WhichOneof("value") in _TRIGGERS]
        self.state |= {widget.id: widget for widget in changed}
        parts = {self._fragments.get(w.id.removesuffix(_EVENTS), "") for w in changed}
        [fragment] = parts or {""}
        drawn = self._do(self._run(page_script_hash=self._script, fragment_id=fragment))
        for id_ in triggers:
            del self.state[id_]
        return drawn

    def send(self, message: BackMsg) -> None:
        """Send anything that draws nothing."""
        self._do(self._send(message))

    def replay(self, message: BackMsg) -> Drawn:
        """Send what another session has sent."""
        return self._do(self._ask(message))

    def as_own(self, message: BackMsg) -> BackMsg:
        """The same with the ids of this tab's widgets in place of those with equal keys."""
        own = BackMsg.FromString(message.SerializeToString())
        for widget in own.rerun_script.widget_states.widgets:
            id_ = widget.id.removesuffix(_EVENTS)
            key = id_.split("-", 2)[-1]
            if self.keys(key) and not id_.endswith("-"):
                widget.id = self.id_of(key) + widget.id[len(id_) :]
                own.rerun_script.fragment_id = self._fragments[self.id_of(key)]
        return own

    def find(self, key: str) -> Message:
        """The widget that was drawn last with this key."""
        return self.elements[self.id_of(key)]

    def id_of(self, key: str) -> str:
        """The id of that widget; it ends with the key."""
        return next(id_ for id_ in self.elements if id_.split("-", 2)[-1] == key)

    def keys(self, start: str = "") -> list[str]:
        """The keys of widgets that were drawn, by their start."""
        named = [id_.split("-", 2)[2] for id_ in self.elements if id_.count("-") >= 2]
        return [key for key in named if key.startswith(start)]

    def file(self, id_: str) -> str:
        """The address of a file that is made on the click; "" if it is refused."""
        return self._do(self._file(id_))

    def close(self) -> None:
        """Close the tab."""
        if self._socket:
            self._do(self._socket.close())
            self._socket = None

    def _do(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(PATIENCE)

    async def _send(self, message: BackMsg) -> None:
        if self._socket is None:
            self._socket = await connect(
                f"ws://{urlsplit(self.url).netloc}/_stcore/stream",
                origin=self.url,  # type: ignore[arg-type]
                subprotocols=["streamlit", *self.asked],  # type: ignore[list-item]
                additional_headers=self.headers,
                local_addr=(PROXY, 0),
                max_size=None,
                ping_interval=None,
            )
        await self._socket.send(message.SerializeToString())

    async def _run(self, **asked: Any) -> Drawn:
        message = BackMsg()
        for name, value in asked.items():
            setattr(message.rerun_script, name, value)
        message.rerun_script.query_string = self.query
        message.rerun_script.context_info.url = f"{self.url}/{self._page}?{self.query}"
        message.rerun_script.widget_states.widgets.extend(self.state.values())
        return await self._ask(message)

    async def _ask(self, message: BackMsg) -> Drawn:
        await self._send(message)
        drawn = Drawn()
        while True:
            received = await self._received()
            drawn.messages.append(received)
            self._take(received)
            if received.WhichOneof("type") == "script_finished" and (
                received.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return drawn

    async def _received(self) -> ForwardMsg:
        assert self._socket
        received = await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE)
        return ForwardMsg.FromString(received)

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
        elif message.WhichOneof("type") == "navigation":
            self._script = message.navigation.page_script_hash
        elif message.WhichOneof("type") == "delta":
            for part in _parts(message.delta):
                self.elements[part.id] = part  # type: ignore[attr-defined]
                self._fragments[part.id] = message.delta.fragment_id  # type: ignore[attr-defined]

    async def _file(self, id_: str) -> str:
        message = BackMsg()
        message.backend_operation_request.request_id = "r"
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = id_
        await self._send(message)
        while True:
            received = await self._received()
            if received.WhichOneof("type") == "backend_operation_response":
                return str(received.backend_operation_response.deferred_file.url)


_EVENTS = "__events"  # what components tell has an id of its own
_TRIGGERS = ("trigger_value", "json_trigger_value", "string_trigger_value")


def _parts(message: Message) -> Iterator[Message]:
    """Everything in a message that has an id of a widget."""
    for _, value in message.ListFields():
        for part in (
            value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
        ):
            if isinstance(part, Message):
                yield from _parts(part)
    if str(getattr(message, "id", "")).startswith("$$"):
        yield message


def clicked(id_: str) -> WidgetState:
    """What a click on a button sends."""
    return WidgetState(id=id_, trigger_value=True)


def told(id_: str, event: str, value: object) -> WidgetState:
    """What a component sends of an event of its own."""
    said = json.dumps([{"event": event, "value": value}])
    return WidgetState(id=f"{id_}{_EVENTS}", json_trigger_value=said)


@contextmanager
def tabs(url: str) -> Iterator[Any]:
    """Opens tabs of people: `tabs(headers)`; all are closed at the end."""
    loop, made = asyncio.new_event_loop(), list[Tab]()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def of(headers: Headers) -> Tab:
        made.append(Tab(url, headers, loop))
        return made[-1]

    try:
        yield of
    finally:
        for tab in made:
            tab.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def unpacked(content: bytes) -> bytes:
    """What a file says: that of all parts of a workbook."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        return b"\n".join(workbook.read(name) for name in workbook.namelist())

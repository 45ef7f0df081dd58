"""Visitors of many addresses, as the gateway sees them through a proxy that it trusts."""

import json
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

from shared.chat.frames import Admitted, ServerFrame, State, decode_server
from tests.patience import PATIENCE_S

OPEN = {"t": "open", "category": "domestic", "audience": "victim"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one visit: the first frame that is no state, or the HTTP status that refused the socket."""

    frame: ServerFrame | None
    status: int
    took_s: float


class Crowd:
    """``async with Crowd(site) as crowd``: one proxy, everybody behind it."""

    def __init__(self, site: str) -> None:
        self.site = site.rstrip("/")

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.http.close()

    def headers(self, address: str) -> dict[str, str]:
        """Return what the proxy writes for somebody at ``address``."""
        return {"Origin": self.site, "X-Forwarded-For": address}

    async def connect(self, address: str) -> aiohttp.ClientWebSocketResponse:
        """Open a socket; raises ``aiohttp.WSServerHandshakeError``."""
        return await self.http.ws_connect(self.site.replace("http", "ws", 1) + "/ws", headers=self.headers(address))

    async def wish(self, socket: aiohttp.ClientWebSocketResponse, work: str | None = None) -> ServerFrame:
        """Ask for a conversation; return the answer."""
        await socket.send_str(json.dumps({**OPEN, **({"work": work} if work else {})}))
        return await self.hear(socket)

    async def hear(self, socket: aiohttp.ClientWebSocketResponse) -> ServerFrame:
        """Return the next frame that says something of a wish."""
        while True:
            frame = decode_server((await socket.receive(timeout=PATIENCE_S)).data)
            if not isinstance(frame, State | Admitted):
                return frame

    async def visit(self, address: str, work: str | None = None) -> Answer:
        """Open a socket, ask for a conversation, leave."""
        started = time.perf_counter()
        try:
            async with await self.connect(address) as socket:
                frame = await self.wish(socket, work)
                return Answer(frame, 101, time.perf_counter() - started)
        except aiohttp.WSServerHandshakeError as refused:
            return Answer(None, refused.status, time.perf_counter() - started)

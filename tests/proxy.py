"""A way to a server that can be cut and mended, while the server itself lives on and keeps what it has."""

import asyncio
from collections.abc import Callable
from typing import Self


class Proxy:
    """``async with Proxy(port_of_the_server) as proxy``; clients connect to ``proxy.port``."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.cut()

    async def mend(self) -> None:
        """Take connections, on the same port as before."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Take no more connections and end those that there are."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward_reader, onward = await self._onward()
        except OSError:
            writer.transport.abort()  # the server is not there (yet): so it looks to the client, too
            return
        self._writers |= {writer, onward}
        await asyncio.gather(self._copy(reader, onward), self._copy(onward_reader, writer))
        self._writers -= {writer, onward}

    async def _onward(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the server. Raises ``OSError`` when it is not there."""
        return await asyncio.open_connection("127.0.0.1", self.target)

    def _listener(self) -> Callable[[bytes], None]:
        """Return what hears the bytes of one connection in one direction: here, nobody."""
        return lambda _data: None

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hear = self._listener()
        try:
            while data := await reader.read(65_536):
                hear(data)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

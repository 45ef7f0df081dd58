"""One socket whose client does not read: bounded, cut, and nobody else notices. Real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from shared.chat import outbox
from shared.chat.frames import Pong, encode
from shared.chat.outbox import Outbox
from shared.chat.socket import CLOSE_TOO_SLOW, SHUT_WITHIN_S, Message, Socket
from shared.chat.upgrade import upgrade
from tests.component.chat.ends import serve
from tests.patience import PATIENCE_S
from tests.servers import eventually

LIMIT = 65_536
FRAME = encode(Pong(at=1))
BIG = b'{"t":"pong","at":1%b}' % (b" " * 4_000)


@dataclass
class Writer:
    """An end that only writes."""

    socket: Socket
    outbox: Outbox

    def heard(self, message: Message) -> None:
        """Nothing is asked of it."""

    def room(self) -> None:
        self.outbox.flush()

    def lost(self) -> None:
        self.outbox.drop()


@asynccontextmanager
async def server() -> AsyncIterator[tuple[int, list[Outbox], Callable[[], int]]]:
    """Serve sockets that only write; yields the port, the outboxes in order of connecting, and how many connections
    there are."""
    writers: list[Writer] = []
    outboxes: list[Outbox] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        writer = Writer(channel := Socket(1_024), Outbox(channel, LIMIT))
        channel.belongs_to(writer)
        response = upgrade(request, channel)
        writers.append(writer)
        outboxes.append(writer.outbox)
        return response

    runner, port = await serve(handle)
    try:
        yield port, outboxes, lambda: sum(not writer.socket.gone for writer in writers)
    finally:
        await runner.cleanup()


def deaf(port: int) -> socket.socket:
    """Connect, ask for a WebSocket, and never read a byte."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.sendall(
        b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    return connection


async def test_a_client_that_never_reads_is_cut_with_little_memory_and_in_time() -> None:
    async with server() as (port, outboxes, connections):
        connection = await asyncio.to_thread(deaf, port)

        async def connected() -> bool:
            return bool(outboxes)

        await eventually(connected)
        most = 0
        for _ in range(5_000):
            outboxes[0].put(BIG)
            most = max(most, outboxes[0].waiting)
            await asyncio.sleep(0)
        assert most <= LIMIT

        async def cut() -> bool:
            return connections() == 0

        await eventually(cut, SHUT_WITHIN_S + 2)
        connection.close()


async def test_a_slow_client_that_reads_again_is_told_why_it_was_closed() -> None:
    async with (
        server() as (port, outboxes, _),
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/ws", max_msg_size=0) as client,
    ):
        for _ in range(LIMIT // len(BIG) + 2):
            outboxes[0].put(BIG)
        async with asyncio.timeout(SHUT_WITHIN_S + 2):
            async for _message in client:
                pass
        assert client.close_code == CLOSE_TOO_SLOW


async def test_nobody_waits_for_a_client_that_does_not_read() -> None:
    """Closing it takes seconds; meanwhile every other socket is written to at once."""
    async with server() as (port, outboxes, _), aiohttp.ClientSession() as http:
        connection = await asyncio.to_thread(deaf, port)

        async def connected() -> bool:
            return bool(outboxes)

        await eventually(connected)
        async with http.ws_connect(f"http://127.0.0.1:{port}/ws") as client:
            worst = 0.0
            for _ in range(300):
                outboxes[0].put(BIG)
                started = time.perf_counter()
                outboxes[1].put(FRAME)
                assert (await client.receive(timeout=PATIENCE_S)).data == FRAME.decode()
                worst = max(worst, time.perf_counter() - started)
            assert worst < SHUT_WITHIN_S - 1
        connection.close()


async def test_what_is_put_is_written_in_order() -> None:
    async with (
        server() as (port, outboxes, _),
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/ws") as client,
    ):
        wanted = [encode(Pong(at=n)).decode() for n in range(500)]
        for frame in wanted:
            outboxes[0].put(frame.encode())
        assert [(await client.receive(timeout=PATIENCE_S)).data for _ in wanted] == wanted
        await outboxes[0].drained()
        assert outboxes[0].waiting == 0


async def test_what_may_wait_goes_with_the_next_frame_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a socket just written to; on a quiet one it goes at once, as the first of these does."""
    monkeypatch.setattr(outbox, "COMPANY_S", 60.0)
    first, second, third = Pong(at=1), Pong(at=2), Pong(at=3)
    async with (
        server() as (port, outboxes, _),
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/ws") as client,
    ):
        monkeypatch.setattr(outboxes[0], "_wrote_at", -60.0)  # a loop's clock may begin at nought
        outboxes[0].send_in_company(first)
        assert (await client.receive(timeout=PATIENCE_S)).data == encode(first).decode()
        outboxes[0].send_in_company(second)
        await asyncio.sleep(0)
        assert outboxes[0].waiting == len(encode(second))
        outboxes[0].send(third)
        assert [(await client.receive(timeout=PATIENCE_S)).data for _ in range(2)] == [
            encode(second).decode(),
            encode(third).decode(),
        ]
        assert outboxes[0].waiting == 0


async def test_what_may_wait_goes_alone_when_nothing_follows() -> None:
    async with (
        server() as (port, outboxes, _),
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/ws") as client,
    ):
        for at in range(5):
            outboxes[0].send_in_company(Pong(at=at))
            outboxes[0].send_in_company(Pong(at=at + 100))
            assert [(await client.receive(timeout=PATIENCE_S)).data for _ in range(2)] == [
                encode(Pong(at=one)).decode() for one in (at, at + 100)
            ]

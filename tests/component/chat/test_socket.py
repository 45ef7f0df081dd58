"""A WebSocket straight on its connection: what a client says arrives in order and once, whatever way it is cut; and the
HTTP server keeps nothing of it. Real connections, bytes made by hand."""

import asyncio
import struct

import pytest

from tests.component.chat.listeners import (
    BINARY,
    CLOSE,
    HANDSHAKE,
    MORE,
    MOST,
    PING,
    PONG,
    TEXT,
    frame,
    heard,
    place,
)
from tests.patience import PATIENCE_S
from tests.servers import eventually


async def test_the_http_server_keeps_nothing_of_a_socket() -> None:
    async with place() as here:
        client, listener = await here.come()
        assert here.held == 0
        client.send(TEXT, "é".encode())
        await heard(listener, "é")


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
async def test_frames_arrive_whole_however_the_network_cuts_them(size: int) -> None:
    said = [f"{number} {'x' * (number * 40)}" for number in range(8)]
    bytes_said = b"".join(frame(TEXT, text.encode()) for text in said)
    async with place() as here:
        client, listener = await here.come()
        for at in range(0, len(bytes_said), size):
            client.writer.write(bytes_said[at : at + size])
            await client.writer.drain()
            await asyncio.sleep(0)
        await heard(listener, *said)


async def test_a_message_in_parts_is_one_and_may_be_interrupted_by_a_ping() -> None:
    async with place() as here:
        client, listener = await here.come()
        client.send(TEXT, b"one ", whole=False)
        client.send(PING, b"there?")
        client.send(MORE, b"message")
        assert await client.hear() == (PONG, b"there?")
        await heard(listener, "one message")


async def test_a_binary_message_is_refused_and_the_socket_stays() -> None:
    async with place() as here:
        client, listener = await here.come()
        client.send(BINARY, b"\x00")
        client.send(TEXT, b"after")
        await heard(listener, "after")
        assert [error.code for error in listener.refused] == ["not_json"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (frame(TEXT, b"x" * MOST), 1009),
        (frame(TEXT, b"x" * 3_000, whole=False) + frame(MORE, b"x" * 3_000), 1009),
        (frame(TEXT, b"\xff"), 1007),
        (frame(MORE, b"x"), 1002),
        (frame(0x3, b"x"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(CLOSE, struct.pack(">H", 999)), 1002),
    ],
    ids=["too long", "too long in parts", "no text", "a part of nothing", "no kind", "long ping", "no close code"],
)
async def test_what_breaks_the_protocol_is_told_why_and_what_came_before_is_heard(said: bytes, code: int) -> None:
    async with place() as here:
        client, listener = await here.come()
        client.writer.write(frame(TEXT, b"before") + said + frame(TEXT, b"after"))
        kind, why = await client.hear()
        assert (kind, struct.unpack(">H", why[:2])[0]) == (CLOSE, code)
        client.send(CLOSE, why)
        assert await client.ended()
        assert listener.texts == ["before"]


async def test_a_close_is_answered_in_kind_and_the_client_leaves() -> None:
    async with place() as here:
        client, listener = await here.come()
        client.send(TEXT, b"bye")
        client.send(CLOSE, struct.pack(">H", 1001) + b"going")
        assert await client.hear() == (CLOSE, struct.pack(">H", 1001))
        assert await client.ended()
        await listener.reader.left()
        assert listener.left_after == 1


async def test_a_client_that_answers_no_close_is_cut() -> None:
    async with place() as here:
        client, listener = await here.come()
        listener.outbox.shut(4000, b"enough")
        assert await client.hear() == (CLOSE, struct.pack(">H", 4000) + b"enough")
        client.send(TEXT, b"said too late")
        assert await client.ended()
        assert listener.texts == []


async def test_what_is_said_while_something_is_waited_for_comes_after_it_in_order() -> None:
    async with place() as here:
        client, listener = await here.come()
        for text in (b"one", b"wait for two", b"three", b"wait for four", b"five"):
            client.send(TEXT, text)
        await listener.waits.wait()
        assert listener.texts == ["one"]
        listener.gate.set()
        await heard(listener, "one", "wait for two", "three", "wait for four", "five")
        client.send(TEXT, b"six")  # the socket is read again
        await heard(listener, "one", "wait for two", "three", "wait for four", "five", "six")


async def test_a_socket_is_not_read_while_something_is_waited_for() -> None:
    """Who sends without end fills the network's buffers, not this process."""
    async with place() as here:
        client, _ = await here.come()
        client.send(TEXT, b"wait")
        flood = frame(TEXT, b"x" * 1_000) * 64

        async def pour() -> None:
            for _ in range(2_000):  # 128 MB: more than any buffer of the network
                client.writer.write(flood)
                await asyncio.wait_for(client.writer.drain(), 0.5)

        with pytest.raises(TimeoutError):
            await pour()


async def test_what_was_said_before_the_connection_was_lost_is_done_before_the_client_leaves() -> None:
    async with place() as here:
        client, listener = await here.come()
        client.writer.write(frame(TEXT, b"wait") + frame(TEXT, b"two") + frame(TEXT, b"three"))
        await listener.waits.wait()
        client.writer.transport.abort()
        listener.outbox.shut(4000, b"")  # whom nobody reads is not known to be gone before it is read again
        await listener.socket.closed()
        assert listener.left_after is None
        listener.gate.set()
        await listener.reader.left()
        assert listener.texts == ["wait", "two", "three"]
        assert listener.left_after == 3


@pytest.mark.parametrize("said", [b"fail", b"wait and fail"])
async def test_a_fault_in_one_client_ends_its_socket_alone(said: bytes) -> None:
    async with place() as here:
        other, unharmed = await here.come()
        client, listener = await here.come()
        listener.gate.set()
        client.send(TEXT, said)
        assert await client.hear() == (CLOSE, struct.pack(">H", 1011))
        client.send(CLOSE, struct.pack(">H", 1011))
        assert await client.ended()
        await listener.reader.left()
        assert listener.left_after == 0
        other.send(TEXT, b"here")
        await heard(unharmed, "here")


async def test_a_flood_is_read_at_our_pace() -> None:
    async with place(frame_rate=50, frame_burst=10) as here:
        client, listener = await here.come()
        began = asyncio.get_running_loop().time()
        for number in range(40):
            client.send(TEXT, str(number).encode())
        await heard(listener, *map(str, range(40)))
        assert asyncio.get_running_loop().time() - began >= 0.5  # thirty above the burst, at fifty a second


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (HANDSHAKE.replace(b"Upgrade: websocket\r\n", b""), 400),
        (HANDSHAKE.replace(b"Version: 13", b"Version: 12"), 400),
        (HANDSHAKE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short"), 400),
        (b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ],
    ids=["no upgrade", "old version", "no key", "no handshake"],
)
async def test_what_is_no_handshake_is_refused(said: bytes, status: int) -> None:
    async with place() as here:
        client = await here.raw(said)
        async with asyncio.timeout(PATIENCE_S):
            line = await client.reader.readline()
        assert line.startswith(b"HTTP/1.1 %d " % status)
        assert here.listeners == []


async def test_a_client_that_is_gone_before_the_answer_leaves_nothing_behind() -> None:
    """Its doors may take a while: then nobody is counted in."""
    async with place() as here:
        for _ in range(20):
            client = await here.raw(HANDSHAKE)
            client.writer.transport.abort()
        for listener in here.listeners:
            await listener.reader.left()

        async def forgotten() -> bool:
            return here.held == 0 and all(listener.socket.gone for listener in here.listeners)

        await eventually(forgotten)

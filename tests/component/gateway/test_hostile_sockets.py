"""A real gateway, many sockets, thousands of hostile frames: each answered by type, and a chat beside them goes on."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from random import Random

import aiohttp
from aiohttp import ClientError

from infra.local.stack import Stack
from shared.chat.frames import Error, Opened, decode_server
from tests.client import Visitor
from tests.component.gateway.raw import Raw
from tests.fuzz import spoil
from tests.fuzz.grammar import MARK
from tests.fuzz.targets.frames import visitors_frame
from tests.search import store_client

SOCKETS = 10
FRAMES = 400
ANSWER_S = 30.0
WORST_WAIT_S = 5.0


async def assail(site: str, seed: int) -> Counter[str]:
    """Send hostile frames on one socket, on a new one whenever it is closed; count the answers."""
    rng, heard = Random(f"socket {seed}"), Counter[str]()
    sent = 0
    while sent < FRAMES:
        async with Raw(site) as raw:
            listening = asyncio.create_task(listen(raw, heard))
            with suppress(ClientError):  # the server closed it while this was writing: the next one is opened
                while sent < FRAMES and not raw.socket.closed:
                    sent += 1
                    await send(raw, rng)
            await asyncio.wait_for(listening, ANSWER_S)
    return heard


async def send(raw: Raw, rng: Random) -> None:
    """Send one frame, as text or, rarely, as bytes."""
    text = visitors_frame(rng)
    # What is no UTF-8 ends a socket, with every frame behind it: rare, or nothing else would ever be read.
    frame = spoil.utf8(text) if rng.random() < 0.02 else text.encode("utf-8", "replace")
    kind = aiohttp.WSMsgType.BINARY if rng.random() < 0.05 else aiohttp.WSMsgType.TEXT
    await raw.socket.send_frame(frame, kind)
    await asyncio.sleep(0)


async def listen(raw: Raw, heard: Counter[str]) -> None:
    """Count what comes until the server closes or has answered everything."""
    quiet_s = 2.0
    while True:
        try:
            message = await raw.socket.receive(timeout=quiet_s)
        except TimeoutError:
            return
        if message.type is not aiohttp.WSMsgType.TEXT:
            heard[f"closed {raw.socket.close_code}"] += 1
            return
        frame = decode_server(message.data)
        if isinstance(frame, Error):
            assert MARK not in frame.detail
            heard[frame.code] += 1
        elif isinstance(frame, Opened):
            heard["opened"] += 1
        else:
            heard[type(frame).__name__] += 1


async def test_thousands_of_hostile_frames_harm_nobody(system: Stack) -> None:
    """V5 O8: the chat of another visitor is acknowledged all the while, and it is the same process as before."""
    before = system.children["gateway"].pid
    worst = 0.0
    async with Visitor(system.addresses.visitor) as other:
        await other.opened()
        storm = asyncio.gather(*(assail(system.addresses.visitor, number) for number in range(SOCKETS)))
        said = 0
        while not storm.done():
            started = time.perf_counter()
            other.tell(f"message {said}")
            said += 1
            await other.until(lambda: not other.heard_messages.pending, WORST_WAIT_S)
            worst = max(worst, time.perf_counter() - started)
            await asyncio.wait([storm], timeout=0.1)
        heard: Counter[str] = sum(storm.result(), Counter())
        assert len(other.heard_messages.bodies()) >= said
        assert not other.errors()
    print(f"{SOCKETS * FRAMES} hostile frames: {dict(heard)}; {said} messages beside them, worst wait {worst:.2f} s")
    assert heard.total() > SOCKETS * FRAMES / 4
    assert system.children["gateway"].pid == before
    async with store_client(system) as store:
        await store.ping()

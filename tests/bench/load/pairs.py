"""Two clients that talk with each other, one on each server process."""

import asyncio
from typing import Any

from tests.bench.load.clients import Client, ConsoleClient, Delivered, SocketIoClient, VisitorClient
from tests.bench.load.flow import Flow, Way

PLAIN = {"raw": Client, "socketio": SocketIoClient}
AT_ONCE = 16


async def connect_pairs(flow: Flow, protocol: str, **options: Any) -> list[Client]:
    """Add pairs to ``flow``; return the clients, to be kept alive."""
    if protocol == "havre":
        return await _havre(flow, **options)
    if protocol == "havre-ack":
        return await _visitors_alone(flow, **options)
    return await _plain(flow, PLAIN[protocol], **options)


async def _plain(flow: Flow, kind: type[Client], urls: list[str], first: int, count: int) -> list[Client]:
    """``urls``: of side a and side b, each with ``{id}`` for the client's name."""
    found: list[Client] = []
    for name in range(first, first + count):
        ends = [kind(flow.delivered) for _ in urls]
        for end, url in zip(ends, urls, strict=True):
            await end.connect(url.format(id=name))
        found += ends
        for end in ends:
            _add_way(flow, end, end.template(len(flow.ways)))
    return found


async def _havre(
    flow: Flow, visitor_url: str, console_url: str, origins: list[str], seats: list[dict[str, str]], count: int
) -> list[Client]:
    """Bring consoles on line, then open conversations until every one of ``count`` is with one of them."""
    assigned: dict[str, ConsoleClient] = {}

    def held(console: ConsoleClient, conversation: str) -> None:
        assigned[conversation] = console

    consoles = []
    for seat in seats:
        console = ConsoleClient(flow.delivered, seat["credential"])
        console.on_held = held
        await console.connect(console_url, {"Origin": origins[1], "Cookie": seat["cookie"]})
        consoles.append(console)
    visitors = await _open_visitors(flow.delivered, visitor_url, origins[0], count)
    async with asyncio.timeout(20):
        await asyncio.gather(*(visitor.active for visitor in visitors))
        while not all(visitor.conversation in assigned for visitor in visitors):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    for visitor in visitors:
        console = assigned[visitor.conversation]
        _add_way(flow, visitor, visitor.template(len(flow.ways)))
        _add_way(flow, console, console.template_for(visitor.conversation, len(flow.ways)))
    return [*consoles, *visitors]


async def _visitors_alone(flow: Flow, visitor_url: str, origins: list[str], count: int) -> list[Client]:
    """Visitors whom nobody answers: a way leads to the store and back, its delivery is the acknowledgement."""
    visitors = await _open_visitors(flow.delivered, visitor_url, origins[0], count)
    for visitor in visitors:
        visitor.own_ways = -1
        visitor.on_ack = lambda cid: flow.delivered(int(cid[3:9]), int(cid[9:]))
        _add_way(flow, visitor, visitor.template(len(flow.ways)))
    return [*visitors]


async def _open_visitors(delivered: Delivered, url: str, origin: str, count: int) -> list[VisitorClient]:
    visitors = [VisitorClient(delivered) for _ in range(count)]
    for begin in range(0, count, AT_ONCE):
        some = visitors[begin : begin + AT_ONCE]
        await asyncio.gather(*(visitor.connect(url, {"Origin": origin}) for visitor in some))
        async with asyncio.timeout(15):
            await asyncio.gather(*(visitor.open() for visitor in some))
    return visitors


def _add_way(flow: Flow, client: Client, template: bytes) -> None:
    if client.transport is None:
        raise ConnectionError("a client was disconnected while pairs were being made")
    flow.ways.append(Way(client.transport, template))

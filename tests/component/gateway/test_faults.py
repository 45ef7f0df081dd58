"""The gateway when what it stands on is away, and when its clients misbehave on the network."""

import asyncio
import re
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from infra.local.stack import Stack
from shared import keys
from shared.chat.frames import AskCommune, ErrorCode, Opened, Stage
from shared.contracts.gateway import ConversationErasedByGateway, ConversationOpened
from shared.subjects import event
from tests.client import Visitor
from tests.component.gateway.raw import Raw, deaf, masked
from tests.proxy import Proxy
from tests.search import in_store, in_streams, store_client
from tests.servers import eventually

SPEND_S = 5.0


async def ready(system: Stack) -> tuple[int, dict[str, str]]:
    async with aiohttp.ClientSession() as http, http.get(system.addresses.ops("gateway") + "/health/ready") as answer:
        return answer.status, (await answer.json())["checks"]


def is_ready(system: Stack, status: int) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return (await ready(system))[0] == status

    return condition


async def visitors(system: Stack) -> int:
    """Return how many sockets the gateway counts."""
    async with aiohttp.ClientSession() as http, http.get(system.addresses.ops("gateway") + "/metrics") as answer:
        found = re.search(r"^havre_visitor_sockets (\d+)", await answer.text(), re.MULTILINE)
        assert found
        return int(found[1])


def memory_mb(system: Stack) -> float:
    """Return the gateway's resident memory."""
    status = Path(f"/proc/{system.children['gateway'].pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.parametrize(("lost", "checks"), [("valkey", {"store"}), ("nats", {"nats", "chat"})])
async def test_health_says_what_is_lost_and_is_well_again_after(system: Stack, lost: str, checks: set[str]) -> None:
    assert (await ready(system))[0] == 200
    system.kill(lost)
    try:
        await eventually(is_ready(system, 503))
        assert {name for name, result in (await ready(system))[1].items() if result != "ok"} == checks
    finally:
        await system.start_service(lost)
    await eventually(is_ready(system, 200))


async def test_a_chat_opens_while_the_router_is_away(system: Stack) -> None:
    """V5: nobody is kept from a specialist by a service that only knows places; it is routed when that is back."""
    system.kill("router")
    try:
        async with Visitor(system.addresses.visitor, postal_code="95300") as visitor:
            await visitor.opened()
            assert not any(isinstance(frame, AskCommune) for frame in visitor.frames)
            await visitor.until(lambda: visitor.state is not None and visitor.state.stage is Stage.ROUTING)
            visitor.tell("je suis là")
            await visitor.until(lambda: not visitor.heard_messages.pending)
            await system.start_service("router")

            async def routed() -> bool:
                return bool(await in_streams(system, f"conversation.routed.v1.{visitor.conversation}"))

            await eventually(routed, 15.0)
            await visitor.red_button()
    finally:
        await system.start_service("router")


async def test_a_chat_opens_while_nats_is_away_and_is_stated_once_it_is_back(system: Stack) -> None:
    system.kill("nats")
    try:
        async with Visitor(system.addresses.visitor, postal_code="95300") as visitor:
            await visitor.opened()
            visitor.tell("je suis là")
            await visitor.until(lambda: not visitor.heard_messages.pending)
    finally:
        await system.start_service("nats")

    async def stated() -> bool:
        return bool(await in_streams(system, event(ConversationOpened, visitor.conversation))) or bool(
            await in_streams(system, f"conversation.routed.v1.{visitor.conversation}")
        )

    await eventually(stated, 20.0)


async def test_an_erasure_while_nats_is_away_is_stated_once_it_is_back(system: Stack) -> None:
    """V6: the words are gone at once; the fact that they are reaches the others later."""
    async with Visitor(system.addresses.visitor) as visitor:
        await visitor.opened()
        system.kill("nats")
        try:
            assert await visitor.red_button() == 204
            await visitor.until(lambda: visitor.erased is not None)
        finally:
            await system.start_service("nats")

    async def stated() -> bool:
        return bool(await in_streams(system, event(ConversationErasedByGateway, visitor.conversation)))

    await eventually(stated, 20.0)


async def test_without_a_store_opening_is_a_typed_refusal_and_works_after(system: Stack) -> None:
    async with Raw(system.addresses.visitor) as raw:
        system.kill("valkey")
        try:
            await raw.send(t="open", category="sexual", audience="witness")
            assert (await raw.refused()).code is ErrorCode.UNAVAILABLE
        finally:
            await system.start_service("valkey")
        await raw.send(t="open", category="sexual", audience="witness")
        assert isinstance(await raw.hear(), Opened)


async def test_the_red_button_is_pressed_once_though_the_store_cannot_be_reached_then(system: Stack) -> None:
    """V6: the page is gone by then, so the gateway has to remember; the store still has the words."""
    gateway = system.children["gateway"]
    address = gateway.env["HAVRE_VALKEY_URL"]
    async with Proxy(system.addresses.valkey_port) as proxy:
        gateway.env["HAVRE_VALKEY_URL"] = address.replace(f":{system.addresses.valkey_port}/", f":{proxy.port}/")
        try:
            await system.restart("gateway")
            async with Visitor(system.addresses.visitor) as visitor:
                await visitor.opened()
                visitor.tell("à effacer")
                await visitor.until(lambda: not visitor.heard_messages.pending)
                await proxy.cut()
                assert await visitor.red_button() == 202
            assert await in_store(system, visitor.conversation) != []
            await proxy.mend()

            async def gone() -> bool:
                return await in_store(system, visitor.conversation) == []

            await eventually(gone)
        finally:
            gateway.env["HAVRE_VALKEY_URL"] = address
            await system.restart("gateway")


async def test_a_client_that_never_reads_is_cut_and_harms_nobody(system: Stack) -> None:
    """It asks for many answers and takes none: little memory, no socket left, no delay for another visitor."""
    host, port = "127.0.0.1", system.addresses.gateway_port
    async with Visitor(system.addresses.visitor) as other:
        await other.opened()
        before, memory = await visitors(system), memory_mb(system)
        with closing(await asyncio.to_thread(deaf, host, port)) as connection:
            flood = asyncio.create_task(asyncio.to_thread(spend, connection))
            waits = []
            for _ in range(20):
                started = time.perf_counter()
                other.tell("bonjour")
                await other.until(lambda: not other.heard_messages.pending)
                waits.append(time.perf_counter() - started)
            sent = await flood
            assert memory_mb(system) - memory < 30
            print(
                f"{sent} bytes taken from a client that reads nothing; another visitor's worst wait {max(waits):.3f} s"
            )
            assert sorted(waits)[-2] < 1.0, "the machine itself may stand still once"

        async def cut() -> bool:
            return await visitors(system) <= before

        await eventually(cut, 20.0)


def spend(connection: socket.socket) -> int:
    """Send unknown frames as long as they are taken, for a while; return how many bytes were."""
    frame = masked('{"t":"an unknown name, so that the answer is longer"}') * 100
    sent = 0
    deadline = time.monotonic() + SPEND_S
    connection.settimeout(0.5)
    while time.monotonic() < deadline:
        try:
            sent += connection.send(frame)
        except TimeoutError:
            continue
        except OSError:
            break
    return sent


async def test_stopping_is_quick_and_in_order_though_clients_do_not_answer(system: Stack) -> None:
    """A new version is rolled out while phones are out of reach: their conversations wait in the store."""
    with closing(await asyncio.to_thread(deaf, "127.0.0.1", system.addresses.gateway_port)):
        async with Visitor(system.addresses.visitor) as visitor:
            await visitor.opened()
            visitor.tell("avant")
            await visitor.until(lambda: not visitor.heard_messages.pending)
            gateway = system.children["gateway"]
            gateway.send(signal.SIGTERM)
            assert await asyncio.to_thread(gateway.wait, 9.0), "it has to end before the launcher loses patience"
            assert gateway.exit_code == 0
            await system.start_service("gateway")
            await visitor.until(lambda: visitor.connections == 2 and visitor.ready)
            visitor.tell("après")
            await visitor.until(lambda: visitor.told() == ["avant", "après"])


async def test_a_record_that_cannot_be_read_hides_nobody_else_s_state(system: Stack) -> None:
    """V15: one conversation written by another version of a service keeps no other visitor from the truth."""
    async with Visitor(system.addresses.visitor) as strange, Visitor(system.addresses.visitor) as other:
        await strange.opened()
        await other.opened()
        async with store_client(system) as store:
            await store.hset(keys.conversation(strange.conversation), "stage", "nonsense")
            await store.hset(keys.conversation(other.conversation), mapping={"stage": "waiting", "position": 7})
            await other.until(lambda: other.state is not None and other.state.position == 7)
            await store.hset(keys.conversation(other.conversation), "position", 6)
            await other.until(lambda: other.state is not None and other.state.position == 6)

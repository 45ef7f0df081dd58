"""As the gateway's NATS user, whoever holds its password hears and says nothing among staff, by no way round (O10)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from uuid import uuid4

import nats.errors
import nats.js.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, StreamConfig, StreamSource
from nats.js.errors import APIError

from infra.nats.permissions import ADMIN, TABLE, USERS
from services.dispatcher.domain.backroom import ROOMS, Notes
from shared import streams, subjects
from shared.contracts.conversation import Audience, Category
from shared.contracts.gateway import ConversationOpened
from tests.arrived import arrived
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, from_wheels

CANARY = b"canari-entre-nous"
NOTES = str(Notes(str(uuid4())))
PLACES = [subjects.staff(str(place)) for place in (*ROOMS, NOTES)]
AROUND = [
    *(">", "*", "*.>", "*.*", "*.*.*", "*.police.colleagues", "*.police.>", "*.conversation.*"),
    *(subjects.STAFF_ONLY, "staff.*", "staff.*.*", "staff.police.>", "staff.police.*", "staff.*.colleagues"),
    *("staff.conversation.>", "staff.conversation.*", "_INBOX.>", "$JS.>", "$KV.>", "$SYS.>"),
]
OTHERS = [user for user in USERS if user != "dispatcher"]
FAILS = (nats.errors.Error, nats.js.errors.Error, APIError, TimeoutError)


@dataclass
class Intruder:
    """A connection as a user, what it heard, and what the server refused it."""

    client: Client
    heard: list[Msg]
    refusals: list[str]

    async def settled(self) -> None:
        """Return once the server has said what it had to say."""
        await arrived(self.client)


@asynccontextmanager
async def intruding(server: NatsServer, user: str) -> AsyncIterator[Intruder]:
    """Connect as ``user``, with the password that it has."""
    client = await server.connect(user)
    intruder = Intruder(client, [], [])

    async def remember(error: Exception) -> None:
        intruder.refusals.append(str(error).lower())

    client._error_cb = remember
    try:
        yield intruder
    finally:
        await client.close()


async def hear_everything(intruder: Intruder) -> None:
    """Subscribe to every place and every way round, alone and in a queue group."""

    async def heard(message: Msg) -> None:
        intruder.heard.append(message)

    for subject in (*PLACES, *AROUND):
        await intruder.client.subscribe(subject, cb=heard)
        await intruder.client.subscribe(subject, queue="dispatcher", cb=heard)
    await intruder.settled()


async def what_is_heard(server: NatsServer, user: str) -> list[str]:
    """Return where ``user`` hears what the dispatcher says in every place, which another dispatcher does hear."""
    async with intruding(server, user) as intruder:
        await hear_everything(intruder)
        speaker, listener = await server.connect("dispatcher"), await server.connect("dispatcher")
        arriving = await listener.subscribe(subjects.STAFF_ONLY)
        await arrived(listener)
        for subject in PLACES:
            await speaker.publish(subject, CANARY)
        await arrived(speaker)
        for subject in PLACES:
            assert (await arriving.next_msg(timeout=PATIENCE_S)).subject == subject
        await intruder.settled()
        for client in (speaker, listener):
            await client.close()
        return sorted({message.subject for message in intruder.heard if CANARY in message.data})


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[NatsServer]:
    """A server of these tests' own."""
    async with from_wheels() as servers:
        await servers.nats.declare()
        yield servers.nats


@pytest.mark.parametrize("user", OTHERS)
async def test_nobody_but_the_dispatcher_hears_what_staff_say(server: NatsServer, user: str) -> None:
    async with intruding(server, user) as intruder:
        await hear_everything(intruder)
        for subject in (*PLACES, subjects.STAFF_ONLY, ">"):
            assert any(
                f'permissions violation for subscription to "{subject}"'.lower() in one for one in intruder.refusals
            )
    assert await what_is_heard(server, user) == []


async def test_were_it_granted_the_same_ears_would_hear_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail."""
    own = TABLE["gateway"]
    granted = replace(own, subscribe=(*own.subscribe, subjects.STAFF_ONLY), never_subscribe=())
    monkeypatch.setitem(TABLE, "gateway", granted)
    async with from_wheels() as servers:
        assert await what_is_heard(servers.nats, "gateway") == sorted(PLACES)


@pytest.mark.parametrize("user", OTHERS)
async def test_nobody_but_the_dispatcher_says_anything_there(server: NatsServer, user: str) -> None:
    listener = await server.connect("dispatcher")
    arriving = await listener.subscribe(subjects.STAFF_ONLY)
    await arrived(listener)
    async with intruding(server, user) as intruder:
        for subject in PLACES:
            await intruder.client.publish(subject, CANARY)
            await intruder.client.publish(subject, CANARY, reply=intruder.client.new_inbox())
        await intruder.settled()
        for subject in PLACES:
            assert any(f'permissions violation for publish to "{subject}"'.lower() in one for one in intruder.refusals)
    await arrived(listener)
    with pytest.raises(TimeoutError):
        await arriving.next_msg(timeout=0.1)
    await listener.close()


async def test_the_gateway_makes_no_stream_consumer_or_bucket_of_it(server: NatsServer) -> None:
    """Neither does one that exists hold any of it, nor does the administrator's, which may make streams."""
    async with intruding(server, "gateway") as intruder:
        manager = intruder.client.jetstream(timeout=0.3)
        mirror = StreamConfig(name="MIRROR", mirror=StreamSource(name=streams.bucket_stream(streams.STAFF)))
        tries = (
            manager.add_stream(StreamConfig(name="EAR", subjects=[subjects.STAFF_ONLY])),
            manager.add_stream(mirror),
            manager.add_consumer(streams.CONVERSATIONS, ConsumerConfig(filter_subject=subjects.STAFF_ONLY)),
            manager.subscribe(subjects.STAFF_ONLY, stream=streams.CONVERSATIONS),
            manager.key_value(streams.STAFF),
            manager.publish(PLACES[0], CANARY),
            intruder.client.request(PLACES[0], CANARY, timeout=0.3),
            intruder.client.request("$SYS.REQ.SERVER.PING.SUBSZ", b"", timeout=0.3),
        )
        for one in tries:
            with pytest.raises(FAILS):
                await one
    admin = await server.connect(ADMIN)
    kept = await admin.jetstream().streams_info()
    assert not [info.config.name for info in kept if any(one.startswith("staff") for one in info.config.subjects or [])]
    await admin.close()


async def test_what_a_server_can_be_made_to_answer_there_carries_no_word(server: NatsServer) -> None:
    """An answer goes where the question says. So the gateway can have the broker's own "stored" land on such a subject,
    and nothing else: it chooses not a byte of it, hears nothing back, and the dispatcher takes it for "look again"."""
    listener = await server.connect("dispatcher")
    arriving = await listener.subscribe(subjects.STAFF_ONLY)
    await arrived(listener)
    fact = ConversationOpened(conversation_id=uuid4(), category=Category.SEXUAL, audience=Audience.WITNESS)
    stated = subjects.event(ConversationOpened, fact.entity_id)
    router = await server.connect("router")
    questions = await router.subscribe(subjects.PLACE)
    await arrived(router)
    async with intruding(server, "gateway") as intruder:
        await intruder.client.publish(stated, fact.model_dump_json().encode() + CANARY, reply=PLACES[0])
        await intruder.client.publish(subjects.PLACE, CANARY, reply=PLACES[1])
        await intruder.settled()
    question = await questions.next_msg(timeout=PATIENCE_S)
    with suppress(nats.errors.Error):
        await question.respond(b"{}")
    await arrived(router, listener)
    landed: list[Msg] = []
    with suppress(TimeoutError):
        while True:
            landed.append(await arriving.next_msg(timeout=0.3))
    for message in landed:
        assert CANARY not in message.data
        assert message.data == b"{}" or message.data.startswith(b'{"stream":')
    await router.close()
    await listener.close()

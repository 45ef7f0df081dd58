"""Two instances, one conversation: what is said at one end arrives at the other, whatever happens to the broker."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from infra.local.stack import Stack
from shared.chat.erase import erase
from shared.chat.frames import ErrorCode, Message, Receipt, Role, Typing, encode
from shared.chat.wire import FRAME, NatsWire, Receiver
from shared.contracts.conversation import EndedBy
from tests.component.chat.ends import OPERATOR, PROOF, Instance, Person, Place
from tests.patience import PATIENCE_S
from tests.proxy import Proxy
from tests.servers import NatsServer, ValkeyServer, eventually


async def until_both_have(visitor: Person, operator: Person, count: int, within_s: float = PATIENCE_S) -> None:
    async def both() -> bool:
        return all(len(person.ear.transcript.messages) == count for person in (visitor, operator))

    await eventually(both, within_s)


def assert_same(visitor: Person, operator: Person) -> None:
    one, other = visitor.ear.transcript, operator.ear.transcript
    assert one.bodies() == other.bodies()
    assert not one.pending
    assert not other.pending
    assert not one.faults + other.faults


async def test_both_ends_have_every_message_once_and_in_order(place: Place) -> None:
    visitor, operator = await place.pair()
    for n in range(100):
        await asyncio.gather(visitor.say(f"v{n}"), operator.say(f"o{n}"))
    await until_both_have(visitor, operator, 200)
    assert_same(visitor, operator)
    for person, other in ((visitor, Role.OPERATOR), (operator, Role.VISITOR)):
        forwarded = [frame.seq for frame in person.ear.frames if isinstance(frame, Message) and frame.by is other]
        assert forwarded == sorted(set(forwarded))
        assert person.ear.transcript.bodies(other) == [f"{other[0]}{n}" for n in range(100)]


async def test_announcements_that_are_lost_doubled_or_late_change_nothing(place: Place) -> None:
    """Core NATS promises no delivery; the log fills what is missing as soon as something behind it arrives."""
    visitor, operator = await place.pair()
    await visitor.say("first")
    await until_both_have(visitor, operator, 1)

    async def log_is_read() -> bool:
        return operator.lane._reading is None

    await eventually(log_is_read)
    place.gateway.hub.wire = Careless(place.gateway.wire)
    for n in range(100):
        await visitor.say(f"v{n}")
        await place.gateway.wire.ping()
    await until_both_have(visitor, operator, 101)
    assert_same(visitor, operator)
    forwarded = [frame.seq for frame in operator.ear.frames if isinstance(frame, Message)]
    assert forwarded == list(range(1, 102))


async def test_an_instance_cut_off_from_the_broker_reads_what_it_missed_when_it_is_back(
    nats: NatsServer, valkey: ValkeyServer, place: Place
) -> None:
    """The other instance noticed nothing: its announcements went to nobody."""
    address = urlsplit(nats.url)
    async with Proxy(address.port or 0) as proxy:
        user = {**nats.as_user("dispatcher"), "nats_url": f"nats://127.0.0.1:{proxy.port}"}
        async with Instance(user, valkey.url_of("dispatcher"), "dispatcher") as remote:
            visitor, _ = await place.pair()
            operator = await remote.attached(visitor.lane.conversation, Role.OPERATOR, OPERATOR)
            await visitor.say("before")
            await until_both_have(visitor, operator, 1)
            await proxy.cut()
            for n in range(20):
                await visitor.say(f"v{n}")
            await place.gateway.wire.ping()
            await proxy.mend()
            await until_both_have(visitor, operator, 21, 15.0)
            assert_same(visitor, operator)


class Careless:
    """The real wire, and what a bad day does to it: every third announcement lost, every fifth doubled, every seventh
    late. The last of a hundred arrives."""

    def __init__(self, wire: NatsWire) -> None:
        self._wire = wire
        self._late: list[tuple[str, str, bytes]] = []
        self._count = 0

    def post(self, instance: str, conversation: str, payload: bytes) -> None:
        self._count += 1
        if self._count % 7 == 0:
            self._late.append((instance, conversation, payload))
            return
        if self._count % 3:
            self._wire.post(instance, conversation, payload)
        if self._count % 5 == 0:
            self._wire.post(instance, conversation, payload)
        if self._count % 10 == 0:
            for announcement in self._late:
                self._wire.post(*announcement)
            self._late.clear()

    async def listen(self, instance: str, receiver: Receiver) -> None:
        await self._wire.listen(instance, receiver)

    def on_return(self, callback: Callable[[], None]) -> None:
        self._wire.on_return(callback)

    async def ping(self) -> None:
        await self._wire.ping()


async def test_who_knows_only_the_id_hears_nothing_and_silences_nobody(place: Place) -> None:
    """An end is taken over with the right proof alone; until it is checked, nothing is announced to it."""
    visitor, operator = await place.pair()
    stranger = place.gateway.person(visitor.lane.conversation, Role.VISITOR, "a wrong proof")
    attaching = asyncio.create_task(stranger.lane.attach())
    await asyncio.sleep(0)
    typing = Typing(conversation=visitor.lane.conversation, body="sealed", by=Role.OPERATOR)
    place.gateway.hub.receive(visitor.lane.conversation, FRAME + encode(typing))
    assert (await attaching).status == "forbidden"
    await operator.say("for the visitor alone")
    await until_both_have(visitor, operator, 1)
    assert stranger.ear.frames == []
    assert visitor.ear.transcript.bodies() == ["for the visitor alone"]


async def test_a_client_that_comes_back_has_what_was_said_meanwhile(place: Place) -> None:
    visitor, operator = await place.pair()
    for n in range(3):
        await visitor.say(f"v{n}")
    await until_both_have(visitor, operator, 3)
    await visitor.lane.detach()
    for n in range(250):
        await operator.say(f"o{n}")

    async def all_stored() -> bool:
        return not operator.ear.transcript.pending

    await eventually(all_stored)
    back = await place.gateway.attached(visitor.lane.conversation, Role.VISITOR, PROOF, seq=2)
    back.ear.transcript.messages.update({seq: visitor.ear.transcript.messages[seq] for seq in (1, 2)})
    await until_both_have(back, operator, 253)
    assert back.ear.transcript.bodies() == operator.ear.transcript.bodies()
    assert back.ear.transcript.doubled == 0


async def test_what_is_announced_while_a_long_log_is_handed_on_comes_after_it(place: Place) -> None:
    visitor, operator = await place.pair()
    for n in range(10):
        await visitor.say(f"v{n}")
    await until_both_have(visitor, operator, 10)
    await operator.lane.detach()
    slow = place.dispatcher.person(operator.lane.conversation, Role.OPERATOR, OPERATOR)
    slow.ear.room = asyncio.Event()
    assert (await slow.lane.attach()).status == "ok"
    slow.lane.catch_up()

    async def began() -> bool:
        return len(slow.ear.transcript.messages) == 1

    await eventually(began)
    await visitor.say("v10")

    async def stored() -> bool:
        return not visitor.ear.transcript.pending

    await eventually(stored)
    await place.gateway.wire.ping()
    await place.dispatcher.wire.ping()
    slow.ear.room.set()
    await until_both_have(visitor, slow, 11)
    assert [frame.seq for frame in slow.ear.frames if isinstance(frame, Message)] == list(range(1, 12))


async def test_a_number_that_was_never_given_is_not_believed(place: Place) -> None:
    visitor, operator = await place.pair()
    await visitor.lane.detach()
    back = await place.gateway.attached(visitor.lane.conversation, Role.VISITOR, PROOF, seq=2**53)
    await operator.say("bonjour")
    await until_both_have(back, operator, 1)
    back.lane.receipt(Receipt(conversation=back.lane.conversation, delivered=10**30, seen=10**30))

    async def told() -> bool:
        return any(isinstance(frame, Receipt) for frame in operator.ear.frames)

    await eventually(told)
    told_receipt = next(frame for frame in operator.ear.frames if isinstance(frame, Receipt))
    assert (told_receipt.delivered, told_receipt.seen, told_receipt.by) == (1, 1, Role.VISITOR)


async def test_a_ping_fills_what_the_client_lacks(place: Place) -> None:
    visitor, operator = await place.pair()
    for n in range(5):
        await operator.say(f"o{n}")
    await until_both_have(visitor, operator, 5)
    lost = visitor.ear.transcript.messages
    del lost[4], lost[5]
    visitor.lane.ping(3)
    await until_both_have(visitor, operator, 5)


async def test_erasing_reaches_the_other_instance_and_ends_both_lanes(place: Place) -> None:
    visitor, operator = await place.pair()
    await visitor.say("bonjour")
    await until_both_have(visitor, operator, 1)
    conversation = visitor.lane.conversation
    await erase(place.gateway.hub, conversation, Role.VISITOR, PROOF, EndedBy.RED_BUTTON)

    async def both_forgot() -> bool:
        return place.gateway.erased == place.dispatcher.erased == [conversation]

    await eventually(both_forgot)
    assert place.dispatcher.hub.lanes(conversation) == []
    await operator.say("too late")

    async def refused() -> bool:
        return bool(operator.ear.errors())

    await eventually(refused)
    assert operator.ear.errors()[0].code is ErrorCode.NOT_FOUND


async def test_typing_is_told_to_the_other_end_alone(place: Place) -> None:
    visitor, operator = await place.pair()
    visitor.lane.typing("sealed")

    async def told() -> bool:
        return any(isinstance(frame, Typing) for frame in operator.ear.frames)

    await eventually(told)
    assert not any(isinstance(frame, Typing) for frame in visitor.ear.frames)


async def test_nothing_is_lost_when_nats_dies_in_the_middle(mortal: Stack, mortal_place: Place) -> None:
    """The store has every message; announcements that died with the broker are read from it."""
    visitor, operator = await mortal_place.pair()
    for n in range(20):
        await asyncio.gather(visitor.say(f"v{n}"), operator.say(f"o{n}"))
    mortal.kill("nats")
    for n in range(20, 40):
        await asyncio.gather(visitor.say(f"v{n}"), operator.say(f"o{n}"))

    async def stored() -> bool:
        return not visitor.ear.transcript.pending and not operator.ear.transcript.pending

    await eventually(stored)
    assert len(visitor.ear.transcript.messages) < 80, "this test needs announcements to have been lost"
    await mortal.start_service("nats")
    await until_both_have(visitor, operator, 80, 15.0)
    for n in range(40, 50):
        await asyncio.gather(visitor.say(f"v{n}"), operator.say(f"o{n}"))
    await until_both_have(visitor, operator, 100)
    assert_same(visitor, operator)


async def test_a_lost_store_is_a_typed_refusal_and_a_resend_goes_through(mortal: Stack, mortal_place: Place) -> None:
    visitor, _operator = await mortal_place.pair()
    mortal.kill("valkey")
    said = await visitor.say("bonjour")

    async def refused() -> bool:
        return bool(visitor.ear.errors())

    await eventually(refused)
    error = visitor.ear.errors()[0]
    assert (error.code, error.cid) == (ErrorCode.UNAVAILABLE, said)
    await mortal.start_service("valkey")
    again, operator = await mortal_place.pair()
    await again.say("bonjour again")
    await until_both_have(again, operator, 1)
    await visitor.say_again(said)

    async def gone() -> bool:
        return visitor.ear.errors()[-1].code is ErrorCode.NOT_FOUND

    await eventually(gone)

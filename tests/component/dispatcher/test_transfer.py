"""Operators hand conversations over: offered, accepted once, and in one place whatever happens (O8, O9)."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis

from services.dispatcher.audit.reading import entries
from shared import keys
from shared.chat.frames import Ack, Held, Message, Offer, Offers, Released, Say, SetStatus
from shared.chat.store import ConversationStore, Record
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Force
from tests.component.dispatcher.conftest import Sitting, Start
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually


async def _does(desk: Desk, what: str, conversation: str, **more: str) -> tuple[int, str]:
    """Call; return the status and the word of a refusal."""
    body = {"conversation": conversation, **more}
    async with desk.http.post(f"{desk.base}/api/transfer/{what}", json=body, headers=desk.headers()) as answer:
        return answer.status, "" if answer.status == 204 else (await answer.json())["error"]


def _latest(desk: Desk) -> list[Offer]:
    """What this console was told last of offers."""
    return next((frame.offers for frame in reversed(desk.heard) if isinstance(frame, Offers)), [])


async def _hears_of_none(*desks: Desk) -> None:
    """Wait until these consoles were told last that there is no offer."""

    async def none() -> bool:
        return not any(map(_latest, desks))

    await eventually(none)


async def _given(desk: Desk, place: Place) -> str:
    """Have a visitor come; return the conversation once this console has it."""
    conversation = await place.visit()
    await desk.hears(Held, lambda held: held.conversation == conversation)
    return conversation


async def _record(client: Redis, conversation: str) -> Record:
    record = await ConversationStore(client, 900).record(conversation)
    assert record is not None
    return record


def _of(cid: str) -> Callable[[Ack | Message], bool]:
    return lambda frame: frame.cid == cid


def _held(part: str, conversation: str) -> Callable[[Held], bool]:
    return lambda held: held.part == part and held.conversation == conversation and held.beside is not None


async def _is_written(nats: NatsServer, conversation: str, *wanted: tuple[AuditAction, str, str | None]) -> None:
    """Wait until the audit has these: action, account, target."""
    auditor = await nats.connect("auditor")

    async def written() -> bool:
        found = [entry async for _, entry in entries(auditor) if str(entry.conversation_id) == conversation]
        return set(wanted) <= {(entry.action, entry.account, entry.target) for entry in found}

    await eventually(written)
    await auditor.close()


async def _handed_over(giver: Desk, other: Desk, conversation: str) -> None:
    """Have the one offer it and the other accept; both are in it then."""
    assert await _does(giver, "offer", conversation, operator=other.login) == (204, "")
    assert await _does(other, "accept", conversation) == (204, "")
    await giver.hears(Held, _held("colleague", conversation))
    await other.hears(Held, _held("operator", conversation))


async def test_offered_accepted_on_another_instance_talked_over_together_and_left(
    start: Start, place: Place, seat: Sitting, client: Redis, nats: NatsServer
) -> None:
    """What each of them did is in the audit then, without a word of it."""
    one, two = await start(), await start()
    giver = await seat(one, "police1")
    conversation = await _given(giver, place)
    other = await seat(two, "police2")
    assert await _does(giver, "offer", conversation, operator="police2") == (204, "")
    [offer] = (await other.hears(Offers, lambda frame: bool(frame.offers))).offers
    assert (offer.conversation, offer.giver, offer.to) == (conversation, "police1", "police2")
    before = await _record(client, conversation)
    assert (before.operator, before.turn, before.colleague) == ("police1", 1, None)
    assert await _does(other, "accept", conversation) == (204, "")
    taken = await other.hears(Held, _held("operator", conversation))
    left = await giver.hears(Held, _held("colleague", conversation))
    assert (taken.beside, taken.turn, left.beside, taken.new) == ("police1", 2, "police2", True)
    assert [(turn.account, turn.why) for turn in taken.turns] == [("police1", "assigned"), ("police2", "transferred")]
    for desk, hears, cid in ((giver, other, "said-by-the-giver"), (other, giver, "said-by-the-other")):
        await desk.send(Say(conversation=conversation, cid=cid, body="x"))
        await desk.hears(Ack, _of(cid))
        assert (await hears.hears(Message, _of(cid))).by == "operator"
    record = await _record(client, conversation)
    assert (record.operator, record.colleague, record.turn) == ("police2", "police1", 2)
    assert record.operator_key == (other.shift.kid if other.shift else None)
    assert record.colleague_key == (giver.shift.kid if giver.shift else None)
    assert await _does(giver, "leave", conversation) == (204, "")
    await giver.hears(Released, lambda frame: frame.conversation == conversation)
    record = await _record(client, conversation)
    assert (record.operator, record.colleague, record.colleague_key) == ("police2", None, None)
    assert await client.hgetall(keys.HELD) == {conversation.encode(): b"police2"}
    await _is_written(
        nats,
        conversation,
        (AuditAction.TRANSFER_OFFERED, "police1", "police2"),
        (AuditAction.CONVERSATION_TRANSFERRED, "police2", "police1"),
        (AuditAction.HANDOVER_LEFT, "police1", None),
    )


async def test_both_at_one_instance_hear_each_other_once(start: Start, place: Place, seat: Sitting) -> None:
    instance = await start()
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "police2")
    await _handed_over(giver, other, conversation)
    for number in range(3):
        cid = f"message-{number}"
        await giver.send(Say(conversation=conversation, cid=cid, body="x"))
        await other.hears(Message, _of(cid))
    assert [frame.cid for frame in other.heard if isinstance(frame, Message)] == [f"message-{n}" for n in range(3)]
    assert not [frame for frame in giver.heard if isinstance(frame, Message)]


async def test_refused_it_stays_and_the_giver_sees_it_until_they_put_it_away(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start()
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "police2")
    await _does(giver, "offer", conversation, operator="police2")
    assert await _does(giver, "offer", conversation, operator="police2") == (409, "offered")
    assert await _does(other, "take-back", conversation) == (409, "gone")
    assert await _does(other, "refuse", conversation) == (204, "")
    assert (await giver.hears(Offers, lambda frame: any(one.refused for one in frame.offers))).offers
    await _hears_of_none(other)
    assert await _does(other, "accept", conversation) == (409, "gone")
    assert await _does(giver, "take-back", conversation) == (204, "")
    await _hears_of_none(giver)
    assert (await _record(client, conversation)).operator == "police1"


async def test_of_many_who_accept_at_once_one_has_it(start: Start, place: Place, seat: Sitting, client: Redis) -> None:
    instances = [await start(), await start()]
    giver = await seat(instances[0], "police1")
    conversation = await _given(giver, place)
    others = [await seat(instances[number % 2], f"police{number + 2}") for number in range(4)]
    assert await _does(giver, "offer", conversation, queue="police.domestic") == (204, "")
    for other in others:
        await other.hears(Offers, lambda frame: bool(frame.offers))
    answers = await asyncio.gather(*(_does(other, "accept", conversation) for other in others))
    assert sorted(answers) == [(204, ""), (409, "gone"), (409, "gone"), (409, "gone")]
    winner = others[answers.index((204, ""))].login
    assert await client.hgetall(keys.HELD) == {conversation.encode(): winner.encode()}


async def test_nobody_takes_it_and_it_never_left(start: Start, place: Place, seat: Sitting, client: Redis) -> None:
    instance = await start(transfer_s=1)
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "police2")
    await _does(giver, "offer", conversation, operator="police2")
    await other.hears(Offers, lambda frame: bool(frame.offers))
    await _hears_of_none(other, giver)
    assert await _does(other, "accept", conversation) == (409, "gone")
    assert (await _record(client, conversation)).operator == "police1"

    async def forgotten() -> bool:
        return bool(await client.hlen(keys.OFFERS) == 0)

    await eventually(forgotten)


async def test_the_handover_ends_by_itself(start: Start, place: Place, seat: Sitting, client: Redis) -> None:
    instance = await start(handover_s=1)
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "police2")
    await _handed_over(giver, other, conversation)
    await giver.hears(Released, lambda frame: frame.conversation == conversation)
    assert (await _record(client, conversation)).operator == "police2"


async def test_to_the_other_force_its_giver_leaves_and_the_record_is_theirs(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    """The visitor's page gives keys to the readers of one force: there is no hand-over of two forces."""
    instance = await start()
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "gendarmerie1", force=Force.GENDARMERIE)
    assert await _does(giver, "offer", conversation, queue="gendarmerie.domestic") == (204, "")
    [offer] = (await other.hears(Offers, lambda frame: bool(frame.offers))).offers
    assert (offer.force, offer.to) == (Force.GENDARMERIE, None)
    assert await _does(other, "accept", conversation) == (204, "")
    assert (await other.hears(Held, lambda held: held.conversation == conversation)).force is Force.GENDARMERIE
    await giver.hears(Released, lambda frame: frame.conversation == conversation)
    record = await _record(client, conversation)
    assert (record.force, record.operator, record.colleague) == (Force.GENDARMERIE, "gendarmerie1", None)


async def test_nobody_is_given_one_beyond_their_limit_nor_while_they_pause(
    start: Start, place: Place, seat: Sitting
) -> None:
    instance = await start()
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    await giver.send(SetStatus(status="paused"))
    await giver.hears(SetStatus)
    other = await seat(instance, "police2", limit=1)
    await _does(giver, "offer", conversation, operator="police2")
    await _given(other, place)
    assert await _does(other, "accept", conversation) == (409, "full")
    await _does(giver, "take-back", conversation)
    assert await _does(giver, "offer", conversation, operator="police2") == (409, "full")
    async with giver.http.get(
        f"{giver.base}/api/transfer", params={"conversation": conversation}, headers=giver.headers()
    ) as answer:
        assert [(one["operator"], one["load"], one["why"]) for one in (await answer.json())["operators"]] == [
            ("police2", 1, "full")
        ]


async def test_a_giver_who_is_lost_leaves_no_offer_behind(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start(grace_s=0.5)
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "police2")
    await _does(giver, "offer", conversation, operator="police2")
    await other.hears(Offers, lambda frame: bool(frame.offers))
    await giver.drop()
    taken = await other.hears(Held, lambda held: held.conversation == conversation)
    assert (taken.turn, taken.beside, [turn.why for turn in taken.turns]) == (2, None, ["assigned", "taken_over"])
    assert await client.hlen(keys.OFFERS) == 0


async def test_who_takes_it_and_is_lost_during_the_handover_leaves_it_to_the_queue(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start(grace_s=0.5)
    giver = await seat(instance, "police1")
    conversation = await _given(giver, place)
    other = await seat(instance, "police2")
    await _handed_over(giver, other, conversation)
    await other.drop()
    again = await giver.hears(Held, lambda held: held.turn == 3)
    assert (again.part, again.beside) == ("operator", None)
    assert await client.hgetall(keys.HELD) == {conversation.encode(): b"police1"}

"""Operators and the psychologists whom they call in, as the dispatcher's tests see them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.audit.reading import entries
from shared.chat.frames import Ack, Held, Message, Psychologists
from shared.chat.store import ConversationStore, Record
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.conversation import Force
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually

ALWAYS = {"week": "24/7", "on_holidays": "00:00-24:00"}
OPEN = {"psychologists": {"police": ALWAYS, "gendarmerie": ALWAYS}}


async def does(desk: Desk, what: str, conversation: str) -> tuple[int, str]:
    """Call, take back or leave; return the status and the word of a refusal."""
    status, answer = await asks(desk, what, {"conversation": conversation})
    return status, answer.get("error", "")


async def asks(desk: Desk, what: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Ask for this of psychologists; return the status and what was answered."""
    async with desk.http.post(f"{desk.base}/api/psychologist/{what}", json=body, headers=desk.headers()) as answer:
        return answer.status, {} if answer.status == 204 else await answer.json()


async def given(desk: Desk, place: Place, force: Force = Force.POLICE) -> str:
    """Have a visitor come; return the conversation once this console has it."""
    conversation = await place.visit(force=force)
    await desk.hears(Held, lambda held: held.conversation == conversation)
    return conversation


@dataclass(frozen=True, slots=True)
class Meeting:
    """A conversation at one instance, and the consoles of both who are in it."""

    instance: Running
    operator: Desk
    psychologist: Desk
    conversation: str


async def one_more_waits(meeting: Meeting, place: Place) -> str:
    """Have the same operator call for another chat of theirs while nobody is free; return it once it is in the line."""
    conversation = await given(meeting.operator, place)
    assert await does(meeting.operator, "call", conversation) == (204, "")
    await is_told(meeting.operator, lambda told: len(told.calls) == 1)
    return conversation


async def is_told(desk: Desk, that: Callable[[Psychologists], bool]) -> Psychologists:
    """Wait until what this console was told last of psychologists is so."""

    def last() -> Psychologists | None:
        return next((frame for frame in reversed(desk.heard) if isinstance(frame, Psychologists)), None)

    async def so() -> bool:
        found = last()
        return found is not None and that(found)

    await eventually(so, otherwise=f"it was never so; last: {last()}")
    found = last()
    assert found is not None
    return found


async def in_it(desk: Desk, conversation: str) -> Held:
    """Wait until this psychologist's console shows the conversation."""
    return await desk.hears(Held, lambda held: held.conversation == conversation and held.part == "psychologist")


async def record_of(client: Redis, conversation: str) -> Record:
    """Return what the store has of a conversation that is there."""
    record = await ConversationStore(client, 900).record(conversation)
    assert record is not None
    return record


def said_as(cid: str) -> Callable[[Ack | Message], bool]:
    """Return what tells whether a frame is of the message with this client id."""
    return lambda frame: frame.cid == cid


def line_of(found: Psychologists) -> list[tuple[str, int, bool]]:
    """Return who waits as this console was told: conversation, place, and whether their psychologist was lost."""
    return [(one.conversation, one.place, one.again) for one in found.calls]


async def audited(
    nats: NatsServer, conversation: str, action: AuditAction
) -> list[tuple[str | None, AuditActor, str | None]]:
    """Wait for entries of this kind about a conversation; return account, who did it, and why."""
    auditor = await nats.connect("auditor")
    found: list[tuple[str | None, AuditActor, str | None]] = []

    async def written() -> bool:
        found[:] = [
            (entry.account, entry.by, entry.reason)
            async for _, entry in entries(auditor)
            if str(entry.conversation_id) == conversation and entry.action is action
        ]
        return bool(found)

    await eventually(written)
    await auditor.close()
    return found

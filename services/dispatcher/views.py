"""What a console may see of a conversation and of the queues."""

from collections.abc import Iterable, Mapping
from typing import Literal

from services.dispatcher.domain import turns
from services.dispatcher.psychologists import Stand
from services.dispatcher.store.calls import Call as StoreCall
from services.dispatcher.store.dispatch import Board as StoreBoard
from services.dispatcher.store.dispatch import queue_parts
from services.dispatcher.store.transfer import ANYONE
from services.dispatcher.store.transfer import Offer as StoreOffer
from shared.chat.frames import Board, Call, Debrief, Held, Offer, Offers, Psychologists, QueueLine, Role, Turn
from shared.chat.store import COLLEAGUE, Record
from shared.contracts.conversation import Force

PARTS: Mapping[str, Literal["operator", "colleague", "psychologist"]] = {
    Role.OPERATOR: "operator",
    COLLEAGUE: "colleague",
    Role.PSYCHOLOGIST: "psychologist",
}
"""What whoever is at an end is called on their own console."""


def ends_of(record: Record) -> dict[str, str]:
    """Return who of the staff is in a conversation, and at which end of it."""
    found = {
        record.operator: str(Role.OPERATOR),
        record.colleague: COLLEAGUE,
        record.psychologist: str(Role.PSYCHOLOGIST),
    }
    return {who: end for who, end in found.items() if who}


def key_at(record: Record, end: str) -> str | None:
    """Return the shift key with which whoever is at this end reads."""
    if end == Role.PSYCHOLOGIST:
        return record.psychologist_key
    return record.colleague_key if end == COLLEAGUE else record.operator_key


def back_until(record: Record, silence_ms: int) -> int | None:
    """Return until when a visitor who is away can come back, by their page or by words; None: nothing is known."""
    by_page = record.sign + silence_ms if record.sign else 0
    return max(by_page, record.resumable_until or 0, record.kept_until or 0) or None


def held(cid: str, record: Record, force: Force, end: str, silence_ms: int) -> Held:
    """Return a conversation as whoever is at ``end`` sees it; ``force`` is their own, for a record without one.

    ``silence_ms``: how long a conversation waits for its visitor's page.
    """
    part = PARTS[end]
    # Whoever is missing is not there, whatever a gateway that died has left in the record.
    there = record.visitor_at is not None and record.missing_at is None
    return Held(
        conversation=cid,
        category=record.category,
        audience=record.audience,
        force=record.force or force,
        opened_at=record.opened_at,
        assigned_at=record.assigned_at,
        language=record.language,
        turn=record.turn,
        commune=record.commune,
        commune_name=record.commune_name,
        postal_code=record.postal_code,
        department=record.department,
        unit=record.unit,
        visitor_connected=there,
        delivered=record.delivered,
        seen=record.seen,
        resumable_until=record.resumable_until,
        minor=record.minor,
        danger=record.danger,
        danger_at=record.danger_at,
        danger_seen_by=record.danger_seen_by,
        missing_at=record.missing_at,
        kept_until=record.kept_until,
        back_until=None if there else back_until(record, silence_ms),
        part=part,
        beside=record.colleague if part == "operator" else record.operator,
        psychologist=record.psychologist,
        until=record.colleague_until or None,
        turns=[Turn(one.role, one.account, one.at_ms, one.why) for one in turns.read(record.turns)],
    )


def offers(found: Iterable[StoreOffer], who: str, queues: Iterable[str], *, room: bool) -> Offers:
    """Return the open offers that are this operator's or that they can take; to anyone only if they have room."""
    served = set(queues)

    def concerns(offer: StoreOffer) -> bool:
        if who == offer.giver:
            return True
        mine = offer.to == who or (room and offer.to == ANYONE and offer.queue in served)
        return mine and who not in offer.refused

    return Offers(offers=[_offer(one) for one in found if concerns(one)])


def psychologists(stand: Stand, who: str, forces: Iterable[Force], *, one_of_them: bool) -> Psychologists:
    """Return how it stands with psychologists, as an operator or ``one_of_them`` sees it; ``forces``: own one first.

    An operator is told of the calls of their own conversations alone.
    """
    own, *_ = standings = [stand.forces[force] for force in forces]
    hours, calls = own.hours, [call for one in standings for call in one.service.calls]
    opens, closes = (hours.opens_at, hours.closes_at) if hours else (None, None)
    return Psychologists(
        ever=hours is not None,
        open=hours is not None and hours.open,
        present=own.service.present,
        free=own.service.free,
        waiting=len(own.service.calls),
        calls=[_call(call) for call in calls if one_of_them or call.operator == who],
        closes_at=int(closes.timestamp() * 1000) if closes else None,
        opens_at=int(opens.timestamp() * 1000) if opens else None,
        debriefs=[Debrief(*one) for one in sorted(stand.debriefs.items())] if one_of_them else [],
    )


def _call(call: StoreCall) -> Call:
    force, category = queue_parts(call.queue)
    return Call(call.conversation, force, category, call.place, call.since_ms, call.operator, call.again)


def _offer(offer: StoreOffer) -> Offer:
    force, category = queue_parts(offer.queue)
    to = None if offer.to == ANYONE else offer.to
    refused = to is not None and to in offer.refused
    return Offer(offer.conversation, offer.giver, force, category, offer.until_ms, to, refused)


def board(state: StoreBoard, queues: Iterable[str]) -> Board:
    """Return the lines of these queues."""
    wanted = set(queues)
    lines = []
    for queue in state.queues:
        if queue.name in wanted:
            force, category = queue_parts(queue.name)
            oldest_s = max(0, state.now_ms - queue.oldest_ms) // 1000 if queue.oldest_ms else 0
            lines.append(QueueLine(force=force, category=category, waiting=queue.waiting, oldest_s=oldest_s))
    return Board(queues=lines)

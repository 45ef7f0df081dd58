"""What a console may see of a conversation and of the queues."""

from collections.abc import Iterable

from services.dispatcher.store.dispatch import Board as StoreBoard
from services.dispatcher.store.dispatch import queue_parts
from shared.chat.frames import Board, Held, QueueLine
from shared.chat.store import Record
from shared.contracts.conversation import Force


def held(cid: str, record: Record, force: Force) -> Held:
    """Return a conversation as its operator sees it; ``force`` is the operator's, for a record without one."""
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
        visitor_connected=record.visitor_at is not None,
        delivered=record.delivered,
        seen=record.seen,
        resumable_until=record.resumable_until,
        minor=record.minor,
        danger=record.danger,
        danger_at=record.danger_at,
        danger_seen_by=record.danger_seen_by,
    )


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
